"""Which sound files are meant by the files and folders that someone names.

The window, the command line and training all gather here. A file is taken as it is named. Of a
folder come the sounds in it and below, sorted by the bytes of their names, which is the same order
on every machine. Passed over are hidden files and folders (so is what is being written, see
`core.folders`), and results of HearWhy, which are no clips. Folders that links lead to are followed
once. What is named is read although it is hidden.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.audio_io import SUFFIXES
from core.errors import AudioError
from core.file_names import shown
from core.job import CancelToken
from core.record import is_result_folder
from core.unreadable import unreadable


@dataclass(frozen=True, slots=True)
class Gathered:
    """files: each once. problems: for each folder that gave none, its sentence. notes: what else
    was passed over that someone may miss, a sentence each.
    """

    files: tuple[Path, ...]
    problems: tuple[AudioError, ...] = ()
    notes: tuple[str, ...] = ()


def gather(
    paths: Iterable[Path | str], out: Path | None = None, *, cancel: CancelToken | None = None
) -> Gathered:
    """The sound files that `paths` mean; a path that is not there is taken for a file.

    out: where results go; it is passed over where it lies in one of the folders.
    Raises: Cancelled.
    """
    cancel = cancel or CancelToken()
    files: dict[str, Path] = {}
    problems: list[AudioError] = []
    results: list[AudioError] = []
    notes: list[str] = []
    for path in map(Path, paths):
        if not path.is_dir():
            files.setdefault(os.path.realpath(path), path)
            continue
        found = _Search(path, None if out is None else os.path.realpath(out))
        try:
            found.run(cancel)
        except OSError as error:
            problems.append(unreadable(path, error))
            continue
        for key, file in found.in_order():
            files.setdefault(key, file)
        notes += found.notes()
        if not found.files:
            (results if found.n_results else problems).append(_nothing_in(path, found.n_results))
    if files:  # results beside clips are no mistake: a shell that writes out a * names them too
        notes += map(str, results)
    else:
        problems += results
    return Gathered(tuple(files.values()), tuple(problems), tuple(dict.fromkeys(notes)))


def is_hidden(entry: os.DirEntry[str]) -> bool:
    """Whether the system shows a file or folder only to those who ask for it."""
    if entry.name.startswith("."):
        return True
    # Asked of Windows alone, where it costs nothing.
    attributes = entry.stat(follow_symlinks=False) if os.name == "nt" else None
    return bool(getattr(attributes, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_HIDDEN)


@dataclass(slots=True)
class _Search:
    """What lies in a folder and below. out: real path of where results go.

    files: real path → the path by which it was found. The lists hold links and folders that were
    not followed: because they lead back, to what is there already, nowhere, or are forbidden.
    """

    root: Path
    out: str | None
    files: dict[str, Path] = field(default_factory=dict)
    n_results: int = 0
    n_aside: int = 0
    back: list[Path] = field(default_factory=list)
    again: list[Path] = field(default_factory=list)
    nowhere: list[Path] = field(default_factory=list)
    forbidden: list[Path] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _links: list[Path] = field(default_factory=list)

    def run(self, cancel: CancelToken) -> None:
        """Folders by their own names first, then those that links lead to.

        Raises: OSError when the root may not be read; Cancelled.
        """
        self._look_below(self.root, cancel)
        linked: list[Path] = []
        while self._links:
            self._links.sort(key=self._place, reverse=True)
            link = self._links.pop()
            if link.is_dir():
                self._follow(link, cancel)
            elif link.is_file():
                linked.append(link)
            elif link.suffix.lower() in (*SUFFIXES, ""):
                self.nowhere.append(link)
        for link in linked:
            if link.suffix.lower() in SUFFIXES:
                self.files.setdefault(os.path.realpath(link), link)

    def in_order(self) -> list[tuple[str, Path]]:
        """Real path and path of each file."""
        return sorted(self.files.items(), key=lambda each: self._place(each[1]))

    def notes(self) -> list[str]:
        found = [
            _told(
                sorted(self.forbidden, key=self._place), "folder may", "folders may", "not be read"
            ),
            _told(self.nowhere, "link leads", "links lead", "nowhere"),
            _told(
                self.back,
                "link leads back to a folder it lies in and was",
                "links lead back to a folder they lie in and were",
                "not followed",
            ),
            _told(
                self.again,
                "link leads to a folder that is",
                "links lead to folders that are",
                "there already",
            ),
        ]
        if self.n_aside and self.out is not None:
            files = "sound file was" if self.n_aside == 1 else "sound files were"
            place = shown(self.out)
            found.append(
                f"{self.n_aside:,} {files} passed over in “{place}”, where the results go."
            )
        return [note for note in found if note]

    def _place(self, path: Path) -> list[bytes]:
        return [os.fsencode(part) for part in path.relative_to(self.root).parts]

    def _look_below(self, top: Path, cancel: CancelToken) -> None:
        folders = [(top, False)]
        while folders:
            cancel.raise_if_set()
            folder, aside = folders.pop()
            real = os.path.realpath(folder)
            if real in self._seen:
                continue
            self._seen.add(real)
            if is_result_folder(folder):
                self.n_results += 1
                continue
            aside = aside or (real == self.out and folder != self.root)
            try:
                entries = list(os.scandir(folder))
            except OSError:
                if folder == self.root:
                    raise
                self.forbidden.append(folder)
                continue
            for entry in entries:
                path = folder / entry.name
                if is_hidden(entry):
                    continue
                if entry.is_symlink():
                    self._links += [] if aside else [path]
                elif entry.is_dir():
                    folders.append((path, aside))
                elif entry.is_file() and path.suffix.lower() in SUFFIXES:
                    if aside:
                        self.n_aside += 1
                    else:
                        self.files[os.path.join(real, entry.name)] = path  # noqa: PTH118

    def _follow(self, link: Path, cancel: CancelToken) -> None:
        target = Path(os.path.realpath(link))
        own = Path(os.path.realpath(link.parent))
        if target in (own, *own.parents) or target in self.root.resolve().parents:
            self.back.append(link)
        elif str(target) in self._seen:
            self.again.append(link)
        else:
            self._look_below(link, cancel)


def _told(places: Sequence[Path], one: str, many: str, what: str) -> str:
    """“2 links lead nowhere, such as “a/b”.”; nothing where there is none."""
    if not places:
        return ""
    first = f"“{shown(places[0])}”"
    if len(places) == 1:
        return f"1 {one} {what}: {first}."
    return f"{len(places):,} {many} {what}, such as {first}."


def _nothing_in(folder: Path, n_results: int) -> AudioError:
    if n_results:
        return AudioError(
            f"“{shown(folder)}” holds results of HearWhy, which are no clips; name one of its "
            "sound files to take it as one."
        )
    return AudioError(
        f"The folder “{shown(folder)}” holds no sound files; HearWhy looks for WAV, FLAC, AIFF, "
        "AU, CAF, Ogg, Opus and MP3."
    )

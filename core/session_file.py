"""A session on disk: one `.hearwhy` file that reopens to the same state, without any model.

It is a zip (`core.session_archive`) of `manifest.json` (`core.session_manifest`), the sounds
(`core.session_sounds`) and `result.safetensors` (`core.session_result`). `core.session_writer`
writes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from core.elsewhere import here, is_inside, leads_elsewhere
from core.file_names import shown
from core.job import CancelToken, Report, silent
from core.scratch import Scratch, let_go
from core.session_archive import (
    MANIFEST,
    TENSORS,
    SessionArchive,
    SessionFileError,
    damaged,
    open_archive,
)
from core.session_manifest import (
    MOST_JSON,
    ClipRecord,
    Group,
    ItemRecord,
    SavedLook,
    SessionRecord,
    read_manifest,
)
from core.session_result import MOST_TENSORS, result_from
from core.session_sounds import decode
from core.types import AudioClip, ExplanationRequest, ExplanationResult, Variant

SUFFIX = ".hearwhy"


@dataclass(frozen=True, slots=True)
class KeptSound:
    """A recording that a session file holds. id: of its samples; name, notes: of the clip."""

    archive: Path
    id: str
    name: str
    notes: tuple[str, ...] = ()

    def read(
        self,
        report: Report = silent,
        cancel: CancelToken | None = None,
        scratch: Scratch | None = None,
    ) -> AudioClip:
        """scratch: where a long sound is kept instead of in memory.

        Raises: SessionFileError when the file is gone, damaged, or was saved without it; Cancelled.
        """
        report(0.0, f"Reading {self.name}")
        with open_archive(self.archive) as archive:
            stopping = cancel or CancelToken()
            sounds = _Sounds(archive, _manifest(archive), report, stopping, scratch)
            return sounds.clip(ClipRecord(sound=self.id, name=self.name, notes=self.notes))


@dataclass(frozen=True, slots=True)
class SavedItem:
    """One entry of the list of clips. path: of its file, which may be gone. sound: its samples in a
    session file, None while only its own file has them."""

    path: Path
    name: str
    group: Group
    sound: KeptSound | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SavedSession:
    """All that a session is.

    items: the list of clips. current: index in it. clip: the sound of the current one.
    selection: start and end in seconds.
    """

    request: ExplanationRequest
    items: tuple[SavedItem, ...] = ()
    current: int | None = None
    clip: AudioClip | None = None
    result: ExplanationResult | None = None
    active: Variant = Variant.ORIGINAL
    selection: tuple[float, float] | None = None
    look: SavedLook = field(default_factory=SavedLook)


def read_session(
    path: Path,
    report: Report = silent,
    cancel: CancelToken | None = None,
    scratch: Scratch | None = None,
) -> SavedSession:
    """The session at `path`, with the sound of its current item and of its result.

    Other items have a `KeptSound` where the file holds theirs. scratch: where long sounds are kept
    instead of in memory; beside that nothing is unpacked to disk.
    Raises: SessionFileError or another CoreError for anything but a whole session; Cancelled.
    """
    cancel = cancel or CancelToken()
    report(0.0, f"Opening {path.name}")
    try:
        with open_archive(path) as archive:
            record = _manifest(archive)
            sounds = _Sounds(archive, record, report, cancel, scratch)
            result = None
            if record.result is not None:
                clips = {variant: sounds.clip(use) for variant, use in record.result.audio.items()}
                tensors = archive.read(TENSORS, MOST_TENSORS)
                result = result_from(archive.name, record.result, tensors, clips)
                result = replace(result, request=_reachable(result.request, path))
            items = tuple(_item(path, item) for item in record.items)
            clip = None
            if record.current is not None:
                use = record.items[record.current].clip
                clip = None if use is None else sounds.clip(use)
            return SavedSession(
                request=_reachable(record.request, path),
                items=items,
                current=record.current,
                clip=clip,
                result=result,
                active=record.active,
                selection=record.selection,
                look=record.look,
            )
    except MemoryError as error:
        raise SessionFileError(
            f"“{shown(path)}” holds more sound than this computer has memory for; close other "
            "programs and try again."
        ) from error


def kept_sound(archive: Path, use: ClipRecord) -> KeptSound:
    """Where a recording lies, once it is in a session file."""
    return KeptSound(archive, use.sound, use.name, use.notes)


class _Sounds:
    """The sounds of an open session file, each read once."""

    def __init__(
        self,
        archive: SessionArchive,
        record: SessionRecord,
        report: Report,
        cancel: CancelToken,
        scratch: Scratch | None,
    ) -> None:
        self._archive, self._report, self._cancel = archive, report, cancel
        self._scratch = scratch
        self._records = {sound.id: sound for sound in record.sounds}
        self._clips: dict[ClipRecord, AudioClip] = {}

    def clip(self, use: ClipRecord) -> AudioClip:
        """Raises: SessionFileError."""
        if use in self._clips:
            return self._clips[use]
        record = self._records.get(use.sound)
        if record is None:
            raise SessionFileError(
                f"“{use.name}” is no longer in the session “{self._archive.name}”; open its own "
                "file instead."
            )
        self._report(0.5, f"Reading {use.name}")
        entry = self._archive.open(record.entry, self._cancel)
        size = self._archive.size(record.entry)
        samples = decode(self._archive.name, record, entry, size, self._cancel, self._scratch)
        clip = self._clips[use] = AudioClip(samples, record.sample_rate, use.name, use.notes)
        let_go(clip.samples)
        return clip


def _manifest(archive: SessionArchive) -> SessionRecord:
    """The checked manifest of a session file that holds exactly what the manifest names."""
    record = read_manifest(archive.name, archive.read(MANIFEST, MOST_JSON))
    stated = {MANIFEST, *(sound.entry for sound in record.sounds)}
    stated |= set() if record.result is None else {TENSORS}
    if archive.names != stated:
        raise damaged(archive.name, "it does not hold what its manifest says")
    return record


def _reachable(request: ExplanationRequest, archive: Path) -> ExplanationRequest:
    """A request that asks no other computer for its models; they may be folders."""

    def reachable(model: str) -> str:
        return str(here(model, archive)) if leads_elsewhere(model) else model

    codec = None if request.codec is None else reachable(request.codec)
    return replace(request, codec=codec, classifier=reachable(request.classifier))


def _item(archive: Path, record: ItemRecord) -> SavedItem:
    path = here(record.path, archive)
    if record.beside is not None and is_inside(record.beside) and not path.is_file():
        path = archive.parent / record.beside
    sound = None if record.clip is None else kept_sound(archive, record.clip)
    return SavedItem(path, record.name, record.group, sound)

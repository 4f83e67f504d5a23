"""The session as a document: saved, opened, and known to have changed since."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.explain_controller import ExplainController
from app.jobs import JobRunner, Work
from app.notices import Notices
from app.saved_state import Mark, from_saved, to_saved
from app.session import ClipItem, Session, SessionState, key_of
from app.settings import SettingsStore
from core.audio_io import read_clip
from core.errors import CoreError
from core.gathering import Gathered, gather
from core.job import CancelToken, Report
from core.scratch import Scratch
from core.session_file import SUFFIX, SavedSession, read_session
from core.session_manifest import SavedLook
from core.session_writer import write_session
from core.types import AudioClip


@dataclass(frozen=True, slots=True, eq=False)
class _Saved:
    """session: as it lies in the file now. mark: of what was saved."""

    path: Path
    session: SavedSession
    mark: Mark


@dataclass(frozen=True, slots=True, eq=False)
class _Opened:
    """clip: of the current item, None where it has none that can be read. sounds: to be added."""

    path: Path
    session: SavedSession
    clip: AudioClip | None
    sounds: Gathered


class DocumentController(QObject):
    """Saves and opens sessions on a thread of its own, one at a time and in the order asked for.

    There is a document once the session was saved or opened; only then can it be modified, so
    that who just looks at a sound is never asked anything.

    Signals: changed(), another document or whether it is modified; opened(SavedLook), after the
    session shows what was read; saved(Path); progressed(share, stage); idle().
    """

    changed = Signal()
    opened = Signal(object)
    saved = Signal(object)
    progressed = Signal(float, str)
    idle = Signal()

    def __init__(
        self,
        session: Session,
        explain: ExplainController,
        runner: JobRunner,
        settings: SettingsStore,
        notices: Notices,
        scratch: Scratch | None = None,
        parent: QObject | None = None,
    ) -> None:
        """scratch: where long sounds that are read are kept."""
        super().__init__(parent)
        self._session, self._explain = session, explain
        self._runner, self._settings, self._notices = runner, settings, notices
        self._scratch = scratch
        self._path: Path | None = None
        self._mark: Mark | None = None
        self._told: tuple[Path | None, bool] = (None, False)
        self._used: set[str] = set()  # keys of items that were current
        self._waiting: list[Callable[[], object]] = []
        for happened in (session.items_changed, session.request_changed, session.result_changed):
            happened.connect(self._on_changed)
        session.clip_changed.connect(self._on_clip)
        runner.progressed.connect(self.progressed)
        runner.succeeded.connect(self._on_succeeded)
        runner.failed.connect(self._on_failed)
        runner.cancelled.connect(self._on_cancelled)

    @property
    def path(self) -> Path | None:
        """The document's file; None while the session was neither saved nor opened."""
        return self._path

    @property
    def is_modified(self) -> bool:
        """Whether something would be lost that is not in the document."""
        return self._mark is not None and self._mark != Mark.of(self._session.state, self._used)

    @property
    def is_busy(self) -> bool:
        return self._runner.is_busy

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open files of either kind: sounds go to the list, a session replaces it. Of a folder its
        sounds.

        What is modified is lost; ask before.
        """
        paths = [path.absolute() for path in paths]
        sessions = [path for path in paths if is_session(path)]
        sounds = [path for path in paths if not is_session(path)]
        if not sessions:
            if any(path.is_dir() for path in sounds):  # looking through them may take a while
                self._submit(lambda report, cancel: _gathered(sounds, report, cancel))
            else:
                self._explain.open_files(sounds)
            return
        if len(sessions) > 1:
            self._notices.info(
                f"One session is open at a time: of {len(sessions)} “{sessions[0].name}” is opened."
            )
        path, scratch = sessions[0], self._scratch
        self._submit(lambda report, cancel: _open(path, sounds, scratch, report, cancel))

    def save(self, path: Path, look: SavedLook) -> None:
        """Write the session, as it is now, to `path`. look: how it is shown and heard."""
        state, used = self._session.state, frozenset(self._used)
        wanted, mark = to_saved(state, used, look), Mark.of(state, used)
        path, scratch = path.absolute(), self._scratch
        self._submit(
            lambda report, cancel: _Saved(
                path, write_session(path, wanted, report, cancel, scratch), mark
            )
        )

    def close_item(self, key: str) -> None:
        """Take an item off the list. The next one is opened where it was the current one."""
        state = self._session.state
        item = next((item for item in state.items if item.key == key), None)
        if item is None or item.group == "samples":
            return
        following = _neighbour(state, item)
        self._session.remove_item(key)
        if key == state.current:
            if following is None:
                self._explain.cancel()
                self._session.choose(None)
            else:
                self._explain.open_item(following.key)

    def forget_changes(self) -> None:
        """Take the session as it is for what is in the document: nobody minds the rest."""
        if self._mark is not None:
            self._mark = Mark.of(self._session.state, self._used)
            self._tell()

    def when_idle(self, do: Callable[[], object]) -> None:
        """Call `do` now, or once what is under way has ended well; not at all if it has not."""
        if self._runner.is_busy:
            self._waiting.append(do)
        else:
            do()

    def cancel(self) -> None:
        """Stop saving or opening; the file and the session stay as they were."""
        self._runner.cancel()

    def _submit(self, work: Work) -> None:
        self.when_idle(lambda: self._runner.submit(work))

    def _on_succeeded(self, outcome: object) -> None:
        if isinstance(outcome, _Saved):
            self._take_saved(outcome)
        elif isinstance(outcome, _Opened):
            self._show(outcome)
        elif isinstance(outcome, Gathered):
            self._explain.open_files(self._told_of(outcome))
        waiting, self._waiting = self._waiting, []
        for do in waiting:
            self.when_idle(do)
        if not self._runner.is_busy:
            self.idle.emit()

    def _on_failed(self, error: BaseException) -> None:
        self._notices.error(error)
        self._on_cancelled()

    def _on_cancelled(self) -> None:
        self._waiting.clear()
        self.idle.emit()

    def _take_saved(self, saved: _Saved) -> None:
        """Items whose sound was in another session file are read from this one from now on."""
        kept = {key_of(item.path): item.sound for item in saved.session.items}
        items = [
            replace(item, sound=kept.get(item.key, item.sound))
            for item in self._session.state.items
        ]
        if tuple(items) != self._session.state.items:
            self._session.set_items(items)
        self._path, self._mark = saved.path, saved.mark
        self._settings.add_recent(saved.path)
        self._tell()
        self._notices.info(f"Saved “{saved.path.name}”.")
        self.saved.emit(saved.path)

    def _show(self, opened: _Opened) -> None:
        session, saved = self._session, opened.session
        items, current = from_saved(saved, session.state.items)
        self._explain.cancel()
        result = saved.result if opened.clip is not None else None
        self._mark = None
        session.choose(None)
        session.set_items(items)
        session.set_request(saved.request)
        self._used = {item.key for item in items if item.sound is not None}
        if opened.clip is not None:
            session.choose(items[current].key)
            session.set_clip(opened.clip)
            session.set_active(saved.active)
            session.set_result(result)
            session.set_selection(saved.selection)
            session.set_loop(saved.look.loop)
        elif current >= 0:
            self._notices.warning(
                f"“{items[current].name}” is not in the session, and its file is not where it was."
            )
        self._path, self._mark = opened.path, Mark.of(session.state, self._used)
        self._settings.add_recent(opened.path)
        self._tell()
        self.opened.emit(saved.look)
        sounds = self._told_of(opened.sounds)
        session.add_items(ClipItem(path, path.name, "files") for path in sounds)
        if opened.clip is not None and result is None and self._explain.automatic:
            self._explain.explain()

    def _told_of(self, found: Gathered) -> list[Path]:
        """The files that were gathered; what was not is told."""
        for problem in found.problems:
            self._notices.error(problem)
        for note in found.notes:
            self._notices.warning(note)
        return list(found.files)

    def _on_clip(self, state: SessionState) -> None:
        if state.current is not None:
            self._used.add(state.current)
        item = state.item
        was_read = item is not None and state.clip is not None and item.sound is None
        if item is not None and was_read and item.group == "files":
            self._settings.add_recent(item.path)
        self._on_changed(state)

    def _on_changed(self, state: SessionState) -> None:
        if self._mark is not None:
            self._tell()

    def _tell(self) -> None:
        now = (self._path, self.is_modified)
        if now != self._told:
            self._told = now
            self.changed.emit()


def is_session(path: Path) -> bool:
    """Whether a file is meant to be a session, by its name."""
    return path.suffix.lower() == SUFFIX


def _gathered(paths: Sequence[Path], report: Report, cancel: CancelToken) -> Gathered:
    report(0.0, "Looking for sounds")
    return gather(paths, cancel=cancel)


def _open(
    path: Path,
    sounds: Sequence[Path],
    scratch: Scratch | None,
    report: Report,
    cancel: CancelToken,
) -> _Opened:
    """A session, and the sound of its current item even where only its file has it."""
    saved = read_session(path, report, cancel, scratch)
    clip = saved.clip
    if clip is None and saved.current is not None:
        try:
            place = saved.items[saved.current].path
            clip = read_clip(place, mono=True, scratch=scratch, report=report, cancel=cancel)
        except CoreError:
            cancel.raise_if_set()
    return _Opened(path, saved, clip, _gathered(sounds, report, cancel))


def _neighbour(state: SessionState, item: ClipItem) -> ClipItem | None:
    """The item below, else the one above, that can be opened."""
    place = state.items.index(item)
    below, above = state.items[place + 1 :], state.items[:place][::-1]
    return next((other for other in (*below, *above) if not other.missing), None)

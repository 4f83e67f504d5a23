"""The list of captured events: heard, opened, saved and exported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.explain_controller import ExplainController
from app.jobs import JobRunner
from app.live.refiner import Refined
from app.notices import Notices
from app.playback_controller import PlaybackController
from app.session import ClipItem, Session
from core.export import write_result
from core.job import CancelToken, Report
from core.live.frames import LiveEvent
from core.result_folders import result_folders
from core.session_file import SavedItem, SavedSession
from core.session_writer import write_session
from core.types import ExplanationResult, Variant


@dataclass(frozen=True, slots=True, eq=False)
class CapturedEvent:
    """One event of the list. number: unique in it. file: its sound. result: once explained.

    problem: why it is not explained.
    """

    number: int
    event: LiveEvent
    file: Path
    result: ExplanationResult | None = None
    problem: str | None = None


class LiveEvents(QObject):
    """Signals: changed(tuple of CapturedEvent)."""

    changed = Signal(object)

    def __init__(
        self,
        session: Session,
        playback: PlaybackController,
        explain: ExplainController,
        notices: Notices,
        writing: JobRunner,
        parent: QObject | None = None,
    ) -> None:
        """writing: writes events to disk, all at once."""
        super().__init__(parent)
        self._session, self._playback, self._explain = session, playback, explain
        self._notices, self._writing = notices, writing
        self._events: dict[int, CapturedEvent] = {}
        self._unexplained: dict[LiveEvent, int] = {}
        writing.succeeded.connect(self._on_written)
        writing.failed.connect(notices.error)

    @property
    def all(self) -> tuple[CapturedEvent, ...]:
        """The oldest first."""
        return tuple(self._events.values())

    def add(self, event: LiveEvent, file: Path) -> None:
        """file: where its sound is written."""
        number = max(self._events, default=0) + 1
        self._unexplained[event] = number
        self._events[number] = CapturedEvent(number, event, file)
        self.changed.emit(self.all)

    def take(self, refined: Iterable[Refined]) -> None:
        """Events that were explained, or could not be."""
        known = False
        for each in refined:
            number = self._unexplained.pop(each.event, None)
            if number is None or number not in self._events:
                continue
            known = True
            problem = None if each.error is None else str(each.error)
            before = self._events[number]
            self._events[number] = replace(before, result=each.result, problem=problem)
            if each.error is not None:
                self._notices.error(each.error)
        if known:
            self.changed.emit(self.all)

    def play(self, number: int, variant: Variant) -> None:
        """Hear one version of an event, from its start; opens it in the main view."""
        if self.open(number):
            self._session.set_active(variant)
            self._playback.seek(0.0)
            if not self._playback.is_playing:
                self._playback.toggle()

    def open(self, number: int) -> bool:
        """Show an event in the main view. → whether its explanation is shown at once."""
        captured = self._events[number]
        item = _item(captured)
        self._session.add_items([item])
        if captured.result is None:
            if self._session.state.current != item.key:
                self._explain.open_item(item.key)
            return False
        if self._session.state.current != item.key or self._session.state.result is None:
            self._explain.cancel()
            self._session.choose(item.key)
            self._session.set_clip(captured.event.clip)
            self._session.set_result(captured.result)
        return True

    def list_all(self) -> None:
        """Put every event into the list of clips."""
        self._session.add_items(_item(captured) for captured in self.all)

    def clear(self) -> None:
        """Empty the list; the files stay."""
        self._events.clear()
        self._unexplained.clear()
        self.changed.emit(self.all)

    def save(self, path: Path) -> None:
        """Write the events with their sounds as a session of their own; what is open stays open.

        The session opens at the newest explained event, with its explanation.
        """
        captured = self.all
        if not captured:
            self._notices.info("There is no event to save.")
            return
        explained = [n for n, each in enumerate(captured) if each.result is not None]
        current = explained[-1] if explained else len(captured) - 1
        shown, result = captured[current], captured[current].result
        saved = SavedSession(
            request=self._session.state.request if result is None else result.request,
            items=tuple(SavedItem(each.file, each.file.stem, "events") for each in captured),
            current=current,
            clip=shown.event.clip,
            result=result,
        )
        path = path.absolute()

        def work(report: Report, cancel: CancelToken) -> _Written:
            write_session(path, saved, report, cancel)
            return _Written(len(captured), path)

        self._writing.submit(work)

    def export(self, folder: Path) -> None:
        """Write every explained event into a folder of its own below `folder`.

        None takes the place of anything but an older result of the same event.
        """
        explained = [captured for captured in self.all if captured.result is not None]

        def work(report: Report, cancel: CancelToken) -> _Written:
            places = result_folders([captured.file for captured in explained], folder)
            for done, (captured, place) in enumerate(zip(explained, places, strict=True)):
                cancel.raise_if_set()
                report(done / len(explained), f"Writing {captured.file.stem}")
                assert captured.result is not None
                write_result(captured.result, place, captured.file)
            return _Written(len(explained), folder)

        if explained:
            self._writing.submit(work)
        else:
            self._notices.info("There is no explained event to export.")

    def _on_written(self, outcome: object) -> None:
        if isinstance(outcome, _Written):
            what = "1 event was" if outcome.count == 1 else f"{outcome.count} events were"
            self._notices.info(f"{what} written to “{outcome.place}”.")


@dataclass(frozen=True, slots=True)
class _Written:
    count: int
    place: Path


def _item(captured: CapturedEvent) -> ClipItem:
    return ClipItem(captured.file, captured.file.stem, "events")

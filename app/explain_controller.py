"""From wishes to explanations: reads clips, explains them, follows the share sliders."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.engine import Engine
from app.jobs import JobRunner, Work
from app.notices import Notices
from app.session import ClipItem, Group, Session
from core.pipeline import is_known
from core.remarks import remarks
from core.types import AudioClip, ExplanationRequest, ExplanationResult


class ExplainController(QObject):
    """Keeps the session's clip and result in step with what the user chooses.

    Reading and explaining run on the runner's thread, the newest wish wins. While a slider is
    dragged, wishes that come too fast are skipped and the last one is always carried out.

    Signals: progressed(share, stage); idle(): nothing is under way any more.
    """

    progressed = Signal(float, str)
    idle = Signal()

    def __init__(
        self,
        session: Session,
        runner: JobRunner,
        engine: Engine,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.automatic = True
        self._session = session
        self._runner = runner
        self._engine = engine
        self._notices = notices
        self._dragged: ExplanationRequest | None = None
        runner.progressed.connect(self.progressed)
        runner.succeeded.connect(self._on_succeeded)
        runner.failed.connect(self._on_failed)
        runner.cancelled.connect(self._on_cancelled)

    @property
    def is_busy(self) -> bool:
        """Whether there is something to cancel."""
        return self._runner.is_busy

    def open_files(self, paths: list[Path], group: Group = "files") -> None:
        """Add sound files to the list and open the first of them."""
        items = [ClipItem(path, path.name, group) for path in paths]
        if items:
            self._session.add_items(items)
            self.open_item(items[0].key)

    def open_item(self, key: str) -> None:
        """Read an item's sound and, if that is wanted, explain it; all of it, at first."""
        if key != self._session.state.current:
            request = self._session.state.request
            self._session.set_request(replace(request, start=None, end=None))
        self._session.choose(key)
        item = self._session.state.item
        if item is not None:
            path, sound, engine = item.path, item.sound, self._engine
            if sound is not None:
                self._submit(lambda report, cancel: engine.read_kept(sound, report, cancel))
            else:
                self._submit(lambda report, cancel: engine.read(path, report, cancel))

    def explain(self) -> None:
        """Explain the current clip as the request says; replaces what is under way."""
        state = self._session.state
        if state.clip is None:
            return
        clip, request, engine = state.clip, state.request, self._engine
        self._submit(lambda report, cancel: engine.explain(clip, request, report, cancel))

    def explain_selection(self) -> None:
        """Explain the stretch that is selected; without one, do as `explain`."""
        state = self._session.state
        if state.selection is not None:
            start, end = state.selection
            request = replace(state.request, start=start, end=end, every_window=False)
            self._session.set_request(request)
        self.explain()

    def explain_moment(self, seconds: float) -> None:
        """Explain the window of a long clip around a moment."""
        state = self._session.state
        if state.clip is None or state.result is None or state.result.timeline is None:
            return
        window = min(state.result.timeline.window, state.clip.seconds)
        # Hundredths are whole samples at every usual rate: the stretch is one window, no longer.
        latest = math.floor(100 * (state.clip.seconds - window)) / 100
        start = max(min(round(seconds - window / 2, 2), latest), 0.0)
        request = replace(state.request, start=start, end=start + window, every_window=False)
        self._session.set_request(request)
        self.explain()

    def change_request(self, request: ExplanationRequest) -> None:
        """Take over a request; explain anew or only at other shares, as it needs."""
        self._session.set_request(request)
        result = self._session.state.result
        if result is not None and is_known(result, request):
            self._reshare(request, controls=True)
        elif self.automatic:
            self.explain()

    def drag_shares(self, keep: float, remove: float) -> None:
        """Follow a slider that is being moved: no random masks, no piling up."""
        state = self._session.state
        request = replace(state.request, keep=keep, remove=remove)
        self._session.set_request(request)
        if state.result is None or not is_known(state.result, request):
            return
        if self._runner.is_busy:
            self._dragged = request
        else:
            self._reshare(request, controls=False)

    def cancel(self) -> None:
        """Stop what is under way."""
        self._dragged = None
        self._runner.cancel()

    def _reshare(self, request: ExplanationRequest, *, controls: bool) -> None:
        result, engine = self._session.state.result, self._engine
        if result is not None:
            known = result
            self._submit(
                lambda report, cancel: engine.reshare(known, request, controls, report, cancel)
            )

    def _submit(self, work: Work) -> None:
        self._dragged = None
        self._runner.submit(work)

    def _on_succeeded(self, outcome: object) -> None:
        if isinstance(outcome, AudioClip):
            self._session.set_clip(outcome)
            for remark in remarks(outcome):
                self._notices.warning(remark)
            if self.automatic:
                self.explain()
                return
        elif isinstance(outcome, ExplanationResult):
            self._session.set_result(outcome)
            if self._dragged is not None:
                self._reshare(self._dragged, controls=False)
                return
        self.idle.emit()

    def _on_failed(self, error: BaseException) -> None:
        self._notices.error(error)
        self.idle.emit()

    def _on_cancelled(self) -> None:
        self.idle.emit()

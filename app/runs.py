"""The explanations of a clip made so far: go back to one at once, pin one beside the current."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from app.explain_controller import ExplainController
from app.session import Session, SessionState
from core.origin import Origin
from core.types import ExplanationResult, Variant

MOST_RUNS = 30
MOST_BYTES = 256 * 2**20
ONE_RUN = 1.0  # seconds; shares changed again within this time are the same run


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One explanation. id: counts up."""

    id: int
    result: ExplanationResult

    @property
    def n_bytes(self) -> int:
        made = (self.result.audio[v].samples.nbytes for v in Variant if v != Variant.ORIGINAL)
        return sum(made) + 2 * self.result.code.values.nbytes


class Runs(QObject):
    """Watches the results of the current clip; another clip starts anew.

    The same choices are one run, and so is a slider on its way. The oldest are dropped when there
    are more than `MOST_RUNS` or they take more than `MOST_BYTES`, but never the pinned one.

    Signals: changed(), of the list, of which is shown, or of which is pinned.
    """

    changed = Signal()

    def __init__(
        self,
        session: Session,
        explain: ExplainController,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """clock: seconds, never going back."""
        super().__init__(parent)
        self._session, self._explain, self._clock = session, explain, clock
        self._ids = itertools.count(1)
        self._runs: list[Run] = []
        self._clip = session.state.current
        self._shown: int | None = None
        self._pinned: int | None = None
        self._made = -ONE_RUN  # when the newest was
        session.clip_changed.connect(self._on_clip)
        session.result_changed.connect(self._on_result)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The newest last."""
        return tuple(self._runs)

    @property
    def shown(self) -> Run | None:
        return self._run(self._shown)

    @property
    def pinned(self) -> Run | None:
        return self._run(self._pinned)

    def go_to(self, run_id: int) -> None:
        """Show an earlier run; nothing is computed."""
        run = self._run(run_id)
        if run is not None and run_id != self._shown:
            self._explain.cancel()
            self._session.set_request(run.result.request)
            self._session.set_result(run.result)

    def pin(self, run_id: int | None) -> None:
        """Keep a run to compare with; None: none is."""
        if run_id != self._pinned:
            self._pinned = run_id if self._run(run_id) else None
            self.changed.emit()

    def _run(self, run_id: int | None) -> Run | None:
        return next((run for run in self._runs if run.id == run_id), None)

    def _on_clip(self, state: SessionState) -> None:
        if state.current != self._clip:
            self._clip = state.current
            self._runs.clear()
            self._shown = self._pinned = None
            self.changed.emit()

    def _on_result(self, state: SessionState) -> None:
        result = state.result
        if result is None:
            self._shown = None
        else:
            self._take(result)
            self._drop_oldest()
        self.changed.emit()

    def _take(self, result: ExplanationResult) -> None:
        now = self._clock()
        for place, run in enumerate(self._runs):
            if run.result is result or _is_same(run.result, result):
                self._runs[place] = replace(run, result=result)
                self._shown = run.id
                return
        newest = self._runs[-1] if self._runs else None
        if newest is not None and newest.id == self._shown and newest.id != self._pinned:
            soon = now - self._made < ONE_RUN or _is_on_its_way(newest.result)
            if soon and _differs_in_shares(newest.result, result):
                self._runs.pop()
        self._made = now
        self._runs.append(Run(next(self._ids), result))
        self._shown = self._runs[-1].id

    def _drop_oldest(self) -> None:
        while len(self._runs) > MOST_RUNS or sum(run.n_bytes for run in self._runs) > MOST_BYTES:
            spare = [run for run in self._runs if run.id not in (self._shown, self._pinned)]
            if not spare:
                return
            self._runs.remove(spare[0])


def _is_same(one: ExplanationResult, other: ExplanationResult) -> bool:
    """Whether they come from the same choices, sound and models."""
    return one.request == other.request and _made_of(one) == _made_of(other)


def _differs_in_shares(one: ExplanationResult, other: ExplanationResult) -> bool:
    request = replace(one.request, keep=other.request.keep, remove=other.request.remove)
    return request == other.request and _made_of(one) == _made_of(other)


def _made_of(result: ExplanationResult) -> tuple[Origin, float, float]:
    return result.origin, result.start, result.end


def _is_on_its_way(result: ExplanationResult) -> bool:
    """Whether a slider was being dragged: random masks are asked for and not made yet."""
    return result.request.random_masks > 0 and result.random_explanation is None

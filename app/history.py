"""Undo and redo: what the user chose, step by step.

There is one line of steps. Choices of how to explain (method, shares, target …) belong to the
window and are undone whichever clip is open. A selection, and the stretch that is explained,
belong to the clip: they are forgotten with their steps when another clip is opened, as the session
forgets the selection, so that undoing never leaps to a clip the user has left. Clips taken off the
list come back to their place, and are opened again if they were open.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.explain_controller import ExplainController
from app.session import ClipItem, Session, SessionState
from core.types import ExplanationRequest

MOST_STEPS = 200
ONE_STEP = 0.8  # seconds; a choice made again within this time is the same step
OF_A_CLIP = {"start", "end", "every_window"}
FIELDS = tuple(field.name for field in fields(ExplanationRequest))


@dataclass(frozen=True, slots=True)
class RequestStep:
    """Choices that changed together: field of the request → value before, and after."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SelectionStep:
    """before, after: start and end in seconds, or None."""

    before: tuple[float, float] | None
    after: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class RemovalStep:
    """A clip was taken off the list. index: where it stood. was_open: whether it was current."""

    item: ClipItem
    index: int
    was_open: bool


Step = RequestStep | SelectionStep | RemovalStep


class History(QObject):
    """Watches the session, and takes steps back and forth.

    Signals: changed(), other steps can be undone or redone.
    """

    changed = Signal()

    def __init__(
        self,
        session: Session,
        explain: ExplainController,
        close_item: Callable[[str], None],
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """close_item: takes an item off the list; clock: seconds, never going back."""
        super().__init__(parent)
        self._session, self._explain, self._close_item = session, explain, close_item
        self._clock = clock
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._known = session.state
        self._last: float | None = None  # when the newest step was added to; None: it is done
        self._dragging = self._stepping = False
        session.items_changed.connect(self._on_items)
        session.clip_changed.connect(self._on_clip)
        session.request_changed.connect(self._on_request)
        session.selection_changed.connect(self._on_selection)

    @property
    def next_undo(self) -> Step | None:
        return self._done[-1] if self._done else None

    @property
    def next_redo(self) -> Step | None:
        return self._undone[-1] if self._undone else None

    def undo(self) -> None:
        """Take the newest step back; nothing when there is none."""
        if self._done:
            step = self._done.pop()
            self._undone.append(step)
            self._take(lambda: self._back(step))

    def redo(self) -> None:
        """Take the step again that was undone last."""
        if self._undone:
            step = self._undone.pop()
            self._done.append(step)
            self._take(lambda: self._forth(step))

    def begin_drag(self) -> None:
        """From now on a choice that is made again and again is one step."""
        self._dragging = True
        self._last = None

    def end_drag(self) -> None:
        self._dragging = False
        self._last = None

    def clear(self) -> None:
        """Forget every step, as when another session was opened."""
        self._done.clear()
        self._undone.clear()
        self.changed.emit()

    def _take(self, move: Callable[[], None]) -> None:
        self._stepping, self._last = True, None
        try:
            move()
        finally:
            self._stepping = False
            self._known = self._session.state
        self.changed.emit()

    def _back(self, step: Step) -> None:
        if isinstance(step, RequestStep):
            self._explain.change_request(replace(self._session.state.request, **step.before))
        elif isinstance(step, SelectionStep):
            self._session.set_selection(step.before)
        else:
            if step.item.key not in {item.key for item in self._session.state.items}:
                self._session.insert_item(step.item, step.index)
            if step.was_open:
                self._explain.open_item(step.item.key)

    def _forth(self, step: Step) -> None:
        if isinstance(step, RequestStep):
            self._explain.change_request(replace(self._session.state.request, **step.after))
        elif isinstance(step, SelectionStep):
            self._session.set_selection(step.after)
        else:
            self._close_item(step.item.key)

    def _add(self, step: Step) -> None:
        now, last = self._clock(), self.next_undo
        soon = self._last is not None and (self._dragging or now - self._last < ONE_STEP)
        if (
            soon
            and isinstance(step, RequestStep)
            and isinstance(last, RequestStep)
            and step.before.keys() == last.before.keys()
        ):
            self._done.pop()
            step = RequestStep(last.before, step.after)
        self._last = now
        self._undone.clear()
        if not (isinstance(step, RequestStep) and step.before == step.after):
            self._done = [*self._done, step][-MOST_STEPS:]
        self.changed.emit()

    def _on_request(self, state: SessionState) -> None:
        before, self._known = self._known.request, state
        if not self._stepping:
            names = [n for n in FIELDS if getattr(before, n) != getattr(state.request, n)]
            self._add(
                RequestStep(
                    {name: getattr(before, name) for name in names},
                    {name: getattr(state.request, name) for name in names},
                )
            )

    def _on_selection(self, state: SessionState) -> None:
        before, self._known = self._known, state
        if not self._stepping and before.selection != state.selection:
            self._add(SelectionStep(before.selection, state.selection))

    def _on_items(self, state: SessionState) -> None:
        before, self._known = self._known, state
        gone = [item for item in before.items if item.key not in {i.key for i in state.items}]
        if not self._stepping and len(gone) == 1 and len(state.items) == len(before.items) - 1:
            index = before.items.index(gone[0])
            self._add(RemovalStep(gone[0], index, gone[0].key == state.current))

    def _on_clip(self, state: SessionState) -> None:
        before, self._known = self._known, state
        if before.current != state.current:
            for steps in (self._done, self._undone):
                steps[:] = [step for step in steps if not _is_of_a_clip(step)]
            self.changed.emit()


def _is_of_a_clip(step: Step) -> bool:
    if isinstance(step, RequestStep):
        return set(step.before) <= OF_A_CLIP
    return isinstance(step, SelectionStep)

"""What is open and what is known about it. Changed on the GUI thread only; views get snapshots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal

from core.file_names import as_text, plain
from core.session_file import KeptSound
from core.types import AudioClip, ExplanationRequest, ExplanationResult, Variant

SAME_LENGTH = 0.05  # seconds that resampling and whole samples may take off a clip
Group = Literal["samples", "takes", "events", "files"]


@dataclass(frozen=True, slots=True)
class ClipItem:
    """One entry of the list of clips. key: see `key_of`, unique in the list. name: as it is
    shown, in which nothing turns text around or breaks the line.

    sound: where a session file keeps its samples; they are read from there, not from `path`.
    """

    path: Path
    name: str
    group: Group
    missing: bool = False
    sound: KeptSound | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", plain(self.name))

    @property
    def key(self) -> str:
        return key_of(self.path)


def key_of(path: Path) -> str:
    """A path as valid text: Qt's text loses what is none."""
    return as_text(str(path))


@dataclass(frozen=True, slots=True, eq=False)
class SessionState:
    """Everything that is open, at one moment.

    clip: the recording of the current item as it was read; None while it is being read.
    result: the explanation shown, of the current clip or None. stale: whether the request has
    changed since in a way that needs a new explanation.
    selection, loop: start and end in seconds of the clip; the loop is None while none is played.
    """

    items: tuple[ClipItem, ...] = ()
    current: str | None = None
    clip: AudioClip | None = None
    request: ExplanationRequest = field(default_factory=ExplanationRequest)
    result: ExplanationResult | None = None
    active: Variant = Variant.ORIGINAL
    selection: tuple[float, float] | None = None
    loop: tuple[float, float] | None = None

    @property
    def window(self) -> tuple[float, float] | None:
        """The part of the clip that is explained, in seconds; None where that is all of it."""
        clip, result = self.clip, self.result
        if clip is None or result is None:
            return None
        if result.end - result.start > clip.seconds - SAME_LENGTH:
            return None
        return result.start, result.end

    @property
    def item(self) -> ClipItem | None:
        return next((item for item in self.items if item.key == self.current), None)


class Session(QObject):
    """Holds the state and tells what changed.

    Signals, each with the new `SessionState`: items_changed, clip_changed (another clip, or its
    sound has been read), request_changed, result_changed, active_changed, selection_changed,
    loop_changed.
    """

    items_changed = Signal(object)
    clip_changed = Signal(object)
    request_changed = Signal(object)
    result_changed = Signal(object)
    active_changed = Signal(object)
    selection_changed = Signal(object)
    loop_changed = Signal(object)

    def __init__(self, request: ExplanationRequest, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = SessionState(request=request)

    @property
    def state(self) -> SessionState:
        return self._state

    def add_items(self, items: Iterable[ClipItem]) -> None:
        """Append what is not in the list yet."""
        known = {item.key for item in self._state.items}
        fresh = tuple(item for item in items if item.key not in known)
        if fresh:
            self._state = replace(self._state, items=(*self._state.items, *fresh))
            self.items_changed.emit(self._state)

    def remove_item(self, key: str) -> None:
        """Take an item off the list; the file stays. The current clip stays open."""
        items = tuple(item for item in self._state.items if item.key != key)
        if len(items) < len(self._state.items):
            self._state = replace(self._state, items=items)
            self.items_changed.emit(self._state)

    def insert_item(self, item: ClipItem, index: int) -> None:
        """Put an item that is not in the list at this place of it."""
        before = self._state.items
        self.set_items((*before[:index], item, *before[index:]))

    def set_items(self, items: Iterable[ClipItem]) -> None:
        """Another list; keys must differ. The current clip stays open."""
        self._state = replace(self._state, items=tuple(items))
        self.items_changed.emit(self._state)

    def choose(self, key: str | None) -> None:
        """Make an item current; its sound, result, selection and loop are not known yet.

        None: no clip is open any more.
        """
        if key != self._state.current:
            before = self._state
            self._state = replace(
                before, current=key, clip=None, result=None, selection=None, loop=None
            )
            self.clip_changed.emit(self._state)
            self.result_changed.emit(self._state)
            if before.selection is not None:
                self.selection_changed.emit(self._state)
            if before.loop is not None:
                self.loop_changed.emit(self._state)

    def set_clip(self, clip: AudioClip) -> None:
        self._state = replace(self._state, clip=clip)
        self.clip_changed.emit(self._state)

    def set_request(self, request: ExplanationRequest) -> None:
        if request != self._state.request:
            self._state = replace(self._state, request=request)
            self.request_changed.emit(self._state)

    def set_result(self, result: ExplanationResult | None) -> None:
        self._state = replace(self._state, result=result)
        self.result_changed.emit(self._state)

    def set_active(self, variant: Variant) -> None:
        if variant != self._state.active:
            self._state = replace(self._state, active=variant)
            self.active_changed.emit(self._state)

    def set_selection(self, selection: tuple[float, float] | None) -> None:
        if selection != self._state.selection:
            self._state = replace(self._state, selection=selection)
            self.selection_changed.emit(self._state)

    def set_loop(self, loop: tuple[float, float] | None) -> None:
        if loop != self._state.loop:
            self._state = replace(self._state, loop=loop)
            self.loop_changed.emit(self._state)

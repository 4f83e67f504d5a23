"""Between the session in the window and the one in a file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from app.session import ClipItem, SessionState, key_of
from core.samples import sample_clips
from core.session_file import SavedItem, SavedSession
from core.session_manifest import SavedLook
from core.types import ExplanationResult


@dataclass(frozen=True, slots=True)
class Mark:
    """What would be lost if the session were not saved: two that are equal hold the same.

    Looking and listening change nothing: version, selection, loop and view are saved with it, but
    nobody is asked to save them. A result is told by what made it, so stepping away from a clip and
    back, or undoing a choice, leads to where it was.
    """

    items: tuple[str, ...]
    current: str | None
    request: object
    result: Any

    @classmethod
    def of(cls, state: SessionState, used: Collection[str]) -> Mark:
        keys = tuple(item.key for item in kept_items(state, used))
        return cls(keys, state.current, state.request, _origin_of(state.result))


def kept_items(state: SessionState, used: Collection[str]) -> list[ClipItem]:
    """The items that belong to a session: files, live events, and what was opened in it.

    Samples belong to HearWhy and earlier takes to the folder for takes; both are offered to every
    session, and a session that is handed on must not hand on every word ever recorded.
    used: keys of the takes that were opened.
    """
    return [
        item
        for item in state.items
        if item.key == state.current
        or item.group in ("files", "events")
        or (item.group == "takes" and (item.sound is not None or item.key in used))
    ]


def to_saved(state: SessionState, used: Collection[str], look: SavedLook) -> SavedSession:
    """What a file of the session holds."""
    items = kept_items(state, used)
    current = next((n for n, item in enumerate(items) if item.key == state.current), None)
    return SavedSession(
        request=state.request,
        items=tuple(SavedItem(item.path, item.name, item.group, item.sound) for item in items),
        current=current,
        clip=state.clip,
        result=state.result,
        active=state.active,
        selection=state.selection,
        look=replace(look, loop=state.loop),
    )


def from_saved(saved: SavedSession, offered: Collection[ClipItem]) -> tuple[list[ClipItem], int]:
    """The list of clips of a session that was read, and where in it the current one is (or −1).

    offered: the samples and takes that are listed anyway; those of the session are added.
    """
    items = [item for item in offered if item.group in ("samples", "takes")]
    keys = {item.key: number for number, item in enumerate(items)}
    samples = {sample.path.name: key_of(sample.path) for sample in sample_clips()}
    current = -1
    for number, item in enumerate(saved.items):
        listed = _listed(item)
        sample = samples.get(item.path.name) if item.group == "samples" else None
        place = keys.get(sample or listed.key)
        if place is None:
            place = keys[listed.key] = len(items)
            items.append(listed)
        elif sample is None:
            items[place] = listed
        if number == saved.current:
            current = place
    return items, current


def _listed(item: SavedItem) -> ClipItem:
    group = "files" if item.group == "samples" else item.group
    missing = item.sound is None and not item.path.is_file()
    return ClipItem(item.path, item.name, group, missing, item.sound)


def _origin_of(result: ExplanationResult | None) -> Any:
    if result is None:
        return None
    return result.request, result.start, result.end, result.origin

"""The sounds within a file, each as libsndfile is to see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.streams import Part

MOST = 4096  # pieces; a file with more is made to keep a reader busy
FORGIVEN = 64  # bytes; some writers count their own header into the length of the sound


@dataclass(frozen=True, slots=True)
class Piece:
    """One sound. Most files hold just one.

    parts, blank: what libsndfile reads, see `core.streams.Splice`; what a header says wrongly is
        put right there.
    frames: samples a channel, where they are known better than by libsndfile.
    slack: by how many samples it may turn out shorter; infinite where `frames` is an estimate.
    stated: the share of the sound that its header knows of, where that is not all.
    endless: there is no sign that its end is the end.
    refused: what is wrong with it, as the sentence goes on after its name; None: it can be read.
    """

    parts: tuple[Part, ...]
    blank: int = 0
    frames: int | None = None
    slack: float = 0
    stated: float | None = None
    endless: bool = False
    refused: str | None = None


def cut_off(promised: str, readable: str) -> str:
    """Why a sound is refused that is shorter than its header promises, e.g. "3.00 s"."""
    return f"is cut off: its header promises {promised} but only {readable} can be read"


def replaced(start: int, stop: int, changes: Iterable[tuple[int, bytes]]) -> tuple[Part, ...]:
    """start…stop of a file with other bytes in some places, given in order."""
    parts: list[Part] = []
    for position, content in changes:
        parts += [range(start, position), content]
        start = position + len(content)
    return (*parts, range(start, max(start, stop)))

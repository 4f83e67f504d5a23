"""Makes what a deck is about to play, in the window's thread and a few milliseconds at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.audio.deck import VariantDeck
from app.audio.track import Track

AT_ONCE = 0.5  # s of sound that are made before anything begins to play
AHEAD = 10.0  # s that are made before they are heard: a window that hangs is not heard
PATIENCE = 0.005  # s that making them may hold up the window each time


def make_at_once(deck: VariantDeck, track: Track | None, frame: int) -> None:
    """What would be heard of a track from a frame on, before the callback comes by."""
    if track is not None:
        for first, last in _stretches(deck, frame, AT_ONCE):
            for tape, number in track.missing(first, last):
                tape.make(number)


def make_ahead(deck: VariantDeck, clock: Callable[[], float]) -> None:
    """What will be heard soon, of the active version before the others.

    To be called a few times a second while the deck plays. clock: seconds.
    """
    end = clock() + PATIENCE
    for variant in sorted(deck.versions, key=lambda variant: variant is not deck.active):
        for first, last in _stretches(deck, deck.position, AHEAD):
            for tape, number in deck.versions[variant].missing(first, last):
                tape.make(number)
                if clock() >= end:
                    return


def _stretches(deck: VariantDeck, frame: int, seconds: float) -> Iterator[tuple[int, int]]:
    """The frames that are played within so many seconds from one on, round a loop as well."""
    n, loop = round(seconds * deck.rate), deck.loop
    end = min(frame + n, loop[1] if loop else deck.length)
    yield frame, end
    if loop:
        yield loop[0], min(loop[0] + frame + n - end, loop[1])

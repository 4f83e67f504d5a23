"""Decks with known samples, and what they give when they are asked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from app.audio.deck import VariantDeck
from core.types import Variant
from tests.app.audio.sounds import tracks
from tests.fake_audio import FakeClock

ORIGINAL, EXPLANATION, REMOVED = Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED
RATE = 8000
FADE = 40  # frames in 5 ms
UP = np.arange(1, FADE + 1, dtype=np.float32) / FADE  # the weights of a fade in
DOWN = 1.0 - UP


def column(values: object) -> np.ndarray:
    return np.asarray(values, dtype=np.float32)[:, None]


def steps(n: int = 4000, start: float = 0.0) -> np.ndarray:
    """Samples that tell where they are from: one more each frame."""
    return column(start + np.arange(n))


def level(value: float, n: int = 4000) -> np.ndarray:
    return column(np.full(n, value))


def make(*samples: np.ndarray, clock: Callable[[], float] | None = None) -> VariantDeck:
    """A mono deck with these versions, in the order original, explanation, removed."""
    deck = VariantDeck(RATE, 1, clock or FakeClock())
    deck.load(tracks(dict(zip((ORIGINAL, EXPLANATION, REMOVED), samples, strict=False)), RATE))
    return deck


def pull(deck: VariantDeck, frames: int, block: int = 64) -> np.ndarray:
    """The next frames, shape (frames,), asked for in blocks."""
    out = np.full((frames, deck.channels), np.nan, dtype=np.float32)
    for start in range(0, frames, block):
        deck.fill(out[start : start + block])
    return out[:, 0]


def playing(*samples: np.ndarray) -> VariantDeck:
    """A deck that has played 100 frames, the fade in among them."""
    deck = make(*samples)
    deck.play()
    pull(deck, 100)
    return deck


def close(actual: np.ndarray, expected: object) -> None:
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)

"""What holds of a deck whatever happens."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from app.audio.deck import VariantDeck
from core.types import Variant
from tests.app.audio.decks import (
    EXPLANATION,
    FADE,
    ORIGINAL,
    RATE,
    REMOVED,
    column,
    level,
    make,
    playing,
    pull,
)
from tests.app.audio.sounds import tracks


def disturb(deck: VariantDeck, rng: np.random.Generator, amplitude: float) -> None:
    """One thing a user may do, by chance."""
    match rng.integers(9):
        case 0:
            deck.play()
        case 1:
            deck.pause()
        case 2:
            deck.stop()
        case 3 | 4:
            deck.active = (ORIGINAL, EXPLANATION, REMOVED)[rng.integers(3)]
        case 5:
            deck.seek(int(rng.integers(-100, 3000)))
        case 6:
            deck.loop = tuple(np.sort(rng.integers(0, 2500, 2)).tolist())
        case 7:
            deck.loop = None
        case 8:
            n = int(rng.integers(1500, 2500))
            values = rng.uniform(-amplitude, amplitude, 3)
            sounds = [level(value, n) for value in (*values, 0.0)]
            deck.swap(tracks(dict(zip(Variant, sounds, strict=True)), RATE))
    if rng.random() < 0.5:
        deck.play()


@pytest.mark.parametrize("seed", range(20))
def test_no_order_of_events_clicks(seed: int):
    rng = np.random.default_rng(seed)
    deck = make(level(1.0), level(-1.0), level(0.0))
    out = []
    for _ in range(300):
        disturb(deck, rng, amplitude=1.0)
        frames = int(rng.integers(1, 120))
        out.append(pull(deck, frames, block=frames))
        assert 0 <= deck.position <= deck.length or deck.playing
    heard = np.concatenate(out)
    # At most one voice goes up while others, no more than one in sum, go down; twice as steep where
    # the end of a loop is moved to just ahead.
    assert np.abs(np.diff(heard, prepend=0.0)).max() <= 3.01 / FADE
    assert np.abs(heard).max() <= 1.001
    assert np.abs(heard).max() > 0.5


def test_the_sound_does_not_depend_on_how_it_is_cut_into_blocks():
    def session(block: int) -> np.ndarray:
        rng = np.random.default_rng(1)
        deck = make(*(column(rng.standard_normal(3000)) for _ in range(3)))
        deck.loop = (200, 1111)
        deck.play()
        out = []
        for variant in (EXPLANATION, REMOVED, ORIGINAL):
            out.append(pull(deck, 1500, block))
            deck.active = variant
            out.append(pull(deck, 13, block))
            deck.loop = None
        out.append(pull(deck, 4000, block))
        return np.concatenate(out)

    reference = session(5000)
    for block in (1, 7, 64, 383, 1024, 2000):
        np.testing.assert_allclose(session(block), reference, atol=2e-5)


def test_the_callback_allocates_no_array_while_it_plays():
    deck = playing(level(1.0, 200_000), level(2.0, 200_000))
    deck.loop = (0, 150_000)
    out = np.zeros((1024, 1), dtype=np.float32)  # 4 kB
    deck.fill(out)
    tracemalloc.start()
    try:
        deck.fill(out)
        tracemalloc.reset_peak()
        base, _ = tracemalloc.get_traced_memory()
        for _ in range(100):
            deck.fill(out)
        deck.active = EXPLANATION
        for _ in range(100):
            deck.fill(out)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - base < 2000  # views and numbers

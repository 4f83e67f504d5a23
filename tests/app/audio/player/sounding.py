"""Clips with known samples, and what is heard of them."""

from __future__ import annotations

import numpy as np

from app.audio.player import Player
from core.types import AudioClip, Variant
from tests.fake_audio import FakeBackend

ORIGINAL, EXPLANATION, REMOVED = Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED
RATE = 48_000
FADE = 240


def level(value: float, seconds: float = 1.0, rate: int = RATE) -> AudioClip:
    return AudioClip(np.full((1, round(seconds * rate)), value), rate)


def steps(seconds: float = 1.0) -> AudioClip:
    return AudioClip(np.arange(round(seconds * RATE))[None] / 1e5, RATE)


def pull_and_poll(player: Player, backend: FakeBackend, seconds: float) -> np.ndarray:
    """What is heard next, while the window looks after the player as it does."""
    blocks = []
    for _ in range(round(seconds * RATE / 1600)):
        blocks.append(backend.stream.pull(1600))
        player.poll()
    return np.concatenate(blocks)


def ends_with(out: np.ndarray, value: float) -> bool:
    return bool(np.allclose(out[-100:], value, atol=1e-3))

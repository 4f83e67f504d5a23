"""Clips and explanations of known levels, and what is heard of them."""

from __future__ import annotations

import numpy as np

from core.types import AudioClip, Variant
from tests.results import made_up_result

ORIGINAL, EXPLANATION, REMOVED = Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED
RECONSTRUCTION = Variant.RECONSTRUCTION
RATE = 48_000
FADE = 240
LEVELS = {ORIGINAL: 0.2, RECONSTRUCTION: 0.4, EXPLANATION: 0.025, REMOVED: 0.1}
"""Of the made-up versions; they are all of one kind, so that matched levels are equal."""


def tone(level: float, seconds: float) -> AudioClip:
    """A square wave: its samples have no other magnitude."""
    n = round(seconds * RATE)
    return AudioClip(level * np.sign(np.sin(2 * np.pi * 100 * (np.arange(n) + 0.5) / RATE)), RATE)


def explained(start: float, end: float, **levels: float):
    sounds = LEVELS | {Variant(name): level for name, level in levels.items()}
    audio = {variant: tone(level, end - start) for variant, level in sounds.items()}
    return made_up_result(audio=audio, start=start, end=end)


def opened(qtbot, bench, seconds: float = 10.0, level: float = 0.2) -> AudioClip:
    """A clip is open, and its peak known."""
    clip = tone(level, seconds)
    bench.session.choose(f"{id(clip)}.wav")
    with qtbot.waitSignal(bench.runner.succeeded):
        bench.session.set_clip(clip)
    return clip


def explain(qtbot, bench, start: float = 4.0, end: float = 5.0, **levels: float) -> None:
    with qtbot.waitSignal(bench.runner.succeeded):
        bench.session.set_result(explained(start, end, **levels))


def heard(bench, seconds: float = 0.05) -> float:
    """The magnitude of what sounds next, once fades are over."""
    bench.backend.stream.pull(2 * FADE)
    out = np.abs(bench.backend.stream.pull(round(seconds * RATE)))
    assert np.ptp(out) < 1e-3
    return float(out[0, 0])


def passes(bench, seconds: float) -> None:
    """Sound is played, and the window looks after it now and then."""
    for _ in range(round(seconds / 0.1)):
        bench.backend.stream.pull(RATE // 10)
        bench.playback._poll()

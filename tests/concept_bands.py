"""Concepts with known answers: words are bands, sounds are tones in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.types import AudioClip, ExplanationResult, Variant
from tests.core.concepts.spaces import RATE, Tones, tone
from tests.results import made_up_result

WORDS = tuple(f"band {band}" for band in range(1, 13))


class CountingTones(Tones):
    """Counts the windows that it heard."""

    heard = 0

    def embed(self, samples: np.ndarray) -> np.ndarray:
        self.heard += len(samples)
        return super().embed(samples)


def listen_with(
    monkeypatch: pytest.MonkeyPatch, embedder: Tones | None = None
) -> CountingTones | Tones:
    """Every embedder that is opened from here on is this one."""
    embedder = embedder or CountingTones(window=1.0)
    monkeypatch.setattr("app.concept_listener.open_embedder", lambda reference, device: embedder)
    return embedder


def words_file(folder: Path) -> Path:
    """A vocabulary of one word a band."""
    path = folder / "bands.txt"
    path.write_text("\n".join(WORDS), encoding="utf-8")
    return path


def bands(*sequence: int, seconds: float = 2.0) -> AudioClip:
    """A tone in each band, one after the other."""
    return AudioClip(
        np.concatenate([tone(band, seconds) for band in sequence])[None], RATE, "bands"
    )


def chord(*mixture: int, seconds: float = 4.0) -> AudioClip:
    """Tones in these bands at once."""
    return AudioClip(sum(tone(band, seconds) for band in mixture)[None], RATE, "chord")


def result_of(**sounds: AudioClip) -> ExplanationResult:
    """Of a whole clip: the original, and what is kept and removed; the codec gives the original."""
    audio = {
        Variant.ORIGINAL: sounds["original"],
        Variant.RECONSTRUCTION: sounds["original"],
        Variant.EXPLANATION: sounds["explanation"],
        Variant.REMOVED: sounds["removed"],
    }
    return made_up_result(audio=audio, start=0.0, end=sounds["original"].seconds)

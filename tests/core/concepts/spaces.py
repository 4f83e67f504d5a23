"""Small dictionaries and an embedder whose answers are known by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.concepts.embeddings import EmbedderSpec
from core.concepts.types import ConceptVocabulary
from core.types import FloatArray

DIM = 24
RATE = 8_000


def unit_rows(rows: np.ndarray) -> FloatArray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def random_vocabulary(count: int, dim: int = DIM, seed: int = 0) -> ConceptVocabulary:
    """Words w0 … whose vectors lean towards a common one, as those of text models do."""
    generator = np.random.default_rng(seed)
    rows = generator.standard_normal((count, dim)) + 0.5 * generator.standard_normal(dim)
    words = tuple(f"w{number}" for number in range(count))
    return ConceptVocabulary("random", "tones", words, unit_rows(rows), "Random words")


class Tones:
    """A sound is where its energy lies in DIM equal bands; “band 3” is a tone in the fourth."""

    def __init__(self, window: float = 1.0) -> None:
        self.spec = EmbedderSpec("tones", "Tones", "tones", RATE, DIM, window, 0.5, "0" * 16)

    def embed(self, samples: FloatArray) -> FloatArray:
        power = np.abs(np.fft.rfft(samples, axis=1)[:, 1:]) ** 2
        bands = np.stack([part.sum(axis=1) for part in np.array_split(power, DIM, axis=1)], axis=1)
        return unit_rows(np.sqrt(bands) + 1e-6)

    def embed_texts(self, texts: Sequence[str]) -> FloatArray:
        """Each number in a text stands for its band; texts without one are all alike."""
        rows = np.full((len(texts), DIM), 1e-3)
        for row, text in zip(rows, texts, strict=True):
            for number in (int(part) for part in text.strip(".").split() if part.isdigit()):
                row[number] = 1.0
        return unit_rows(rows)

    def mean(self) -> FloatArray | None:
        return None


def tone(band: int, seconds: float = 1.0, rate: int = RATE) -> FloatArray:
    """A tone in the middle of one of the bands of `Tones`, (N,)."""
    hertz = (band + 0.5) * RATE / 2 / DIM
    time = np.arange(round(seconds * rate)) / rate
    return (0.3 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)

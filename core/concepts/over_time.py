"""A sound's embeddings along time, in steps: what was heard is kept where the work is stopped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.concepts.embeddings import Embedder, EmbedderSpec
from core.concepts.listening import AT_ONCE, SHORTEST
from core.errors import AudioError
from core.job import CancelToken, Report, silent
from core.prepare import prepare
from core.scratch import Scratch, let_go
from core.types import AudioClip, FloatArray

SECONDS = 1.0  # of a window, where the embedder takes one so short
CELLS_A_WINDOW = 4
MOST = 3_600  # cells of a sound, where the longest window leaves no gaps between so few


@dataclass(frozen=True, slots=True)
class Cells:
    """A sound cut into cells of equal length, and the window around the middle of each.

    seconds: of the sound. window, hop: length of a window and of a cell, in seconds.
    """

    seconds: float
    window: float
    hop: float

    def __len__(self) -> int:
        return max(int(np.ceil(self.seconds / self.hop - 1e-6)), 1)

    def window_of(self, cell: int) -> tuple[float, float]:
        """Start and end of what was heard for a cell, in seconds, within the sound."""
        middle = min((cell + 0.5) * self.hop, self.seconds)
        return max(middle - self.window / 2, 0.0), min(middle + self.window / 2, self.seconds)


def cells_of(seconds: float, spec: EmbedderSpec) -> Cells:
    """Windows as short as the embedder understands, four cells in each; fewer in a long sound."""
    shortest = min(max(SECONDS, spec.minimum), spec.window)
    hop = max(shortest / CELLS_A_WINDOW, seconds / MOST)
    window = min(max(shortest, 2 * hop), spec.window)
    return Cells(seconds, window, min(hop, window))


class Hearing:
    """The cells of one sound, embedded one after the other; goes on where it was stopped.

    Windows that reach beyond the sound hear silence there, so a short sound has several cells.
    """

    def __init__(
        self, clip: AudioClip, embedder: Embedder, scratch: Scratch | None = None
    ) -> None:
        """scratch: where a long sound at the embedder's rate is kept.

        Raises: AudioError for a clip that is too short.
        """
        if clip.seconds < SHORTEST:
            raise AudioError(
                f"“{clip.name}” lasts less than 10 ms, too short to hear anything in it."
            )
        self.cells = cells_of(clip.seconds, embedder.spec)
        self._clip, self._embedder, self._scratch = clip, embedder, scratch
        self._ready: AudioClip | None = None
        self._embeddings = np.zeros((0, embedder.spec.dim), dtype=np.float32)

    @property
    def embeddings(self) -> FloatArray:
        """Of the cells heard so far, (n, d), rows of length 1."""
        return self._embeddings

    @property
    def is_complete(self) -> bool:
        return len(self._embeddings) == len(self.cells)

    def go_on(
        self, most: int, report: Report = silent, cancel: CancelToken | None = None
    ) -> None:
        """Hear up to `most` more cells. report: of the whole sound. Raises: Cancelled."""
        ready = self._prepared(report, cancel)
        goal = min(len(self._embeddings) + most, len(self.cells))
        while len(self._embeddings) < goal:
            if cancel is not None:
                cancel.raise_if_set()
            first = len(self._embeddings)
            report(first / len(self.cells), "Listening")
            chunk = range(first, min(first + AT_ONCE, goal))
            rows = self._embedder.embed(np.stack([self._around(ready, cell) for cell in chunk]))
            self._embeddings = np.concatenate([self._embeddings, rows])
        if self.is_complete:
            self._ready = None
        let_go(ready.samples)

    def _prepared(self, report: Report, cancel: CancelToken | None) -> AudioClip:
        if self._ready is None:
            rate = self._embedder.spec.sample_rate
            self._ready = prepare(
                self._clip, sample_rate=rate, scratch=self._scratch, report=report, cancel=cancel
            )
        return self._ready

    def _around(self, ready: AudioClip, cell: int) -> FloatArray:
        """What is heard for a cell, (N,)."""
        length = round(self.cells.window * ready.sample_rate)
        start = round((cell + 0.5) * self.cells.hop * ready.sample_rate) - length // 2
        inside = ready.samples[0, max(start, 0) : max(start + length, 0)]
        before = min(max(-start, 0), length)
        after = length - before - len(inside)
        heard: FloatArray = np.pad(inside, (before, after))
        return heard

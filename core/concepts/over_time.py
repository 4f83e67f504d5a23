"""A sound's embeddings along time, in steps: what was heard is kept where the work is stopped."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

import numpy as np

from core.concepts.embeddings import Embedder, EmbedderSpec
from core.concepts.listening import AT_ONCE, SHORTEST
from core.errors import AudioError
from core.job import CancelToken, Report, silent
from core.prepare import cut, prepare
from core.scratch import let_go
from core.types import AudioClip, FloatArray

SECONDS = 1.0  # of a window, where the embedder takes one so short
CELLS_A_WINDOW = 4
MARGIN = 1  # s around what is heard, so that resampling a part gives what all of it would
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

    Windows that reach beyond the sound hear silence there, so a short sound has several cells. Of a
    long sound only what is being heard is brought to the embedder's rate.
    """

    def __init__(self, clip: AudioClip, embedder: Embedder) -> None:
        """Raises: AudioError for a clip that is too short."""
        if clip.seconds < SHORTEST:
            raise AudioError(
                f"“{clip.name}” lasts less than 10 ms, too short to hear anything in it."
            )
        self.cells = cells_of(clip.seconds, embedder.spec)
        # Mixed as a whole, which is not always the mean of each of its parts.
        self._clip = prepare(clip, sample_rate=clip.sample_rate)
        self._embedder = embedder
        self._embeddings = np.zeros((0, embedder.spec.dim), dtype=np.float32)

    @property
    def embeddings(self) -> FloatArray:
        """Of the cells heard so far, (n, d), rows of length 1."""
        return self._embeddings

    @property
    def is_complete(self) -> bool:
        return len(self._embeddings) == len(self.cells)

    def go_on(self, most: int, report: Report = silent, cancel: CancelToken | None = None) -> None:
        """Hear up to `most` more cells. report: of the whole sound. Raises: Cancelled."""
        first, count = len(self._embeddings), len(self.cells)
        goal = min(first + most, count)
        if first == goal:
            return
        report(first / count, "Listening")
        start = max(floor(self.cells.window_of(first)[0] - MARGIN), 0)
        end = min(self.cells.window_of(goal - 1)[1] + MARGIN, self._clip.seconds)
        rate = self._embedder.spec.sample_rate
        piece = prepare(cut(self._clip, start, end), sample_rate=rate, cancel=cancel).samples[0]
        let_go(self._clip.samples)
        for begin in range(first, goal, AT_ONCE):
            if cancel is not None:
                cancel.raise_if_set()
            report(begin / count, "Listening")
            chunk = range(begin, min(begin + AT_ONCE, goal))
            heard = np.stack([self._around(piece, start * rate, cell) for cell in chunk])
            rows = self._embedder.embed(heard)
            self._embeddings = np.concatenate([self._embeddings, rows])

    def _around(self, piece: FloatArray, offset: int, cell: int) -> FloatArray:
        """What is heard for a cell, (N,). piece: part of the sound that begins at a sample."""
        rate = self._embedder.spec.sample_rate
        length = round(self.cells.window * rate)
        begin = round((cell + 0.5) * self.cells.hop * rate) - length // 2 - offset
        inside = piece[max(begin, 0) : max(begin + length, 0)]
        before = min(max(-begin, 0), length)
        heard: FloatArray = np.pad(inside, (before, length - before - len(inside)))
        return heard

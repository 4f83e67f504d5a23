"""A spectrogram of a sound that goes on, column by column."""

from __future__ import annotations

import numpy as np

from core.types import FloatArray

WINDOW, HOP = 1024, 256  # samples; as `core.spectrogram` has them up to 24 kHz
FLOOR_DB = -80.0
REFERENCE = 0.05  # magnitude of a sine at −20 dBFS: speech before a microphone fills the scale


class ScrollingSpectrogram:
    """Takes what came in and gives the columns that are complete.

    The same transform as in `core.spectrogram`, with a reference that is fixed, since what is still
    to come cannot be known. Column k is centred at sample k · `HOP` of the stream.
    """

    def __init__(self, rate: int) -> None:
        """rate: Hz."""
        self.rate = rate
        self._window = np.hanning(WINDOW + 1)[:-1].astype(np.float64)
        self._tail = np.zeros(WINDOW // 2, dtype=np.float32)
        self.columns = 0

    @property
    def frequencies(self) -> FloatArray:
        """Hz per row."""
        return (np.arange(WINDOW // 2 + 1) * (self.rate / WINDOW)).astype(np.float32)

    @property
    def seconds(self) -> float:
        """Right edge of the last column."""
        return (self.columns - 0.5) * HOP / self.rate

    def append(self, samples: FloatArray) -> FloatArray:
        """samples: (n,). → dB, float32 (513, new columns), not below −80."""
        self._tail = np.concatenate([self._tail, samples])
        count = max(0, (len(self._tail) - WINDOW) // HOP + 1)
        if not count:
            return np.zeros((WINDOW // 2 + 1, 0), dtype=np.float32)
        frames = np.lib.stride_tricks.sliding_window_view(self._tail, WINDOW)[::HOP][:count]
        magnitudes = np.abs(np.fft.rfft(frames * self._window, axis=1)) / self._window.sum()
        self._tail = self._tail[count * HOP :].copy()
        self.columns += count
        floor = REFERENCE * 10 ** (FLOOR_DB / 20)
        levels: FloatArray = (20 * np.log10(np.maximum(magnitudes, floor) / REFERENCE)).astype(
            np.float32
        )
        return levels.T

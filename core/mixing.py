"""Several channels as one: their mean, unless they cancel each other in it.

Where one channel is another turned upside down, as of a cable soldered wrongly, the mean is next to
silence though each channel is as loud as ever. So where the mean over a whole sound is much softer
than its loudest channel, that channel is taken instead.

Much softer is: by more than `MARGIN` beyond what is lost where all channels but the loudest are
silent, 20 lg C dB. For two channels that makes 12 dB; channels that have nothing to do with each
other lose 3 dB. Of channels that are about as loud as the loudest, the first is taken.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.types import FloatArray

MARGIN = 6.0  # dB
NEAR = 1.0  # dB below the loudest, which is about as loud
KEPT = 3.0  # dB more of everything, before a decision is changed


class Energies:
    """Of some channels and of their mean: what is needed to tell whether they cancel."""

    def __init__(self, channels: int) -> None:
        self._sums: npt.NDArray[np.float64] = np.zeros(channels + 1)  # the last is of the mean

    def louder(self, kept: int | None = None) -> int | None:
        """The channel to take instead of the mean; None where the mean will do.

        kept: the one that was taken so far; it is given up only for a good reason.
        """
        channels, mean = self._sums[:-1], self._sums[-1]
        loudest = channels.max()
        slack = 0.0 if kept is None else KEPT
        if mean >= loudest / len(channels) ** 2 * _factor(slack - MARGIN):
            return None
        if kept is not None and channels[kept] >= loudest * _factor(-NEAR - slack):
            return kept
        return int(np.argmax(channels >= loudest * _factor(-NEAR)))  # the first

    def mean_of(self, block: FloatArray) -> FloatArray:
        """The mean of a block (n, C) over its channels, (n,), which is remembered."""
        # Column by column, which is many times faster than `mean` along so short an axis; in
        # double precision, so that the sum of loud float channels cannot overflow.
        total = np.zeros(len(block))
        for number, channel in enumerate(block.T):
            values = channel.astype(np.float64)
            self._sums[number] += values @ values
            total += values
        total /= block.shape[1]
        self._sums[-1] += total @ total
        return total.astype(np.float32)

    def forget(self, share: float) -> None:
        """Count for less what was so far, by a factor."""
        self._sums *= share


def taken_note(channel: int, channels: int) -> str:
    """What was done instead of mixing, in words. channel: from 0 on."""
    return f"took channel {channel + 1} of {channels} alone: mixed to mono they cancel each other"


def _factor(db: float) -> float:
    """Of energy."""
    return float(10 ** (db / 10))

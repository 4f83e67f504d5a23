"""The channels of a stream as one, while it comes in."""

from __future__ import annotations

import numpy as np

from core.mixing import Energies
from core.types import FloatArray

STEP = 0.01  # s; so often it is decided what is heard, whatever the blocks that come in
HALF_LIFE = 2.0  # s in which what was heard comes to count half as much


class RunningMix:
    """Mixes as `core.mixing` does a whole sound, by what the last seconds were like.

    A change of mind is faded in over one step.
    """

    def __init__(self, channels: int, rate: int) -> None:
        self.channels = channels
        self._step = max(1, round(STEP * rate))
        self._energies = Energies(channels)
        self._rest = np.zeros((0, channels), dtype=np.float32)
        self.taken: int | None = None  # a channel that is heard alone

    @property
    def waiting(self) -> int:
        """Samples that came in and have not come out yet."""
        return len(self._rest)

    def feed(self, block: FloatArray) -> FloatArray:
        """Blocks in: (n, C); out: (m, 1), where m may be 0."""
        if self.channels == 1:
            return block
        block = np.concatenate([self._rest, block])
        whole = len(block) - len(block) % self._step
        self._rest = block[whole:]
        steps = [self._mixed(block[at : at + self._step]) for at in range(0, whole, self._step)]
        return np.concatenate([np.zeros((0, 1), dtype=np.float32), *steps])

    def _mixed(self, step: FloatArray) -> FloatArray:
        self._energies.forget(0.5 ** (STEP / HALF_LIFE))
        mean = self._energies.mean_of(step)[:, None]
        before = self.taken
        self.taken = self._energies.louder(before)
        now = self._heard(step, mean, self.taken)
        if before == self.taken:
            return now
        fade = ((np.arange(len(step)) + 0.5) / len(step)).astype(np.float32)[:, None]
        then = self._heard(step, mean, before)
        return then + fade * (now - then)

    @staticmethod
    def _heard(step: FloatArray, mean: FloatArray, taken: int | None) -> FloatArray:
        return mean if taken is None else step[:, taken : taken + 1]

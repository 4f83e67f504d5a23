"""From channels and a rate to others, block by block: of a file, a clip or a microphone.

Mixing down is the mean over channels, or the loudest where they cancel each other (`core.mixing`).
Resampling is soxr at its quality "VHQ"; n samples become ⌊n · rate_out / rate_in + ½⌋. The samples
are the same however a sound is cut into blocks, so reading a file and preparing a clip agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from core.job import CancelToken, Report
from core.mixing import Energies, taken_note
from core.scratch import MappedTape, Scratch, Tape, new_tape
from core.types import FloatArray

BLOCK = 2**13  # samples a channel and block
TOLD = 64  # blocks between two reports of how far the work is
QUALITY = "VHQ"


class Converted(NamedTuple):
    """samples: float32 (C, N), read-only. notes: what was done, in words; empty for nothing."""

    samples: FloatArray
    notes: tuple[str, ...]


def convert(
    sound: Callable[[], Iterable[FloatArray]],
    *,
    channels: tuple[int, int],
    rates: tuple[int, int],
    n_samples: int,
    scratch: Scratch | None = None,
) -> Converted:
    """Mix and resample a sound that arrives in blocks, holding one block and the result.

    sound: gives the blocks, float32, each (n, C_in), one after the other in time; called again
    where mixing turns out to cancel the channels, which shows at the end only. channels, rates:
    (in, out), in Hz; channels are equal or one of them is 1. n_samples: how many are expected; room
    is made for them, and a wrong number costs memory only. scratch: where the result is kept if it
    is long.
    """
    expected = resampled_length(n_samples, *rates)
    conversion = Conversion(channels, rates)
    samples = _converted(conversion, sound(), channels[1], expected, scratch)
    taken = conversion.louder
    if taken is not None:
        del samples  # its room is needed
        conversion = Conversion(channels, rates, taken)
        samples = _converted(conversion, sound(), channels[1], expected, scratch)
    return Converted(samples, _notes(channels, rates, taken))


def _converted(
    conversion: Conversion,
    blocks: Iterable[FloatArray],
    channels: int,
    expected: int,
    scratch: Scratch | None,
) -> FloatArray:
    tape = new_tape(scratch, channels, expected)
    for block in _even(blocks):
        tape.append(conversion.feed(block))
        if scratch and isinstance(tape, Tape) and scratch.takes(channels, tape.used):
            longer = MappedTape(scratch.folder, channels)  # than it was expected to be
            longer.append(tape.samples().T)
            tape = longer
    tape.append(conversion.finish())
    return tape.samples()


def _even(blocks: Iterable[FloatArray]) -> Iterator[FloatArray]:
    """The same sound in blocks of one size, but for the last, so that sums over them agree."""
    held: list[FloatArray] = []
    count = 0
    for block in blocks:
        held.append(block)
        count += len(block)
        if count < BLOCK:
            continue
        joined = held[0] if len(held) == 1 else np.concatenate(held)
        whole = len(joined) - len(joined) % BLOCK
        yield from (joined[first : first + BLOCK] for first in range(0, whole, BLOCK))
        held = [joined[whole:]]
        count = len(held[0])
    if count:
        yield np.concatenate(held)


def told(
    blocks: Iterable[FloatArray],
    n_samples: int,
    stage: str,
    report: Report,
    cancel: CancelToken | None,
) -> Iterator[FloatArray]:
    """The same blocks, (n, C) of `n_samples` in all, while it is told how far they are.

    Raises: Cancelled.
    """
    done = 0
    for number, block in enumerate(blocks):
        if cancel is not None:
            cancel.raise_if_set()
        if number % TOLD == 0:
            report(min(done / n_samples, 1.0), stage)
        done += len(block)
        yield block


def _notes(channels: tuple[int, int], rates: tuple[int, int], taken: int | None) -> tuple[str, ...]:
    notes = []
    if taken is not None:
        notes.append(taken_note(taken, channels[0]))
    elif channels[1] < channels[0]:
        notes.append(f"mixed {channels[0]} channels down to mono")
    elif channels[1] > channels[0]:
        notes.append(f"copied mono to {channels[1]} channels")
    if rates[0] != rates[1]:
        notes.append(f"resampled from {rates[0]:,} to {rates[1]:,} Hz")
    return tuple(notes)


def resampled_length(n_samples: int, rate_in: int, rate_out: int) -> int:
    """⌊n · rate_out / rate_in + ½⌋: how many samples `convert` makes of n."""
    return (2 * n_samples * rate_out + rate_in) // (2 * rate_in)


class Conversion:
    """Mixes and resamples a sound that comes in block by block, be it a file or a microphone.

    Blocks in: float32 (n, C_in); out: (n, C_out). What comes out lags behind by the resampler's
    filter, some milliseconds, until `finish`.
    """

    def __init__(
        self, channels: tuple[int, int], rates: tuple[int, int], taken: int | None = None
    ) -> None:
        """channels, rates: (in, out), in Hz; channels are equal or one of them is 1. taken: of the
        channels, this one alone instead of their mean."""
        self._channels, self._rates, self._taken = channels, rates, taken
        mixes = taken is None and channels[1] < channels[0]
        self._energies = Energies(channels[0]) if mixes else None
        self._n_in = self._n_out = 0
        self._stream: Any = None
        if rates[0] != rates[1]:
            import soxr

            self._stream = soxr.ResampleStream(
                *rates, channels[1], dtype="float32", quality=QUALITY
            )

    @property
    def louder(self) -> int | None:
        """The channel to take instead of the mean of what was fed; None where the mean will do."""
        return None if self._energies is None else self._energies.louder()

    @property
    def lag(self) -> float:
        """Seconds of sound that went in and has not come out yet."""
        return self._n_in / self._rates[0] - self._n_out / self._rates[1]

    def feed(self, block: FloatArray) -> FloatArray:
        """What can be said of the sound after one more block."""
        self._n_in += len(block)
        if self._energies is not None:
            block = self._energies.mean_of(block)[:, None]
        elif self._taken is not None:
            block = block[:, self._taken : self._taken + 1]
        elif self._channels[1] > self._channels[0]:
            block = np.repeat(block, self._channels[1], axis=1)
        if self._stream is not None:
            block = self._stream.resample_chunk(np.ascontiguousarray(block))
        self._n_out += len(block)
        return block

    def finish(self) -> FloatArray:
        """The rest, at the end of the sound."""
        if self._stream is None:
            return np.zeros((0, self._channels[1]), dtype=np.float32)
        # soxr rounds a length of exactly a half either way; with silence behind the end, as it
        # assumes there anyway, it gives enough to cut at the length stated.
        n_silent = self._rates[0] // self._rates[1] + 2
        silence = np.zeros((n_silent, self._channels[1]), dtype=np.float32)
        rest: FloatArray = self._stream.resample_chunk(silence, last=True)
        return rest[: resampled_length(self._n_in, *self._rates) - self._n_out]

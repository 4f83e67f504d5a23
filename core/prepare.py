"""From a recording to what a model takes: channels, sample rate, length, windows.

Mixing down is the mean over channels, or the loudest where they cancel each other (`core.mixing`).
Resampling is soxr at its quality "VHQ"; n samples become ⌊n · rate_out / rate_in + ½⌋. Both work
block by block and give the same samples however the sound is cut into blocks, so reading a file and
preparing a clip agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from core.errors import AudioError, RequestError
from core.job import CancelToken, Report, silent
from core.mixing import Energies, taken_note
from core.scratch import MappedTape, Scratch
from core.types import AudioClip, FloatArray

BLOCK = 2**13  # samples a channel and block
TOLD = 64  # blocks between two reports of how far the work is
QUALITY = "VHQ"
LATE = 0.005  # s; lengths are shown with two decimals, so an end typed from there may lie this late


def prepare(
    clip: AudioClip,
    *,
    sample_rate: int,
    channels: int = 1,
    scratch: Scratch | None = None,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> AudioClip:
    """`clip` with the channels and at the rate (Hz) a model takes; what was done is noted.

    One channel becomes several by copying, several become one as `core.mixing` says. scratch: where
    a long result is kept instead of in memory.
    Raises: AudioError for any other change of channels, or when no sample would be left; Cancelled.
    """
    if clip.n_channels != channels and 1 not in (clip.n_channels, channels):
        raise AudioError(
            f"“{clip.name}” has {clip.n_channels} channels and cannot become {channels}; "
            "mix it down to mono first."
        )
    if (clip.n_channels, clip.sample_rate) == (channels, sample_rate):
        return clip
    samples, notes = convert(
        lambda: told(_blocks_of(clip), clip.n_samples, "Resampling", report, cancel),
        channels=(clip.n_channels, channels),
        rates=(clip.sample_rate, sample_rate),
        n_samples=clip.n_samples,
        scratch=scratch,
    )
    if clip.n_samples and not samples.shape[1]:
        raise AudioError(
            f"“{clip.name}” has only {clip.n_samples} samples, too few to resample to "
            f"{sample_rate:,} Hz."
        )
    return AudioClip(samples, sample_rate, clip.name, (*clip.notes, *notes))


def louder_of(clip: AudioClip) -> int | None:
    """The channel that stands for all of a clip's where they cancel each other; else None."""
    energies = Energies(clip.n_channels)
    for block in _blocks_of(clip):
        energies.mean_of(block)
    return energies.louder()


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
    tape: _Tape | MappedTape
    if scratch is not None and scratch.takes(channels, expected):
        tape = MappedTape(scratch.folder, channels)
    else:
        tape = _Tape(channels, expected)
    for block in _even(blocks):
        tape.append(conversion.feed(block))
        if scratch and isinstance(tape, _Tape) and scratch.takes(channels, tape.used):
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


def stretch(
    name: str, n_samples: int, sample_rate: int, start: float | None, end: float | None
) -> tuple[int, int]:
    """First sample and the one after the last of start…end, in seconds; None is the clip's own.

    Raises: RequestError when the stretch is empty or not inside the clip.
    """
    length = n_samples / sample_rate
    if start is not None and start >= length:
        raise RequestError(
            f"No stretch can start at {start:g} s of “{name}”, which lasts {length:.3f} s."
        )
    begin, stop = start or 0.0, length if end is None else end
    if not (begin >= 0 and stop <= length + LATE):  # NaN is outside as well
        raise RequestError(
            f"The stretch {begin:g}–{stop:g} s is not inside “{name}”, which lasts {length:.3f} s."
        )
    first, last = round(min(begin, stop) * sample_rate), round(min(stop, length) * sample_rate)
    if first >= last:
        raise RequestError(
            f"The stretch {begin:g}–{stop:g} s of “{name}”, which lasts {length:.3f} s, is empty."
        )
    return first, last


def cut(clip: AudioClip, start: float | None, end: float | None) -> AudioClip:
    """The stretch from `start` to `end` in seconds. Raises: RequestError when it is not inside."""
    first, last = stretch(clip.name, clip.n_samples, clip.sample_rate, start, end)
    return replace(clip, samples=clip.samples[:, first:last])


def pad_to(clip: AudioClip, seconds: float) -> AudioClip:
    """`clip`, with silence at its end where it is shorter than `seconds`; noted."""
    missing = round(seconds * clip.sample_rate) - clip.n_samples
    if missing <= 0:
        return clip
    return replace(
        clip,
        samples=np.pad(clip.samples, ((0, 0), (0, missing))),
        notes=(
            *clip.notes,
            f"padded from {clip.seconds:.3f} s to {seconds:.3f} s with silence",
        ),
    )


def windows(n_samples: int, window: int, hop: int) -> list[tuple[int, int]]:
    """(start, end) in samples of windows that cover a whole clip, every `hop` samples.

    The last one is moved back to end with the clip; a shorter clip is one window by itself.
    Raises: RequestError when the windows would leave gaps.
    """
    if not 1 <= hop <= window:
        raise RequestError(
            f"Windows of {window} samples every {hop} samples do not cover a clip; "
            "the step must be at least 1 and at most the window."
        )
    if n_samples <= window:
        return [(0, n_samples)]
    starts = [*range(0, n_samples - window, hop), n_samples - window]
    return [(start, start + window) for start in starts]


def crossfade_join(pieces: Sequence[tuple[int, FloatArray]], total: int) -> FloatArray:
    """Overlapping windows joined into one sound, with linear cross-fades over each overlap.

    pieces: (first sample, samples (C, n)), in order of time; each starts before or where those
    before it end, and ends no earlier. The two gains of a cross-fade sum to one, so windows cut
    from one signal give that signal back. → float32 (C, total).
    Raises: ValueError when the pieces are not so, or do not cover 0…total: a defect of the caller.
    """
    joined = np.zeros((pieces[0][1].shape[0] if pieces else 1, total), dtype=np.float32)
    done = 0
    for start, piece in pieces:
        end = start + piece.shape[1]
        if not (0 <= start <= done <= end <= total):
            raise ValueError(f"a piece {start}…{end} cannot follow {done} samples of {total}")
        overlap = done - start
        gain = ((np.arange(overlap) + 0.5) / max(overlap, 1)).astype(np.float32)
        joined[:, start:done] += gain * (piece[:, :overlap] - joined[:, start:done])
        joined[:, done:end] = piece[:, overlap:]
        done = end
    if done != total:
        raise ValueError(f"the pieces end at {done} of {total} samples")
    return joined


class _Tape:
    """Blocks (n, C) laid end to end in one array (C, N)."""

    def __init__(self, channels: int, expected: int) -> None:
        self._room = np.empty((channels, expected), dtype=np.float32)
        self.used = 0

    def append(self, block: FloatArray) -> None:
        used = self.used + len(block)
        if used > self._room.shape[1]:
            larger = np.empty((self._room.shape[0], 2 * used), dtype=np.float32)
            larger[:, : self.used] = self._room[:, : self.used]
            self._room = larger
        self._room[:, self.used : used] = block.T
        self.used = used

    def samples(self) -> FloatArray:
        exact = self.used == self._room.shape[1]
        samples = self._room if exact else self._room[:, : self.used].copy()
        samples.setflags(write=False)
        return samples


def _blocks_of(clip: AudioClip) -> Iterator[FloatArray]:
    for start in range(0, clip.n_samples, BLOCK):
        yield clip.samples[:, start : start + BLOCK].T


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

"""From a recording to what a model takes: channels, sample rate, length, windows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.conversion import BLOCK, convert, told
from core.errors import AudioError, RequestError
from core.job import CancelToken, Report, silent
from core.mixing import Energies
from core.scratch import Scratch, passing
from core.types import AudioClip

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
        lambda: told(passing(clip.samples, BLOCK), clip.n_samples, "Resampling", report, cancel),
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
    for block in passing(clip.samples, BLOCK):
        energies.mean_of(block)
    return energies.louder()


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
    return between(clip, *stretch(clip.name, clip.n_samples, clip.sample_rate, start, end))


def between(clip: AudioClip, first: int, last: int) -> AudioClip:
    """The samples first … last − 1 of a clip."""
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

"""Spectrograms in dB that can be compared: one window rule, one stated reference and floor.

Hann window of 1,024 samples up to 24 kHz and 2,048 above, a frame every quarter of it, several
channels mixed as for a model. Levels are 20·log10 of the magnitude relative to a reference;
versions of one sound share it (`spectrograms`), for pictures that each scale themselves cannot be
compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.errors import RequestError
from core.frames import frames_of, magnitudes, window_of
from core.job import CancelToken, Report, silent
from core.prepare import prepare
from core.scratch import let_go
from core.types import AudioClip, FloatArray, SecondsArray, Spectrogram

Scale = Literal["linear", "mel"]

MEL_BANDS = 128
FRAMES_AT_ONCE = 1024  # bounds memory; an hour has several 100,000
SOFTEST = 1e-45  # the smallest float32; a magnitude that is softer is silence


def spectrogram(
    clip: AudioClip,
    *,
    reference: float | None = None,
    floor_db: float = -80.0,
    scale: Scale = "linear",
    bins: int | None = None,
) -> Spectrogram:
    """The spectrogram of one clip; see `spectrograms`."""
    (drawn,) = spectrograms([clip], reference=reference, floor_db=floor_db, scale=scale, bins=bins)
    return drawn


def spectrograms(
    clips: Iterable[AudioClip],
    *,
    reference: float | None = None,
    floor_db: float = -80.0,
    scale: Scale = "linear",
    bins: int | None = None,
    cancel: CancelToken | None = None,
) -> list[Spectrogram]:
    """The spectrograms of clips, however short, on one reference.

    reference: the magnitude that is 0 dB; None takes the largest in any of the clips. A sine of
    amplitude A has the magnitude A / 2 on the linear scale. floor_db: what is softer is shown as
    this; so is all of silent clips. scale: "linear" has the transform's own rows, "mel" has `bins`
    bands (128 unless told) that are evenly spaced in mel, each the mean magnitude under a triangle.
    Frames are centred on multiples of the hop, from the first sample to the first one at or
    behind the end.
    Raises: RequestError for a reference that is not above 0 or a senseless floor or scale;
    Cancelled.
    """
    if not -300 <= floor_db < 0:
        raise RequestError(
            f"The floor of a spectrogram must lie between −300 and 0 dB, not at {floor_db:g}."
        )
    measured = []
    for clip in clips:
        if cancel is not None:
            cancel.raise_if_set()
        window = window_of(clip.sample_rate)
        frequencies, weights = _rows(clip.sample_rate, window, scale, bins)
        blocks = [*_magnitudes(clip, window, weights)]
        measured.append((blocks, _single(frequencies), window / 4 / clip.sample_rate))
    loudest = max((float(block.max()) for blocks, _, _ in measured for block in blocks), default=0)
    if reference is None:
        reference = loudest
    if not SOFTEST <= reference < np.inf and not reference == loudest == 0.0:
        raise RequestError(f"The reference of a spectrogram must be above 0, not {reference:g}.")
    drawn = []
    for blocks, rows, hop in measured:
        db = np.concatenate([_decibels(block, reference, floor_db) for block in blocks], axis=1)
        times = np.arange(db.shape[1], dtype=np.float64) * hop
        drawn.append(Spectrogram(db, rows, times, floor_db, reference))
    return drawn


def overviews(
    clips: Sequence[AudioClip],
    *,
    columns: int,
    floor_db: float = -80.0,
    scale: Scale = "linear",
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> list[Spectrogram]:
    """Spectrograms of at most `columns` columns each, on one reference: the loudest of all clips.

    A column is the loudest of a group of frames, so that a click is not lost; `times` are the
    groups' centres. Memory holds a block and the result, however long the clips are.
    """
    drawn: list[tuple[FloatArray, FloatArray, SecondsArray]] = []
    for number, clip in enumerate(clips):
        window = window_of(clip.sample_rate)
        frequencies, weights = _rows(clip.sample_rate, window, scale, None)
        n_frames = frames_of(clip.n_samples, window)
        group = -(-n_frames // columns)
        loudest = np.zeros((len(frequencies), -(-n_frames // group)), dtype=np.float32)
        first = 0
        for block in _magnitudes(clip, window, weights):
            if cancel is not None:
                cancel.raise_if_set()
            column = (first + np.arange(block.shape[1])) // group
            starts = np.flatnonzero(np.diff(column, prepend=-1))
            into = column[starts]
            loudest[:, into] = np.maximum(
                loudest[:, into], np.maximum.reduceat(block, starts, axis=1)
            )
            first += block.shape[1]
            let_go(clip.samples)
            report((number + first / n_frames) / len(clips), "Drawing")
        centres = np.arange(loudest.shape[1]) * group + (group - 1) / 2
        times = centres * (window // 4) / clip.sample_rate
        drawn.append((loudest, _single(frequencies), times))
    reference = max((float(loudest.max()) for loudest, _, _ in drawn), default=0.0)
    return [
        Spectrogram(
            _decibels(loudest, reference, floor_db), frequencies, times, floor_db, reference
        )
        for loudest, frequencies, times in drawn
    ]


def difference(a: Spectrogram, b: Spectrogram) -> FloatArray:
    """b − a in dB, (bins, frames); positive where b is louder. Both floors count as levels.

    Raises: RequestError when the two do not share rows, times, reference and floor.
    """
    if (
        (a.reference, a.floor_db) != (b.reference, b.floor_db)
        or not np.array_equal(a.frequencies, b.frequencies)
        or not np.array_equal(a.times, b.times)
    ):
        raise RequestError(
            "Only spectrograms of sounds of one length and rate, with one reference and floor, "
            "can be subtracted."
        )
    return b.db - a.db


def hertz_to_mel(hertz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The mel scale, 2595·log10(1 + f/700) (O'Shaughnessy 1987)."""
    return np.asarray(2595.0 * np.log10(1.0 + np.asarray(hertz, dtype=np.float64) / 700.0))


def mel_to_hertz(mel: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The inverse of `hertz_to_mel`."""
    return np.asarray(700.0 * (10.0 ** (np.asarray(mel, dtype=np.float64) / 2595.0) - 1.0))


def _rows(
    sample_rate: int, window: int, scale: str, bins: int | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64] | None]:
    """Hz of each row, and the weights (rows, transform's rows) that make it; None for none."""
    lines = np.arange(window // 2 + 1, dtype=np.float64) * (sample_rate / window)
    if scale == "linear" and bins is None:
        return lines, None
    if scale != "mel":
        raise RequestError(
            f"A spectrogram is “linear”, with no number of bins, or “mel”, not “{scale}”."
        )
    bands = MEL_BANDS if bins is None else bins
    if bands < 2:
        raise RequestError(f"A mel spectrogram needs at least 2 bands, not {bands}.")
    edges = mel_to_hertz(np.linspace(0.0, float(hertz_to_mel(sample_rate / 2)), bands + 2))
    centres = edges[1:-1, None]
    # A band narrower than the transform's resolution takes the two lines beside its centre.
    below = np.maximum(centres - edges[:-2, None], lines[1])
    above = np.maximum(edges[2:, None] - centres, lines[1])
    offset = lines - centres
    weights = np.maximum(0.0, 1.0 - np.where(offset < 0, -offset / below, offset / above))
    return edges[1:-1], weights / weights.sum(axis=1, keepdims=True)


def _magnitudes(
    clip: AudioClip, window: int, weights: npt.NDArray[np.float64] | None
) -> Iterator[FloatArray]:
    """Blocks (rows, frames) of magnitudes, one after the other in time."""
    samples = prepare(clip, sample_rate=clip.sample_rate).samples
    n_frames = frames_of(clip.n_samples, window)
    for first in range(0, n_frames, FRAMES_AT_ONCE):
        lines = magnitudes(samples, window, first, min(first + FRAMES_AT_ONCE, n_frames))
        yield lines if weights is None else _single(weights @ lines)


def _decibels(magnitudes: FloatArray, reference: float, floor_db: float) -> FloatArray:
    if reference == 0.0:
        return np.full_like(magnitudes, floor_db)
    ratio = magnitudes.astype(np.float64) / reference
    # The outer maximum only undoes rounding, so that the floor is exactly the floor.
    return _single(np.maximum(20 * np.log10(np.maximum(ratio, 10 ** (floor_db / 20))), floor_db))


def _single(values: npt.NDArray[np.float64]) -> FloatArray:
    return values.astype(np.float32)

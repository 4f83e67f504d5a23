"""Sounds to embeddings: a whole clip as one, or window by window over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.concepts.embeddings import Embedder
from core.errors import AudioError, RequestError
from core.job import CancelToken, Report, silent
from core.prepare import pad_to, prepare, windows
from core.scratch import Scratch, let_go
from core.types import AudioClip, FloatArray, SecondsArray, frozen_copy

AT_ONCE = 8  # windows embedded together: bounds memory, and how long a cancel waits
LET_GO = 32  # times so many, after which those of a mapped sound are taken out of memory
HOP = 0.5  # of the window
SILENT = 1e-6  # RMS; below it every window counts alike
SHORTEST = 0.01  # s of sound that can be embedded at all


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """The embeddings of a clip's windows.

    starts, ends: (n,) float64, in seconds of the clip. embeddings: (n, d), rows of length 1.
    levels: (n,) RMS of what was embedded.
    """

    starts: SecondsArray
    ends: SecondsArray
    embeddings: FloatArray
    levels: FloatArray

    def __post_init__(self) -> None:
        for name in ("starts", "ends"):
            object.__setattr__(self, name, frozen_copy(getattr(self, name), np.float64))
        for name in ("embeddings", "levels"):
            object.__setattr__(self, name, frozen_copy(getattr(self, name)))

    @property
    def whole(self) -> FloatArray:
        """One embedding of the whole clip, (d,): the mean of the windows', of length 1.

        Each counts as much as it is loud: the silence around a short sound says nothing of it.
        """
        loudest = float(self.levels.max())
        weights = self.levels / loudest if loudest > SILENT else np.ones_like(self.levels)
        mean = np.average(self.embeddings, axis=0, weights=weights)
        unit: FloatArray = frozen_copy(mean / max(float(np.linalg.norm(mean)), 1e-6))
        return unit


def hear(
    clip: AudioClip,
    embedder: Embedder,
    *,
    window: float | None = None,
    hop: float | None = None,
    report: Report = silent,
    cancel: CancelToken | None = None,
    scratch: Scratch | None = None,
) -> Heard:
    """Embed a clip window by window; a clip that fits in one window is one.

    window: seconds, at most the embedder's, which None takes. hop: seconds between two windows;
    None is half a window. The clip is mixed and resampled as the embedder wants it, and kept in
    `scratch` where it is long.
    Raises: AudioError for a clip that is too short; RequestError for windows that make no sense;
    Cancelled.
    """
    spec = embedder.spec
    window = spec.window if window is None else window
    if not spec.minimum <= window <= spec.window:
        raise RequestError(
            f"“{spec.id}” embeds windows of {spec.minimum:g} to {spec.window:g} s, not of "
            f"{window:g} s."
        )
    if clip.seconds < SHORTEST:
        raise AudioError(f"“{clip.name}” lasts less than 10 ms, too short to hear anything in it.")
    rate = spec.sample_rate
    prepared = prepare(clip, sample_rate=rate, scratch=scratch, cancel=cancel)
    ready = pad_to(prepared, spec.minimum)
    length = round(window * rate)
    step = round((HOP * window if hop is None else hop) * rate)
    spans = windows(ready.n_samples, length, step)
    rows, levels = [], []
    for first in range(0, len(spans), AT_ONCE):
        if cancel is not None:
            cancel.raise_if_set()
        report(first / len(spans), "Embedding")
        sounds = np.stack([ready.samples[0, a:b] for a, b in spans[first : first + AT_ONCE]])
        if first % (LET_GO * AT_ONCE) == 0:
            let_go(ready.samples)
        rows.append(embedder.embed(sounds))
        levels.append(np.sqrt(np.square(sounds, dtype=np.float64).mean(axis=1)))
    starts, ends = np.array(spans, np.float64).T / rate
    ends = np.minimum(ends, clip.seconds)
    return Heard(starts, ends, np.concatenate(rows), np.concatenate(levels))

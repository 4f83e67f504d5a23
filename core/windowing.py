"""Long clips: what the classifier says over time, and which window is worth explaining."""

from __future__ import annotations

import numpy as np

from core.coding import classify_batch, encode_batch
from core.errors import RequestError
from core.job import CancelToken, Report
from core.models import Toolbox
from core.prepare import windows
from core.scratch import let_go
from core.timeline import Timeline
from core.types import AudioClip, Probabilities

CHUNK = 8  # windows encoded at a time: bounds memory, and how long a cancel waits
FINE_HOP = 0.25  # of the window, for clips up to …
LONG = 600.0  # seconds; beyond it the hop is …
COARSE_HOP = 0.5  # of the window
LET_GO = 32  # chunks, after which those of a mapped sound are taken out of memory


def timeline(clip: AudioClip, toolbox: Toolbox, report: Report, cancel: CancelToken) -> Timeline:
    """Class probabilities in windows over the whole clip, which must be as the codec needs it."""
    spec = toolbox.classifier.spec
    share = FINE_HOP if clip.seconds <= LONG else COARSE_HOP
    n_window, n_hop = (round(part * spec.window * clip.sample_rate) for part in (1.0, share))
    spans = windows(clip.n_samples, n_window, n_hop)
    rows: list[Probabilities] = []
    for first in range(0, len(spans), CHUNK):
        cancel.raise_if_set()
        report(first / len(spans), "Looking over the clip")
        chunk = spans[first : first + CHUNK]
        samples = np.stack([clip.samples[:, start:end] for start, end in chunk])
        if first % (LET_GO * CHUNK) == 0:
            let_go(clip.samples)
        latents = encode_batch(toolbox.codec, samples, cancel)
        predictions = classify_batch(toolbox.classifier, toolbox.codec, latents, cancel)
        rows.extend(prediction.probabilities for prediction in predictions)
        let_go(clip.samples)
    firsts = np.array([start for start, _ in spans], np.int64)
    return Timeline(spec.labels, firsts, np.stack(rows), n_window, n_hop, clip.sample_rate)


def most_confident(
    overview: Timeline, target: str | None, background: tuple[str, ...]
) -> tuple[int, int]:
    """First sample, and the one after the last, of the window to explain when none was asked for.

    With a target: where it is most probable. Without: where any class is, background apart,
    unless there is nothing but background.
    Raises: RequestError when the classifier does not know the target.
    """
    probabilities = np.array(overview.probabilities)
    if target is not None:
        require_label(overview.labels, target)
        score = probabilities[:, overview.labels.index(target)]
    else:
        score = probabilities.max(axis=1)
        top = [overview.labels[index] for index in probabilities.argmax(axis=1)]
        foreground = np.array([label not in background for label in top])
        if foreground.any():
            score = np.where(foreground, score, -1.0)
    first = int(overview.firsts[int(np.argmax(score))])
    return first, first + overview.n_window


def require_label(labels: tuple[str, ...], target: str) -> None:
    """Raises: RequestError naming the classes when `target` is not one of them."""
    if target not in labels:
        raise RequestError(
            f"The classifier knows no class “{target}”; it knows {', '.join(labels)}."
        )

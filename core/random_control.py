"""The control: what keeping and removing random cells does to the decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.coding import decode_batch
from core.job import CancelToken
from core.masking import keep, random_mask, remove
from core.models import Toolbox
from core.seeds import seed_of
from core.stages import Analysis, judge
from core.types import (
    ExplanationRequest,
    FloatArray,
    Prediction,
    RandomControl,
    RandomControls,
    SpacePrediction,
)


@dataclass(frozen=True, slots=True, eq=False)
class RandomPredictions:
    """One prediction a mask, of keeping and of removing its cells; whole: of all cells."""

    whole: SpacePrediction
    explanation: tuple[SpacePrediction, ...]
    removed: tuple[SpacePrediction, ...]


def random_predictions(
    analysis: Analysis,
    fill: FloatArray,
    request: ExplanationRequest,
    toolbox: Toolbox,
    cancel: CancelToken | None = None,
) -> RandomPredictions:
    """What keeping and what removing random cells does: the control for explanation and removed.

    As many masks as the request says, of the same size. They are drawn anew for each clip, so that
    those of N clips are N times as many draws. Raises: Cancelled.
    """
    codec, code, count = toolbox.codec, analysis.code, request.random_masks
    shape = (code.values.shape[0], code.values.shape[1])
    seed = seed_of(analysis.clip, request.seed)
    latents: list[FloatArray] = [code.values]
    for apply, share in ((keep, request.keep), (remove, request.remove)):
        for number in range(count):
            mask = random_mask(shape, share, request.granularity, codec.spec.bands, (seed, number))
            latents.append(apply(code.values, fill, mask))
    stacked = np.stack(latents)
    decoded = decode_batch(codec, stacked, code.n_samples, cancel)
    whole, *masked = judge(stacked, decoded, toolbox, cancel)
    return RandomPredictions(whole, tuple(masked[:count]), tuple(masked[count:]))


def summarised(
    predictions: Sequence[SpacePrediction], whole: SpacePrediction, target: str
) -> RandomControls:
    """Mean and spread over the masks of one clip, in both spaces. whole: of all its cells."""
    return RandomControls(
        latent=_control([p.latent for p in predictions], whole.latent, target),
        round_trip=_control([p.round_trip for p in predictions], whole.round_trip, target),
    )


def spread(values: Sequence[float]) -> float | None:
    """Standard deviation (n − 1) of a sample; None for a single value, which says nothing of it."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else None


def _control(predictions: Sequence[Prediction], whole: Prediction, target: str) -> RandomControl:
    labels = [prediction.label for prediction in predictions]
    probabilities = [prediction.probability_of(target) for prediction in predictions]
    return RandomControl(
        label=Counter(labels).most_common(1)[0][0],
        probability=float(np.mean(probabilities)),
        std=spread(probabilities),
        agreement=sum(label == whole.label for label in labels) / len(labels),
    )

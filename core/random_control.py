"""The control: what keeping and removing random cells does to the decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from core.coding import classify_batch, decode_batch, encode_batch
from core.job import CancelToken
from core.masking import keep, random_mask, remove
from core.models import Toolbox
from core.stages import Analysis
from core.types import (
    ExplanationRequest,
    FloatArray,
    Prediction,
    RandomControl,
    RandomControls,
    SpacePrediction,
)


def random_predictions(
    analysis: Analysis,
    fill: FloatArray,
    request: ExplanationRequest,
    toolbox: Toolbox,
    cancel: CancelToken | None = None,
) -> tuple[list[SpacePrediction], list[SpacePrediction]]:
    """What keeping and what removing random cells does: the control for explanation and removed.

    Masks of the same size, one a seed, counted from the request's seed.
    """
    codec, code = toolbox.codec, analysis.code
    shape = (code.values.shape[0], code.values.shape[1])
    masked: list[FloatArray] = []
    for apply, share in ((keep, request.keep), (remove, request.remove)):
        for number in range(request.random_masks):
            mask = random_mask(
                shape, share, request.granularity, codec.spec.bands, request.seed + number
            )
            masked.append(apply(code.values, fill, mask))
    latents = np.stack(masked)
    in_latents = classify_batch(toolbox.classifier, codec, latents)
    if cancel is not None:
        cancel.raise_if_set()
    again = encode_batch(codec, decode_batch(codec, latents, code.n_samples))
    by_round_trip = classify_batch(toolbox.classifier, codec, again)
    both = [SpacePrediction(*pair) for pair in zip(in_latents, by_round_trip, strict=True)]
    return both[: request.random_masks], both[request.random_masks :]


def summarised(predictions: Sequence[SpacePrediction], analysis: Analysis) -> RandomControls:
    """Mean and spread over the masks, in both spaces."""
    return RandomControls(
        latent=_control([prediction.latent for prediction in predictions], analysis),
        round_trip=_control([prediction.round_trip for prediction in predictions], analysis),
    )


def _control(predictions: Sequence[Prediction], analysis: Analysis) -> RandomControl:
    labels = [prediction.label for prediction in predictions]
    probabilities = [prediction.probability_of(analysis.target) for prediction in predictions]
    agreeing = sum(label == analysis.prediction.label for label in labels)
    return RandomControl(
        label=Counter(labels).most_common(1)[0][0],
        probability=float(np.mean(probabilities)),
        std=float(np.std(probabilities)),
        agreement=agreeing / len(labels),
    )

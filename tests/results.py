"""A made-up result, for tests of what happens after the explanation; needs no torch."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.types import (
    Attribution,
    AudioClip,
    ExplanationRequest,
    ExplanationResult,
    LatentCode,
    Prediction,
    RandomControl,
    RandomControls,
    SpacePrediction,
    Variant,
)

LABELS = ("yes", "no", "silence")
RATE, SAMPLES = 8_000, 4_000


def prediction(*probabilities: float) -> Prediction:
    return Prediction(LABELS, np.array(probabilities))


def controls(probability: float) -> RandomControls:
    return RandomControls(
        latent=RandomControl("no", probability, 0.05, 0.4),
        round_trip=RandomControl("yes", probability / 2, 0.06, 0.6),
    )


def made_up_result(**changes: Any) -> ExplanationResult:
    """“yes” at .8, explanation .7 / .6, removed .2 / .3 and then “no”. changes: of fields."""
    rng = np.random.default_rng(0)
    sounds = rng.uniform(-0.5, 0.5, (4, SAMPLES)).astype(np.float32)
    sounds[2] *= 3.0  # beyond full scale, which float32 keeps
    values = rng.standard_normal((4, 6))
    fields: dict[str, Any] = {
        "request": ExplanationRequest(keep=0.2, remove=0.1, seed=3, random_masks=5),
        "clip_name": "word",
        "codec_id": "small-codec",
        "classifier_id": "small-head",
        "device": "cpu",
        "target": "yes",
        "start": 0.25,
        "end": 0.75,
        "code": LatentCode(values, SAMPLES),
        "attribution": Attribution(values, "integrated_gradients", "yes", 0.0125, 16),
        "keep_mask": values > 0,
        "remove_mask": values > 1,
        "audio": {
            variant: AudioClip(sound, RATE, "word")
            for variant, sound in zip(Variant, sounds, strict=True)
        },
        "original": prediction(0.8, 0.15, 0.05),
        "reconstruction": prediction(0.75, 0.2, 0.05),
        "explanation": SpacePrediction(prediction(0.7, 0.2, 0.1), prediction(0.6, 0.3, 0.1)),
        "removed": SpacePrediction(prediction(0.2, 0.7, 0.1), prediction(0.3, 0.6, 0.1)),
        "random_explanation": controls(0.4),
        "random_removed": controls(0.9),
        "level_db": {
            Variant.ORIGINAL: 0.0,
            Variant.RECONSTRUCTION: -0.1,
            Variant.EXPLANATION: -8.25,
            Variant.REMOVED: None,
        },
        "seconds": {"encode": 0.01, "attribute": 0.02, "synthesise": 0.03, "total": 0.07},
        "notes": ("padded from 0.250 s to 0.500 s with silence",),
    }
    return ExplanationResult(**{**fields, **changes})

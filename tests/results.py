"""A made-up result, for tests of what happens after the explanation; needs no torch."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.classifiers import ClassifierSpec
from core.codecs import CodecSpec
from core.latents import LatentCode
from core.origin import Origin
from core.timeline import WindowSummary
from core.types import (
    Attribution,
    AudioClip,
    ExplanationRequest,
    ExplanationResult,
    Prediction,
    RandomControl,
    RandomControls,
    SpacePrediction,
    Variant,
)
from core.versions import HEARWHY

LABELS = ("yes", "no", "silence")
RATE, SAMPLES = 8_000, 4_000


def latent_code(values: Any, n_samples: int, sample_rate: int = RATE) -> LatentCode:
    """Latents whose frames end with the sound."""
    frame_rate = np.shape(values)[1] * sample_rate / n_samples
    return LatentCode(np.asarray(values), n_samples, sample_rate, frame_rate)


def summary(start: float, end: float, *rest: Any) -> WindowSummary:
    """start, end: in seconds."""
    return WindowSummary(round(start * RATE), round(end * RATE), RATE, *rest)


def prediction(*probabilities: float) -> Prediction:
    return Prediction(LABELS, np.array(probabilities))


def controls(probability: float) -> RandomControls:
    return RandomControls(
        latent=RandomControl("no", probability, 0.05, 0.4),
        round_trip=RandomControl("yes", probability / 2, 0.06, 0.6),
    )


def made_up_origin() -> Origin:
    return Origin(
        codec=CodecSpec(
            id="small-codec",
            label="Small",
            sample_rate=RATE,
            frame_rate=12.0,
            latent_dim=4,
            digest="0123456789abcdef",
            bands=(0, 0, 1, 1),
            band_edges=(0.0, 1e3, 4e3),
        ),
        classifier=ClassifierSpec(
            id="small-head",
            label="Small head",
            digest="fedcba9876543210",
            labels=LABELS,
            codec_id="small-codec",
            codec_digest="0123456789abcdef",
            window=0.5,
            minimum=0.1,
        ),
        samples="00112233445566778899aabbccddeeff",
        clip_seconds=0.75,
        method=(("most_steps", 256), ("gap", 0.02)),
        fill=(),
        versions=(("hearwhy", HEARWHY), ("torch", "2.11.0")),
    )


def made_up_result(**changes: Any) -> ExplanationResult:
    """“yes” at .8, explanation .7 / .6, removed .2 / .3 and then “no”.

    changes: of fields; start and end in seconds.
    """
    rng = np.random.default_rng(0)
    sounds = rng.uniform(-0.5, 0.5, (4, SAMPLES)).astype(np.float32)
    sounds[2] *= 3.0  # beyond full scale, which float32 keeps
    values = rng.standard_normal((4, 6))
    fields: dict[str, Any] = {
        "request": ExplanationRequest(keep=0.2, remove=0.1, seed=3, random_masks=5),
        "origin": made_up_origin(),
        "clip_name": "word",
        "device": "cpu",
        "target": "yes",
        "start": 0.25,
        "end": 0.75,
        "code": latent_code(values, SAMPLES),
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
    fields |= changes
    rate = fields["code"].sample_rate
    fields |= {"first": round(fields.pop("start") * rate), "last": round(fields.pop("end") * rate)}
    return ExplanationResult(**fields)

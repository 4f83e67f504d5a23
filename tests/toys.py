"""The toy codec and the linear classifier put to work: sounds, tools, and answers by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from core.models import Toolbox
from core.pipeline import explain
from core.types import AudioClip, ExplanationRequest, ExplanationResult, FloatArray, Variant
from tests.fakes import LinearClassifier, ToyCodec

RATE, D = 8_000, 16  # of the toy codec: 500 frames of 16 samples a second
WEIGHT = 0.02 * torch.randn(D, 1, generator=torch.Generator().manual_seed(3))
BIAS = -0.3


def sound(n_samples: int = 4_000, seed: int = 0, name: str = "word") -> AudioClip:
    """Noise around a constant."""
    rng = np.random.default_rng(seed)
    samples = 0.1 * rng.standard_normal((1, n_samples)) + 0.05
    return AudioClip(samples.astype(np.float32), RATE, name)


def tools(codec: ToyCodec | None = None, classifier: Any = None, **facts: Any) -> Toolbox:
    """facts: fields of the classifier's spec to change."""
    classifier = classifier or LinearClassifier(WEIGHT, BIAS)
    classifier.spec = replace(classifier.spec, **facts)
    return Toolbox(codec or ToyCodec(), classifier, torch.device("cpu"))


def asked(**changes: Any) -> ExplanationRequest:
    return ExplanationRequest(**({"keep": 0.25, "remove": 0.15} | changes))


def explained(clip: AudioClip | None = None, **changes: Any) -> ExplanationResult:
    return explain(clip or sound(), asked(**changes), tools())


def p_yes(latents: FloatArray) -> float:
    """The linear classifier's probability of yes."""
    return float(1.0 / (1.0 + np.exp(-((WEIGHT.numpy() * latents).sum() + BIAS))))


def samples(result: ExplanationResult, variant: Variant) -> FloatArray:
    return result.audio[variant].samples

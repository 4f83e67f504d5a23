"""The stages of explaining one window: analyse → relevance → render.

Each can be called by itself, so that a new share on known relevance repeats only what depends on
it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from core.attribute import attribute
from core.classifiers.targets import target_of
from core.coding import classify_batch, decode_batch, encode, encode_batch
from core.fills import FILLS
from core.job import CancelToken, Report, silent
from core.latents import LatentCode
from core.levels import relative_db
from core.masking import keep, most_relevant, remove
from core.models import Toolbox
from core.seeds import seed_of
from core.types import (
    Attribution,
    AudioClip,
    BoolArray,
    ExplanationRequest,
    FloatArray,
    Prediction,
    SpacePrediction,
    Variant,
)


class Clock:
    """Seconds spent per stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """A window of sound as the models see it. target: the class to explain."""

    clip: AudioClip
    code: LatentCode
    prediction: Prediction
    target: str


@dataclass(frozen=True, slots=True, eq=False)
class Rendering:
    """The versions of a window at one pair of shares, and what the classifier says of them.

    whole: of all cells, which is the original in latents and the reconstruction by round trip.
    """

    keep_mask: BoolArray
    remove_mask: BoolArray
    audio: dict[Variant, AudioClip]
    whole: SpacePrediction
    explanation: SpacePrediction
    removed: SpacePrediction
    level_db: dict[Variant, float | None] = field(default_factory=dict)


def analyse(
    clip: AudioClip, target: str | None, toolbox: Toolbox, clock: Clock | None = None
) -> Analysis:
    """Encode and classify one window. target: None means the predicted class."""
    clock = clock or Clock()
    with clock.stage("encode"):
        code = encode(toolbox.codec, clip)
    with clock.stage("classify"):
        prediction = classify_batch(toolbox.classifier, toolbox.codec, code.values[None])[0]
    return Analysis(clip, code, prediction, target or prediction.label)


def relevance(
    analysis: Analysis,
    request: ExplanationRequest,
    toolbox: Toolbox,
    clock: Clock | None = None,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> tuple[Attribution, FloatArray]:
    """Relevance of each cell for the target, and the fill it was measured against (D, F)."""
    with (clock or Clock()).stage("attribute"):
        fill = FILLS.builder(request.fill)(toolbox.codec, analysis.code, request.seed)
        attribution = attribute(
            request.method,
            toolbox.classifier,
            analysis.code.values,
            fill,
            target_of(analysis.target, request.against, toolbox.classifier.spec),
            options=dict(request.options),
            bands=toolbox.codec.spec.bands,
            device=toolbox.device,
            seed=seed_of(analysis.clip, request.seed),
            report=report,
            cancel=cancel,
        )
    return attribution, fill


def render(
    analysis: Analysis,
    attribution: Attribution,
    fill: FloatArray,
    request: ExplanationRequest,
    toolbox: Toolbox,
    clock: Clock | None = None,
    cancel: CancelToken | None = None,
) -> Rendering:
    """Mask, decode and classify again: all that depends on the shares and the granularity.

    The original is classified again beside its versions, so that equal latents are equally
    probable. Raises: Cancelled.
    """
    clock = clock or Clock()
    codec, code, clip = toolbox.codec, analysis.code, analysis.clip
    with clock.stage("synthesise"):
        bands = codec.spec.bands
        values = attribution.values
        keep_mask = most_relevant(values, request.keep, request.granularity, bands)
        remove_mask = most_relevant(values, request.remove, request.granularity, bands)
        kept = keep(code.values, fill, keep_mask)
        reduced = remove(code.values, fill, remove_mask)
        latents = np.stack([code.values, kept, reduced])
        decoded = decode_batch(codec, latents, code.n_samples, cancel)
    with clock.stage("classify"):
        whole, explanation, removed = judge(latents, decoded, toolbox, cancel)
    audio = {Variant.ORIGINAL: clip}
    made = (Variant.RECONSTRUCTION, Variant.EXPLANATION, Variant.REMOVED)
    for variant, samples in zip(made, decoded, strict=True):
        audio[variant] = AudioClip(samples, clip.sample_rate, clip.name)
    return Rendering(
        keep_mask,
        remove_mask,
        audio,
        whole=whole,
        explanation=explanation,
        removed=removed,
        level_db={
            variant: relative_db(version.samples, clip.samples)
            for variant, version in audio.items()
        },
    )


def judge(
    latents: FloatArray, decoded: FloatArray, toolbox: Toolbox, cancel: CancelToken | None = None
) -> list[SpacePrediction]:
    """What the classifier says of latents (B, D, F) and of the sounds (B, C, N) they decode to.

    All of them go through the classifier together. Raises: Cancelled.
    """
    again = encode_batch(toolbox.codec, decoded, cancel)
    said = classify_batch(
        toolbox.classifier, toolbox.codec, np.concatenate([latents, again]), cancel
    )
    pairs = zip(said[: len(latents)], said[len(latents) :], strict=True)
    return [SpacePrediction(latent, round_trip) for latent, round_trip in pairs]

"""One explanation, from clip to result: the engine behind window, command line and evaluation.

The stages can be called one by one, so that a new share on known relevance repeats only what
depends on it: `analyse` → `relevance` → `render` (→ `random_predictions`).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from core.attribute import attribute
from core.coding import classify_batch, decode_batch, encode, encode_batch
from core.fills import FILLS
from core.job import CancelToken, Report, part, silent
from core.levels import relative_db
from core.masking import keep, most_relevant, random_mask, remove
from core.models import Toolbox
from core.prepare import crossfade_join, cut, pad_to, prepare, windows
from core.types import (
    Attribution,
    AudioClip,
    BoolArray,
    ExplanationRequest,
    ExplanationResult,
    FloatArray,
    LatentCode,
    Prediction,
    RandomControl,
    RandomControls,
    SpacePrediction,
    Timeline,
    Variant,
    WindowSummary,
)
from core.windowing import most_confident, require_label, timeline

WINDOW_OVERLAP = 0.2  # of the window; joined windows cross-fade over it


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
    """The versions of a window at one pair of shares, and what the classifier says of them."""

    keep_mask: BoolArray
    remove_mask: BoolArray
    audio: dict[Variant, AudioClip]
    reconstruction: Prediction
    explanation: SpacePrediction
    removed: SpacePrediction
    level_db: dict[Variant, float | None] = field(default_factory=dict)


def explain(
    clip: AudioClip,
    request: ExplanationRequest,
    toolbox: Toolbox,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> ExplanationResult:
    """Explain one clip: the stretch asked for, its most telling window, or every window.

    clip: any rate and channels. toolbox: the opened models of the request.
    Raises: CoreError for anything foreseen, Cancelled among it.
    """
    cancel = cancel or CancelToken()
    started = time.perf_counter()
    spec = toolbox.classifier.spec
    if request.target is not None:
        require_label(spec.labels, request.target)
    codec = toolbox.codec.spec
    prepared = prepare(clip, sample_rate=codec.sample_rate, channels=codec.channels)
    offset = request.start or 0.0
    if request.start is not None or request.end is not None:
        prepared = cut(prepared, request.start, request.end)
    sounding = prepared.seconds  # without the silence that padding adds
    prepared = pad_to(prepared, spec.minimum)
    n_window = round(spec.window * codec.sample_rate)
    if prepared.n_samples <= n_window:
        result = explain_window(prepared, request, toolbox, report, cancel)
        return _placed(replace(result, end=sounding), offset, None, started)
    overview = timeline(prepared, toolbox, part(report, 0.0, 0.3), cancel)
    rest = part(report, 0.3, 1.0)
    start, end = most_confident(overview, request.target, spec.background)
    if request.every_window:
        result = _explain_every_window(prepared, request, toolbox, n_window, rest, cancel)
    else:
        window = cut(prepared, start, min(end, prepared.seconds))
        result = explain_window(window, request, toolbox, rest, cancel)
        offset += start
    overview = replace(overview, starts=overview.starts + (request.start or 0.0))
    return _placed(result, offset, overview, started)


def explain_window(
    clip: AudioClip,
    request: ExplanationRequest,
    toolbox: Toolbox,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> ExplanationResult:
    """Explain one window that is as codec and classifier need it."""
    cancel = cancel or CancelToken()
    started = time.perf_counter()
    clock = Clock()
    report(0.0, "Encoding")
    analysis = analyse(clip, request.target, toolbox, clock)
    attribution, fill = relevance(analysis, request, toolbox, clock, part(report, 0.1, 0.6), cancel)
    cancel.raise_if_set()
    report(0.6, "Synthesising")
    rendering = render(analysis, attribution, fill, request, toolbox, clock)
    cancel.raise_if_set()
    report(0.75, "Comparing with random masks")
    controls: list[RandomControls] | list[None] = [None, None]
    if request.random_masks:
        with clock.stage("random"):
            drawn = random_predictions(analysis, fill, request, toolbox, cancel)
            controls = [_controls(predictions, analysis) for predictions in drawn]
    report(1.0, "Explained")
    clock.seconds["total"] = time.perf_counter() - started
    return ExplanationResult(
        request=request,
        clip_name=clip.name,
        codec_id=toolbox.codec.spec.id,
        classifier_id=toolbox.classifier.spec.id,
        device=str(toolbox.device),
        target=analysis.target,
        start=0.0,
        end=clip.seconds,
        code=analysis.code,
        attribution=attribution,
        keep_mask=rendering.keep_mask,
        remove_mask=rendering.remove_mask,
        audio=rendering.audio,
        original=analysis.prediction,
        reconstruction=rendering.reconstruction,
        explanation=rendering.explanation,
        removed=rendering.removed,
        random_explanation=controls[0],
        random_removed=controls[1],
        level_db=rendering.level_db,
        seconds=clock.seconds,
        notes=clip.notes,
    )


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
            analysis.prediction.labels.index(analysis.target),
            device=toolbox.device,
            seed=request.seed,
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
) -> Rendering:
    """Mask, decode and classify again: all that depends on the shares and the granularity."""
    clock = clock or Clock()
    codec, code, clip = toolbox.codec, analysis.code, analysis.clip
    with clock.stage("synthesise"):
        bands = codec.spec.bands
        values = attribution.values
        keep_mask = most_relevant(values, request.keep, request.granularity, bands)
        remove_mask = most_relevant(values, request.remove, request.granularity, bands)
        kept = keep(code.values, fill, keep_mask)
        reduced = remove(code.values, fill, remove_mask)
        decoded = decode_batch(codec, np.stack([code.values, kept, reduced]), code.n_samples)
    with clock.stage("classify"):
        again = encode_batch(codec, decoded)
        judged = classify_batch(
            toolbox.classifier, codec, np.concatenate([np.stack([kept, reduced]), again])
        )
    audio = {Variant.ORIGINAL: clip}
    made = (Variant.RECONSTRUCTION, Variant.EXPLANATION, Variant.REMOVED)
    for variant, samples in zip(made, decoded, strict=True):
        audio[variant] = AudioClip(samples, clip.sample_rate, clip.name)
    return Rendering(
        keep_mask,
        remove_mask,
        audio,
        reconstruction=judged[2],
        explanation=SpacePrediction(latent=judged[0], round_trip=judged[3]),
        removed=SpacePrediction(latent=judged[1], round_trip=judged[4]),
        level_db={
            variant: relative_db(version.samples, clip.samples)
            for variant, version in audio.items()
        },
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


def _controls(predictions: Sequence[SpacePrediction], analysis: Analysis) -> RandomControls:
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


def _explain_every_window(
    clip: AudioClip,
    request: ExplanationRequest,
    toolbox: Toolbox,
    n_window: int,
    report: Report,
    cancel: CancelToken,
) -> ExplanationResult:
    """Explain overlapping windows over a whole clip and join their audio.

    The result is that of the most confident window that is not background, with the joined audio
    in place of its own and a summary of every window.
    """
    spans = windows(clip.n_samples, n_window, round(n_window * (1 - WINDOW_OVERLAP)))
    pieces: dict[Variant, list[tuple[int, FloatArray]]] = {variant: [] for variant in Variant}
    summaries: list[WindowSummary] = []
    best: ExplanationResult | None = None
    for number, (first, last) in enumerate(spans):
        cancel.raise_if_set()
        window = replace(clip, samples=clip.samples[:, first:last])
        stage = part(report, number / len(spans), (number + 1) / len(spans))
        result = explain_window(window, request, toolbox, stage, cancel)
        for variant in Variant:
            pieces[variant].append((first, result.audio[variant].samples))
        start, end = first / clip.sample_rate, last / clip.sample_rate
        summaries.append(WindowSummary.of(result, start, end))
        if best is None or _telling(result, toolbox) > _telling(best, toolbox):
            best = result
    if best is None:
        raise AssertionError("a clip has at least one window")
    audio = {
        variant: AudioClip(
            crossfade_join(pieces.pop(variant), clip.n_samples), clip.sample_rate, clip.name
        )
        for variant in Variant
    }
    level_db = {v: relative_db(sound.samples, clip.samples) for v, sound in audio.items()}
    return replace(best, audio=audio, level_db=level_db, end=clip.seconds, windows=tuple(summaries))


def _telling(result: ExplanationResult, toolbox: Toolbox) -> tuple[bool, float]:
    label = result.original.label
    foreground = label not in toolbox.classifier.spec.background
    return foreground, result.original.probability_of(result.target)


def _placed(
    result: ExplanationResult, offset: float, overview: Timeline | None, started: float
) -> ExplanationResult:
    """The result in the time of the whole clip, with the time the whole work took."""
    seconds = {**result.seconds, "total": time.perf_counter() - started}
    return replace(
        result,
        start=result.start + offset,
        end=result.end + offset,
        timeline=overview,
        seconds=seconds,
        windows=tuple(window.shifted(offset) for window in result.windows),
    )

"""One explanation, from clip to result: the engine behind window, command line and evaluation."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from core.attribution import method_options
from core.digests import samples_digest
from core.fills import FILLS
from core.job import CancelToken, Report, part, silent
from core.levels import relative_db
from core.models import Toolbox
from core.origin import Origin, options, present_versions
from core.prepare import crossfade_join, cut, pad_to, prepare, windows
from core.random_control import random_predictions, summarised
from core.scratch import Scratch
from core.stages import Analysis, Clock, analyse, relevance, render
from core.types import (
    Attribution,
    AudioClip,
    ExplanationRequest,
    ExplanationResult,
    FloatArray,
    RandomControls,
    Timeline,
    Variant,
    WindowSummary,
)
from core.windowing import most_confident, require_label, timeline

WINDOW_OVERLAP = 0.2  # of the window; joined windows cross-fade over it
PREPARING = 0.15  # of the groundwork of a long clip; the rest is looking it over


@dataclass(frozen=True, slots=True, eq=False)
class Groundwork:
    """What explaining any stretch of a clip begins with.

    samples: digest of the clip as it was read. prepared: the clip as the codec takes it. overview:
    probabilities over all of it; None where it is no longer than the classifier's window.
    """

    samples: str
    prepared: AudioClip
    overview: Timeline | None


def lay_ground(
    clip: AudioClip,
    toolbox: Toolbox,
    report: Report = silent,
    cancel: CancelToken | None = None,
    scratch: Scratch | None = None,
) -> Groundwork:
    """Do what all explanations of a clip have in common, so that it is done once.

    scratch: where a long clip is kept as the codec takes it. Raises: AudioError, Cancelled.
    """
    codec, cancel = toolbox.codec.spec, cancel or CancelToken()
    samples = samples_digest(clip, cancel)
    prepared = prepare(
        clip,
        sample_rate=codec.sample_rate,
        channels=codec.channels,
        scratch=scratch,
        report=part(report, 0.0, PREPARING),
        cancel=cancel,
    )
    if prepared.n_samples <= round(toolbox.classifier.spec.window * codec.sample_rate):
        return Groundwork(samples, prepared, None)
    overview = timeline(prepared, toolbox, part(report, PREPARING, 1.0), cancel)
    return Groundwork(samples, prepared, overview)


def explain(
    clip: AudioClip,
    request: ExplanationRequest,
    toolbox: Toolbox,
    report: Report = silent,
    cancel: CancelToken | None = None,
    ground: Groundwork | None = None,
    scratch: Scratch | None = None,
) -> ExplanationResult:
    """Explain one clip: the stretch asked for, its most telling window, or every window.

    clip: any rate and channels. toolbox: the opened models of the request. ground: what
    `lay_ground` made of this clip with these models; it changes no number but saves time, and the
    result then has probabilities over the whole clip whatever stretch was asked for. scratch: where
    a long clip is kept as the codec takes it.
    Raises: CoreError for anything foreseen, Cancelled among it.
    """
    cancel = cancel or CancelToken()
    started = time.perf_counter()
    spec, codec = toolbox.classifier.spec, toolbox.codec.spec
    for label in (request.target, request.against):
        if label is not None:
            require_label(spec.labels, label)
    known = None
    if ground is not None:
        prepared, known = ground.prepared, ground.overview
    else:
        prepared = prepare(
            clip, sample_rate=codec.sample_rate, channels=codec.channels, scratch=scratch
        )
    samples = samples_digest(clip, cancel) if ground is None else ground.samples
    origin = _origin(samples, clip.seconds, request, toolbox)
    offset = request.start or 0.0
    whole = request.start is None and request.end is None
    if not whole:
        prepared = cut(prepared, request.start, request.end)
    sounding = prepared.seconds  # without the silence that padding adds
    prepared = pad_to(prepared, spec.minimum)
    n_window = round(spec.window * codec.sample_rate)
    if prepared.n_samples <= n_window:
        result = explain_window(prepared, request, toolbox, report, cancel, origin)
        return _placed(replace(result, end=sounding), offset, known, started)
    if known is not None and whole:
        overview = known
    else:
        overview = timeline(prepared, toolbox, part(report, 0.0, 0.3), cancel)
        report = part(report, 0.3, 1.0)
    if request.every_window:
        result = _explain_every_window(prepared, request, toolbox, n_window, origin, report, cancel)
    else:
        start, end = most_confident(overview, request.target, spec.background)
        window = cut(prepared, start, min(end, prepared.seconds))
        result = explain_window(window, request, toolbox, report, cancel, origin)
        offset += start
    overview = known or replace(overview, starts=overview.starts + (request.start or 0.0))
    return _placed(result, offset, overview, started)


def explain_window(
    clip: AudioClip,
    request: ExplanationRequest,
    toolbox: Toolbox,
    report: Report = silent,
    cancel: CancelToken | None = None,
    origin: Origin | None = None,
) -> ExplanationResult:
    """Explain one window that is as codec and classifier need it.

    origin: of the clip that it was cut from; None where it is all there is.
    """
    cancel = cancel or CancelToken()
    started = time.perf_counter()
    clock = Clock()
    report(0.0, "Encoding")
    analysis = analyse(clip, request.target, toolbox, clock)
    attribution, fill = relevance(analysis, request, toolbox, clock, part(report, 0.1, 0.6), cancel)
    cancel.raise_if_set()
    report(0.6, "Synthesising")
    versions = _versions(analysis, attribution, fill, request, toolbox, clock, report, cancel)
    report(1.0, "Explained")
    clock.seconds["total"] = time.perf_counter() - started
    return ExplanationResult(
        request=request,
        origin=origin or _origin(samples_digest(clip), clip.seconds, request, toolbox),
        clip_name=clip.name,
        device=str(toolbox.device),
        target=analysis.target,
        start=0.0,
        end=clip.seconds,
        code=analysis.code,
        attribution=attribution,
        seconds=clock.seconds,
        notes=clip.notes,
        **versions,
    )


def _origin(
    samples: str, clip_seconds: float, request: ExplanationRequest, toolbox: Toolbox
) -> Origin:
    """Where what is made of a clip comes from. samples: digest of the clip as it was read."""
    return Origin(
        codec=toolbox.codec.spec,
        classifier=toolbox.classifier.spec,
        samples=samples,
        clip_seconds=clip_seconds,
        method=options(method_options(request.method, dict(request.options))),
        fill=options(FILLS.spec(request.fill).options),
        versions=present_versions(),
    )


def with_shares(
    result: ExplanationResult,
    request: ExplanationRequest,
    toolbox: Toolbox,
    cancel: CancelToken | None = None,
) -> ExplanationResult:
    """`result` at the shares, granularity and random masks of `request`, from what is known.

    The request must be that of the result in everything else, and of one window; latents and
    relevance are used again, so this is quick enough to follow a slider. Where other versions made
    them, that is noted.
    """
    started = time.perf_counter()
    clock = Clock()
    clip = result.audio[Variant.ORIGINAL]
    analysis = Analysis(clip, result.code, result.original, result.target)
    fill = FILLS.builder(request.fill)(toolbox.codec, result.code, request.seed)
    versions = _versions(
        analysis,
        result.attribution,
        fill,
        request,
        toolbox,
        clock,
        silent,
        cancel or CancelToken(),
    )
    clock.seconds["total"] = time.perf_counter() - started
    before, now = result.origin.versions, present_versions()
    return replace(
        result,
        request=request,
        origin=replace(result.origin, versions=now),
        notes=result.notes if before == now else (*result.notes, _relevance_by(before)),
        seconds={**result.seconds, **clock.seconds},
        **versions,
    )


def _relevance_by(versions: tuple[tuple[str, str | None], ...]) -> str:
    made_by = ", ".join(f"{name} {version}" for name, version in versions if version)
    return f"latents and relevance were worked out with {made_by}"


def _versions(
    analysis: Analysis,
    attribution: Attribution,
    fill: FloatArray,
    request: ExplanationRequest,
    toolbox: Toolbox,
    clock: Clock,
    report: Report,
    cancel: CancelToken,
) -> dict[str, Any]:
    """The fields of a result that depend on the shares."""
    rendering = render(analysis, attribution, fill, request, toolbox, clock, cancel)
    cancel.raise_if_set()
    controls: list[RandomControls] | list[None] = [None, None]
    if request.random_masks:
        report(0.75, "Comparing with random masks")
        with clock.stage("random"):
            drawn = random_predictions(analysis, fill, request, toolbox, cancel)
            controls = [
                summarised(predictions, drawn.whole, analysis.target)
                for predictions in (drawn.explanation, drawn.removed)
            ]
    return {
        "keep_mask": rendering.keep_mask,
        "remove_mask": rendering.remove_mask,
        "audio": rendering.audio,
        "original": rendering.whole.latent,
        "reconstruction": rendering.whole.round_trip,
        "explanation": rendering.explanation,
        "removed": rendering.removed,
        "random_explanation": controls[0],
        "random_removed": controls[1],
        "level_db": rendering.level_db,
    }


def _explain_every_window(
    clip: AudioClip,
    request: ExplanationRequest,
    toolbox: Toolbox,
    n_window: int,
    origin: Origin,
    report: Report,
    cancel: CancelToken,
) -> ExplanationResult:
    """Explain overlapping windows over a whole clip and join their audio.

    The result is that of the most confident window that is not background, with the joined audio
    in place of its own, the time all of them took, and a summary of every window.
    """
    spans = windows(clip.n_samples, n_window, round(n_window * (1 - WINDOW_OVERLAP)))
    pieces: dict[Variant, list[tuple[int, FloatArray]]] = {variant: [] for variant in Variant}
    summaries: list[WindowSummary] = []
    seconds: dict[str, float] = {}
    best: ExplanationResult | None = None
    for number, (first, last) in enumerate(spans):
        cancel.raise_if_set()
        window = replace(clip, samples=clip.samples[:, first:last])
        stage = part(report, number / len(spans), (number + 1) / len(spans))
        result = explain_window(window, request, toolbox, stage, cancel, origin)
        for variant in Variant:
            pieces[variant].append((first, result.audio[variant].samples))
        for name, spent in result.seconds.items():
            seconds[name] = seconds.get(name, 0.0) + spent
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
    return replace(
        best,
        audio=audio,
        level_db=level_db,
        end=clip.seconds,
        seconds=seconds,
        windows=tuple(summaries),
    )


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

"""One explanation, from clip to result: the engine behind window, command line and evaluation."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from core.attribution import method_options
from core.digests import samples_digest
from core.errors import RequestError
from core.every_window import explain_every_window
from core.fills import FILLS
from core.job import CancelToken, Report, part, silent
from core.models import Toolbox
from core.origin import Origin, options, present_versions
from core.prepare import between, pad_to, prepare, stretch
from core.random_control import random_predictions, summarised
from core.scratch import Scratch
from core.stages import Analysis, Clock, analyse, relevance, render
from core.timeline import Timeline
from core.types import (
    Attribution,
    AudioClip,
    ExplanationRequest,
    ExplanationResult,
    FloatArray,
    RandomControls,
    Variant,
)
from core.windowing import most_confident, require_label, timeline

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
    long sounds are kept: the clip as the codec takes it, and what is joined of every window.
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
    offset = 0
    whole = request.start is None and request.end is None
    if not whole:
        length, rate = prepared.n_samples, prepared.sample_rate
        offset, last = stretch(prepared.name, length, rate, request.start, request.end)
        prepared = between(prepared, offset, last)
    sounding = prepared.n_samples  # without the silence that padding adds
    prepared = pad_to(prepared, spec.minimum)
    n_window = round(spec.window * codec.sample_rate)
    if prepared.n_samples <= n_window:
        result = explain_window(prepared, request, toolbox, report, cancel, origin)
        return _placed(replace(result, last=sounding), offset, known, started)
    if known is not None and whole:
        overview = known
    else:
        overview = timeline(prepared, toolbox, part(report, 0.0, 0.3), cancel)
        report = part(report, 0.3, 1.0)
    if request.every_window:
        result = explain_every_window(
            prepared,
            n_window,
            spec.background,
            lambda window, stage: explain_window(window, request, toolbox, stage, cancel, origin),
            report,
            cancel,
            scratch,
        )
    else:
        first, last = most_confident(overview, request.target, spec.background)
        window = between(prepared, first, last)
        result = explain_window(window, request, toolbox, report, cancel, origin)
        result = replace(result, first=first, last=last)
    return _placed(result, offset, known or overview.shifted(offset), started)


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
        first=0,
        last=clip.n_samples,
        code=analysis.code,
        attribution=attribution,
        seconds=clock.seconds,
        notes=(*clip.notes, *toolbox.codec.spec.notes),
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

    Latents and relevance are used again, so this is quick enough to follow a slider. Where other
    versions made them, that is noted.
    Raises: RequestError where they are not all that is needed: see `is_known`; Cancelled.
    """
    if result.windows:
        raise RequestError(
            "Every window of this recording was explained and only the joined sound was kept; "
            "explain it again for other shares."
        )
    if not is_known(result, request):
        raise RequestError(
            "Only the shares, the granularity and the random masks of an explanation can change "
            "without explaining again."
        )
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


def is_known(result: ExplanationResult, request: ExplanationRequest) -> bool:
    """Whether the latents and relevance of `result` are those of `request`: one that asks for no
    more than other shares, another granularity or other random masks, of one window."""
    same = replace(
        result.request,
        keep=request.keep,
        remove=request.remove,
        granularity=request.granularity,
        random_masks=request.random_masks,
    )
    return same == request and not result.windows


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


def _placed(
    result: ExplanationResult, offset: int, overview: Timeline | None, started: float
) -> ExplanationResult:
    """The result in its place in the whole clip, with the time the whole work took.

    offset: where in the clip the stretch begins that was asked for, in samples.
    """
    seconds = {**result.seconds, "total": time.perf_counter() - started}
    return replace(
        result,
        first=result.first + offset,
        last=result.last + offset,
        timeline=overview,
        seconds=seconds,
        windows=tuple(window.shifted(offset) for window in result.windows),
    )

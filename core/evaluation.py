"""How faithful explanations are over many clips: the field's numbers, beside random masks.

Every number exists in latent space and by round trip (decode, encode, classify), and each stands
beside the same number for random masks of the same size (method of arXiv 2410.07530).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.errors import DataError, RequestError
from core.fidelity import (
    average_drop,
    average_gain,
    average_increase,
    faithfulness,
    input_fidelity,
    output_fidelity,
)
from core.job import CancelToken, Report
from core.models import Toolbox
from core.prepare import cut, pad_to, prepare
from core.random_control import random_predictions, spread
from core.stages import analyse, relevance, render
from core.types import AudioClip, ExplanationRequest, Prediction, Probabilities, SpacePrediction

LATENT, ROUND_TRIP, AGAINST_ORIGINAL = "latent", "round_trip", "round_trip_against_original"
COMPARED_WITH = {LATENT: "original", ROUND_TRIP: "reconstruction", AGAINST_ORIGINAL: "original"}
"""The numbers of a report, and whose prediction p and the class are.

By round trip that is the reconstruction; the last numbers are of the same sounds, with the codec's
own effect among that of the masks."""

SPREAD_OVER = "random masks: standard deviation (n − 1) of the means over all clips, mask by mask"
COMPARABLE = (
    "The bundled heads have heard masked latents in training, as has every head that was trained "
    "with HearWhy: with the fill “zero” explanations are nothing new to them, and these numbers "
    "are not comparable with published ones."
)


@dataclass(frozen=True, slots=True)
class Fidelity:
    """The numbers of one kind of mask in one space; see `core.fidelity`. Shares 0…1, rest in %."""

    fid_in: float
    average_increase: float
    average_drop: float
    average_gain: float
    fid_out: float
    faithfulness: float


@dataclass(frozen=True, slots=True, eq=False)
class FidelityReport:
    """Numbers by the keys of `COMPARED_WITH`.

    explained: of the explanations. random: of random masks, drawn anew for each clip; mean over
    the masks. spread: of what each mask's mean over the clips is, from mask to mask (n − 1); None
    where there is one mask a clip.
    p_original, p_reconstruction: mean probability of the class explained.
    survives: share of clips whose prediction is the same after the codec's own round trip.
    gap: median completeness gap, None for methods without one.
    """

    clips: int
    p_original: float
    p_reconstruction: float
    survives: float
    gap: float | None
    explained: dict[str, Fidelity]
    random: dict[str, Fidelity]
    spread: dict[str, Fidelity] | None

    def record(self) -> dict[str, Any]:
        """Plain data for JSON."""
        words = {"spread_over": SPREAD_OVER, "comparable": COMPARABLE}
        return {**asdict(self), "compared_with": COMPARED_WITH, **words}


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """One clip and one mask: of all cells, of those kept, and without those removed."""

    target: str
    whole: SpacePrediction
    kept: SpacePrediction
    removed: SpacePrediction


def evaluate_fidelity(
    clips: Sequence[AudioClip],
    request: ExplanationRequest,
    toolbox: Toolbox,
    report: Report,
    cancel: CancelToken,
) -> FidelityReport:
    """Explain each clip's predicted class (clips longer than the window: their middle).

    The request's target and stretch are not looked at.
    Raises: DataError without clips; RequestError without random masks to compare with.
    """
    if not clips:
        raise DataError("There are no clips to explain.")
    if not request.random_masks:
        raise RequestError("Fidelity needs random masks to compare with; ask for at least one.")
    explained: list[_Judged] = []
    random: list[list[_Judged]] = [[] for _ in range(request.random_masks)]
    gaps: list[float] = []
    for number, clip in enumerate(clips):
        cancel.raise_if_set()
        report(number / len(clips), f"Explaining {clip.name}")
        analysis = analyse(_window(clip, toolbox), None, toolbox)
        attribution, fill = relevance(analysis, request, toolbox, cancel=cancel)
        shown = render(analysis, attribution, fill, request, toolbox, cancel=cancel)
        explained.append(_Judged(analysis.target, shown.whole, shown.explanation, shown.removed))
        drawn = random_predictions(analysis, fill, request, toolbox, cancel)
        pairs = zip(drawn.explanation, drawn.removed, strict=True)
        for masked, (kept, removed) in zip(random, pairs, strict=True):
            masked.append(_Judged(analysis.target, drawn.whole, kept, removed))
        if attribution.completeness_gap is not None:
            gaps.append(attribution.completeness_gap)
    survived = [clip.whole.latent.label == clip.whole.round_trip.label for clip in explained]
    chance = [_by_comparison(masked) for masked in random]
    return FidelityReport(
        clips=len(clips),
        p_original=_mean_p(explained, "latent"),
        p_reconstruction=_mean_p(explained, "round_trip"),
        survives=float(np.mean(survived)),
        gap=float(np.median(gaps)) if gaps else None,
        explained=_by_comparison(explained),
        random=_over_masks(chance, lambda values: float(np.mean(values))),
        spread=_over_masks(chance, spread) if len(chance) > 1 else None,
    )


def _window(clip: AudioClip, toolbox: Toolbox) -> AudioClip:
    """The clip as the models need it; of a longer one, the middle window."""
    spec, codec = toolbox.classifier.spec, toolbox.codec.spec
    ready = prepare(clip, sample_rate=codec.sample_rate, channels=codec.channels)
    spare = ready.seconds - spec.window
    if spare > 0:
        ready = cut(ready, spare / 2, spare / 2 + spec.window)
    return pad_to(ready, spec.minimum)


def _by_comparison(clips: Sequence[_Judged]) -> dict[str, Fidelity]:
    spaces = {
        LATENT: ("latent", "latent"),
        ROUND_TRIP: ("round_trip", "round_trip"),
        AGAINST_ORIGINAL: ("latent", "round_trip"),
    }
    return {name: _fidelity(clips, *pair) for name, pair in spaces.items()}


def _fidelity(clips: Sequence[_Judged], reference: str, space: str) -> Fidelity:
    """The versions in one space against all cells in the space `reference`."""
    full: list[Prediction] = [getattr(clip.whole, reference) for clip in clips]
    kept: list[Prediction] = [getattr(clip.kept, space) for clip in clips]
    removed: list[Prediction] = [getattr(clip.removed, space) for clip in clips]
    p, o, q = (_of_target(group, clips) for group in (full, kept, removed))
    classes = _all_classes(full)
    return Fidelity(
        fid_in=input_fidelity(classes, _all_classes(kept)),
        average_increase=average_increase(p, o),
        average_drop=average_drop(p, o),
        average_gain=average_gain(p, o),
        fid_out=output_fidelity(classes, _all_classes(removed)),
        faithfulness=faithfulness(p, q),
    )


def _mean_p(clips: Sequence[_Judged], space: str) -> float:
    return float(np.mean(_of_target([getattr(clip.whole, space) for clip in clips], clips)))


def _of_target(predictions: Sequence[Prediction], clips: Sequence[_Judged]) -> Probabilities:
    pairs = zip(predictions, clips, strict=True)
    return np.array([prediction.probability_of(clip.target) for prediction, clip in pairs])


def _all_classes(predictions: Sequence[Prediction]) -> Probabilities:
    return np.stack([prediction.probabilities for prediction in predictions])


def _over_masks(
    per_mask: Sequence[dict[str, Fidelity]], combine: Callable[[list[float]], Any]
) -> dict[str, Fidelity]:
    """Each number of each comparison, combined over the masks."""
    return {
        name: Fidelity(
            **{
                number: combine([getattr(mask[name], number) for mask in per_mask])
                for number in asdict(per_mask[0][name])
            }
        )
        for name in COMPARED_WITH
    }

"""How faithful explanations are over many clips: the field's numbers, beside random masks.

Every number exists in latent space and by round trip (decode, encode, classify), and each stands
beside the same number for random masks of the same size (method of arXiv 2410.07530).
"""

from __future__ import annotations

from collections.abc import Sequence
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
from core.random_control import random_predictions
from core.stages import Analysis, analyse, relevance, render
from core.types import AudioClip, ExplanationRequest, FloatArray, Prediction, SpacePrediction

SPACES = ("latent", "round_trip")


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
    """explained: by space; random: by space, mean over the seeds; spread: their standard deviation.

    survives: share of clips whose prediction is the same after the codec's own round trip.
    gap: median completeness gap, None for methods without one.
    """

    clips: int
    survives: float
    gap: float | None
    explained: dict[str, Fidelity]
    random: dict[str, Fidelity]
    spread: dict[str, Fidelity]

    def record(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


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
    analyses: list[Analysis] = []
    explained: list[tuple[SpacePrediction, SpacePrediction]] = []
    random: list[tuple[list[SpacePrediction], list[SpacePrediction]]] = []
    gaps, survived = [], []
    for number, clip in enumerate(clips):
        cancel.raise_if_set()
        report(number / len(clips), f"Explaining {clip.name}")
        analysis = analyse(_window(clip, toolbox), None, toolbox)
        attribution, fill = relevance(analysis, request, toolbox, cancel=cancel)
        rendering = render(analysis, attribution, fill, request, toolbox)
        analyses.append(analysis)
        explained.append((rendering.explanation, rendering.removed))
        random.append(random_predictions(analysis, fill, request, toolbox, cancel))
        survived.append(rendering.reconstruction.label == analysis.prediction.label)
        if attribution.completeness_gap is not None:
            gaps.append(attribution.completeness_gap)
    by_seed = [
        {
            space: _fidelity(analyses, [(kept[s], out[s]) for kept, out in random], space)
            for space in SPACES
        }
        for s in range(request.random_masks)
    ]
    return FidelityReport(
        clips=len(clips),
        survives=float(np.mean(survived)),
        gap=float(np.median(gaps)) if gaps else None,
        explained={space: _fidelity(analyses, explained, space) for space in SPACES},
        random={space: _over_seeds([seed[space] for seed in by_seed], np.mean) for space in SPACES},
        spread={space: _over_seeds([seed[space] for seed in by_seed], np.std) for space in SPACES},
    )


def _window(clip: AudioClip, toolbox: Toolbox) -> AudioClip:
    """The clip as the models need it; of a longer one, the middle window."""
    spec, codec = toolbox.classifier.spec, toolbox.codec.spec
    ready = prepare(clip, sample_rate=codec.sample_rate, channels=codec.channels)
    spare = ready.seconds - spec.window
    if spare > 0:
        ready = cut(ready, spare / 2, spare / 2 + spec.window)
    return pad_to(ready, spec.minimum)


def _fidelity(
    analyses: Sequence[Analysis],
    versions: Sequence[tuple[SpacePrediction, SpacePrediction]],
    space: str,
) -> Fidelity:
    kept: list[Prediction] = [getattr(explanation, space) for explanation, _ in versions]
    removed: list[Prediction] = [getattr(without, space) for _, without in versions]
    originals = [analysis.prediction for analysis in analyses]
    targets = [analysis.target for analysis in analyses]
    p, o, q = (_of_target(group, targets) for group in (originals, kept, removed))
    full = _all_classes(originals)
    return Fidelity(
        fid_in=input_fidelity(full, _all_classes(kept)),
        average_increase=average_increase(p, o),
        average_drop=average_drop(p, o),
        average_gain=average_gain(p, o),
        fid_out=output_fidelity(full, _all_classes(removed)),
        faithfulness=faithfulness(p, q),
    )


def _of_target(predictions: Sequence[Prediction], targets: Sequence[str]) -> FloatArray:
    pairs = zip(predictions, targets, strict=True)
    return np.array([prediction.probability_of(target) for prediction, target in pairs], np.float32)


def _all_classes(predictions: Sequence[Prediction]) -> FloatArray:
    return np.stack([prediction.probabilities for prediction in predictions])


def _over_seeds(per_seed: Sequence[Fidelity], combine: Any) -> Fidelity:
    rows = [asdict(fidelity) for fidelity in per_seed]
    return Fidelity(**{name: float(combine([row[name] for row in rows])) for name in rows[0]})

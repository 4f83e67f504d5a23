"""What the engine makes of ten bundled samples, to hold a changed engine against.

python -m tests.core.reference_figures writes the figures of the engine as it is. They are meant to
stay: written again only where a number is meant to change, and then the commit says why.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.audio_io import read_clip
from core.models import Toolbox, open_toolbox
from core.pipeline import explain
from core.samples import samples_folder
from core.types import ExplanationRequest, ExplanationResult

FIGURES = Path(__file__).with_name("reference_figures.json")
CLIPS = {
    "keywords-12": ("yes", "no", "up", "down", "left", "stop"),
    "emotions-8": ("emotion_happy_us", "emotion_sad_uk"),
    "emotions-7": ("emotion_angry_us", "emotion_fear_uk"),
}
METHODS = (
    "input_x_gradient",
    "integrated_gradients",
    "integrated_gradients_quick",
    "random",
    "saliency",
    "smoothgrad",
)
CHOICES: tuple[dict[str, Any], ...] = (  # of each classifier's first clip, beside all methods
    {"fill": "noise", "seed": 3},
    {"fill": "silence", "granularity": "frame"},
    {"fill": "mean", "granularity": "band", "keep": 0.02},
    {"granularity": "channel", "remove": 0.3, "target": 1},
)


def requests(
    classifier: str, labels: tuple[str, ...], *, is_first: bool
) -> Iterator[tuple[str, ExplanationRequest]]:
    """Every choice as a request, under a name that says it."""
    methods = [{"method": method} for method in METHODS]
    for choice in (*methods, *CHOICES) if is_first else methods:
        name = " ".join(f"{key}={value}" for key, value in choice.items())
        made: dict[str, Any] = dict(choice)
        if "target" in made:
            made["target"] = labels[made["target"]]
        yield name, ExplanationRequest(classifier=classifier, random_masks=0, device="cpu", **made)


def figures_of(result: ExplanationResult) -> dict[str, Any]:
    """The numbers of one result. relevance: sums over all cells, over halves of D and of F."""
    values = result.attribution.values.astype("float64")
    middle_d, middle_f = values.shape[0] // 2, values.shape[1] // 2
    target = result.target
    return {
        "target": target,
        "steps": result.attribution.steps,
        "gap": result.attribution.completeness_gap,
        "relevance": [
            float(values.sum()),
            float(abs(values).sum()),
            float(values[:middle_d].sum()),
            float(values[:, :middle_f].sum()),
        ],
        "kept": int(result.keep_mask.sum()),
        "removed": int(result.remove_mask.sum()),
        "p": {
            "original": result.original.probability_of(target),
            "reconstruction": result.reconstruction.probability_of(target),
            "explanation": result.explanation.latent.probability_of(target),
            "explanation again": result.explanation.round_trip.probability_of(target),
            "without": result.removed.latent.probability_of(target),
            "without again": result.removed.round_trip.probability_of(target),
        },
        "level_db": {variant.value: level for variant, level in result.level_db.items()},
    }


def figures(classifier: str, clip: str, toolbox: Toolbox) -> dict[str, dict[str, Any]]:
    """Of one sample, by the name of the choice."""
    sound = read_clip(samples_folder() / f"{clip}.wav")
    labels, is_first = toolbox.classifier.spec.labels, clip == CLIPS[classifier][0]
    return {
        name: figures_of(explain(sound, request, toolbox))
        for name, request in requests(classifier, labels, is_first=is_first)
    }


def opened(classifier: str) -> Toolbox:
    return open_toolbox(ExplanationRequest(classifier=classifier, device="cpu"))


def main() -> None:
    written = {}
    for classifier, clips in CLIPS.items():
        toolbox = opened(classifier)
        for clip in clips:
            written[clip] = figures(classifier, clip, toolbox)
    FIGURES.write_text(json.dumps(written, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

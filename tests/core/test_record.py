from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.record import json_line, legible_json, result_record
from core.timeline import Timeline
from core.versions import HEARWHY
from tests.results import LABELS, RATE, made_up_result, summary


def parsed(text: str | bytes) -> Any:
    """JSON, and nothing that only Python takes for it."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(text, parse_constant=refuse)


def test_the_record_holds_every_choice_and_every_number() -> None:
    record = result_record(made_up_result(), Path("/clips/word.flac"))
    assert record == {
        "schema": "hearwhy.explanation/1",
        "clip": "word",
        "file": str(Path("/clips/word.flac").resolve()),
        "clip_seconds": 0.75,
        "digests": {
            "codec": "0123456789abcdef",
            "classifier": "fedcba9876543210",
            "samples": "00112233445566778899aabbccddeeff",
        },
        "options": {"method": {"most_steps": 256, "gap": 0.02}, "fill": {}},
        "versions": {"hearwhy": HEARWHY, "torch": "2.11.0"},
        "codec": "small-codec",
        "classifier": "small-head",
        "method": "integrated_gradients",
        "fill": "zero",
        "granularity": "element",
        "keep": 0.2,
        "remove": 0.1,
        "target": "yes",
        "targets": ["yes"],
        "against": None,
        "explained": "log-odds",
        "stretch": {"start": 0.25, "end": 0.75},
        "every_window": False,
        "seed": 3,
        "random_masks": 5,
        "device": "cpu",
        "sample_rate": RATE,
        "latent_shape": [4, 6],
        "completeness_gap": 0.0125,
        "steps": 16,
        "level_db": {
            "original": 0.0,
            "reconstruction": -0.1,
            "explanation": -8.25,
            "removed": None,
        },
        "seconds": {"encode": 0.01, "attribute": 0.02, "synthesise": 0.03, "total": 0.07},
        "predictions": {
            "original": {"label": "yes", "probability": 0.8},
            "reconstruction": {"label": "yes", "probability": 0.75},
            "explanation": {
                "latent": {"label": "yes", "probability": 0.7},
                "round_trip": {"label": "yes", "probability": 0.6},
            },
            # The label is what is heard, the probability that of the class explained.
            "removed": {
                "latent": {"label": "no", "probability": 0.2},
                "round_trip": {"label": "no", "probability": 0.3},
            },
            "random_explanation": {
                "latent": {"label": "no", "probability": 0.4, "std": 0.05, "agreement": 0.4},
                "round_trip": {"label": "yes", "probability": 0.2, "std": 0.06, "agreement": 0.6},
            },
            "random_removed": {
                "latent": {"label": "no", "probability": 0.9, "std": 0.05, "agreement": 0.4},
                "round_trip": {"label": "yes", "probability": 0.45, "std": 0.06, "agreement": 0.6},
            },
        },
        "notes": ["padded from 0.250 s to 0.500 s with silence"],
        "timeline": None,
        "windows": [],
    }


@pytest.mark.parametrize("notes", [("two  spaces ", "a\n b"), ("a ]", "[", "{\n"), ()])
def test_a_record_is_legible_text(notes: tuple[str, ...]) -> None:
    result = made_up_result(clip_name="où", notes=notes)
    text = legible_json(result_record(result, Path("où.wav"))).decode("utf-8")
    assert parsed(text) == result_record(result, Path("où.wav"))
    assert '"clip": "où"' in text
    assert '"latent_shape": [4, 6],' in text
    assert parsed(json_line(result_record(result, Path("où.wav")))) == parsed(text)
    assert json_line(result_record(result)).isascii()


def test_numbers_that_do_not_exist_are_null() -> None:
    result = made_up_result(
        random_explanation=None, random_removed=None, seconds={"total": float("inf")}
    )
    record = parsed(json_line(result_record(result)))
    assert record["seconds"]["total"] is None
    assert record["level_db"]["removed"] is None
    assert record["predictions"]["random_explanation"] is None


def test_a_long_clip_has_its_timeline_and_windows() -> None:
    rows = np.array([[1 / 3, 2 / 3, 0], [0.5, 0.25, 0.25]])
    timeline = Timeline(LABELS, np.array([0, 2_000]), rows, RATE, 2_000, RATE)
    window = summary(0.0, 1.0, "no", 0.7, "no", 0.7, 0.65, 0.6, 0.1, None)
    record = parsed(json_line(result_record(made_up_result(timeline=timeline, windows=(window,)))))
    assert record["timeline"] == {
        "window": 1.0,
        "hop": 0.25,
        "labels": list(LABELS),
        "starts": [0.0, 0.25],
        "probabilities": [[0.3333, 0.6667, 0.0], [0.5, 0.25, 0.25]],
    }
    assert record["windows"] == [
        {
            "start": 0.0,
            "end": 1.0,
            "label": "no",
            "probability": 0.7,
            "target": "no",
            "p_original": 0.7,
            "p_reconstruction": 0.65,
            "p_explanation": 0.6,
            "p_removed": 0.1,
            "completeness_gap": None,
        }
    ]

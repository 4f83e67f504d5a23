"""`evaluate`: what it measures, against what, and how far that can be compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.conftest import Cli, Outcome, write_sound
from tests.core.training.conftest import write_table
from tests.models import LABELS, SmallModels


@pytest.fixture
def evaluate(
    cli: Cli, small_models: SmallModels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Cli:
    """`evaluate` of the small models on a second of sound for two of the classes."""
    monkeypatch.setattr("core.training.data.cache_folder", lambda: tmp_path / "hearwhy")
    rows = []
    for number, label in enumerate(LABELS[:2]):
        write_sound(tmp_path / "data" / f"{label}.wav", 1.0 + number / 10)
        row = {"path": f"{label}.wav", "dataset": "words", "label": label}
        rows.append({**row, "speaker": "", "split": "test", "extra": ""})
    write_table(tmp_path / "data", rows)

    def call(*arguments: object) -> Outcome:
        return cli("evaluate", tmp_path / "data", *small_models.options, *arguments)

    return call


def test_the_table_says_with_what_each_number_is_compared_and_with_what_it_cannot_be(
    evaluate: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    done = evaluate("--explain", 2)
    assert done.code == 0
    rows = [" ".join(line.replace("│", " ").split()) for line in done.out.splitlines()]
    for place in ("latent original", "round trip reconstruction", "round trip original"):
        for mask in ("explained", "random"):
            assert any(row.startswith(f"{mask} {place} ") for row in rows), (mask, place)
    words = " ".join(done.out.split())
    assert "probability of the class explained: original 0." in words
    assert "the means over all clips, mask by mask" in words
    assert "masked latents in training" in words
    assert "not comparable with published ones" in words


def test_json_names_what_the_numbers_are_compared_with(evaluate: Cli) -> None:
    (record,) = evaluate("--explain", 2, "--json").records
    fidelity = record["fidelity"]
    assert fidelity["clips"] == 2
    assert fidelity["compared_with"]["round_trip"] == "reconstruction"
    assert set(fidelity["explained"]) == set(fidelity["compared_with"])
    assert 0.0 < fidelity["p_reconstruction"] <= 1.0
    assert "not comparable" in fidelity["comparable"]
    assert evaluate("--json").records[0]["fidelity"] is None


def test_keeping_everything_changes_nothing(evaluate: Cli) -> None:
    (record,) = evaluate("--explain", 2, "--keep", 1, "--remove", 0, "--json").records
    for mask in ("explained", "random"):
        for space in ("latent", "round_trip"):
            assert record["fidelity"][mask][space] == {
                "fid_in": 1.0,
                "average_increase": 0.0,
                "average_drop": 0.0,
                "average_gain": 0.0,
                "fid_out": 0.0,
                "faithfulness": 0.0,
            }

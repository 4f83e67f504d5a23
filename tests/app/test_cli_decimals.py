from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer.main

from app.cli import build, run
from app.cli._concepts import factors_of
from app.cli._decimals import decimal_options, with_points
from tests.app.conftest import write_sound
from tests.models import SmallModels

GROUP = typer.main.get_group(build())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["explain", "a.wav", "--keep", "0,1"], ["explain", "a.wav", "--keep", "0.1"]),
        (["explain", "--keep=,25", "a,5"], ["explain", "--keep=.25", "a,5"]),
        (["explain", "--start", "1,5", "--end=2,5"], ["explain", "--start", "1.5", "--end=2.5"]),
        (["listen", "--gain", "-3,5"], ["listen", "--gain", "-3.5"]),
        (
            ["vocabularies", "bench", "--lambda", "0,1"],
            ["vocabularies", "bench", "--lambda", "0.1"],
        ),
        # no decimals: a list, a name, a whole number
        (["explain", "1,5", "--formats", "1,5"], ["explain", "1,5", "--formats", "1,5"]),
        (["explain", "--keep", "0,1,2"], ["explain", "--keep", "0,1,2"]),
        (["explain", "--seed", "1,5"], ["explain", "--seed", "1,5"]),
    ],
)
def test_a_comma_is_a_point_where_a_number_is_asked_for(typed: list[str], meant: list[str]) -> None:
    assert with_points(typed, GROUP) == meant


@pytest.mark.parametrize("typed", [["--end", "1,500"], ["--end=1,500"]])
def test_a_comma_that_may_mean_thousands_is_asked_about(
    typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", "a.wav", *typed]) == 2
    assert capsys.readouterr().err == (
        "“--end 1,500” can be read in two ways; write 1.500 or 1500.\n"
    )


def test_an_option_of_that_name_takes_decimals_in_every_command() -> None:
    found = set(decimal_options(GROUP))
    assert {"--keep", "--remove", "--start", "--end", "--gain", "--scale", "--lambda"} <= found
    assert not found & {"--formats", "--seed", "--random-masks", "--out", "--classifier"}


def test_a_share_with_a_comma_is_explained_as_with_a_point(
    small_models: SmallModels, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.wav"
    write_sound(clip)
    quick = ["--method", "saliency", "--random-masks", "0", *small_models.options]
    out = ["--out", str(tmp_path / "out")]
    assert run(["explain", str(clip), "--keep", "0,25", *quick, *out]) == 0
    record = json.loads((tmp_path / "out" / "clip" / "explanation.json").read_bytes())
    assert record["keep"] == 0.25


def test_a_factor_has_a_point_or_a_comma() -> None:
    assert factors_of(["rain=0,5", "two words=1.5"]) == {"rain": 0.5, "two words": 1.5}

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.concepts.opening import BUNDLED, embedder_catalogue
from core.export import FILES
from core.models import catalogue
from tests.app.conftest import Cli, write_sound
from tests.core.concepts.towers import write_small_tower
from tests.models import LABELS, SmallModels


@pytest.fixture
def damaged(bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle of its own whose classifier lacks its weights."""
    folder = tmp_path / "damaged"
    shutil.copytree(bundled, folder)
    (folder / "keywords-12" / "weights.safetensors").unlink()
    monkeypatch.setattr("core.models.model_folders", lambda: [("bundled", folder)])
    return folder


def test_models_lists_everything_there_is(cli: Cli, bundled: Path) -> None:
    done = cli("models")
    assert (done.code, done.err) == (0, "")
    assert "keywords-12" in done.out
    assert "3 classes on small-codec: yes, no, silence" in done.out
    assert "40 × 50 frames/s = 2,000 cells/s at 16,000 Hz, 10 bands" in done.out
    assert "not in the local model cache" in done.out  # the public one, which is not fetched
    assert "steps=256, gap=0.02" in " ".join(done.out.split())
    for name in ("integrated_gradients", "smoothgrad", "silence", "transformer", "banded"):
        assert name in done.out


def test_models_as_json_says_what_loads(cli: Cli, bundled: Path, small_models: SmallModels) -> None:
    (record,) = cli("models", "--json").records
    by_id = {model["id"]: model for model in record["models"]}
    head = by_id["keywords-12"]
    assert (head["loads"], head["problem"], head["source"]) == (True, None, "bundled")
    assert (head["family"], head["licence"]) == ("cnn", "MIT")
    assert head["facts"]["labels"] == list(LABELS)
    assert by_id["small-codec"]["facts"]["latent_dim"] == 40
    entries = [*catalogue("codec"), *catalogue("classifier"), *embedder_catalogue()]
    assert set(by_id) == {entry.id for entry in entries}
    for name, some in {
        "codec families": "encodec",
        "classifier heads": "gru",
        "embedders": "clap",
        "methods": "saliency",
        "fills": "mean",
    }.items():
        assert some in [entry["id"] for entry in record[name]]


@pytest.fixture
def with_tower(bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle of its own that holds an audio tower too, by the name of the bundled one."""
    folder = tmp_path / "with tower"
    shutil.copytree(bundled, folder)
    monkeypatch.setattr("core.models.model_folders", lambda: [("bundled", folder)])
    return write_small_tower(folder / BUNDLED)


def test_embedders_are_listed_too(cli: Cli, with_tower: Path) -> None:
    out = cli("models").out
    assert "up to 2 s at 16,000 Hz to 384 dimensions of all-MiniLM-L6-v2" in out
    assert "hearwhy models download laion/clap-htsat-unfused" in " ".join(
        out.replace("│", " ").split()
    )
    (record,) = cli("models", "--json").records
    by_id = {model["id"]: model for model in record["models"]}
    tower = by_id[BUNDLED]
    assert (tower["kind"], tower["loads"], tower["family"]) == ("embedder", True, "tower")
    assert tower["facts"]["dim"] == 384
    public = by_id["laion/clap-htsat-unfused"]
    assert (public["kind"], public["loads"], public["family"]) == ("embedder", False, "clap")
    (with_tower / "weights.safetensors").unlink()
    (record,) = cli("models", "--json").records
    (tower,) = (model for model in record["models"] if model["id"] == BUNDLED)
    assert not tower["loads"] and "weights.safetensors" in tower["problem"]


def test_a_damaged_model_is_listed_with_the_reason(cli: Cli, damaged: Path) -> None:
    done = cli("models", "--json")
    (head,) = (m for m in done.records[0]["models"] if m["id"] == "keywords-12")
    assert not head["loads"]
    assert "weights.safetensors" in head["problem"]
    assert done.code == 0


def test_the_self_test_explains_a_sample(cli: Cli, bundled: Path, tmp_path: Path) -> None:
    done = cli("self-test", "--out", tmp_path / "kept")
    (record,) = done.records
    assert (done.code, record["ok"], record["problems"]) == (0, True, [])
    assert set(record["versions"]) >= {"hearwhy", "python", "torch", "torchaudio", "captum"}
    assert record["plugins"]["fills"] == ["mean", "noise", "silence", "zero"]
    assert set(record["explanation"]["seconds"]) >= {"open", "encode", "attribute", "write"}
    (folder,) = (tmp_path / "kept").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)


def test_the_self_test_finds_the_concepts_of_a_sample(cli: Cli, with_tower: Path) -> None:
    (record,) = cli("self-test").records
    concepts = record["concepts"]
    assert (concepts["embedder"], concepts["vocabulary"]) == (BUNDLED, "everyday")
    assert concepts["l0"] > 0 < concepts["cosine"] and concepts["concepts"][0]
    assert record["ok"]


def test_the_self_test_skips_concepts_where_no_embedder_is_bundled(cli: Cli, bundled: Path) -> None:
    (record,) = cli("self-test").records
    assert "not among the installed models" in record["concepts"]["skipped"]
    assert record["ok"]


def test_the_self_test_says_what_is_damaged(cli: Cli, damaged: Path) -> None:
    (damaged / "small-codec" / "model.json").write_text("{}")
    done = cli("self-test")
    (record,) = done.records
    assert (done.code, record["ok"]) == (1, False)
    for name in ("keywords-12", "small-codec"):
        assert any(name in problem for problem in record["problems"])


def test_the_self_test_names_the_pair_to_install(
    cli: Cli, bundled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"torch": "2.12.0", "torchaudio": "2.11.0"}
    monkeypatch.setattr("core.versions.installed", lambda package: found.get(package, "1.0"))
    done = cli("self-test")
    (record,) = done.records
    assert (done.code, record["ok"], record["models"]) == (1, False, [])
    (problem,) = record["problems"]
    assert "torch 2.12.0 and torchaudio 2.11.0" in problem
    assert "torch==2.11.* and torchaudio==2.11.*" in problem


def test_bench_measures_in_seconds_and_prints_a_table(
    cli: Cli, small_models: SmallModels, tmp_path: Path
) -> None:
    clip = write_sound(tmp_path / "clip.wav", 1.4, 22_050)
    options = ["bench", clip, *small_models.options, "--repeats", 1, "--quick"]
    done = cli(*options, "--json")
    assert (done.code, done.err) == (0, "")
    (record,) = done.records
    timings = record["timings"]
    assert set(timings) == {
        *("explain", "explain_with_controls", "render", "encode", "decode"),
        *("import_core", "help"),
    }
    for timing in timings.values():
        assert 0 < timing["min_s"] <= timing["median_s"] <= timing["max_s"] < 60
        assert timing["runs"] == 1
    assert (timings["explain"]["target_s"], timings["render"]["target_s"]) == (0.15, 0.04)
    assert (record["codec"], record["classifier"]) == ("small-codec", "small-head")
    assert record["threads"] >= 1
    table = cli(*options).out
    assert "≤ 150.0 ms" in table
    assert "small-head on small-codec; device cpu" in table


def test_bench_without_models_says_so(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.models.model_folders", lambda: [("bundled", tmp_path)])
    assert "keywords-12" in cli("bench").sentence


def test_a_command_is_a_command_beside_a_folder_of_that_name(
    cli: Cli, bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    assert "keywords-12" in cli("models").out


def test_help_names_every_command(cli: Cli) -> None:
    done = cli("--help")
    assert done.code == 0
    for name in ("bench", "explain", "models", "self-test"):
        assert f" {name} " in done.out

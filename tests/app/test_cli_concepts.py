"""`concepts`, `vocabularies`, and the trainings for them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from core.audio_io import read_clip
from core.concepts.head import load_head
from core.concepts.vocabulary_file import load_vocabulary
from core.digests import samples_digest
from core.model_folder import read_model_folder
from core.resources import resources_folder
from core.tensors import save_tensors
from core.versions import versions
from tests.app.conftest import Cli
from tests.core.concepts.spaces import tone
from tests.core.concepts.towers import write_small_tower
from tests.full_disk import full_disk
from tests.models import signed

RATE = 16_000
VOCABULARIES = resources_folder() / "vocabularies"


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_tower(tmp_path_factory.mktemp("towers") / "small-tower")


def write_tone(path: Path, band: int, seconds: float = 1.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, tone(band, seconds, RATE), RATE)
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_tone(tmp_path / "a tone.wav", 3, 3.0)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Low and high tones with a list, half of them held out."""
    rows = ["path,dataset,label,speaker,split"]
    for number in range(16):
        label, split = ("low", "high")[number % 2], ("train", "test")[number // 8]
        write_tone(tmp_path / "data" / f"{number}.wav", 1 + 15 * (number % 2) + number // 4)
        rows.append(f"{number}.wav,tones,{label},,{split}")
    (tmp_path / "data" / "clips.csv").write_text("\n".join(rows), encoding="utf-8")
    return tmp_path / "data"


def concepts(cli: Cli, tower: Path, *more: str | Path):
    return cli("concepts", *map(str, more), "--embedder", str(tower), "--device", "cpu")


def test_json_is_one_line_a_clip_as_documented(cli: Cli, tower: Path, clip: Path) -> None:
    other = write_tone(clip.with_name("b.wav"), 9)
    done = concepts(cli, tower, clip, other, "--json", "--lambda", ".05")
    assert (done.code, done.err) == (0, "")
    assert [record["clip"] for record in done.records] == [str(clip), str(other)]
    for record in done.records:
        origin = ["clip_seconds", "digests", "options", "versions"]
        keys = ["embedding", "vocabulary", "lambda", "l0", "cosine", "concepts"]
        assert list(record) == ["clip", *origin, *keys]
        assert record["embedding"] == "small-tower" and record["vocabulary"] == "everyday"
        assert record["lambda"] == 0.05
        weights = [each["weight"] for each in record["concepts"]]
        assert len(weights) == record["l0"] > 0
        assert weights == sorted(weights, reverse=True) and weights[-1] >= 0
        assert 0 < record["cosine"] <= 1


def test_json_says_of_what_and_with_what_a_description_was_made(
    cli: Cli, tower: Path, clip: Path
) -> None:
    high = clip.with_name("high.flac")
    soundfile.write(high, np.stack([tone(3, 1.5, 44_100)] * 2, axis=1), 44_100)
    (record,) = concepts(cli, tower, high, "--json", "--window", "1.5").records
    assert record["clip_seconds"] == 1.5
    assert record["digests"] == {
        "embedder": read_model_folder(tower).digest,
        "vocabulary": load_vocabulary(VOCABULARIES / "everyday").digest,
        "samples": samples_digest(read_clip(high, mono=True)),
    }
    assert record["options"] == {
        "decomposition": {"lambda": 0.1, "at_most": None, "centred": False},
        "listening": {"window": 1.5},
    }
    assert record["versions"] == versions()
    (more,) = concepts(cli, tower, high, "--json", "--word", "rain on a tent").records
    assert more["digests"]["vocabulary"] != record["digests"]["vocabulary"]


def test_people_get_bars_and_the_figures_that_judge_them(cli: Cli, tower: Path, clip: Path) -> None:
    done = concepts(cli, tower, clip, "--at-most", "5", "--over-time")
    assert done.code == 0
    assert "cosine" in done.out and "residual" in done.out and "█" in done.out
    assert "concepts" in done.out.splitlines()[0]
    assert "1.00–3.00 s" in done.out


def test_labels_are_scored_again_without_a_concept(cli: Cli, tower: Path, clip: Path) -> None:
    (plain,) = concepts(cli, tower, clip, "--json").records
    word = plain["concepts"][0]["concept"]
    asked = [clip, "--json", "--label", word, "--label", "silence", "--change", f"{word}=0"]
    (record,) = concepts(cli, tower, *asked).records
    scores = record["labels"][0]
    assert scores["label"] == word
    assert scores["changed"] < scores["concepts"]


def test_a_typed_word_is_added(cli: Cli, tower: Path, clip: Path) -> None:
    asked = [clip, "--json", "--word", "an odd whirring contraption"]
    done = concepts(cli, tower, *asked, "--find", "an odd whirring contraption")
    assert done.code == 0
    file = clip.with_name("mine.txt")
    file.write_text("an odd whirring contraption\nrain\n", encoding="utf-8")
    (record,) = concepts(cli, tower, clip, "--json", "--vocabulary", file).records
    assert record["vocabulary"] == "mine" and record["l0"] <= 2


def test_a_data_folder_gets_a_profile_for_each_class(cli: Cli, tower: Path, data: Path) -> None:
    done = concepts(cli, tower, data, "--json")
    assert [record["label"] for record in done.records] == ["(all clips)", "high", "low"]
    assert [record["clips"] for record in done.records] == [16, 8, 8]
    lines = concepts(cli, tower, data, "--most", "2").out.splitlines()
    assert lines[1].startswith("high: ") and lines[1].count(", ") <= 4


def test_dense_and_sparse_are_compared_on_the_test_split(cli: Cli, tower: Path, data: Path) -> None:
    records = concepts(cli, tower, data, "--compare", "--json").records
    assert {"everyday", "everyday-pruned"} <= {record["vocabulary"] for record in records}
    one = ["--compare", "--vocabulary", "everyday", "--json"]
    (record,) = concepts(cli, tower, data, *one).records
    assert (record["clips"], record["vocabulary"]) == (8, "everyday")
    for name in ("zero_shot", "zero_shot_dense", "linear", "linear_dense"):
        assert 0 <= record[name] <= 1
    assert "linear:" in concepts(cli, tower, data, "--compare").out


def test_a_folder_is_searched_by_concept(cli: Cli, tower: Path, data: Path) -> None:
    (first,) = concepts(cli, tower, data / "0.wav", "--json").records
    word = first["concepts"][0]["concept"]
    hits = concepts(cli, tower, data, "--find", word, "--json").records
    weights = [hit["weight"] for hit in hits]
    assert weights == sorted(weights, reverse=True) and weights[-1] > 0
    assert str(data / "0.wav") in [hit["clip"] for hit in hits]
    every = [f"--find={word}" for word in load_vocabulary(VOCABULARIES / "everyday").words[:40]]
    nothing = concepts(cli, tower, data, *every)
    assert nothing.out == "" and "None of 16 sounds has “" in nothing.err


def test_the_folder_of_an_explanation_shows_what_removal_changed(
    cli: Cli, tower: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "explained"
    for band, name in enumerate(("original", "explanation", "removed")):
        write_tone(folder / f"{name}.wav", 2 + 8 * band)
    (folder / "explanation.json").write_text("{}", encoding="utf-8")
    done = concepts(cli, tower, folder)
    assert done.code == 0
    assert "explanation" in done.out.splitlines()[0]
    assert done.out.splitlines()[-1].startswith("removal ")
    assert len(concepts(cli, tower, folder, "--json").records) == 3


def test_a_head_on_concepts_is_trained_saved_and_scored(
    cli: Cli, tower: Path, data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "head"
    done = cli("train", "concept-head", str(data), "--out", str(folder), "--embedder", str(tower))
    assert done.code == 0 and "test clips right" in done.out and "low: " in done.out
    assert load_head(folder).labels == ("high", "low")
    (record,) = concepts(cli, tower, data / "0.wav", "--head", folder, "--json").records
    assert sum(score["concepts"] for score in record["head"]) == pytest.approx(1, abs=1e-4)
    done = concepts(cli, tower, data / "0.wav", "--head", folder, "--lambda", ".05")
    assert done.code == 2 and "“everyday” and λ 0.1, not on “everyday” and λ 0.05" in done.err


def test_a_head_brings_the_words_and_the_lambda_it_was_trained_with(
    cli: Cli, tower: Path, data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "head"
    options = ["--vocabulary", "everyday-clustered", "--lambda", ".05", "--at-most", "7"]
    trained = ["train", "concept-head", data, "--out", folder, "--embedder", tower, *options]
    assert cli(*trained).code == 0
    (record,) = concepts(cli, tower, data / "0.wav", "--head", folder, "--json").records
    assert (record["vocabulary"], record["lambda"]) == ("everyday-clustered", 0.05)
    assert record["l0"] <= 7
    assert record["digests"]["head"] == load_head(folder).digest
    assert record["options"]["decomposition"]["at_most"] == 7


def test_a_head_and_a_layer_are_used_with_the_embedder_they_were_trained_with(
    cli: Cli, tower: Path, data: Path, tmp_path: Path
) -> None:
    head, layer = tmp_path / "head", tmp_path / "h.safetensors"
    for asked in (["concept-head", data, "--out", head], ["concept-layer", data, "--out", layer]):
        assert cli("train", *asked, "--embedder", tower).code == 0
    other = signed(Path(shutil.copytree(tower, tmp_path / "other")), window=1.5)
    for option in (["--head", head], ["--layer", layer]):
        done = concepts(cli, other, data / "0.wav", *option)
        assert done.code == 2 and read_model_folder(other).digest in done.err


def test_a_place_that_cannot_be_written_is_told_first(
    cli: Cli, tower: Path, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("rain\n", encoding="utf-8")
    out = tmp_path / "file" / "below"
    more = ["--out", out, "--embedder", tower]
    for asked in (
        ["train", "concept-head", data, *more],
        ["train", "concept-layer", data, *more],
        ["vocabularies", "build", tmp_path / "file", *more],
    ):
        assert "is a file" in cli(*asked).sentence


def test_nothing_of_the_users_is_replaced_and_that_is_told_first(
    cli: Cli, data: Path, tmp_path: Path
) -> None:
    thesis, mine = tmp_path / "Documents" / "thesis.txt", tmp_path / "mine.safetensors"
    thesis.parent.mkdir()
    thesis.write_text("three years")
    save_tensors(mine, {"of": torch.zeros(1), "another": torch.zeros(1)}, {})
    kept = mine.read_bytes()
    more = ["--embedder", "nowhere"]  # which would be told later
    for asked in (
        ["train", "concept-head", data, "--out", thesis.parent],
        ["vocabularies", "build", data / "clips.csv", "--out", thesis.parent],
    ):
        assert "holds “thesis.txt”" in cli(*asked, *more).sentence
    for file in (thesis, mine):
        asked = ["train", "concept-layer", data, "--out", file]
        assert "no fine-tuning layer, and would be lost" in cli(*asked, *more).sentence
    assert "no fine-tuning layer" in cli("train", "concept-layer", data, "--out", tmp_path).sentence
    assert thesis.read_text() == "three years" and mine.read_bytes() == kept


@pytest.mark.parametrize("what", ["concept-head", "concept-layer"])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    cli: Cli, tower: Path, data: Path, tmp_path: Path, what: str
) -> None:
    with full_disk(500):
        done = cli("train", what, data, "--out", tmp_path / "new" / "it", "--embedder", tower)
    assert "could not be written" in done.sentence
    assert not (tmp_path / "new").exists()


def test_the_layer_h_is_fitted_and_applied(
    cli: Cli, tower: Path, data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "h.safetensors"
    done = cli("train", "concept-layer", str(data), "--out", str(file), "--embedder", str(tower))
    assert done.code == 0 and "before:" in done.out and "after:" in done.out
    assert sorted(path.name for path in tmp_path.glob("h.*")) == ["h.safetensors"]
    (plain,) = concepts(cli, tower, data / "0.wav", "--json").records
    (turned,) = concepts(cli, tower, data / "0.wav", "--json", "--layer", file).records
    assert turned["concepts"] != plain["concepts"]
    assert set(turned["digests"]) - set(plain["digests"]) == {"layer"}


def test_vocabularies_are_listed_and_built(cli: Cli, tower: Path, tmp_path: Path) -> None:
    listed = cli("vocabularies", "list", "--json").records
    assert {"everyday", "everyday-pruned", "everyday-clustered"} <= {row["id"] for row in listed}
    assert all(row["mean"] < 0.4 for row in listed)
    tags = tmp_path / "dev_clips_info_FSD50K.json"
    tags.write_text(json.dumps({"1": {"tags": ["rain", "wind", "rain-drop"]}}), encoding="utf-8")
    asked = ["vocabularies", "build", str(tags), "--out", str(tmp_path / "mine")]
    done = cli(*asked, "--how", "baseline", "--embedder", str(tower))
    assert done.code == 0 and "3 words of the 2,000 asked for" in done.out
    vocabulary = load_vocabulary(tmp_path / "mine")
    assert set(vocabulary.words) == {"rain", "wind", "rain drop"}
    assert "3 different tags" in vocabulary.origin
    done = cli(*asked, "--how", "magic", "--embedder", str(tower))
    assert done.code == 2 and "magic" in done.err


def test_the_solver_is_measured_beside_scikit_learn(cli: Cli) -> None:
    asked = ["vocabularies", "bench", "--windows", "40", "--words", "100"]
    (record,) = cli(*asked, "--json").records
    assert record["difference"] < 1e-4 and record["seconds"] > 0 and record["l0"] > 1
    assert "40 windows × 100 words" in cli(*asked).out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--vocabulary", "everyda"], "did you mean everyday"),
        (["--vocabulary", "absent.txt"], "absent.txt"),
        (["--lambda", "0"], "λ"),
        (["--lambda", "nan"], "λ"),
        (["--change", "rain"], "shouting=0"),
        (["--change", "no such word=0"], "no such word"),
        (["--find", "no such word"], "no such word"),
        (["--window", "9"], "0.5 to 2 s"),
        (["--centre"], "mean sound"),
        (["--head", "nowhere"], "no concept head"),
        (["--layer", "nowhere"], "nowhere"),
        (["--compare"], "data folder"),
        (["--device", "abacus"], "abacus"),
    ],
)
def test_bad_options_are_one_sentence(
    cli: Cli, tower: Path, clip: Path, options: list[str], said: str
) -> None:
    given = options if "--device" in options else [*options, "--device", "cpu"]
    done = cli("concepts", str(clip), "--embedder", str(tower), *given)
    assert done.code == 2 and said in done.err and done.out == ""
    assert len(done.err.strip().splitlines()) == 1


def test_a_bad_file_is_told_and_the_others_go_on(cli: Cli, tower: Path, clip: Path) -> None:
    bad = clip.with_name("bad.wav")
    bad.write_bytes(b"RIFF no sound")
    soundfile.write(clip.with_name("tick.wav"), np.ones(40), RATE)
    done = concepts(cli, tower, bad, clip.with_name("tick.wav"), clip, "--json")
    assert done.code == 2 and len(done.records) == 1 and len(done.err.splitlines()) == 2
    done = cli("concepts", str(clip), "--embedder", "no-such-tower")
    assert done.code == 2 and "no embedder" in done.err


def test_what_is_odd_about_a_file_is_told_beside_the_results(
    cli: Cli, tower: Path, clip: Path
) -> None:
    content = bytearray(clip.read_bytes())
    content[40:44] = (2 * RATE).to_bytes(4, "little")  # it was 3 s
    clip.write_bytes(content)
    done = concepts(cli, tower, clip, "--json")
    assert done.code == 0
    assert done.err == "“a tone”: its header says 1.00 s, but it holds 3.00 s.\n"
    assert done.records[0]["clip_seconds"] == 3.0

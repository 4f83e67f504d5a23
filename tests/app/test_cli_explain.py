from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from app.cli import explain as command
from app.engine import Engine
from core.digests import samples_digest
from core.export import FILES
from core.job import CancelToken, silent
from core.models import open_toolbox
from core.types import ExplanationRequest, Variant
from core.versions import HEARWHY
from tests.app.conftest import Cli, write_sound
from tests.models import LABELS, LATENT_DIM, RATE, SmallModels


def test_a_clip_becomes_a_folder_and_one_line(explain: Cli, word: Path, tmp_path: Path) -> None:
    done = explain(word)
    assert (done.code, done.err) == (0, "")
    assert done.out.count("\n") == 1
    assert done.out.startswith("word: ")
    assert str(tmp_path / "out" / "word") in done.out
    folder = tmp_path / "out" / "word"
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    for variant in Variant:
        facts = soundfile.info(folder / f"{variant.value}.wav")
        assert (facts.samplerate, facts.frames, facts.subtype) == (RATE, RATE, "FLOAT")
    original, _ = soundfile.read(folder / "original.wav")
    np.testing.assert_allclose(original, soundfile.read(word)[0], atol=1e-6)
    explanation, _ = soundfile.read(folder / "explanation.wav")
    assert not np.allclose(explanation, original, atol=1e-3)


def test_what_went_through_the_codec_stands_beside_what_only_did_that(
    explain: Cli, word: Path
) -> None:
    said = explain(word, "--json", "--remove", 0).records[0]["predictions"]
    codec, removed = (said[name] for name in ("reconstruction", "removed"))
    assert removed["round_trip"] == codec
    line = explain(word, "--remove", 0).out
    p, original = codec["probability"], said["original"]["probability"]
    assert f"; codec {p:.2f}" in line and f"removed {original:.2f}/{p:.2f}, random" in line


def test_json_is_one_object_a_clip_and_nothing_else(
    explain: Cli, word: Path, tmp_path: Path
) -> None:
    other = write_sound(tmp_path / "clips" / "other.wav", 0.8)
    done = explain(word, other, "--json")
    assert (done.code, done.err) == (0, "")
    first, second = done.records
    assert (first["clip"], second["clip"]) == ("word", "other")
    folder = Path(first.pop("folder"))
    assert folder == tmp_path / "out" / "word"
    assert first == json.loads((folder / "explanation.json").read_bytes())
    assert first["file"] == str(word)
    assert first["latent_shape"] == [LATENT_DIM, 50]
    assert first["target"] == first["predictions"]["original"]["label"]
    assert first["completeness_gap"] <= 0.02
    assert set(first["seconds"]) >= {"encode", "attribute", "synthesise", "classify", "total"}
    assert second["notes"] == ["padded from 0.800 s to 1.000 s with silence"]
    assert second["stretch"] == {"start": 0.0, "end": 0.8}


def test_one_class_against_another_and_options_of_the_method(
    explain: Cli, word: Path, tmp_path: Path
) -> None:
    (plain,) = explain(word, "--json").records
    assert plain["against"] is None and plain["explained"] == "log-odds"
    other = next(label for label in ("yes", "no") if label != plain["target"])
    asked = ["--against", other, "--option", "gap=0", "--option", " steps = 16 "]
    (record,) = explain(word, *asked, "--json").records
    assert (record["target"], record["against"]) == (plain["target"], other)
    assert record["explained"] == f"log-odds against “{other}”"
    assert record["options"]["method"] == {"steps": 16, "gap": 0.0}
    assert record["steps"] == 16


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (["--option", "steps"], "--option takes NAME=VALUE, like steps=64, not “steps”."),
        (["--option", "stepz=3"], "did you mean steps?"),
        (["--option", "steps=few"], "“few” is no value for “steps”; it takes a whole number"),
        (["--against", "maybe"], "knows no class “maybe”"),
        (["--target", "no", "--against", "no"], "cannot be told from itself"),
        (["--against", "no", "--all"], "name the class to explain"),
    ],
)
def test_what_makes_no_sense_is_said(
    explain: Cli, word: Path, asked: list[str], sentence: str
) -> None:
    done = explain(word, *asked)
    assert done.code == 2
    assert sentence in done.err and "Traceback" not in done.err


def test_a_file_has_the_digest_that_it_has_in_the_window(
    explain: Cli, tmp_path: Path, small_models: SmallModels
) -> None:
    # Of other channels and another rate than the codec's, so that it is mixed and resampled.
    path = write_sound(tmp_path / "clips" / "stereo.flac", 1.3, 44_100, 2)
    (record,) = explain(path, "--json", "--start", 0.2, "--end", 0.7).records
    clip = Engine().read(path, silent, CancelToken())
    toolbox = open_toolbox(
        ExplanationRequest(codec=str(small_models.codec), classifier=str(small_models.classifier))
    )
    assert record["digests"] == {
        "codec": toolbox.codec.spec.digest,
        "classifier": toolbox.classifier.spec.digest,
        "samples": samples_digest(clip),
    }
    assert record["clip_seconds"] == 1.3
    assert record["options"] == {"method": {"steps": 256, "gap": 0.02}, "fill": {}}
    assert record["versions"]["hearwhy"] == HEARWHY


def test_every_choice_reaches_the_engine(explain: Cli, word: Path) -> None:
    choices = {
        "method": "smoothgrad",
        "fill": "noise",
        "granularity": "band",
        "keep": 0.3,
        "remove": 0.2,
        "target": "no",
        "seed": 7,
        "device": "cpu",
        "random_masks": 2,
    }
    options = [x for key, value in choices.items() for x in (f"--{key.replace('_', '-')}", value)]
    (record,) = explain(word, "--json", *options).records
    assert {key: record[key] for key in choices} == choices
    assert record["completeness_gap"] is None
    (again,) = explain(word, "--json", *options).records
    assert again["predictions"] == record["predictions"]
    assert again["level_db"] == record["level_db"]


def test_no_random_masks_no_controls(explain: Cli, word: Path) -> None:
    (record,) = explain(word, "--json", "--random-masks", 0).records
    assert record["predictions"]["random_removed"] is None
    assert ", random " not in explain(word, "--random-masks", 0).out


def test_the_stated_defaults_are_the_engines(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    lines = cli("explain", "--help").out.splitlines()
    request = ExplanationRequest()
    for name in ("classifier", "method", "fill", "granularity", "keep", "remove", "seed", "device"):
        (line,) = (line for line in lines if f" --{name} " in line)
        assert f"[default: ({getattr(request, name)})]" in line
    (line,) = (line for line in lines if "--random-masks" in line)
    assert f"({request.random_masks})" in line
    assert str(command.OUT) == "explanations"


def test_what_a_library_prints_does_not_mix_with_the_output(
    explain: Cli, word: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.pipeline import explain as engine

    def chatty(*what: Any, **named: Any) -> object:
        print("loading checkpoint shards")
        return engine(*what, **named)

    monkeypatch.setattr("app.cli._explaining.explain", chatty)
    done = explain(word, "--json", "--random-masks", 0)
    assert [record["clip"] for record in done.records] == ["word"]
    assert done.err == "loading checkpoint shards\n"


def test_several_files_and_folders_go_in_one_call(
    explain: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import core.models

    a = write_sound(tmp_path / "a" / "word.wav")
    b = write_sound(tmp_path / "b" / "word.flac", 0.9)
    opened: list[object] = []
    original = core.models.open_codec
    monkeypatch.setattr(
        "core.models.open_codec", lambda *what: opened.append(what) or original(*what)
    )
    done = explain(a.parent, b, a, "--random-masks", 0)  # one of them twice
    assert (done.code, done.err) == (0, "")
    assert [line.split(":")[0] for line in done.out.splitlines()] == ["word", "word"]
    out = tmp_path / "out"
    assert sorted(path.name for path in out.iterdir()) == ["word-a", "word-b"]
    assert json.loads((out / "word-b" / "explanation.json").read_bytes())["file"] == str(b)
    assert len(opened) == 1


def test_a_folder_that_holds_earlier_results_gives_the_same_clips_again(
    explain: Cli, tmp_path: Path
) -> None:
    clips = tmp_path / "clips"
    write_sound(clips / "one.wav", 0.2)
    write_sound(clips / ".cache" / "no.wav", 0.2)
    quick = ["--random-masks", 0, "--method", "random", "--formats", "wav"]
    # The last as a shell writes out a *, which names the results too.
    for named in ([clips], [clips], sorted(clips.glob("[!.]*"))):
        done = explain(*named, *quick, "--out", clips / "explanations")
        assert (done.code, done.out.count("\n")) == (0, 1)
        assert done.out.startswith("one: ")


def test_one_bad_clip_does_not_stop_the_others(explain: Cli, word: Path, tmp_path: Path) -> None:
    missing, empty = tmp_path / "missing.wav", tmp_path / "empty.wav"
    empty.touch()
    (tmp_path / "nothing").mkdir()
    done = explain(missing, tmp_path / "nothing", word, empty, "--random-masks", 0)
    assert done.code == 2
    assert done.out.startswith("word: ")
    assert done.out.count("\n") == 1
    complaints = done.err.splitlines()
    assert len(complaints) == 3
    for name, complaint in zip(("nothing", "missing", "empty"), complaints, strict=True):
        assert name in complaint
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["word"]


def test_a_stretch_is_explained_where_it_lies(explain: Cli, tmp_path: Path) -> None:
    clip = write_sound(tmp_path / "long.wav", 3.0)
    (record,) = explain(clip, "--start", 1.25, "--end", 2.25, "--json").records
    assert record["stretch"] == {"start": 1.25, "end": 2.25}
    assert record["timeline"] is None
    original, _ = soundfile.read(tmp_path / "out" / "long" / "original.wav")
    np.testing.assert_allclose(original, soundfile.read(clip)[0][20_000:36_000], atol=1e-6)


def test_a_long_clip_has_a_timeline_and_its_best_window_explained(
    explain: Cli, tmp_path: Path
) -> None:
    clip = write_sound(tmp_path / "long.wav", 2.6)
    done = explain(clip, "--json", "--random-masks", 0)
    (record,) = done.records
    timeline = record["timeline"]
    assert timeline["labels"] == list(LABELS)
    assert timeline["starts"][-1] == 1.6  # the last window ends with the clip
    assert len(timeline["probabilities"]) == len(timeline["starts"])
    start, end = record["stretch"]["start"], record["stretch"]["end"]
    assert end - start == pytest.approx(1.0)
    assert start in [pytest.approx(place, abs=1e-3) for place in timeline["starts"]]
    assert f"at {start:.2f}–{end:.2f} s" in explain(clip, "--random-masks", 0).out


def test_all_explains_every_window_and_joins_them(explain: Cli, tmp_path: Path) -> None:
    clip = write_sound(tmp_path / "long.wav", 2.6)
    (record,) = explain(clip, "--all", "--json", "--random-masks", 0).records
    assert record["stretch"] == {"start": 0.0, "end": 2.6}
    assert [window["start"] for window in record["windows"]] == [0.0, 0.8, 1.6]
    for variant in Variant:
        facts = soundfile.info(tmp_path / "out" / "long" / f"{variant.value}.wav")
        assert facts.frames == round(2.6 * RATE)


def test_unusual_recordings_are_made_fit_and_it_is_said(explain: Cli, tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    write_sound(clips / "8 kHz.wav", rate=8_000)
    write_sound(clips / "192 kHz.wav", rate=192_000)
    write_sound(clips / "8 bit.wav", subtype="PCM_U8")
    write_sound(clips / "24 bit.wav", subtype="PCM_24")
    write_sound(clips / "float.wav", subtype="FLOAT")
    write_sound(clips / "stereo.wav", channels=2)
    write_sound(clips / "5.1.wav", channels=6)
    write_sound(clips / "10 ms.wav", 0.01)
    done = explain(clips, "--json", "--random-masks", 0, "--method", "saliency")
    assert (done.code, done.err) == (0, "")
    notes = {record["clip"]: "; ".join(record["notes"]) for record in done.records}
    assert notes == {
        "10 ms": "padded from 0.010 s to 1.000 s with silence",
        "192 kHz": "resampled from 192,000 to 16,000 Hz",
        "24 bit": "",
        "5.1": "mixed 6 channels down to mono",
        "8 bit": "",
        "8 kHz": "resampled from 8,000 to 16,000 Hz",
        "float": "",
        "stereo": "mixed 2 channels down to mono",
    }
    for record in done.records:
        assert soundfile.info(Path(record["folder"]) / "explanation.wav").frames == RATE


def test_without_an_out_folder_results_go_to_explanations(
    cli: Cli, word: Path, bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = cli("explain", word, "--random-masks", 0)
    assert done.code == 0
    assert (tmp_path / "explanations" / "word" / "explanation.json").is_file()


def test_a_file_alone_is_explained_and_what_to_listen_to_is_said(
    cli: Cli, word: Path, bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = cli(word)
    assert (done.code, done.err) == (0, "")
    folder = tmp_path / "explanations" / "word"
    for name in FILES[:-1]:
        assert name in done.out
        assert (folder / name).is_file()
    assert str(folder) in done.out


def test_nothing_at_all_explains_a_sample(
    cli: Cli, bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = cli()
    assert (done.code, done.err) == (0, "")
    assert "sample" in done.out
    (folder,) = (tmp_path / "explanations").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)


def test_a_result_can_be_moved_and_explained_again(
    explain: Cli, word: Path, tmp_path: Path
) -> None:
    # The folder holds nothing that ties it to where it was written.
    assert explain(word, "--random-masks", 0).code == 0
    shutil.move(tmp_path / "out" / "word", tmp_path / "kept")
    moved = tmp_path / "kept" / "explanation.wav"
    (record,) = explain(moved, "--json", "--random-masks", 0).records
    assert record["clip"] == "explanation"
    assert json.loads((tmp_path / "kept" / "explanation.json").read_bytes())["clip"] == "word"


def test_what_is_written_can_be_chosen_and_the_record_is_always_there(
    explain: Cli, word: Path, tmp_path: Path
) -> None:
    formats = "FLAC, labels,textgrid,csv,svg,html"
    done = explain(word, "--random-masks", 0, "--formats", formats)
    assert (done.code, done.err) == (0, "")
    folder = tmp_path / "out" / "word"
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [
            *(f"{variant.value}.flac" for variant in Variant),
            *("labels.txt", "relevance.TextGrid", "relevance.csv", "relevance_frames.csv"),
            *("spectrograms.svg", "report.html", "explanation.json"),
        ]
    )
    # Explained again as usual, nothing of it is left over.
    assert explain(word, "--random-masks", 0).code == 0
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)


@pytest.mark.parametrize("formats", ["wav,mp3", " , "])
def test_an_unknown_format_is_told_before_anything_is_done(
    explain: Cli, word: Path, tmp_path: Path, formats: str
) -> None:
    sentence = explain(word, "--formats", formats).sentence
    assert "format" in sentence
    assert not (tmp_path / "out").exists()


def test_sounds_are_matched_when_asked_for_and_what_is_cut_off_is_said(
    explain: Cli, word: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out" / "word"
    assert explain(word, "--random-masks", 0).code == 0
    plain = soundfile.read(folder / "explanation.wav")[0]
    assert explain(word, "--random-masks", 0, "--level-match").code == 0
    matched = soundfile.read(folder / "explanation.wav")[0]
    gain_db = json.loads((folder / "explanation.json").read_bytes())["gain_db"]["explanation"]
    assert gain_db != 0.0
    np.testing.assert_allclose(matched, plain * 10 ** (gain_db / 20), atol=1e-6)


def test_the_help_names_every_format_there_is(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.export import DEFAULT_FORMATS
    from core.exporters import EXPORTERS

    monkeypatch.setenv("COLUMNS", "300")
    lines = cli("explain", "--help").out.splitlines()
    (line,) = (line for line in lines if "--formats" in line and "LIST" in line)
    for spec in EXPORTERS.specs():
        assert spec.id in line
    assert tuple(command.FORMATS.split(",")) == DEFAULT_FORMATS

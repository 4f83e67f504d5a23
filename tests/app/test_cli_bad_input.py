"""Every foreseen mistake ends with one sentence on stderr, status 2 and nothing written."""

from __future__ import annotations

import pickle  # noqa: TID251 – to be refused
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.model_folder import read_model_folder
from tests.app.conftest import Cli, noise, write_sound
from tests.full_disk import full_disk
from tests.models import LATENT_DIM, RATE, SmallModels, signed


def missing(path: Path) -> Path:
    return path / "nowhere.wav"


def empty(path: Path) -> Path:
    (path / "clip.wav").touch()
    return path / "clip.wav"


def truncated(path: Path) -> Path:
    whole = write_sound(path / "whole.wav").read_bytes()
    (path / "clip.wav").write_bytes(whole[: len(whole) // 2])
    return path / "clip.wav"


def truncated_flac(path: Path) -> Path:
    whole = write_sound(path / "whole.flac").read_bytes()
    (path / "clip.flac").write_bytes(whole[: len(whole) // 2])
    return path / "clip.flac"


def without_samples(path: Path) -> Path:
    soundfile.write(path / "clip.wav", np.empty(0), RATE)
    return path / "clip.wav"


def with_nan(path: Path) -> Path:
    samples = noise()
    samples[500] = np.nan
    soundfile.write(path / "clip.wav", samples, RATE, subtype="FLOAT")
    return path / "clip.wav"


def text_called_wav(path: Path) -> Path:
    (path / "clip.wav").write_text("This is not a sound.\n" * 50)
    return path / "clip.wav"


def m4a(path: Path) -> Path:
    (path / "clip.m4a").write_bytes(struct.pack(">I4s4sI", 24, b"ftyp", b"M4A ", 0) + bytes(1000))
    return path / "clip.m4a"


def folder_without_sounds(path: Path) -> Path:
    (path / "notes").mkdir()
    (path / "notes" / "notes.txt").touch()
    return path / "notes"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (missing, ["no file", "nowhere.wav"]),
        (empty, ["clip.wav", "empty"]),
        (truncated, ["clip.wav", "1.00 s", "0.50 s"]),
        (truncated_flac, ["clip.flac", "cut off"]),
        (without_samples, ["clip.wav", "no samples"]),
        (with_nan, ["clip.wav", "NaN", "0.031 s"]),
        (text_called_wav, ["clip.wav", "not a sound file"]),
        (m4a, ["clip.m4a", "convert"]),
        (folder_without_sounds, ["notes", "no sound files"]),
    ],
)
def test_a_bad_file(
    explain: Cli, tmp_path: Path, make: Callable[[Path], Path], words: list[str]
) -> None:
    sentence = explain(make(tmp_path)).sentence
    for word in words:
        assert word in sentence
    assert not (tmp_path / "out").exists()


def test_a_sound_with_the_extension_of_another_format_is_read_as_what_it_is(
    explain: Cli, word: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.flac"
    shutil.copy(word, wrong)
    assert explain(wrong, "--method", "random", "--random-masks", 0).code == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--method", "integrated_gradient"], ["method", "integrated_gradients"]),
        (["--fill", "zeros"], ["fill", "zero"]),
        (["--granularity", "frames"], ["granularity", "frame"]),
        (["--classifier", "keyword-12x"], ["classifier", "keywords-12"]),
        (["--codec", "encodec_24khz"], ["codec", "facebook/encodec_24khz"]),
        (["--codec", "facebook/encodec_24khz"], ["not in the local model cache"]),
        (["--codec", "./nowhere"], ["no model folder"]),
        (["--target", "maybe"], ["class “maybe”", "yes, no, silence"]),
        (["--device", "gpu"], ["gpu", "cpu"]),
        (["--device", "cuda:99"], ["cuda:99"]),
        (["--keep", "1.5"], ["keep", "1.5"]),
        (["--remove", "nan"], ["remove", "nan"]),
        (["--start", "-1"], ["start"]),
        (["--start", "1", "--end", "0.5"], ["1–0.5 s", "empty"]),
        (["--start", "2"], ["word", "1.000 s"]),
        (["--start", "0.5", "--end", "7"], ["0.5–7 s", "1.000 s"]),
        (["--start", "nan"], ["nan"]),
        (["--all", "--end", "0.5"], ["every window"]),
    ],
)
def test_a_request_that_makes_no_sense(
    explain: Cli,
    bundled: Path,
    word: Path,
    tmp_path: Path,
    options: list[str],
    words: list[str],
) -> None:
    sentence = explain(word, *options).sentence
    for expected in words:
        assert expected in sentence
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["--target", "--method", "--fill", "--classifier"])
def test_what_is_wrong_for_every_clip_is_told_once(explain: Cli, word: Path, option: str) -> None:
    write_sound(word.with_name("other.wav"))
    assert "maybe" in explain(word.parent, option, "maybe").sentence


def test_a_bad_file_is_told_before_the_models_are_looked_for(explain: Cli, tmp_path: Path) -> None:
    assert "no file" in explain(missing(tmp_path), "--classifier", "maybe").sentence


def test_bands_need_a_codec_that_has_them(
    explain: Cli, word: Path, small_models: SmallModels, tmp_path: Path
) -> None:
    # A head made for the linear codec, which declares no bands.
    head = tmp_path / "linear-head"
    shutil.copytree(small_models.classifier, head)
    digest = read_model_folder(small_models.other_codec).digest
    signed(head, codec={"id": small_models.other_codec.name, "digest": digest})
    options = ["--codec", small_models.other_codec, "--classifier", head, "--granularity", "band"]
    assert read_model_folder(head).config["latent_dim"] == LATENT_DIM
    assert "no frequency bands" in explain(word, *options).sentence


def test_a_head_of_another_codec(explain: Cli, word: Path, small_models: SmallModels) -> None:
    sentence = explain(word, "--codec", small_models.other_codec).sentence
    assert "small-codec" in sentence
    assert "other-codec" in sentence


def test_a_codec_offered_as_a_classifier(
    explain: Cli, word: Path, small_models: SmallModels
) -> None:
    assert "not a classifier" in explain(word, "--classifier", small_models.codec).sentence


class Trap:
    """Unpickling it writes a file."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (Path(self._path),))


@pytest.mark.parametrize("option", ["--codec", "--classifier"])
def test_a_pickle_offered_as_a_model_is_refused_unopened(
    explain: Cli, word: Path, small_models: SmallModels, tmp_path: Path, option: str
) -> None:
    sprung = tmp_path / "sprung"
    trap = pickle.dumps(Trap(sprung))
    (tmp_path / "model.pt").write_bytes(trap)
    assert "pickle" in explain(word, option, tmp_path / "model.pt").sentence.lower()
    # In place of the weights, even with a digest that fits.
    source = small_models.codec if option == "--codec" else small_models.classifier
    folder = tmp_path / source.name
    shutil.copytree(source, folder)
    (folder / "weights.safetensors").write_bytes(trap)
    assert "not the ones" in explain(word, option, folder).sentence
    assert "pickle" in explain(word, option, signed(folder)).sentence
    assert not sprung.exists()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", ["notes.txt", "notes.txt/results"])
def test_a_place_that_cannot_be_a_folder_is_told_before_anything_is_done(
    explain: Cli, tmp_path: Path, place: str
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert "notes.txt" in explain(missing(tmp_path), "--out", tmp_path / place).sentence
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_what_would_be_lost_in_the_place_of_an_older_result_is_told_before_the_models(
    explain: Cli, word: Path, tmp_path: Path
) -> None:
    quick = ("--method", "random", "--random-masks", 0)
    assert explain(word, *quick).code == 0
    (tmp_path / "out" / "word" / ".git").mkdir()
    assert "holds “.git”" in explain(word, "--classifier", "maybe").sentence
    assert (tmp_path / "out" / "word" / ".git").is_dir()


def test_a_full_disk(explain: Cli, word: Path, tmp_path: Path) -> None:
    with full_disk(2 * RATE):
        done = explain(word, "--method", "random", "--random-masks", 0)
    assert "could not be written" in done.sentence
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["explain"],
        ["explain", "clip.wav", "--keep", "much"],
        ["explain", "clip.wav", "--seed", "-1"],
        ["explain", "clip.wav", "--louder"],
        ["explian", "clip.wav"],
        ["explian"],
    ],
)
def test_a_wrong_option_is_told_with_how_it_should_be(cli: Cli, arguments: list[str]) -> None:
    done = cli(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Usage" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("name", ["nowhere.wav", "folder/nowhere"])
def test_a_missing_file_alone_is_not_taken_for_a_command(
    cli: Cli, tmp_path: Path, name: str
) -> None:
    assert "no file" in cli(tmp_path / name).sentence

"""From a folder of clips to a complete model folder, and what its card and metrics say."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from core.codecs import Codec
from core.errors import Cancelled, DataError, ExportError, ModelError
from core.job import CancelToken, Report, silent
from core.model_folder import read_model_folder
from core.models import open_codec, open_toolbox
from core.tensors import save_tensors
from core.training.augment import Augmentation
from core.training.data_folder import DataFolder
from core.training.design import HeadDesign
from core.training.judging import evaluate_head, evaluate_live
from core.training.live import LiveDesign
from core.training.loop import Schedule
from core.training.neural import NeuralDesign
from core.training.pictures import Variation
from core.training.publish import evaluate_codec, publish_codec, publish_head
from core.training.recipes import CodecRecipe, HeadRecipe
from core.training.spectral import SpectralDesign
from core.types import ExplanationRequest
from tests.core.training.conftest import RATE, hiss, tone, write_folders, write_table
from tests.full_disk import full_disk
from tests.models import SmallModels

CPU = torch.device("cpu")
FILES = {"model.json", "weights.safetensors", "README.md", "metrics.json"}
COMMAND = "python main.py train"

HEAD = HeadRecipe(
    id="tone-or-hiss",
    label="Tone or hiss",
    licence="CC0",
    design=HeadDesign(
        labels=("tone", "hiss"),
        family="cnn",
        config={"width": 16, "layers": 2},
        background=("hiss",),
        window=0.3,
        minimum=0.2,
        pool=300,
        augmentation=Augmentation(shift=0.02, noise=0.3, snr_db=(10.0, 30.0)),
        variation=Variation(shift=1, gap=2),
    ),
    schedule=Schedule(steps=40, batch=16, rate=0.01, warmup=5, averaging=0.9),
    datasets=None,
    measured=("clips",),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folders(tmp_path_factory.mktemp("data") / "clips", 40)


@pytest.fixture(scope="module")
def codec(small_models: SmallModels) -> Codec:
    return open_codec(str(small_models.codec), CPU)


def published(
    data: Path,
    codec: Codec,
    out: Path,
    recipe: HeadRecipe = HEAD,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> dict[str, Any]:
    return publish_head(
        recipe,
        DataFolder(data),
        codec,
        out,
        recipe.schedule,
        COMMAND,
        report,
        cancel or CancelToken(),
    )


def stopping_at(share: float, cancel: CancelToken) -> Report:
    def report(done: float, stage: str) -> None:
        if done >= share and stage.startswith("Step"):
            cancel.set()

    return report


def test_a_head_learns_opens_and_measures_the_same_again(
    data: Path, codec: Codec, small_models: SmallModels, tmp_path: Path
) -> None:
    seen: list[float] = []
    metrics = published(data, codec, tmp_path, report=lambda share, stage: seen.append(share))
    assert seen == sorted(seen) and seen[-1] == 1.0
    folder = tmp_path / "tone-or-hiss"
    assert {path.name for path in folder.iterdir()} == FILES
    assert json.loads((folder / "metrics.json").read_text()) == metrics
    request = ExplanationRequest(
        classifier=str(folder), codec=str(small_models.codec), device="cpu"
    )
    toolbox = open_toolbox(request)
    assert toolbox.classifier.spec.labels == ("tone", "hiss")
    assert toolbox.classifier.spec.background == ("hiss",)
    assert toolbox.classifier.spec.codec_digest == codec.spec.digest
    again = evaluate_head(toolbox, DataFolder(data), None, silent, CancelToken())
    assert again == {"clips": metrics["clips"]}
    assert metrics["clips"]["accuracy"] > 0.95
    assert metrics["clips"]["clips"] == len(DataFolder(data).entries(None, "test"))
    assert set(metrics["clips"]["per_class"]) == {"tone", "hiss"}
    assert metrics["trained"]["schedule"]["steps"] == 40
    assert metrics["temperature"] == read_model_folder(folder).temperature


def test_a_bad_clip_is_no_reason_to_train_nothing(data: Path, codec: Codec, tmp_path: Path) -> None:
    bad = tmp_path / "clips"
    shutil.copytree(data, bad)
    (bad / "tone" / "tone_001.wav").write_bytes(b"")
    (bad / "hiss" / "hiss_003.wav").write_bytes(b"no sound")
    folder = DataFolder(bad)
    recipe = replace(HEAD, schedule=replace(HEAD.schedule, steps=2))
    metrics = publish_head(
        recipe, folder, codec, tmp_path, recipe.schedule, COMMAND, silent, CancelToken()
    )
    assert [Path(each.clip).stem for each in folder.left_out] == ["hiss_003", "tone_001"]
    used = metrics["trained"]["clips"] + metrics["validation"]["clips"] + metrics["clips"]["clips"]
    assert used == 80 - 2


def test_clips_of_further_folders_are_learnt_from_and_none_held_out(
    data: Path, codec: Codec, tmp_path: Path
) -> None:
    recipe = replace(HEAD, schedule=replace(HEAD.schedule, steps=2))
    alone = published(data, codec, tmp_path / "alone", recipe)
    more = write_folders(tmp_path / "more", 9)
    added = publish_head(
        recipe,
        DataFolder(data),
        codec,
        tmp_path / "added",
        recipe.schedule,
        COMMAND,
        silent,
        CancelToken(),
        (DataFolder(more),),
    )
    assert added["validation"]["clips"] == alone["validation"]["clips"]
    learnt = len(DataFolder(more).entries(None, "train"))
    assert added["trained"]["clips"] == alone["trained"]["clips"] + learnt
    assert added["trained"]["more"] == {"more": learnt}
    card = (tmp_path / "added" / HEAD.id / "README.md").read_text("utf-8")
    assert f"- more: {learnt} clips\n" in card


def test_a_head_for_running_sound_gets_a_threshold_and_its_false_alarms_are_counted(
    data: Path,
    codec: Codec,
    small_models: SmallModels,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.training.live.MINUTES", 0.2)
    live = LiveDesign(("clips",), ("clips",), ("hiss",), without=("tone",), keywords="clips")
    with pytest.raises(DataError, match="no clips to make running sound"):
        published(data, codec, tmp_path, replace(HEAD, live=live))
    live = replace(live, without=())
    metrics = published(data, codec, tmp_path, replace(HEAD, live=live))
    manifest = read_model_folder(tmp_path / HEAD.id)
    request = ExplanationRequest(
        classifier=str(tmp_path / HEAD.id), codec=str(small_models.codec), device="cpu"
    )
    opened = open_toolbox(request)
    assert opened.classifier.spec.threshold == manifest.threshold
    assert metrics["live"]["threshold"] == manifest.threshold >= 0.5
    assert metrics["live"]["speech_per_minute"] > 0.0 and metrics["live"]["found"] > 0.5
    again = evaluate_live(opened.classifier, codec, DataFolder(data), live, silent, CancelToken())
    assert again == metrics["live"]


def test_a_stopped_and_resumed_head_is_the_one_without_a_break(
    data: Path, codec: Codec, tmp_path: Path
) -> None:
    whole = published(data, codec, tmp_path / "whole")
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        published(data, codec, tmp_path / "broken", HEAD, stopping_at(0.5, cancel), cancel)
    assert not (tmp_path / "broken" / HEAD.id).exists()
    torch.rand(3)  # the caller's random numbers do not matter
    resumed = published(data, codec, tmp_path / "broken")
    folders = [tmp_path / run / HEAD.id for run in ("whole", "broken")]
    assert read_model_folder(folders[0]).digest == read_model_folder(folders[1]).digest
    assert resumed == whole


def of_no_use(folder: Path) -> Path:
    """A data folder whose one clip cannot be read."""
    (folder / "no clips" / "tone").mkdir(parents=True)
    (folder / "no clips" / "tone" / "empty.wav").touch()
    return folder / "no clips"


def test_nothing_of_the_users_is_replaced_and_that_is_told_before_any_work(
    codec: Codec, tmp_path: Path
) -> None:
    nowhere = of_no_use(tmp_path)
    recipe = CodecRecipe("mine", "banded", "Mine", "CC0", None, ())
    for recipe_id, publish in (
        (HEAD.id, lambda: published(nowhere, codec, tmp_path)),
        (
            "mine",
            lambda: publish_codec(
                recipe, DataFolder(nowhere), tmp_path, 0, COMMAND, silent, CancelToken()
            ),
        ),
    ):
        (tmp_path / recipe_id).mkdir()
        (tmp_path / recipe_id / "thesis.txt").write_text("three years")
        with pytest.raises(ExportError, match=r"holds “thesis\.txt”"):
            publish()
        assert (tmp_path / recipe_id / "thesis.txt").read_text() == "three years"


def test_a_checkpoint_of_something_else_is_told_before_any_work(
    codec: Codec, tmp_path: Path
) -> None:
    save_tensors(tmp_path / f"{HEAD.id}.checkpoint.safetensors", {"a": torch.zeros(1)}, {})
    with pytest.raises(ModelError, match="belongs to a training with other settings"):
        published(of_no_use(tmp_path), codec, tmp_path)


def test_a_full_disk_ends_a_training_in_one_sentence(
    data: Path, codec: Codec, tmp_path: Path
) -> None:
    recipe = replace(HEAD, schedule=replace(HEAD.schedule, checkpoint_every=2))
    with pytest.raises(ExportError, match="could not be written"), full_disk(2_000):
        published(data, codec, tmp_path / "runs", recipe)
    assert not (tmp_path / "runs").exists()


def test_two_recipes_share_a_folder(data: Path, codec: Codec, tmp_path: Path) -> None:
    schedule = replace(HEAD.schedule, steps=2)
    for recipe in (
        replace(HEAD, schedule=schedule),
        replace(HEAD, id="other", schedule=replace(schedule, batch=4)),
    ):
        cancel = CancelToken()
        with pytest.raises(Cancelled):  # leaves a checkpoint
            published(data, codec, tmp_path, recipe, stopping_at(0.0, cancel), cancel)
    published(data, codec, tmp_path, replace(HEAD, schedule=schedule))
    assert (tmp_path / HEAD.id).is_dir()


def test_the_card_of_a_head_says_what_it_is(data: Path, codec: Codec, tmp_path: Path) -> None:
    recipe = replace(HEAD, schedule=replace(HEAD.schedule, steps=2), datasets=("clips",))
    metrics = published(data, codec, tmp_path, recipe)
    card = (tmp_path / HEAD.id / "README.md").read_text("utf-8")
    accuracy = metrics["clips"]["accuracy"]
    for words in (
        "# Tone or hiss",
        "Licence of the weights: CC0.",
        f"    {COMMAND}",
        f"`{codec.spec.id}` ({codec.spec.digest})",
        f"| clips | {metrics['clips']['clips']} | {accuracy:.3f} |",
        f"Trained {metrics['trained']['date']} on {metrics['trained']['clips']} clips",
        "- clips",
    ):
        assert words in card
    assert "actresses" not in card  # only of the emotion recordings


def test_a_class_without_clips_is_named_before_training(
    data: Path, codec: Codec, tmp_path: Path
) -> None:
    design = replace(HEAD.design, labels=("tone", "hiss", "bark"))
    with pytest.raises(DataError, match="no training clips of bark"):
        published(data, codec, tmp_path, replace(HEAD, design=design))
    assert not tmp_path.joinpath("tone-or-hiss").exists()


def test_a_test_set_need_not_hold_every_class(
    data: Path, codec: Codec, small_models: SmallModels, tmp_path: Path
) -> None:
    recipe = replace(HEAD, schedule=replace(HEAD.schedule, steps=2))
    published(data, codec, tmp_path, recipe)
    request = ExplanationRequest(
        classifier=str(tmp_path / HEAD.id), codec=str(small_models.codec), device="cpu"
    )
    toolbox = open_toolbox(request)
    for label in ("tone", "hiss"):
        some = tmp_path / "some" / label
        shutil.copytree(data / label, some / label)
        (measured,) = evaluate_head(toolbox, DataFolder(some), None, silent, CancelToken()).values()
        assert set(measured["per_class"]) == {label}
        assert (measured["accuracy_foreground"] is None) is (label == "hiss")
    other = tmp_path / "other" / "bark"
    shutil.copytree(data / "tone", other)
    with pytest.raises(DataError, match="None of the clips is of tone, hiss"):
        evaluate_head(toolbox, DataFolder(other.parent), None, silent, CancelToken())


CODEC = CodecRecipe(
    id="tiny-16k",
    family="banded",
    label="Tiny",
    licence="CC0",
    datasets=("tiny",),
    measured=("tiny",),
)


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of six clips, the last two for testing: one long enough for STOI, one not."""
    folder = tmp_path_factory.mktemp("sounds")
    rows = []
    for number in range(6):
        name, split = f"{number}.wav", "test" if number > 3 else "train"
        seconds = 0.3 if number == 5 else 1.2
        sound = tone(number, seconds) + hiss(number, seconds)
        soundfile.write(folder / name, np.asarray(sound), RATE)
        rows.append({"path": name, "dataset": "tiny", "label": "x", "speaker": "s", "split": split})
    return write_table(folder, rows)


TRAINED = replace(
    CODEC,
    family="spectral",
    design=SpectralDesign(width=16, blocks=1, seconds=0.3),
    schedule=Schedule(steps=3, batch=2, rate=1e-3),
)


FILLED = replace(TRAINED, family="neural", design=NeuralDesign(width=16, blocks=1, seconds=0.3))


@pytest.mark.parametrize("recipe", [CODEC, replace(CODEC, family="linear"), TRAINED, FILLED])
def test_a_codec_is_trained_measured_and_written(
    sounds: Path, tmp_path: Path, recipe: CodecRecipe
) -> None:
    seen: list[float] = []
    metrics = publish_codec(
        recipe,
        DataFolder(sounds),
        tmp_path,
        0,
        COMMAND,
        lambda share, stage: seen.append(share),
        CancelToken(),
    )
    assert seen == sorted(seen) and seen[0] >= 0.0 and seen[-1] <= 1.0
    folder = tmp_path / "tiny-16k"
    assert {path.name for path in folder.iterdir()} == FILES
    assert json.loads((folder / "metrics.json").read_text()) == metrics
    codec = open_codec(str(folder), CPU)
    assert (codec.spec.latent_dim, codec.spec.frame_rate) == (128, 50.0)
    assert codec.mean_latent() is not None
    again = evaluate_codec(codec, DataFolder(sounds), ("tiny",), silent, CancelToken())
    for name in ("clips", "snr_db", "stoi", "stoi_clips", "log_mel_db"):
        assert again["tiny"][name] == metrics["tiny"][name]
    assert (metrics["tiny"]["clips"], metrics["tiny"]["stoi_clips"]) == (2, 1)
    assert metrics["cells_per_second"] == 6_400 and 15.0 <= metrics["locality_ms"] < 100.0
    assert metrics["trained"]["clips"] == 4
    card = (folder / "README.md").read_text("utf-8")
    for words in ("# Tiny", "Licence of the weights: CC0.", COMMAND, "6,400 cells a second"):
        assert words in card
    row = metrics["tiny"]
    assert f"| tiny | 2 | {row['snr_db']} | {row['stoi']:.3f} (1) | {row['log_mel_db']} |" in card

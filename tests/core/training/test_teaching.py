"""A head that learns to agree with finished ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.audio_io import read_clip
from core.codecs import Codec
from core.errors import RequestError
from core.job import CancelToken, silent
from core.model_folder import read_model_folder, write_model_folder
from core.models import open_codec, open_toolbox
from core.tensors import load_tensors
from core.training.data_folder import DataFolder
from core.training.design import HeadDesign
from core.training.loop import Schedule
from core.training.publish import publish_head
from core.training.recipes import HeadRecipe
from core.training.teaching import SOFTNESS, Teachers
from core.types import ExplanationRequest
from tests.core.training.conftest import write_folders
from tests.models import SmallModels

CPU = torch.device("cpu")
TEACHER = HeadRecipe(
    id="teacher",
    label="Tone or hiss",
    licence="CC0",
    design=HeadDesign(
        labels=("tone", "hiss"),
        family="logmel",
        config={"mels": 16, "stem": 4, "width": 16, "layers": 1},
        window=0.3,
        minimum=0.3,
        believed=1.0,
        pool=200,
    ),
    schedule=Schedule(steps=40, batch=16, rate=0.01, warmup=5, averaging=0.9),
    datasets=None,
    measured=("clips",),
)


class Fixed(nn.Module):
    """Says the same of everything."""

    def __init__(self, logits: list[float]) -> None:
        super().__init__()
        self.said = torch.tensor(logits)

    def forward(self, heard: Tensor) -> Tensor:
        return self.said.expand(len(heard), -1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folders(tmp_path_factory.mktemp("data") / "clips", 30)


@pytest.fixture(scope="module")
def codec(small_models: SmallModels) -> Codec:
    return open_codec(str(small_models.codec), CPU)


def publish(data: Path, codec: Codec, out: Path, **changes: Any) -> dict[str, Any]:
    """The recipe's head with some of its design changed. `taught_by`: its teachers."""
    taught_by = changes.pop("taught_by", ())
    recipe = replace(TEACHER, design=replace(TEACHER.design, **changes))
    return publish_head(
        recipe,
        DataFolder(data),
        codec,
        out,
        recipe.schedule,
        "python main.py train",
        silent,
        CancelToken(),
        (),
        taught_by,
    )


def contrary(teacher: Path, folder: Path) -> Path:
    """A head that calls one class what the other calls the other."""
    manifest = read_model_folder(teacher)
    weights, _ = load_tensors(teacher / manifest.weights)
    swapped = {
        name: value.flip(0) if ".decide." in name else value for name, value in weights.items()
    }
    facts = manifest.model_dump(exclude={"schema_", "digest"})
    write_model_folder(folder, facts, swapped, "The other way round.\n", {})
    return folder


def right(head: Path, data: Path, codec: Path) -> float:
    """Share of the clips that a head names rightly."""
    toolbox = open_toolbox(ExplanationRequest(classifier=str(head), codec=str(codec)))
    found = []
    for clip in sorted(data.rglob("*.wav")):
        samples = torch.from_numpy(np.array(read_clip(clip).samples))
        logits = toolbox.classifier.logits(toolbox.codec.encode(samples[None]))
        found.append(toolbox.classifier.spec.labels[int(logits.argmax())] == clip.parent.name)
    return float(np.mean(found))


def test_the_loss_is_what_is_known_of_softened_opinions() -> None:
    teachers = Teachers([Fixed([2.0, 0.0]), Fixed([0.0, 0.0])], 1.0)  # together: 1, 0
    pupil = torch.tensor([[0.0, 0.0], [1.0, 0.0]])
    p = 1 / (1 + np.exp(-1.0 / SOFTNESS))
    apart = p * np.log(p / 0.5) + (1 - p) * np.log((1 - p) / 0.5)
    loss = teachers.loss(torch.zeros(2, 4, 4), pupil)
    assert float(loss) == pytest.approx(SOFTNESS**2 * apart / 2, abs=1e-6)


def test_a_pupil_calls_things_as_a_teacher_does_whom_it_believes(
    data: Path, codec: Codec, small_models: SmallModels, tmp_path: Path
) -> None:
    publish(data, codec, tmp_path)
    teacher = contrary(tmp_path / "teacher", tmp_path / "contrary")
    assert right(tmp_path / "teacher", data, small_models.codec) >= 0.95
    for believed, low, high in ((1.0, 0.0, 0.05), (0.0, 0.95, 1.0)):
        out = tmp_path / f"believed {believed}"
        metrics = publish(data, codec, out, believed=believed, taught_by=(str(teacher),))
        assert low <= right(out / "teacher", data, small_models.codec) <= high
        assert metrics["trained"]["taught_by"] == ["contrary"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"labels": ("hiss", "tone")}, "its classes are others"),
        ({"config": TEACHER.design.config | {"mels": 20}}, "hears something else"),
        ({"family": "cnn", "config": {}}, "hears something else"),
    ],
)
def test_who_cannot_teach_is_told(
    data: Path, codec: Codec, tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    publish(data, codec, tmp_path / "one", pool=50)
    with pytest.raises(RequestError, match=reason):
        teacher = str(tmp_path / "one" / "teacher")
        publish(data, codec, tmp_path / "other", **changes, taught_by=(teacher,))

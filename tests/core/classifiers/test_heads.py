"""What every head family has to keep, and the folder it travels in."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from core.classifiers import HEAD_FAMILIES
from core.classifiers._head import HeadClassifier, new_head
from core.device import frozen
from core.errors import ModelError, RequestError
from core.model_folder import read_model_folder, write_model_folder
from core.models import open_toolbox
from core.types import ExplanationRequest
from tests.models import LATENT_DIM, SmallModels

FAMILIES = [spec.id for spec in HEAD_FAMILIES.specs()]
SMALL: dict[str, dict[str, Any]] = {
    "transformer": {"width": 16, "heads": 2, "feedforward": 32, "layers": 2, "max_frames": 60},
    "cnn": {"width": 16, "layers": 3},
    "gru": {"width": 8},
    "logmel": {
        "layout": {
            "sample_rate": 16_000,
            "hop": 320,
            "edges": (0, 10, 30, 80, 320),
            "shapes": (10, 14, 12, 0),
        },
        "mels": 16,
        "stem": 4,
        "width": 16,
    },
}
K = 3

every_family = pytest.mark.parametrize("family", FAMILIES)


def head(family: str, latent_dim: int = LATENT_DIM) -> tuple[torch.nn.Module, dict[str, Any]]:
    """A small head with fixed random weights and a normalisation that is not the identity."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network, config = new_head(family, latent_dim, K, SMALL.get(family, {}))
        network.mean.copy_(torch.randn(latent_dim, 1))
        network.spread.copy_(torch.rand(latent_dim, 1) + 0.5)
    return network.requires_grad_(False).eval(), config


def latents(rows: int = 2, n_frames: int = 20, seed: int = 0) -> Tensor:
    return torch.randn(rows, LATENT_DIM, n_frames, generator=torch.Generator().manual_seed(seed))


@every_family
@pytest.mark.parametrize("n_frames", [1, 2, 3, 20, 51])
def test_latents_of_any_length_become_logits(family: str, n_frames: int) -> None:
    logits = head(family)[0](latents(2, n_frames))
    assert logits.shape == (2, K) and logits.dtype == torch.float32
    assert logits.isfinite().all()


@every_family
def test_without_settings_a_head_has_its_familys_defaults(family: str) -> None:
    network, config = new_head(family, 128, 7, {})
    assert config == dict(HEAD_FAMILIES.spec(family).defaults)
    assert network.eval()(torch.zeros(1, 128, 75)).shape == (1, 7)


@every_family
def test_the_rows_of_a_batch_do_not_know_of_each_other(family: str) -> None:
    network, _ = head(family)
    batch = latents(4) * torch.tensor([1.0, 100.0, 0.0, 3.0])[:, None, None]
    together = network(batch)
    for row in range(4):
        alone = network(batch[row : row + 1])
        torch.testing.assert_close(together[row : row + 1], alone, rtol=1e-4, atol=1e-5)


@every_family
def test_in_evaluation_nothing_is_random_and_in_training_dropout_is(family: str) -> None:
    network, _ = head(family)
    assert torch.equal(network(latents()), network(latents()))
    network.train()
    torch.manual_seed(0)
    assert not torch.equal(network(latents()), network(latents()))


@every_family
def test_every_cell_has_a_gradient(family: str) -> None:
    network, _ = head(family)
    # Levels of banded latents are positive; below nought there is only silence.
    code = (network.mean + network.spread * latents().abs()).requires_grad_()
    (gradient,) = torch.autograd.grad(network(code)[:, 1].sum(), code)
    assert gradient.isfinite().all()
    assert (gradient != 0).float().mean() > 0.99


@every_family
def test_latents_are_normalised_before_they_are_judged(family: str) -> None:
    network, _ = head(family)
    plain, _ = head(family)
    plain.mean.zero_()
    plain.spread.fill_(1.0)
    shifted = (latents() - network.mean) / network.spread
    torch.testing.assert_close(network(latents()), plain(shifted))


@every_family
def test_a_setting_the_family_does_not_have_is_refused(family: str) -> None:
    label = HEAD_FAMILIES.spec(family).label
    with pytest.raises(ModelError, match=r"cannot be built so: .*depth") as caught:
        new_head(family, 8, 2, {"depth": 3})
    assert label in str(caught.value)


@pytest.mark.parametrize(
    ("family", "config"),
    [
        ("transformer", {"width": 10, "heads": 4}),
        ("transformer", {"heads": 0}),
        ("transformer", {"activation": "tanh"}),
        ("transformer", {"max_frames": -1}),
        ("cnn", {"width": 12}),
        ("logmel", {"mels": 0}),
        ("logmel", {"layout": {}}),
        ("cnn", {"width": False}),  # torch explains itself over several lines
        ("cnn", {"dropout": 2}),
        ("cnn", {"kernel": None}),
        ("gru", {"layers": 0}),
        ("gru", {"width": "wide"}),
    ],
)
def test_a_setting_that_makes_no_sense_is_one_sentence(family: str, config: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="cannot be built so: ") as caught:
        new_head(family, 8, 2, config)
    assert "\n" not in str(caught.value)


def test_an_unknown_family_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(RequestError, match="no head “transfomer”; did you mean transformer"):
        new_head("transfomer", 8, 2, {})


def test_a_transformer_says_how_many_frames_it_looks_at() -> None:
    network, _ = head("transformer")
    assert network(latents(1, 60)).isfinite().all()
    with pytest.raises(RequestError, match="at 60 latent frames at most, not at 61; explain a sh"):
        network(latents(1, 61))


def test_a_transformer_knows_where_a_frame_is() -> None:
    network, _ = head("transformer")
    code = latents(1)
    assert not torch.allclose(network(code), network(code.flip(-1)), atol=1e-4)


@every_family
def test_a_head_decides_the_same_after_its_folder_is_opened(
    family: str, small_models: SmallModels, tmp_path: Path
) -> None:
    network, config = head(family)
    facts = {
        "kind": "classifier",
        "family": family,
        "label": "A head",
        "licence": "MIT",
        "config": {**config, "latent_dim": LATENT_DIM},
        "labels": ("a", "b", "c"),
        "codec": {
            "id": small_models.codec.name,
            "digest": read_model_folder(small_models.codec).digest,
        },
        "background": ("c",),
        "window": 2.0,
        "minimum": 0.5,
        "temperature": 2.5,
        "threshold": 0.8,
    }
    folder = tmp_path / "head"
    write_model_folder(folder, facts, network.state_dict(), "For tests.\n", {})
    request = ExplanationRequest(
        classifier=str(folder), codec=str(small_models.codec), device="cpu"
    )
    classifier = open_toolbox(request).classifier
    expected = network(latents()) / 2.5
    torch.testing.assert_close(classifier.logits(latents()), expected)
    spec = classifier.spec
    assert (spec.id, spec.label, spec.labels) == ("head", "A head", ("a", "b", "c"))
    assert (spec.window, spec.minimum, spec.background) == (2.0, 0.5, ("c",))
    assert spec.threshold == 0.8
    assert (spec.codec_id, spec.codec_digest) == tuple(facts["codec"].values())
    shutil.rmtree(folder)  # what is open does not need it any more
    torch.testing.assert_close(classifier.logits(latents()), expected)


@every_family
def test_the_score_that_is_explained_is_the_score_that_is_shown(family: str) -> None:
    network = frozen(head(family)[0], torch.device("cpu"))
    given = latents(5)
    with torch.inference_mode():
        shown = network(given)
    watched = given.clone().requires_grad_()
    explained = network(watched)
    (gradient,) = torch.autograd.grad(explained.sum(), watched)
    assert torch.equal(explained, shown)
    assert gradient.abs().sum() > 0


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_the_temperature_divides_the_logits(small_models: SmallModels, temperature: float) -> None:
    request = ExplanationRequest(
        classifier=str(small_models.classifier), codec=str(small_models.codec), device="cpu"
    )
    opened = open_toolbox(request).classifier
    assert isinstance(opened, HeadClassifier)
    calibrated = HeadClassifier(opened.spec, opened.network, temperature)
    torch.testing.assert_close(
        calibrated.logits(latents()) * temperature, opened.network(latents())
    )
    softest = torch.softmax(calibrated.logits(latents()), 1).amax(1)
    plain = torch.softmax(opened.network(latents()), 1).amax(1)
    assert ((softest < plain) == (temperature > 1)).all() or temperature == 1


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@every_family
def test_cpu_and_gpu_agree(family: str) -> None:
    network, _ = head(family)
    on_cpu = network(latents())
    on_gpu = network.cuda()(latents().cuda()).cpu()
    torch.testing.assert_close(on_gpu, on_cpu, rtol=1e-3, atol=1e-3)


def listening(**config: Any) -> Any:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        settings = {**SMALL["logmel"], **config}
        network, _ = new_head("logmel", LATENT_DIM, K, settings)
    return network.requires_grad_(False).eval()


def test_judges_hear_the_same_and_their_logits_are_averaged() -> None:
    network = listening(judges=3)
    heard = network.hear(latents())
    said = torch.stack([judge(heard) for judge in network.judges])
    assert len(said) == 3 and not torch.equal(said[0], said[1])
    torch.testing.assert_close(network(latents()), said.mean(dim=0))
    with pytest.raises(ModelError, match="someone has to judge"):
        new_head("logmel", LATENT_DIM, K, {**SMALL["logmel"], "judges": 0})


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "logmel"])
def test_other_heads_are_their_only_judge(family: str) -> None:
    network, _ = head(family)
    (judge,) = network.judges  # type: ignore[misc]
    assert torch.equal(judge(network.hear(latents())), network(latents()))  # type: ignore[operator]


def test_a_relative_judge_sees_each_band_beside_its_mean_too() -> None:
    (judge,) = listening(relative=True).judges
    heard = torch.rand(2, 16, 40, generator=torch.Generator().manual_seed(1))
    seen: list[Tensor] = []
    judge.stem.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    judge(heard)
    judge(heard + 0.3 * torch.rand(2, 16, 1))
    assert seen[0].shape == (2, 2, 16, 40)
    torch.testing.assert_close(seen[0][:, 1], seen[1][:, 1])
    assert (seen[1][:, 0] > seen[0][:, 0]).any()

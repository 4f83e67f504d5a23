from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.codecs import Codec
from core.errors import ModelError
from core.models import catalogue, open_codec
from tests.core.codecs.conftest import RATE, speech_like

HUB_ID = "facebook/encodec_24khz"


@pytest.fixture
def folder(encodec_folder: Path, tmp_path: Path) -> Path:
    """A copy of the small EnCodec, to be damaged."""
    return Path(shutil.copytree(encodec_folder, tmp_path / "small"))


def opened(reference: Path | str) -> Codec:
    return open_codec(str(reference), torch.device("cpu"))


def configured(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_its_facts_are_those_of_its_configuration(encodec_folder: Path) -> None:
    spec = opened(encodec_folder).spec
    assert (spec.id, spec.sample_rate, spec.frame_rate) == ("small-encodec", RATE, 50.0)
    assert (spec.latent_dim, spec.channels, spec.bands) == (16, 1, None)


def test_its_digest_is_of_weights_and_configuration(encodec_folder: Path, folder: Path) -> None:
    known = opened(encodec_folder).spec.digest
    assert opened(folder).spec.digest == known
    configured(folder, transformers_version="4.31.0", torch_dtype="float32", _name_or_path="there")
    assert opened(folder).spec.digest == known
    configured(folder, trim_right_ratio=0.5)  # which weights fit either value, but decoding differs
    assert opened(folder).spec.digest != known


def test_its_latents_are_the_encoders_continuous_output(encodec_folder: Path) -> None:
    from transformers import EncodecModel

    model = EncodecModel.from_pretrained(encodec_folder).eval()
    samples = speech_like()
    codec = opened(encodec_folder)
    with torch.no_grad():
        latents = model.encoder(samples)
        codes = model.encode(samples, bandwidth=1.5).audio_codes[0]
        quantised = model.quantizer.decode(codes.transpose(0, 1))
        decoded = model.decoder(latents)[..., :12_345]
    torch.testing.assert_close(codec.encode(samples), latents)
    assert not torch.allclose(latents, quantised, atol=1e-2)
    torch.testing.assert_close(codec.decode(latents, 12_345), decoded)


def test_opening_says_nothing_and_leaves_the_librarys_settings(
    encodec_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from transformers.utils import logging

    logging.set_verbosity_warning()
    logging.enable_progress_bar()
    opened(encodec_folder)
    assert capfd.readouterr() == ("", "")
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == (logging.WARNING, True)


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty hub cache in place of the user's."""
    cache = tmp_path / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    return cache


def test_a_public_model_is_found_in_the_hub_cache(encodec_folder: Path, hub_cache: Path) -> None:
    model = hub_cache / "models--facebook--encodec_24khz"
    snapshot = model / "snapshots" / "c1dbe2ae3f1de713481a3b3e7c47f357092ee040"
    shutil.copytree(encodec_folder, snapshot)
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text(snapshot.name)
    (entry,) = (entry for entry in catalogue("codec") if entry.id == HUB_ID)
    assert (entry.source, entry.folder) == ("hub cache", snapshot)
    codec = opened(HUB_ID)
    assert codec.spec.id == HUB_ID
    samples = speech_like()
    expected = opened(encodec_folder).encode(samples)
    torch.testing.assert_close(codec.encode(samples), expected)


def test_a_public_model_that_is_not_in_the_cache_is_not_downloaded(hub_cache: Path) -> None:
    (entry,) = (entry for entry in catalogue("codec") if entry.id == HUB_ID)
    assert entry.folder is None
    with pytest.raises(ModelError, match="not in the local model cache, and HearWhy does not"):
        opened(HUB_ID)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt"])
def test_weights_that_are_only_a_pickle_are_refused_as_one(folder: Path, name: str) -> None:
    (folder / "model.safetensors").rename(folder / name)
    with pytest.raises(ModelError, match=r"Python pickle, which is never loaded; get the model\."):
        opened(folder)


def test_a_pickle_called_safetensors_is_refused(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    torch.save({"weight": torch.zeros(3)}, folder / "model.safetensors")  # noqa: TID251
    with pytest.raises(ModelError, match="small” does not load"):
        opened(folder)


def test_missing_weights_are_missed(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"small” has no model\.safetensors"):
        opened(folder)


@pytest.mark.parametrize("keep", [0, 5, 1_000, 100_000])
def test_truncated_weights_are_refused(folder: Path, keep: int) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:keep])
    with pytest.raises(ModelError, match=r"The EnCodec model in .*small” does not load: "):
        opened(folder)


@pytest.mark.parametrize("changed", ["missing", "reshaped"])
def test_weights_that_do_not_fit_are_refused_rather_than_made_up_at_random(
    folder: Path, changed: str, capfd: pytest.CaptureFixture[str]
) -> None:
    tensors = load_file(folder / "model.safetensors")
    bias = tensors.pop("decoder.layers.0.conv.bias")
    if changed == "reshaped":
        tensors["decoder.layers.0.conv.bias"] = bias[:3].clone()
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match=r"do not fit its config\.json \(decoder\.layers\.0"):
        opened(folder)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("config", [{"normalize": True}, {"audio_channels": 2}])
def test_stereo_and_scaling_models_are_refused_with_what_to_use(
    folder: Path, config: dict[str, Any]
) -> None:
    configured(folder, **config)
    with pytest.raises(ModelError, match=r"for stereo or one that scales .* such as facebook/"):
        opened(folder)


@pytest.mark.parametrize(
    "config",
    [
        {"hidden_size": "many"},
        {"hidden_size": -4},
        {"kernel_size": None},
        {"sampling_rate": 0},
        {"norm_type": "none"},
        {"upsampling_ratios": []},
        {"num_filters": 8},
    ],
)
def test_a_configuration_that_makes_no_sense_is_one_sentence(
    folder: Path, config: dict[str, Any]
) -> None:
    configured(folder, **config)
    with pytest.raises(ModelError, match="small”") as caught:
        opened(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"model_type": "dac"}', "\xff", "[" * 100_000])
def test_a_folder_of_something_else_is_no_codec(folder: Path, text: str) -> None:
    (folder / "config.json").write_text(text, encoding="latin-1")
    with pytest.raises(ModelError, match=r"small” is (no codec HearWhy knows|a dac)"):
        opened(folder)

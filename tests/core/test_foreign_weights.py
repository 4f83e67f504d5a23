"""Model folders as people have them: in half precision, in shards, as pointers of Git LFS."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from core.codecs import Codec
from core.concepts.embeddings import Embedder
from core.concepts.opening import open_embedder
from core.errors import ModelError
from core.foreign_weights import precision_of, weight_files
from core.model_folder import read_model_folder
from core.models import open_codec
from core.tensors import load_tensors
from tests.core.concepts.clap_folder import write_small_clap
from tests.models import SmallModels

CPU = torch.device("cpu")
POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)
WORDS = ("rain", "a dog")


def write_small_encodec(folder: Path) -> Path:
    from transformers import EncodecConfig, EncodecModel

    config = EncodecConfig(
        hidden_size=16, num_filters=4, num_lstm_layers=1, codebook_size=16, sampling_rate=24_000
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        EncodecModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("foreign")
    return {
        "encodec": write_small_encodec(place / "encodec"),
        "clap": write_small_clap(place / "clap"),
    }


@pytest.fixture
def copied(folders: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    return lambda kind: Path(shutil.copytree(folders[kind], tmp_path / kind))


def opened(kind: str, folder: Path) -> Codec | Embedder:
    return open_codec(str(folder), CPU) if kind == "encodec" else open_embedder(str(folder), CPU)


def said(model: Codec | Embedder) -> np.ndarray:
    """Numbers that hang on the weights, float32."""
    sound = 0.1 * np.sin(np.arange(4_800, dtype=np.float32) / 7)[None]
    if hasattr(model, "encode"):
        with torch.no_grad():
            return model.encode(torch.from_numpy(sound[None])).numpy()
    return np.concatenate([model.embed(sound), model.embed_texts(WORDS)])


def halved(folder: Path, kind: torch.dtype) -> None:
    weights = load_file(folder / "model.safetensors")
    half = {n: t.to(kind) if t.is_floating_point() else t for n, t in weights.items()}
    save_file(half, folder / "model.safetensors", {"format": "pt"})
    config = json.loads((folder / "config.json").read_text())
    config["dtype"] = str(kind).removeprefix("torch.")
    (folder / "config.json").write_text(json.dumps(config))


def sharded(folder: Path, count: int = 3) -> list[str]:
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    names = [f"model-{k + 1:05d}-of-{count:05d}.safetensors" for k in range(count)]
    places = {tensor: names[k % count] for k, tensor in enumerate(sorted(weights))}
    for name in names:
        part = {tensor: weights[tensor] for tensor in places if places[tensor] == name}
        save_file(part, folder / name, {"format": "pt"})
    index = {"metadata": {"total_size": 1}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return names


@pytest.mark.parametrize("kind", ["encodec", "clap"])
@pytest.mark.parametrize("precision", [torch.float16, torch.bfloat16])
def test_half_precision_is_used_as_float32_and_said(
    copied: Callable[[str], Path], folders: dict[str, Path], kind: str, precision: torch.dtype
) -> None:
    folder = copied(kind)
    halved(folder, precision)
    model, whole = opened(kind, folder), opened(kind, folders[kind])
    found = said(model)
    assert found.dtype == np.float32 and np.isfinite(found).all()
    np.testing.assert_allclose(found, said(whole), atol=0.2)
    name = str(precision).removeprefix("torch.")
    label = {"encodec": "EnCodec", "clap": "CLAP"}[kind]
    assert model.spec.notes == (f"the weights of {label} are {name}, used as float32",)
    assert (model.spec.label, whole.spec.notes) == (label, ())
    assert model.spec.digest != whole.spec.digest


@pytest.mark.parametrize("kind", ["encodec", "clap"])
def test_shards_are_the_same_model(
    copied: Callable[[str], Path], folders: dict[str, Path], kind: str
) -> None:
    folder = copied(kind)
    names = sharded(folder)
    model = opened(kind, folder)
    np.testing.assert_allclose(said(model), said(opened(kind, folders[kind])), atol=1e-6)
    before = model.spec.digest
    weights = load_file(folder / names[1])
    first = next(iter(weights))
    save_file(weights | {first: weights[first] + 1}, folder / names[1], {"format": "pt"})
    assert opened(kind, folder).spec.digest != before  # each shard counts
    (folder / names[2]).unlink()
    with pytest.raises(ModelError, match=rf"lacks 1 of 3 files of weights, such as {names[2]}"):
        opened(kind, folder)


@pytest.mark.parametrize(
    "name",
    ["../other.safetensors", "/etc/passwd", "sub/x.safetensors", "a\\b.safetensors", "x.bin"],
)
def test_an_index_cannot_lead_out_of_its_folder(copied: Callable[[str], Path], name: str) -> None:
    folder = copied("encodec")
    shutil.copy(folder / "model.safetensors", folder.parent / "other.safetensors")
    sharded(folder)
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": name}}))
    with pytest.raises(ModelError, match="no safetensors file of the same folder"):
        opened("encodec", folder)


@pytest.mark.parametrize("content", ["{", "[]", '{"weight_map": []}', '{"weight_map": {}}'])
def test_an_index_that_lists_nothing_is_refused(
    copied: Callable[[str], Path], content: str
) -> None:
    folder = copied("encodec")
    sharded(folder)
    (folder / "model.safetensors.index.json").write_text(content)
    with pytest.raises(ModelError, match="lists no weights"):
        opened("encodec", folder)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("encodec", "model.safetensors"),
        ("clap", "model.safetensors"),
        ("clap", "tokenizer.json"),
        ("clap", "preprocessor_config.json"),
    ],
)
def test_a_pointer_of_git_lfs_is_named(copied: Callable[[str], Path], kind: str, name: str) -> None:
    folder = copied(kind)
    (folder / name).write_bytes(POINTER)
    with pytest.raises(ModelError, match=rf"{kind}.{name}” is a pointer of Git LFS"):
        opened(kind, folder)


def test_a_pointer_among_shards_is_named(copied: Callable[[str], Path]) -> None:
    folder = copied("encodec")
    (*_, last) = sharded(folder)
    (folder / last).write_bytes(POINTER)
    with pytest.raises(ModelError, match=f"{last}” is a pointer of Git LFS"):
        opened("encodec", folder)


def test_pointers_in_folders_of_our_own_are_named_too(
    small_models: SmallModels, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(small_models.codec, tmp_path / "mine"))
    (folder / "weights.safetensors").write_bytes(POINTER)
    with pytest.raises(ModelError, match="is a pointer of Git LFS"):
        read_model_folder(folder)
    with pytest.raises(ModelError, match="is a pointer of Git LFS"):
        load_tensors(folder / "weights.safetensors")


def test_a_clap_without_its_tokenizer_is_said_to_be_that(copied: Callable[[str], Path]) -> None:
    folder = copied("clap")
    for name in ("tokenizer.json", "vocab.json", "merges.txt"):
        (folder / name).unlink(missing_ok=True)
    with pytest.raises(ModelError, match="clap” has no tokenizer, which turns words into"):
        opened("clap", folder)


def test_precision_is_read_from_what_can_be_read(tmp_path: Path) -> None:
    mixed, damaged = tmp_path / "mixed.safetensors", tmp_path / "damaged.safetensors"
    save_file({"a": torch.zeros(2).half(), "b": torch.zeros(2).bfloat16()}, mixed)
    damaged.write_bytes(b"\xff" * 40)
    assert precision_of([mixed, damaged]) == "bfloat16 and float16"
    assert precision_of([damaged, tmp_path / "absent"]) is None


def test_without_weights_or_only_with_a_pickle_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has no model\.safetensors"):
        weight_files(tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(ModelError, match="only as a Python pickle"):
        weight_files(tmp_path)

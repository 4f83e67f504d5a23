from __future__ import annotations

import pickle  # noqa: TID251 – written here, to be refused
from pathlib import Path

import pytest
import torch

from core.errors import ExportError, ModelError
from core.tensors import load_tensors, save_tensors

TENSORS = {"weight": torch.arange(6.0).reshape(2, 3), "count": torch.tensor([3])}


class Marker:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def test_tensors_and_facts_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_tensors(path, TENSORS, {"step": "7", "who": "Zoë"})
    tensors, facts = load_tensors(path)
    assert facts == {"step": "7", "who": "Zoë"}
    assert tensors.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        assert tensors[name].dtype == tensor.dtype and torch.equal(tensors[name], tensor)


def test_views_and_parameters_can_be_saved(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    view = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3)).T
    save_tensors(path, {"view": view}, {})
    (loaded,) = load_tensors(path)[0].values()
    assert torch.equal(loaded, view) and not loaded.requires_grad


@pytest.mark.parametrize("length", [640, 648, 896, 1_152, 1_408])
def test_a_header_of_any_length_is_no_pickle(tmp_path: Path, length: int) -> None:
    # The file begins with the header's length: 640 is 80 02 in hexadecimal, as some pickles are.
    path = tmp_path / "weights.safetensors"
    save_tensors(path, {"w": torch.zeros(1)}, {"pad": ""})
    missing = length - int.from_bytes(path.read_bytes()[:8], "little")
    save_tensors(path, {"w": torch.zeros(1)}, {"pad": "x" * missing})
    assert path.read_bytes().startswith(length.to_bytes(8, "little"))
    assert load_tensors(path)[0]["w"].tolist() == [0.0]


def test_a_file_that_exists_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    path.write_text("old")
    save_tensors(path, TENSORS, {})
    assert set(load_tensors(path)[0]) == set(TENSORS)
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "weights.safetensors"
    save_tensors(path, TENSORS, {})
    before = path.read_bytes()

    def full(file: Path, data: bytes) -> int:
        file.open("wb").close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ExportError, match="No space left"):
        save_tensors(path, {"weight": torch.zeros(9)}, {})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def torch_zip(path: Path, marker: Path) -> None:
    torch.save({"weight": Marker(marker)}, path)  # noqa: TID251


def torch_legacy(path: Path, marker: Path) -> None:
    torch.save(Marker(marker), path, _use_new_zipfile_serialization=False)  # noqa: TID251


def bare(protocol: int):  # type: ignore[no-untyped-def]
    return lambda path, marker: path.write_bytes(pickle.dumps(Marker(marker), protocol))


@pytest.mark.parametrize("write", [torch_zip, torch_legacy, *map(bare, range(2, 6))])
@pytest.mark.parametrize("name", ["weights.safetensors", "model.pt"])
def test_a_pickle_is_refused_as_one_whatever_its_name_and_never_run(
    tmp_path: Path, write, name: str
) -> None:
    path, marker = tmp_path / name, tmp_path / "it-ran"
    write(path, marker)
    with pytest.raises(ModelError, match="is a Python pickle, which could run code"):
        load_tensors(path)
    assert not marker.exists()


@pytest.mark.parametrize("protocol", [0, 1])
def test_an_ancient_pickle_is_refused_too(tmp_path: Path, protocol: int) -> None:
    path, marker = tmp_path / "weights.safetensors", tmp_path / "it-ran"
    path.write_bytes(pickle.dumps(Marker(marker), protocol))
    with pytest.raises(ModelError, match="damaged or no safetensors file"):
        load_tensors(path)
    assert not marker.exists()


@pytest.mark.parametrize("keep", [0, 4, 8, 40, -1])
def test_a_truncated_file_is_damaged(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "weights.safetensors"
    save_tensors(path, TENSORS, {})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ModelError, match=r"weights\.safetensors” is damaged"):
        load_tensors(path)


def test_a_missing_file_and_a_folder_are_no_weights(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.safetensors", tmp_path):
        with pytest.raises(ModelError, match="There is no weights file"):
            load_tensors(path)

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from core.errors import ModelError
from core.model_folder import Manifest, read_model_folder, write_model_folder
from core.tensors import load_tensors

FACTS: dict[str, Any] = {
    "kind": "classifier",
    "family": "cnn",
    "label": "A head",
    "licence": "MIT",
    "config": {"width": 8},
    "labels": ("yes", "no"),
    "codec": {"id": "banded-16k", "digest": "0123456789abcdef"},
    "window": 2.0,
    "minimum": 0.5,
    "background": ("no",),
    "temperature": 1.25,
}
FILES = {"model.json", "weights.safetensors", "README.md", "metrics.json"}


def write(folder: Path, value: float = 1.0) -> Manifest:
    tensors = {"weight": torch.full((4,), value)}
    return write_model_folder(folder, FACTS, tensors, "# Card – ü\n", {"accuracy": value})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "head")
    return tmp_path / "head"


def changed(folder: Path, **changes: Any) -> None:
    """Change fields of the manifest; None takes a field out."""
    path = folder / "model.json"
    fields = {**json.loads(path.read_text("utf-8")), **changes}
    path.write_text(json.dumps({k: v for k, v in fields.items() if v is not None}))


def test_a_folder_is_complete_and_read_as_it_was_written(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "head"
    written = write(folder)
    assert {path.name for path in folder.iterdir()} == FILES
    assert list(folder.parent.iterdir()) == [folder]
    manifest = read_model_folder(folder)
    assert manifest == written == Manifest(**FACTS, digest=written.digest)
    assert load_tensors(folder / manifest.weights)[0]["weight"].tolist() == [1.0] * 4
    assert (folder / "README.md").read_text("utf-8") == "# Card – ü\n"
    assert json.loads((folder / "metrics.json").read_text("utf-8")) == {"accuracy": 1.0}


def test_the_manifest_says_which_schema_it_follows(folder: Path) -> None:
    assert json.loads((folder / "model.json").read_text())["schema"] == "hearwhy.model/1"
    changed(folder, schema="hearwhy.model/2")
    with pytest.raises(ModelError, match=r"not valid \(schema: "):
        read_model_folder(folder)


def test_a_manifest_is_frozen(folder: Path) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        read_model_folder(folder).label = "other"


def test_other_weights_than_the_described_ones_are_refused(folder: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other", 2.0)
    (tmp_path / "other" / other.weights).replace(folder / other.weights)
    with pytest.raises(ModelError, match=f"not the ones .*{other.digest} instead of "):
        read_model_folder(folder)


def test_one_changed_bit_is_noticed(folder: Path) -> None:
    path = folder / "weights.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match="get the model folder again"):
        read_model_folder(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"config": {"width": 9}},
        {"family": "gru"},
        {"labels": ["no", "yes"]},
        {"codec": {"id": "banded-16k", "digest": "0" * 16}},
        {"window": 2.5},
        {"minimum": 0.6},
        {"background": ["yes"]},
        {"temperature": 1.0},
        {"threshold": 0.9},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_fact_that_numbers_depend_on_is_refused(
    folder: Path, change: dict[str, Any]
) -> None:
    changed(folder, **change)
    with pytest.raises(ModelError, match=r"or the configuration in .*head” are not the ones"):
        read_model_folder(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"label": "Another name"},
        {"licence": "CC BY 4.0"},
        {"codec": {"id": "moved", "digest": "0123456789abcdef"}},
        {"config": {"width": 8.0}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_no_number_depends_on_may_be_changed(folder: Path, change: dict[str, Any]) -> None:
    before = read_model_folder(folder).digest
    changed(folder, **change)
    assert read_model_folder(folder).digest == before


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("model.json", r"no model folder: it has no model\.json"), ("weights.safetensors", "has no")],
)
def test_a_missing_file_is_named(folder: Path, name: str, sentence: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=sentence):
        read_model_folder(folder)


def test_a_folder_that_is_not_there_is_no_model_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model folder"):
        read_model_folder(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"surprise": 1}, "surprise"),
        ({"codec": {"id": "a", "digest": "b", "path": "c"}}, "codec.path"),
        ({"family": None}, "family"),
        ({"kind": "vocabulary"}, "kind"),
        ({"weights": "../../weights.safetensors"}, "weights"),
        ({"weights": "model.pt"}, "weights"),
        ({"labels": "yes"}, "labels"),
        ({"labels": [1, 2]}, "labels.0"),
        ({"window": 0}, "window"),
        ({"window": float("inf")}, "window"),
        ({"temperature": -1}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"config": [1]}, "config"),
    ],
)
def test_a_field_that_makes_no_sense_is_named(
    folder: Path, changes: dict[str, Any], place: str
) -> None:
    changed(folder, **changes)
    with pytest.raises(ModelError, match=rf"model\.json in .*head” is not valid \({place}: "):
        read_model_folder(folder)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*FACTS, "digest", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(json_values.map(json.dumps).map(str.encode) | st.binary(max_size=40))
@example(b"")
@example(b"\xef\xbb\xbf{}")
@example(b"[" * 50_000)
def test_any_garbage_for_a_manifest_is_one_sentence(folder: Path, content: bytes) -> None:
    (folder / "model.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.json in .*head” is not valid") as caught:
        read_model_folder(folder)
    assert "\n" not in str(caught.value)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([*FACTS, "digest", "schema"]), json_values)
def test_any_value_of_a_field_is_read_or_refused(folder: Path, name: str, value: Any) -> None:
    fields = {**FACTS, "digest": "", name: value}
    with contextlib.suppress(ValidationError):
        fields["digest"] = Manifest.model_validate(fields).digest_with(
            folder / "weights.safetensors"
        )
    (folder / "model.json").write_text(json.dumps(fields))
    try:
        manifest = read_model_folder(folder)
    except ModelError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(manifest, Manifest)


def test_a_folder_of_that_name_is_replaced_whole(folder: Path) -> None:
    (folder / ".DS_Store").touch()
    write(folder, 2.0)
    assert {path.name for path in folder.iterdir()} == FILES
    assert load_tensors(folder / "weights.safetensors")[0]["weight"].tolist() == [2.0] * 4
    read_model_folder(folder)


def test_a_write_that_fails_leaves_the_old_folder_and_nothing_beside_it(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ValidationError):
        write_model_folder(folder, {**FACTS, "window": -1}, {"w": torch.zeros(2)}, "", {})
    with pytest.raises(TypeError):
        write_model_folder(folder, FACTS, {"w": torch.zeros(2)}, "", {"x": object()})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert list(folder.parent.iterdir()) == [folder]


def test_an_end_between_old_and_new_leaves_the_old_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def stopping(path: Path, target: Path) -> Path:
        if target == folder and path.name == "new":
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", stopping)
    with pytest.raises(KeyboardInterrupt):
        write(folder, 2.0)
    manifest = read_model_folder(folder)
    assert load_tensors(folder / manifest.weights)[0]["weight"].tolist() == [1.0] * 4
    assert list(folder.parent.iterdir()) == [folder]

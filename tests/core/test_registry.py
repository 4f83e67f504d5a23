from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.attribution import ATTRIBUTORS
from core.classifiers import HEAD_FAMILIES
from core.codecs import CODEC_FAMILIES
from core.errors import RequestError
from core.fills import FILLS
from core.registry import Registry, plugin_modules

REGISTRIES = [ATTRIBUTORS, HEAD_FAMILIES, CODEC_FAMILIES, FILLS]

PACKAGE = """
from dataclasses import dataclass
from core.registry import Registry

@dataclass(frozen=True)
class Spec:
    id: str
    label: str

THINGS = Registry("thing", __name__)
"""
PLUGIN = """
from {package} import THINGS, Spec

@THINGS.register(Spec(id="{id}", label="A thing"))
def build():
    return "built {id}"
"""


@pytest.fixture
def things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Registry]:
    """Makes a package of plug-ins: {file: id of the plug-in in it} → its registry, not yet walked.

    A file that ends in / is a sub-package.
    """
    name = f"things_{tmp_path.name}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text(PACKAGE)
    monkeypatch.syspath_prepend(tmp_path)

    def make(**ids: str) -> Registry:
        for module, plugin_id in ids.items():
            path = folder / f"{module}.py"
            if module.startswith("sub"):
                path = folder / module / "__init__.py"
                path.parent.mkdir()
                (path.parent / "helper.py").write_text("raise AssertionError('not a plug-in')")
            path.write_text(PLUGIN.format(package=name, id=plugin_id))
        return importlib.import_module(name).THINGS

    return make


def test_files_and_sub_packages_are_plug_ins_and_underscored_ones_are_not(
    things: Callable[..., Registry],
) -> None:
    registry = things(one="first", sub="second", _helper="third")
    package = importlib.import_module(registry._package)
    assert plugin_modules(package) == [f"{package.__name__}.one", f"{package.__name__}.sub"]
    assert [spec.id for spec in registry.specs()] == ["first", "second"]


def test_a_new_file_is_a_new_plug_in(things: Callable[..., Registry]) -> None:
    registry = things(brand_new="zebra")
    assert registry.spec("zebra").label == "A thing"
    assert registry.builder("zebra")() == "built zebra"


def test_specs_are_sorted_by_id(things: Callable[..., Registry]) -> None:
    registry = things(a="zebra", b="ant")
    assert [spec.id for spec in registry.specs()] == ["ant", "zebra"]


def test_importing_a_plug_in_directly_first_does_not_register_it_twice(
    things: Callable[..., Registry],
) -> None:
    registry = things(one="first")
    importlib.import_module(f"{registry._package}.one")
    assert [spec.id for spec in registry.specs()] == ["first"]


def test_two_plug_ins_of_one_id_are_a_defect(things: Callable[..., Registry]) -> None:
    with pytest.raises(ValueError, match="two plug-ins call themselves thing “same”"):
        things(one="same", two="same").specs()


def test_an_unknown_id_offers_the_nearest_names(things: Callable[..., Registry]) -> None:
    registry = things(one="saliency", two="random")
    for ask in (registry.spec, registry.builder):
        with pytest.raises(RequestError, match="no thing “salience”; did you mean saliency"):
            ask("salience")
        with pytest.raises(RequestError, match="no thing “xyz”; known: random, saliency"):
            ask("xyz")


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.what)
def test_every_plug_in_names_and_cites_itself(registry: Registry) -> None:
    for spec in registry.specs():
        assert spec.id == spec.id.lower() and spec.label and spec.reference
        assert callable(registry.builder(spec.id))


def test_the_plug_ins_of_the_engine_are_there() -> None:
    found = [{spec.id for spec in registry.specs()} for registry in REGISTRIES]
    assert found[0] >= {"integrated_gradients", "saliency", "input_x_gradient", "smoothgrad"}
    assert found[1] >= {"transformer", "cnn", "gru"}
    assert found[2] >= {"banded", "linear", "encodec"}
    assert found[3] >= {"zero", "noise", "silence", "mean"}


IMPORTING = """
import importlib, pkgutil, sys
import core
for module in pkgutil.iter_modules(core.__path__):
    importlib.import_module(f"core.{module.name}")
from core.attribution import ATTRIBUTORS
from core.classifiers import HEAD_FAMILIES
from core.codecs import CODEC_FAMILIES
from core.fills import FILLS
for registry in (ATTRIBUTORS, HEAD_FAMILIES, CODEC_FAMILIES, FILLS):
    assert len(registry.specs()) >= 3
print(*sorted({"torch", "torchaudio", "transformers", "captum", "matplotlib"} & set(sys.modules)))
"""


def test_importing_the_engine_and_listing_every_plug_in_loads_nothing_heavy() -> None:
    command = [sys.executable, "-W", "error", "-c", IMPORTING]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr

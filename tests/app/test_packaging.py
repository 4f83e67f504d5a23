"""Whether the packaged program would be complete, without making it."""

import ast
import importlib.util
import pkgutil
import plistlib
from pathlib import Path

import pytest

import core
from app import packaging
from core.registry import Registry, plugin_modules

ROOT = Path(__file__).resolve().parents[2]


def loaded_packages(layer):
    """Every package below one layer, imported."""
    for found in pkgutil.walk_packages(layer.__path__, f"{layer.__name__}."):
        if found.ispkg:
            yield importlib.import_module(found.name)


def test_every_package_that_is_walked_is_collected():
    walked = {
        package.__name__
        for package in loaded_packages(core)
        if any(
            isinstance(value, Registry) and value._package == package.__name__
            for value in vars(package).values()
        )
    }
    assert len(walked) >= 5
    assert {*walked, "app.cli"} == set(packaging.plugin_packages(ROOT))


@pytest.mark.parametrize("package", packaging.plugin_packages(ROOT))
def test_every_plug_in_is_a_file_of_the_source_tree(package):
    names = plugin_modules(importlib.import_module(package))
    folder = ROOT.joinpath(*package.split("."))
    found = {
        f"{package}.{path.stem}"
        for path in folder.iterdir()
        if not path.name.startswith(("_", "."))
        and (path.suffix == ".py" or (path / "__init__.py").is_file())
    }
    assert set(names) == found


def test_what_is_heard_seen_and_read_is_shipped():
    shipped = {f"{target}/{file.name}" for file, target in packaging.shipped_files(ROOT)}
    assert {
        "resources/icons/hearwhy.svg",
        "resources/icons/application/256.png",
        "resources/samples/samples.json",
        "resources/samples/yes.wav",
        "resources/desktop/hearwhy.desktop",
        "resources/models/banded-16k/weights.safetensors",
        "resources/models/keywords-12/model.json",
        "resources/report/report.js",
        "resources/licences/LGPL-3.0.txt",
        "docs/guide.md",
        "./LICENSE",
    } <= shipped
    assert not [name for name in shipped if name.endswith((".py", ".pyc"))]


def test_a_new_resource_is_shipped(tmp_path):
    folder = tmp_path / "resources" / "words" / "more"
    folder.mkdir(parents=True)
    (folder / "some.json").write_text("{}")
    (folder / "make.py").write_text("")
    shipped = {(file.name, target) for file, target in packaging.shipped_files(tmp_path)}
    assert ("some.json", "resources/words/more") in shipped
    assert "make.py" not in {name for name, _ in shipped}


def test_all_that_is_shipped_is_there():
    for file, _ in packaging.shipped_files(ROOT):
        assert file.is_file(), file


def test_the_systems_own_sound_library_is_not_shipped():
    assert packaging.is_left_out("libasound.so.2")
    assert packaging.is_left_out("PySide6/Qt/plugins/platformthemes/libqgtk3.so")
    assert not packaging.is_left_out("libportaudio.so.2")
    assert not packaging.is_left_out("PySide6/Qt/plugins/platforms/libqxcb.so")
    assert not packaging.is_left_out("torch/bin/torch_shm_manager")  # torch wants it when it starts


def test_modules_that_are_named_as_text_are_found():
    assert "sounddevice" in packaging.imported_by_name(ROOT)


def test_the_models_that_are_opened_are_not_left_out():
    left_out = packaging.left_out_models()
    assert "transformers.models.whisper" in left_out
    for name in packaging.HIDDEN:
        assert not [each for each in left_out if name.startswith(f"{each}.")]


def test_what_is_imported_by_a_name_is_there():
    for name in [*packaging.HIDDEN, *packaging.imported_by_name(ROOT)]:
        assert importlib.util.find_spec(name) is not None, name


def test_the_bundle_says_why_it_needs_the_microphone():
    info = packaging.macos_info()
    assert "microphone" in info["NSMicrophoneUsageDescription"]
    assert plistlib.loads(plistlib.dumps(info)) == info
    text = (ROOT / "resources" / "desktop" / "macos.entitlements").read_bytes()
    assert plistlib.loads(text)["com.apple.security.device.audio-input"] is True


def test_the_version_resource_is_python_that_pyinstaller_can_read():
    tree = ast.parse(packaging.windows_version(), mode="eval")
    assert isinstance(tree.body, ast.Call)
    assert "0.1.0" in packaging.windows_version()


def test_the_spec_asks_for_these_lists():
    spec = (ROOT / "pyinstaller.spec").read_text(encoding="utf-8")
    for name in (
        "plugin_packages(ROOT)",
        "plugin_modules(",
        "shipped_files(ROOT)",
        "EXCLUDED",
        "HIDDEN",
    ):
        assert name in spec
    assert "upx=True" not in spec

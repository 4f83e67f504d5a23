"""Whether the packaged program would be complete, without making it."""

import ast
import importlib
import plistlib
from pathlib import Path

import pytest

from app import packaging
from core.registry import Registry, plugin_modules

ROOT = Path(__file__).resolve().parents[2]


def registries():
    """Full names of the packages in which a registry is made, read from the sources."""
    for module in ("attribution", "classifiers", "codecs", "exporters", "fills"):
        loaded = importlib.import_module(f"core.{module}")
        if any(isinstance(value, Registry) for value in vars(loaded).values()):
            yield loaded.__name__


def walked_packages():
    """Packages that call `plugin_modules` or make a `Registry` with their own name."""
    for file in [*ROOT.glob("core/**/__init__.py"), *ROOT.glob("app/**/__init__.py")]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        called = {
            node.func.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        if called & {"Registry", "plugin_modules"}:
            yield ".".join(file.parent.relative_to(ROOT).parts)


def test_every_package_that_is_walked_is_collected():
    assert sorted(walked_packages()) == sorted(packaging.plugin_packages())
    assert set(registries()) <= set(packaging.plugin_packages())


@pytest.mark.parametrize("package", packaging.plugin_packages())
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
        "docs/guide.md",
        "./LICENSE",
    } <= shipped
    assert not [name for name in shipped if name.endswith(".py")]


def test_all_that_is_shipped_is_there():
    for file, _ in packaging.shipped_files(ROOT):
        assert file.is_file(), file


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
    for name in ("plugin_packages()", "plugin_modules(", "shipped_files(ROOT)", "EXCLUDED"):
        assert name in spec
    assert "upx=True" not in spec

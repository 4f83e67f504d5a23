from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from core.errors import ModelError
from core.versions import HEARWHY, check_torch_pair, installed, versions


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["version"] == HEARWHY
    assert versions()["hearwhy"] == HEARWHY


def test_a_package_that_is_not_there_has_no_version() -> None:
    assert installed("no-such-package-anywhere") is None
    assert versions()["torch"] == installed("torch")


def test_the_installed_pair_works() -> None:
    check_torch_pair()


@pytest.mark.parametrize("torchaudio", ["2.10.0", "2.11.0+cu130", None])
def test_a_pair_of_two_releases_is_told_with_the_one_to_install(
    monkeypatch: pytest.MonkeyPatch, torchaudio: str | None
) -> None:
    found = {"torch": "2.12.1+cpu", "torchaudio": torchaudio}
    monkeypatch.setattr("core.versions.installed", found.get)
    with pytest.raises(ModelError, match=r"torch==2\.11\.\* and torchaudio==2\.11\.\*"):
        check_torch_pair()


def test_a_torchaudio_that_does_not_load_is_told_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = "raise OSError('libcudart.so.13: cannot open shared object file')"
    (tmp_path / "torchaudio.py").write_text(broken)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "torchaudio", raising=False)
    with pytest.raises(ModelError, match=r"\(libcudart\.so\.13: cannot open"):
        check_torch_pair()

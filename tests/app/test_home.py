"""Users without a home, or with one that is closed to them."""

from __future__ import annotations

import getpass
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.home import NOWHERE, arrange_home, has_home, not_kept, temporary_folder
from app.paths import cache_folder, takes_folder
from core.concepts.vocabularies import vocabulary_catalogue
from core.hub import cached_folder
from core.models import catalogue, model_folders
from core.places import data_folder, state_folder
from core.workspaces import notes_folder
from tests.app.conftest import write_sound
from tests.homeless import NUMBER, homeless
from tests.models import SmallModels

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="homes are found otherwise")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """Temporary files go into a folder of the test; what is arranged is undone."""
    names = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
    ours = [name for name in os.environ if name.startswith("HEARWHY_")]
    known = ("LOGNAME", "USER", "LNAME", "USERNAME")
    for name in (*names, *known, "HF_HOME", "MPLCONFIGDIR", "HEARWHY_STAND_IN", *ours):
        monkeypatch.setenv(name, "")  # so that it is put back
        monkeypatch.delenv(name)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    temporary_folder.cache_clear()
    yield monkeypatch
    temporary_folder.cache_clear()


@pytest.fixture
def nobody(environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The system knows no home of the user."""
    environment.setattr("pwd.getpwuid", lambda number: {}[number])
    with pytest.raises(RuntimeError):
        Path.home()
    return environment


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where no folder can be, not even for an administrator."""
    (tmp_path / "file").touch()
    return tmp_path / "file"


def test_the_engine_does_without_a_home(nobody: pytest.MonkeyPatch) -> None:
    assert data_folder() is state_folder() is notes_folder() is None
    assert [source for source, _ in model_folders()] == ["bundled"]
    assert "keywords-12" in [entry.id for entry in catalogue("classifier")]
    assert "everyday" in [entry.id for entry in vocabulary_catalogue()]
    assert cached_folder("facebook/encodec_24khz") is None


def test_a_closed_home_is_none(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def closed(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    environment.setenv("HOME", str(tmp_path))
    environment.setattr(Path, "exists", closed)
    assert data_folder() is None


@pytest.mark.parametrize("named", [None, "", "relative", "{file}/below"])
def test_who_has_no_home_gets_a_folder_of_their_own(
    nobody: pytest.MonkeyPatch, tmp_path: Path, file: Path, named: str | None
) -> None:
    if named is not None:
        nobody.setenv("HOME", named.format(file=file))
    arrange_home()
    home = Path.home()
    assert home == tmp_path / f"hearwhy-{os.getuid()}" == temporary_folder()
    assert home.stat().st_mode & 0o777 == 0o700
    assert not has_home()
    assert getpass.getuser() == str(os.getuid())
    assert takes_folder().is_relative_to(home)
    assert cache_folder().is_relative_to(home)
    sentence = not_kept()
    assert sentence is not None
    assert str(home) in sentence and sentence.count(".") == 1
    nobody.setattr(tempfile, "tempdir", "/nowhere")  # a process that is started from here
    arrange_home()
    assert Path.home() == home and not has_home()


def test_the_list_of_users_is_asked_where_home_says_nothing(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setattr("pwd.getpwuid", lambda number: [*"nx12", "", str(tmp_path), "/bin/sh"])
    environment.setattr("os.path.expanduser", lambda path: path.replace("~", str(tmp_path)))
    environment.setenv("HOME", "relative")
    arrange_home()
    assert os.environ["HOME"] == str(tmp_path)
    assert has_home()


def test_a_home_changes_nothing(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("HOME", str(tmp_path))
    environment.setenv("LOGNAME", "someone")
    before = dict(os.environ)
    arrange_home()
    assert dict(os.environ) == before
    assert has_home()
    assert not_kept() is None


def test_caches_find_another_place_and_models_stay_in_sight(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("HOME", str(tmp_path))
    (tmp_path / ".cache").touch()  # as if it could not be written
    (tmp_path / ".config").touch()
    arrange_home()
    assert has_home()
    own = temporary_folder()
    assert cache_folder() == own / "cache" / "hearwhy"
    assert os.environ["MPLCONFIGDIR"] == str(own / "cache" / "matplotlib")
    assert os.environ["HF_HOME"] == str(tmp_path / ".cache" / "huggingface")


def test_what_is_not_kept_is_one_sentence(
    environment: pytest.MonkeyPatch, tmp_path: Path, file: Path
) -> None:
    environment.setenv("HEARWHY_SETTINGS", str(file / "settings.json"))
    environment.setenv("HEARWHY_LOGS", str(tmp_path / "logs"))
    sentence = not_kept()
    assert sentence == (
        f"Settings are not kept, because “{file}” cannot be written; name other places with "
        "HEARWHY_SETTINGS."
    )
    environment.setenv("HEARWHY_LOGS", str(file))
    sentence = not_kept()
    assert sentence is not None
    assert sentence.startswith(f"Settings and the log are not kept, because “{file}” cannot be")


def test_a_folder_that_someone_else_made_is_not_used(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    taken = tmp_path / f"hearwhy-{os.getuid()}"
    taken.mkdir()
    taken.chmod(0o777)
    own = temporary_folder()
    assert own != taken and own.parent == tmp_path
    assert own.stat().st_mode & 0o777 == 0o700


def test_a_link_to_another_folder_is_not_used(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (tmp_path / f"hearwhy-{os.getuid()}").symlink_to(elsewhere)
    assert temporary_folder().resolve() != elsewhere.resolve()


def test_where_nothing_can_be_written_nothing_raises(
    nobody: pytest.MonkeyPatch, file: Path
) -> None:
    nobody.setattr(tempfile, "tempdir", str(file))
    arrange_home()
    assert Path.home() == NOWHERE
    assert data_folder() == NOWHERE / ".local" / "share" / "hearwhy"


@pytest.mark.parametrize("home", [None, "clip.wav/home"])
def test_commands_of_a_user_without_a_home_print_nothing_else(
    small_models: SmallModels, tmp_path: Path, home: str | None
) -> None:
    prefix, environment = homeless(tmp_path)
    if home is not None:
        environment["HOME"] = str(tmp_path / home)
    clip = write_sound(tmp_path / "clip.wav")

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*prefix, sys.executable, str(ROOT / "main.py"), *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    quick = ["--method", "saliency", "--random-masks", "0", *small_models.options]
    done = run("explain", clip, "--out", tmp_path / "out", *quick)  # a picture among it
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out" / "clip" / "spectrograms.png").is_file()
    done = run("--install-desktop")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1 and "no home folder" in done.stderr
    left = {path.name for path in tmp_path.iterdir()}
    assert left <= {"clip.wav", "out", f"hearwhy-{NUMBER}"}


def test_public_models_of_a_home_that_cannot_be_written_are_still_found(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "kept" / "huggingface" / "hub" / "models--facebook--encodec_24khz"
    snapshot = folder / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text(json.dumps({}), encoding="utf-8")
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("abc", encoding="utf-8")
    environment.setenv("HOME", str(tmp_path))
    environment.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
    environment.setattr("app.home.can_write", lambda folder: False)
    arrange_home()
    assert os.environ["XDG_CACHE_HOME"] != str(tmp_path / "kept")
    assert cached_folder("facebook/encodec_24khz") == snapshot

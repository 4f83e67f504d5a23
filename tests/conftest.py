from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from app.home import arrange_home

if TYPE_CHECKING:
    from tests.models import SmallModels

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # windows need no screen here
arrange_home()  # as `main` does, for whoever runs the tests

settings.register_profile("hearwhy", deadline=None)  # a busy computer is no failure
settings.load_profile("hearwhy")


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Settings, logs and takes of the user who runs the tests are left alone."""
    folder = tmp_path_factory.mktemp("user")
    with pytest.MonkeyPatch.context() as patch:
        for variable, name in (
            ("HEARWHY_SETTINGS", "settings.json"),
            ("HEARWHY_LOGS", "logs"),
            ("HEARWHY_TAKES", "takes"),
            ("HEARWHY_INSTANCE", "instance"),
            ("HEARWHY_SCRATCH", "scratch"),
            ("HEARWHY_STATE", "state"),
        ):
            patch.setenv(variable, str(folder / name))
        yield


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> Iterator[None]:
    """Ctrl-C works, also where the tests were started in the background by a shell without jobs."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def pytest_unconfigure() -> None:
    """As `main` does at its end: what was put out of the collector's sight is let go in order."""
    gc.unfreeze()
    gc.collect()


@pytest.fixture(scope="session")
def small_models(tmp_path_factory: pytest.TempPathFactory) -> SmallModels:
    """Folders of small real models, written once a run."""
    from tests.models import write_small_models

    return write_small_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def bundle(small_models: SmallModels, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like `resources/models`, whose `keywords-12` is the small head."""
    import shutil

    folder = tmp_path_factory.mktemp("bundle")
    shutil.copytree(small_models.codec, folder / small_models.codec.name)
    shutil.copytree(small_models.classifier, folder / "keywords-12")
    return folder


@pytest.fixture
def small_bundle(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small models stand in the place of the bundled ones, and there are no others."""
    monkeypatch.setattr("core.models.model_folders", lambda: [("bundled", bundle)])
    monkeypatch.setattr("core.models.cached_folder", lambda hub_id: None)
    return bundle

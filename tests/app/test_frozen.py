"""What the packaged program arranges for itself and for what it starts."""

import ctypes.util
import os
import sys
from types import SimpleNamespace

import pytest

from app import frozen


@pytest.fixture
def environment(monkeypatch):
    for name in ("LD_LIBRARY_PATH", "LD_LIBRARY_PATH_ORIG", "MPLCONFIGDIR"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def bundle(environment, tmp_path):
    """A packaged program on Linux, as far as it can be seen from inside."""
    environment.setattr(sys, "platform", "linux")
    environment.setattr(sys, "frozen", True, raising=False)
    environment.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    environment.setattr(ctypes.util, "find_library", lambda name: f"the system's {name}")
    environment.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_from_source_nothing_is_changed(environment):
    environment.setenv("LD_LIBRARY_PATH", "/opt/lib")
    before, finds = dict(os.environ), ctypes.util.find_library
    frozen.arrange()
    assert dict(os.environ) == before
    assert ctypes.util.find_library is finds


def test_what_is_started_from_here_finds_the_systems_libraries(bundle, environment):
    environment.setenv("LD_LIBRARY_PATH", str(bundle))
    frozen.arrange()
    assert "LD_LIBRARY_PATH" not in os.environ


def test_the_users_own_library_path_comes_back(bundle, environment):
    environment.setenv("LD_LIBRARY_PATH", f"{bundle}:/opt/lib")
    environment.setenv("LD_LIBRARY_PATH_ORIG", "/opt/lib")
    frozen.arrange()
    assert os.environ["LD_LIBRARY_PATH"] == "/opt/lib"
    assert "LD_LIBRARY_PATH_ORIG" not in os.environ


def test_a_library_of_the_package_is_found_before_the_systems(bundle):
    (bundle / "libportaudio.so.2").touch()
    frozen.arrange()
    assert ctypes.util.find_library("portaudio") == str(bundle / "libportaudio.so.2")
    assert ctypes.util.find_library("sndfile") == "the system's sndfile"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="caches lie elsewhere")
def test_matplotlib_keeps_its_list_of_fonts(bundle, environment):
    environment.setenv("MPLCONFIGDIR", "/tmp/new-at-each-start")
    frozen.arrange()
    assert os.environ["MPLCONFIGDIR"] == str(bundle / "cache" / "hearwhy" / "matplotlib")


def test_a_splash_is_closed_where_there_is_one(environment):
    closed = []
    splash = SimpleNamespace(close=lambda: closed.append(True))
    environment.setitem(sys.modules, "pyi_splash", splash)
    frozen.close_splash()
    assert not closed
    environment.setenv("_PYI_SPLASH_IPC", "12345")
    frozen.close_splash()
    assert closed

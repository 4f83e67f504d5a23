"""A window that cannot be shown is known before Qt ends the process over it."""

from __future__ import annotations

import os
import sys

import pytest

from app.display import WindowError, choose_offscreen, require_display

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux")


@pytest.fixture(autouse=True)
def nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)


def test_no_display_is_told() -> None:
    with pytest.raises(WindowError, match="neither DISPLAY nor WAYLAND_DISPLAY"):
        require_display()


def test_a_display_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":9137")
    with pytest.raises(WindowError, match=":9137 does not answer"):
        require_display()


def test_a_platform_that_is_chosen_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen:size=10x10")
    require_display()


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: str) -> None:
        raise OSError("libxcb-cursor.so.0: cannot open shared object file: No such file")

    monkeypatch.setattr("app.display.ctypes.CDLL", fail)
    monkeypatch.setenv("DISPLAY", ":0")
    with pytest.raises(WindowError, match=r"libxcb-cursor\.so\.0.*README"):
        require_display()


def test_elsewhere_there_always_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    require_display()


def test_drawing_into_memory_is_chosen_unless_another_platform_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "minimal")
    choose_offscreen()
    assert os.environ["QT_QPA_PLATFORM"] == "minimal"
    monkeypatch.delenv("QT_QPA_PLATFORM")
    choose_offscreen()
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
    monkeypatch.delenv("QT_QPA_PLATFORM")

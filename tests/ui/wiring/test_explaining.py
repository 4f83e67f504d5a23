"""The method panel: what it says of the explanation that is shown, and when it can give one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.bootstrap import Application
from tests.ui.conftest import Opener
from ui.parts import Parts


def test_other_choices_make_an_explanation_stale_unless_it_follows_by_itself(
    qtbot: QtBot, behind: Application, parts: Parts, opened: Opener, tone: Path
) -> None:
    opened(tone)
    assert not parts.method._stale.isVisible()
    parts.actions["automatic"].trigger()
    chosen = replace(behind.session.state.request, method="saliency")
    behind.explain.change_request(chosen)
    assert parts.method._stale.isVisible()
    assert parts.method.explain.isDefault()
    with qtbot.waitSignal(behind.explain.idle, timeout=60_000):
        parts.actions["explain"].trigger()
    assert not parts.method._stale.isVisible()
    behind.explain.change_request(replace(chosen, method="input_x_gradient"))
    assert parts.method._stale.isVisible()
    with qtbot.waitSignal(behind.explain.idle, timeout=60_000):
        parts.actions["automatic"].trigger()
        parts.actions["explain"].trigger()
    assert not parts.method._stale.isVisible()


def test_without_a_clip_the_button_says_so(
    behind: Application, parts: Parts, opened: Opener, tone: Path
) -> None:
    assert parts.method.explain.toolTip() == "No clip is open."
    assert not parts.method.explain.isEnabled()
    opened(tone)
    assert parts.method.explain.isEnabled()


def test_where_it_was_computed_is_named_as_people_do(
    parts: Parts, opened: Opener, tone: Path
) -> None:
    opened(tone)
    assert "CPU · " in parts.status._device.text() or "CUDA" in parts.status._device.text()

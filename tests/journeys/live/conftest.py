from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.live.journey import Journey
from tests.pitch import pitch_toolbox


@pytest.fixture(autouse=True)
def pitches(monkeypatch) -> None:
    """The classifier hears low and high tones."""
    monkeypatch.setattr("app.live.microphone.open_toolbox", lambda request: pitch_toolbox())


@pytest.fixture
def make(qtbot, window, behind, tmp_path) -> Callable[..., Journey]:
    folder = tmp_path / "sounds"
    folder.mkdir()
    return lambda server: Journey(qtbot, window, behind, server, folder)


@pytest.fixture
def journey(server, make) -> Journey:
    return make(server)

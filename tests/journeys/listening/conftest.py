from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.listening.journey import Journey


@pytest.fixture
def make(qtbot, window, behind, tmp_path) -> Callable[..., Journey]:
    def build(server) -> Journey:
        behind.settings.change(level_match=False)  # samples arrive as they are
        folder = tmp_path / "heard"
        folder.mkdir()
        return Journey(qtbot, window, behind, server, folder)

    return build


@pytest.fixture
def journey(server, make) -> Journey:
    return make(server)

"""The controller with a real player, and a sound card made of plain Python."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from app.audio.player import Player
from app.device_controller import DeviceController
from app.jobs import JobRunner
from app.loop_controller import LoopController
from app.notices import Notices
from app.playback_controller import PlaybackController
from app.session import Session
from app.settings import SettingsStore
from core.types import ExplanationRequest
from tests.fake_audio import SPEAKER, FakeBackend, FakeClock


@pytest.fixture
def make(qtbot, tmp_path):
    made = []

    def build(*devices) -> SimpleNamespace:
        backend, session, notices = FakeBackend(*devices), Session(ExplanationRequest()), Notices()
        clock = FakeClock()
        player = Player(backend, clock=clock)
        listing, runner = JobRunner("test-devices"), JobRunner("test-listening")
        store = SettingsStore(tmp_path / "settings.json")
        controller = DeviceController(backend, player, store, notices, listing)
        playback = PlaybackController(session, player, controller, runner, notices)
        bench = SimpleNamespace(
            backend=backend, session=session, player=player, runner=runner, clock=clock,
            playback=playback, loop=LoopController(session, player), runners=(listing, runner),
            posted=[], positions=[], playing=[], lengths=[], gains=[],
        )  # fmt: skip
        notices.posted.connect(lambda notice: bench.posted.append(notice.text))
        playback.position_changed.connect(bench.positions.append)
        playback.playing_changed.connect(bench.playing.append)
        playback.length_changed.connect(bench.lengths.append)
        playback.level_match_changed.connect(lambda *told: bench.gains.append(told))
        made.append(bench)
        return bench

    yield build
    for bench in made:
        bench.playback.shut_down()
        for runner in bench.runners:
            runner.shut_down()


@pytest.fixture
def bench(make):
    return make(SPEAKER)

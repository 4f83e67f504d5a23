from __future__ import annotations

import pytest

from app.audio.player import Player
from tests.app.audio.player.sounding import EXPLANATION, ORIGINAL, level
from tests.app.audio.sounds import switchable
from tests.fake_audio import HEADPHONES, MICROPHONE, SPEAKER, FakeBackend, FakeClock


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend(HEADPHONES, SPEAKER, MICROPHONE)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def player(backend: FakeBackend, clock: FakeClock) -> Player:
    player = Player(backend, clock=clock)
    player.load(switchable({ORIGINAL: level(0.25), EXPLANATION: level(0.75)}))
    return player

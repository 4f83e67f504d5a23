from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from app.audio import switch_latency as module
from app.audio.player import Player
from app.audio.ports import AppAudioError
from app.audio.switch_latency import switch_latency
from core.types import AudioClip, Variant
from tests.app.audio.sounds import switchable
from tests.fake_audio import SPEAKER, FakeBackend
from tests.sound_server import until

RATE = 48_000
PAIR = (Variant.EXPLANATION, Variant.ORIGINAL)


@pytest.fixture
def player() -> Player:
    player = Player(FakeBackend(SPEAKER))
    sounds = (AudioClip(np.full((1, 60 * RATE), level), RATE) for level in (0.1, 0.2))
    player.load(switchable(dict(zip(sorted(PAIR, reverse=True), sounds, strict=True))))
    player.play()
    return player


@pytest.fixture
def callbacks(player: Player) -> Iterator[list[float]]:
    """A thread that asks for blocks as a sound card does; when the deck was asked."""
    stream, over, times = player._backend.stream, threading.Event(), []

    def ask() -> None:
        while not over.wait(0.004):
            stream.pull(480, block=480)
            times.append(player.deck.block.time)

    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: times, "the first block")
    yield times
    over.set()
    thread.join()


def test_a_switch_waits_for_the_next_callback_and_no_longer(player: Player, callbacks: list[float]):
    latency = switch_latency(player, PAIR, times=10)
    assert len(latency.waits) == 10
    between = max(np.diff(callbacks))
    # One callback may come by just before the wish is published.
    assert min(latency.waits) >= 0.0
    assert latency.worst == max(latency.waits) <= 2 * between
    assert (latency.block, latency.output) == (0.01, 0.0)


def test_a_sound_that_ended_cannot_be_measured(player: Player):
    player.pause()
    with pytest.raises(AppAudioError, match="ended"):
        switch_latency(player, PAIR)


def test_a_device_that_stands_still_cannot_be_measured(
    player: Player, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    with pytest.raises(AppAudioError, match="ended"):
        switch_latency(player, PAIR)

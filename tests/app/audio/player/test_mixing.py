"""A sound beside the versions, on the same device."""

from __future__ import annotations

import numpy as np
import pytest

from app.audio.player import IDLE
from app.audio.ports import AppAudioError
from tests.fake_audio import HEADPHONES, SPEAKER


class Hum:
    """A steady 0.125."""

    def __init__(self):
        self.rates = []

    def begin(self, rate):
        self.rates.append(rate)

    def add_to(self, out):
        out += 0.125


def test_it_is_heard_without_anything_being_played(player, backend):
    hum = Hum()
    player.mix(hum)
    assert np.all(backend.stream.pull(512) == 0.125)
    assert hum.rates == [SPEAKER.default_rate]
    assert not player.playing


def test_it_is_heard_beside_what_is_played(player, backend):
    player.play()
    player.mix(Hum())
    heard = backend.stream.pull(2_000)
    assert heard[-1] == pytest.approx([0.375, 0.375], abs=1e-6)
    player.mix(None)
    assert backend.stream.pull(64)[-1] == pytest.approx([0.25, 0.25], abs=1e-6)


def test_the_device_does_not_rest_meanwhile(player, backend, clock):
    player.mix(Hum())
    for _ in range(4):
        clock.now += IDLE
        backend.stream.pull(64)
        player.poll()
        assert player.running
    player.mix(None)
    for _ in range(4):
        clock.now += IDLE
        if player.running:
            backend.stream.pull(64)
        player.poll()
    assert not player.running


def test_the_device_is_in_use_meanwhile(player):
    player.mix(Hum())
    assert player.in_use
    player.mix(None)
    assert not player.in_use


def test_a_device_that_rests_wakes_up(player, backend, clock):
    player.play()
    player.stop()
    for _ in range(4):
        clock.now += IDLE
        if player.running:
            backend.stream.pull(4_096)
        player.poll()
    assert not player.running
    player.mix(Hum())
    assert backend.stream.pull(64).any()


def test_it_moves_to_another_device_at_that_ones_rate(player, backend):
    hum = Hum()
    player.mix(hum)
    player.open(HEADPHONES)
    assert hum.rates == [SPEAKER.default_rate, HEADPHONES.default_rate]
    assert backend.stream.pull(64).any()


def test_without_a_loudspeaker_it_is_said(player, backend):
    backend.unplug(SPEAKER)
    backend.unplug(HEADPHONES)
    backend.restart()
    with pytest.raises(AppAudioError, match="no loudspeaker"):
        player.mix(Hum())

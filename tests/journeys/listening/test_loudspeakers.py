"""Loudspeakers that are missing or lost while the window listens."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tests.journeys.ear import RATE, place_of
from tests.journeys.listening.journey import EXACT, FADE, noise

pytestmark = pytest.mark.sound


def test_a_loudspeaker_that_is_missing_at_the_start_is_told_and_found(no_server, make):
    journey = make(no_server)
    clip = noise(1.0, 0)
    journey.open(clip)
    journey.press(Qt.Key.Key_Space)
    journey.until(lambda: any("no loudspeaker" in text for text in journey.posted))
    assert not journey.playback.is_playing
    no_server.start()

    def listen() -> None:
        journey.press(Qt.Key.Key_Space)
        journey.until_stopped()

    heard = journey.hear(listen)
    assert len(heard) == pytest.approx(RATE, abs=FADE)


def test_a_loudspeaker_that_is_lost_is_told_and_play_goes_on_once_it_is_back(journey, server):
    clip = noise(60.0, 0)
    journey.open(clip)
    journey.press(Qt.Key.Key_Space)
    journey.until_at(0.5)
    server.kill()
    journey.until_stopped()
    assert any("stopped answering" in text for text in journey.posted)
    assert journey.parts.transport.play.accessibleName() == "Play"
    place = journey.playback.position
    assert 0.4 < place < 30.0
    told = len(journey.posted)
    journey.press(Qt.Key.Key_Space)  # still gone
    journey.until(lambda: len(journey.posted) > told)
    assert not journey.playback.is_playing
    server.start()

    def listen() -> None:
        journey.playback.seek(place)
        journey.press(Qt.Key.Key_Space)
        journey.until_at(place + 0.5)
        journey.press(Qt.Key.Key_Space)

    heard = journey.hear(listen)
    first = round(place * RATE) + FADE
    sound = clip.samples[0, first : first + RATE // 4]
    at = place_of(sound, heard)
    np.testing.assert_allclose(heard[at : at + len(sound)], sound, atol=EXACT)

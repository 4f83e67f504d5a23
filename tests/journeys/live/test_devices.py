"""Live listening to microphones of any rate."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.audio.devices import find_again, inputs
from app.audio.portaudio import PortAudioBackend
from app.audio.recorder import Recorder
from app.live.microphone import LiveMicrophone
from core.types import ExplanationRequest
from tests.journeys.live.journey import playing, tones
from tests.pitch import HIGH, LOW
from tests.sound_server import until

pytestmark = pytest.mark.sound


@pytest.mark.parametrize(
    ("rate", "channels"),
    [(8_000, 1), (8_000, 2), (44_100, 1), (44_100, 2), (48_000, 1), (48_000, 2), (96_000, 2)],
)
def test_words_are_found_at_every_rate(sound_server, tmp_path, rate, channels):
    server = sound_server(rate)
    backend = PortAudioBackend()
    backend.restart()
    recorder = Recorder(backend, tmp_path, channels=channels)
    recorder.open(replace(inputs(backend.devices())[0], default_rate=rate))
    assert recorder.tap.rate == rate and recorder.tap.ring.channels == channels
    microphone = LiveMicrophone(
        recorder, lambda: find_again(backend, recorder), ExplanationRequest(random_masks=0)
    )
    events = []

    def look():
        status = microphone.poll()
        events.extend(status.update.events)
        return status

    try:
        microphone.start()
        until(lambda: look().update.opened, "the models")
        sound = tones((HIGH, 1.2, 0.4), (LOW, 3.2, 0.4), seconds=5.0, rate=rate)
        with playing(server, tmp_path, sound, rate):
            until(lambda: look() and len(events) >= 2, "both words")
    finally:
        microphone.stop(refine=False)
        recorder.close()
    assert [event.label for event in events] == ["high", "low"]
    assert events[1].time - events[0].time == pytest.approx(2.0, abs=0.1)

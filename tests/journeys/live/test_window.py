"""Live listening in the real window."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.audio_io import read_clip
from core.session_file import read_session
from core.types import Variant
from tests.journeys.ear import RATE, Ear
from tests.journeys.live.journey import PACTL
from tests.pitch import HIGH, LOW

pytestmark = pytest.mark.sound


def test_words_are_captured_whatever_becomes_of_the_window_meanwhile(journey, qtbot):
    journey.start()
    journey.play((HIGH, 1.2, 0.4))
    journey.until_explained(1)
    journey.window.resize(900, 700)
    journey.behind.explain.open_item(journey.behind.session.state.items[1].key)
    journey.play((LOW, 1.2, 0.4))
    journey.until_explained(2)
    journey.window.showMinimized()
    journey.play((HIGH, 1.2, 0.4))
    journey.until_explained(3)
    journey.window.showNormal()
    assert journey.labels == ["high", "low", "high"]
    assert journey.parts.live.events.list.topLevelItemCount() == 3
    assert not any(state.sentence for state in journey.states[10:])


def test_events_are_saved_as_a_session_that_holds_their_sounds(journey, tmp_path):
    journey.start()
    journey.play((HIGH, 1.2, 0.4))
    journey.until_explained(1)
    path = tmp_path / "words.hearwhy"
    journey.live.events.save(path)
    journey.until(lambda: journey.told("1 event was written"))
    (captured,) = journey.live.events.all
    captured.file.unlink()
    saved = read_session(path)
    assert [item.group for item in saved.items] == ["events"]
    assert saved.result is not None and saved.result.target == "high"
    assert saved.items[0].sound is not None
    kept = saved.items[0].sound.read()
    assert np.array_equal(kept.samples, captured.event.clip.samples)


def test_a_sound_server_that_dies_is_told_and_listened_to_again_when_it_is_back(journey):
    journey.start()
    journey.play((HIGH, 1.2, 0.4))
    journey.until_explained(1)
    journey.server.kill()
    journey.until(lambda: journey.told("stopped answering"))
    assert journey.live.running
    assert not journey.states[-1].listening
    journey.server.start()
    journey.until(lambda: journey.told("Live listening goes on"))
    journey.play((LOW, 1.2, 0.4))
    journey.until_explained(2)
    assert journey.labels == ["high", "low"]
    for captured in journey.live.events.all:
        assert read_clip(captured.file).n_samples == captured.event.clip.n_samples


def test_a_word_under_way_when_the_sound_server_dies_is_captured(journey):
    journey.start()
    journey.play((HIGH, 0.8, 0.4), seconds=1.9)
    journey.server.kill()
    journey.until_explained(1)
    assert journey.labels == ["high"]
    journey.server.start()
    journey.until(lambda: journey.told("Live listening goes on"))


def test_callbacks_that_stop_for_long_are_a_gap_and_then_it_goes_on(journey):
    """As when the computer sleeps; longer than a device may be silent before it is looked for."""
    journey.start()
    journey.play((HIGH, 1.2, 0.4))
    journey.until_explained(1)
    os.kill(journey.server.process_id, signal.SIGSTOP)
    try:
        journey.until(lambda: journey.told("stopped answering"))
    finally:
        os.kill(journey.server.process_id, signal.SIGCONT)
    journey.until(lambda: journey.states[-1].listening)
    journey.play((LOW, 1.2, 0.4))
    journey.until_explained(2)
    assert journey.labels == ["high", "low"]


def test_exact_zeros_are_named(journey):
    journey.start()  # nobody plays anything, and the loudspeaker gives zeros
    journey.until(lambda: journey.told("exact zeros"))
    assert "permission" in journey.parts.live._clock.text()
    journey.play((LOW, 1.2, 0.4))
    journey.until(lambda: journey.labels == ["low"])


def energy_at(samples, frequency):
    """Amplitude of one frequency, over all."""
    phase = np.exp(-2j * np.pi * frequency * np.arange(len(samples)) / RATE)
    return 2 * abs(np.mean(samples * phase))


@pytest.mark.skipif(PACTL is None, reason="pactl is not installed")
def test_what_explains_is_heard_on_headphones_and_its_delay_is_stated(journey, qtbot):
    journey.control(
        "load-module",
        "module-null-sink",
        "sink_name=headphones",
        f"rate={RATE}",
        "channels=2",
        "format=float32le",
        "norewinds=1",
    )
    journey.control("set-default-sink", "headphones")
    monitored = journey.parts.live.controls.monitored

    def heard(variant):
        qtbot.keyClick(monitored, Qt.Key.Key_Home)
        place = monitored.findData(variant)
        for _ in range(place):
            qtbot.keyClick(monitored, Qt.Key.Key_Down)
        assert journey.live.monitored is variant
        with Ear(journey.server, journey.folder, "headphones") as ear:
            journey.play((LOW, 0.5, 5.0), seconds=6.0)
            journey.until(lambda: ear.frames > 7 * RATE)
        return ear.heard()

    journey.start()
    with Ear(journey.server, journey.folder, "headphones") as ear:
        journey.play((LOW, 0.5, 1.0), seconds=2.0)
    assert not ear.heard().any()  # off by default
    explanation = heard(Variant.EXPLANATION)
    assert journey.told("Use headphones")
    delays = [state.delay for state in journey.states if state.delay is not None]
    assert 1.0 < np.median(delays) < 3.0
    removed = heard(Variant.REMOVED)
    assert energy_at(explanation, LOW) > 3 * energy_at(removed, LOW)
    assert energy_at(explanation, LOW) > 0.02
    qtbot.keyClick(monitored, Qt.Key.Key_Home)
    assert journey.live.monitored is None

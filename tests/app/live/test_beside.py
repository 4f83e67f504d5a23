"""Recording, playing and live listening beside each other, while devices are lost and fail."""

from __future__ import annotations

import pytest

from app.audio.ports import DeviceInfo
from core.types import Variant
from tests.app.live.beside import RATE, numbered
from tests.fake_audio import HEADPHONES, HEADSET, MICROPHONE, SPEAKER

# ── a take goes on ───────────────────────────────────────────────────────────────────────────────


def test_looking_for_devices_lets_the_take_go_on(bench, backend, qtbot):
    stream = bench.begin_take()
    backend.present = [SPEAKER, MICROPHONE]
    with qtbot.waitSignal(bench.app.devices.changed):
        bench.app.devices.rescan()
    assert bench.record.recording
    assert [device.name for device in bench.app.devices.inputs] == ["Microphone"]
    stream.push(numbered(4_800, start=4_800))
    bench.record.stop()
    assert (bench.take() == numbered(9_600)).all()
    assert bench.posted == []


def test_live_that_finds_no_microphone_lets_the_take_go_on(bench):
    stream = bench.begin_take()
    bench.live.start()  # the same microphone, which does not open twice
    assert not bench.live.running
    assert bench.posted == ["“Microphone” does not open."]
    stream.push(numbered(4_800, start=4_800))
    bench.record.stop()
    assert (bench.take() == numbered(9_600)).all()


@pytest.mark.parametrize("shared", [True, False])
def test_live_begins_and_ends_beside_a_take(bench, backend, shared):
    stream = bench.begin_take()
    backend.shared = shared
    if not shared:
        bench.settings.change(input_device=HEADSET.key)
        assert bench.posted == ["“Headset (Fake)” is used from the next recording on."]
    bench.listen()
    stream.push(numbered(4_800, start=4_800))
    bench.live.stop()
    stream.push(numbered(4_800, start=9_600))
    bench.record.stop()
    assert (bench.take() == numbered(14_400)).all()


def test_a_loudspeaker_that_fails_lets_take_and_live_go_on(bench, backend):
    backend.shared = True
    stream = bench.begin_take()
    bench.listen()
    backend.busy = {SPEAKER.name}
    bench.live.set_monitored(Variant.EXPLANATION)
    assert bench.told("“Speaker” does not open.")
    assert bench.live.monitored is None
    assert bench.live.running
    stream.push(numbered(4_800, start=4_800))
    bench.record.stop()
    assert (bench.take() == numbered(9_600)).all()


def test_another_loudspeaker_that_fails_lets_take_and_monitor_go_on(bench, backend):
    backend.shared = True
    stream = bench.begin_take()
    bench.listen()
    bench.live.set_monitored(Variant.EXPLANATION)
    speaker = backend.stream
    backend.busy = {HEADPHONES.name}
    bench.settings.change(output_device=HEADPHONES.key)
    assert bench.told("“Headphones” does not open.")
    assert speaker.active
    assert stream.active


# ── what plays goes on ───────────────────────────────────────────────────────────────────────────


def test_looking_for_devices_lets_what_plays_go_on(bench, backend, qtbot):
    speaker = bench.play()
    backend.present = [SPEAKER, MICROPHONE]
    with qtbot.waitSignal(bench.app.devices.found):
        bench.app.devices.rescan()
    assert speaker.active
    assert speaker.starts == 1
    assert bench.playback.is_playing


def test_a_microphone_that_fails_lets_what_plays_go_on(bench, backend):
    speaker = bench.play()
    backend.busy = {MICROPHONE.name}
    bench.live.start()
    assert bench.posted == ["“Microphone” does not open."]
    assert speaker.active
    assert bench.playback.is_playing


def test_live_that_waits_for_its_microphone_does_not_touch_what_plays(bench, backend, waiting_soon):
    bench.listen()
    speaker = bench.play()
    backend.unplug(MICROPHONE)
    bench.until(lambda: bench.told("stopped answering"))
    looks = len(bench.states)
    bench.until(lambda: len(bench.states) > looks + 5)
    assert [stream.device for stream in backend.streams] == [MICROPHONE, SPEAKER]
    assert speaker.active
    assert speaker.starts == 1
    backend.present = [SPEAKER, MICROPHONE]
    bench.until(lambda: bench.told("Live listening goes on."))
    assert bench.newest(MICROPHONE).active
    assert speaker.active


def test_live_finds_a_microphone_of_another_name_once_nothing_plays(
    bench, backend, waiting_soon, qtbot
):
    bench.listen()
    bench.play()
    backend.unplug(MICROPHONE)
    backend.unplug(HEADSET)
    other = DeviceInfo("Other (Fake)", "Other", "Fake", 1, 0, RATE)
    backend.present = [SPEAKER, other]
    bench.until(lambda: bench.told("stopped answering"))
    looks = len(bench.states)
    bench.until(lambda: len(bench.states) > looks + 3)
    assert not bench.states[-1].listening
    bench.playback.pause()
    bench.until(lambda: bench.states[-1].listening)
    assert backend.stream.device == other


# ── devices are lost ─────────────────────────────────────────────────────────────────────────────


def test_a_microphone_lost_by_both_leaves_the_take_and_live_comes_back(
    bench, backend, waiting_soon
):
    backend.shared = True
    bench.begin_take()
    bench.listen()
    backend.unplug(MICROPHONE)
    backend.unplug(HEADSET)
    bench.until(lambda: not bench.record.recording)
    assert (bench.take() == numbered(4_800)).all()
    assert bench.told("is kept.")
    assert bench.live.running
    backend.present = [SPEAKER, MICROPHONE]
    bench.until(lambda: bench.states[-1].listening)
    assert bench.newest(MICROPHONE).active


def test_a_microphone_lost_by_live_alone_is_looked_for_beside_the_take(
    bench, backend, waiting_soon
):
    stream = bench.begin_take()
    bench.settings.change(input_device=HEADSET.key)
    bench.listen()
    backend.unplug(HEADSET)
    bench.until(lambda: bench.told("“Headset” stopped answering"))
    looks = len(bench.states)
    bench.until(lambda: len(bench.states) > looks + 5)
    backend.present = [SPEAKER, MICROPHONE, HEADSET]
    bench.until(lambda: bench.states[-1].listening)
    stream.push(numbered(4_800, start=4_800))
    bench.record.stop()
    assert (bench.take() == numbered(9_600)).all()


def test_a_loudspeaker_lost_beside_take_and_live_ends_neither(bench, backend, monkeypatch):
    monkeypatch.setattr("app.live_controller.RETRY", 0.0)
    backend.shared = True
    stream = bench.begin_take()
    bench.listen()
    bench.live.set_monitored(Variant.EXPLANATION)
    backend.unplug(SPEAKER)
    bench.until(lambda: bench.live.monitored is None)
    stream.push(numbered(4_800, start=4_800))
    assert bench.live.running
    bench.record.stop()
    assert (bench.take() == numbered(9_600)).all()


def test_a_loudspeaker_lost_while_it_plays_is_found_again_beside_live(bench, backend):
    bench.listen()
    speaker = bench.play()
    backend.unplug(SPEAKER)
    bench.until(lambda: not bench.playback.is_playing)
    assert speaker.closed
    bench.playback.toggle()
    assert bench.told("“Speaker” does not open.")
    backend.present = [SPEAKER, MICROPHONE]
    bench.playback.toggle()
    assert bench.newest(SPEAKER).active
    assert bench.live.running
    assert bench.newest(MICROPHONE).starts == 1

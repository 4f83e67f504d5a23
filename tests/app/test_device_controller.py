"""Which devices are offered, chosen, missing; looking for them again."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from app.audio.player import Player
from app.audio.ports import AppAudioError
from app.audio.recorder import Recorder
from app.device_controller import DeviceController
from app.jobs import JobRunner
from app.notices import Notices
from app.settings import SettingsStore
from tests.fake_audio import HEADPHONES, HEADSET, MICROPHONE, SPEAKER, FakeBackend


@pytest.fixture
def make(qtbot, tmp_path):
    """Builds the controller around a backend; settings are given by name."""
    made = []

    def build(backend: FakeBackend, **settings: object) -> SimpleNamespace:
        store = SettingsStore(tmp_path / "settings.json")
        store.change(**settings)
        notices, runner, player = Notices(), JobRunner("test-devices"), Player(backend)
        bench = SimpleNamespace(
            backend=backend,
            settings=store,
            player=player,
            recorder=Recorder(backend, tmp_path / "takes"),
            runner=runner,
            devices=DeviceController(backend, player, store, notices, runner),
            posted=[],
            changes=[],
        )
        notices.posted.connect(lambda notice: bench.posted.append(notice.text))
        bench.devices.changed.connect(lambda: bench.changes.append(True))
        made.append(bench)
        return bench

    yield build
    for bench in made:
        bench.recorder.close()
        bench.player.close()
        bench.runner.shut_down()


def looked(qtbot, bench: SimpleNamespace) -> SimpleNamespace:
    with qtbot.waitSignal(bench.devices.changed):
        bench.devices.look()
    return bench


def test_before_the_first_look_nothing_is_known_and_nothing_is_wrong(make):
    devices = make(FakeBackend(problem="PortAudio is missing.")).devices
    assert (devices.inputs, devices.outputs, devices.input, devices.problem) == ([], [], None, None)


def test_the_first_look_tells_what_there_is(qtbot, make):
    devices = looked(qtbot, make(FakeBackend(SPEAKER, HEADSET, MICROPHONE))).devices
    assert devices.inputs == [MICROPHONE, HEADSET]
    assert devices.outputs == [SPEAKER]
    assert devices.input == MICROPHONE
    assert devices.problem is None


def test_without_a_microphone_the_reason_says_what_to_do(qtbot, make):
    devices = looked(qtbot, make(FakeBackend(SPEAKER))).devices
    assert devices.problem is not None
    assert devices.problem.startswith("There is no microphone")
    assert "press R" in devices.problem
    broken = looked(qtbot, make(FakeBackend(problem="PortAudio is missing."))).devices
    assert broken.problem == "PortAudio is missing."


def test_the_microphone_of_the_settings_is_opened(qtbot, make):
    bench = make(FakeBackend(MICROPHONE, HEADSET), input_device=HEADSET.key)
    assert looked(qtbot, bench).devices.input == HEADSET
    bench.devices.open_input(bench.recorder, bench.settings.settings.input_device)
    assert bench.recorder.device == HEADSET
    assert bench.posted == []


def test_a_missing_microphone_stays_chosen_and_another_stands_in(make):
    bench = make(FakeBackend(MICROPHONE), input_device=HEADSET.key)
    bench.devices.open_input(bench.recorder, bench.settings.settings.input_device)
    assert bench.recorder.device == MICROPHONE
    assert bench.posted == [
        "“Headset (Fake)” is not connected; “Microphone” is used until it is there again."
    ]
    assert bench.settings.settings.input_device == HEADSET.key
    bench.backend.present = [MICROPHONE, HEADSET]
    bench.devices.open_input(
        bench.recorder, bench.settings.settings.input_device
    )  # looks again by itself
    assert bench.recorder.device == HEADSET
    assert len(bench.posted) == 1


def test_devices_plugged_in_after_the_start_are_found_when_they_are_needed(make):
    bench = make(FakeBackend())
    bench.backend.present = [SPEAKER, MICROPHONE]
    bench.devices.open_input(bench.recorder, bench.settings.settings.input_device)
    assert bench.recorder.device == MICROPHONE
    assert bench.devices.problem is None
    bench.devices.open_output()
    assert bench.player.device == SPEAKER


def test_where_there_is_none_after_looking_again_the_sentence_says_so(make):
    bench = make(FakeBackend())
    with pytest.raises(AppAudioError, match="no microphone"):
        bench.devices.open_input(bench.recorder, bench.settings.settings.input_device)
    with pytest.raises(AppAudioError, match="no loudspeaker"):
        bench.devices.open_output()


def test_another_loudspeaker_takes_over_when_it_is_chosen(make):
    bench = make(FakeBackend(SPEAKER, HEADPHONES))
    bench.devices.open_output()
    assert bench.player.device == SPEAKER
    bench.settings.change(output_device=HEADPHONES.key)
    assert bench.player.device == HEADPHONES
    bench.settings.change(output_device=None)
    assert bench.player.device == SPEAKER
    assert len(bench.changes) == 3  # and the first one, when devices were listed


def test_a_loudspeaker_is_not_opened_by_choosing_it(make):
    bench = make(FakeBackend(SPEAKER, HEADPHONES))
    bench.settings.change(output_device=HEADPHONES.key)
    assert not bench.backend.streams
    bench.devices.open_output()
    assert bench.player.device == HEADPHONES


def test_a_chosen_loudspeaker_that_does_not_open_becomes_a_notice(make):
    bench = make(FakeBackend(SPEAKER, HEADPHONES))
    bench.devices.open_output()
    bench.backend.busy = {"Headphones"}
    bench.settings.change(output_device=HEADPHONES.key)
    assert bench.posted == ["“Headphones” does not open."]


def test_other_settings_change_no_device(make):
    bench = make(FakeBackend(SPEAKER))
    bench.settings.change(level_match=False)
    assert bench.changes == []


def test_a_rescan_gives_everybody_their_device_back_and_opens_none_unasked(make):
    bench = make(FakeBackend(SPEAKER))
    events = []
    bench.devices.add_user(
        SimpleNamespace(
            release=lambda: events.append("release"), reopen=lambda: events.append("reopen")
        )
    )
    bench.backend.present = [HEADPHONES, SPEAKER]
    bench.devices.rescan()
    assert events == ["release", "reopen"]
    assert not bench.backend.streams
    assert bench.devices.outputs == [SPEAKER, HEADPHONES]
    assert bench.changes == [True]
    bench.devices.open_output()
    bench.devices.rescan()
    assert bench.player.device == SPEAKER
    assert bench.backend.stream.active

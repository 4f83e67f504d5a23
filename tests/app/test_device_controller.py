"""Which devices are offered, chosen, missing, new; looking for them again."""

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
            opened=[],
            failures=[],
        )
        bench.devices.add_user(bench.recorder)
        notices.posted.connect(lambda notice: bench.posted.append(notice.text))
        bench.devices.changed.connect(lambda: bench.changes.append(True))
        made.append(bench)
        return bench

    yield build
    for bench in made:
        bench.devices.shut_down()
        bench.recorder.close()
        bench.player.close()
        bench.runner.shut_down()


def looked(qtbot, bench: SimpleNamespace) -> SimpleNamespace:
    with qtbot.waitSignal(bench.devices.changed):
        bench.devices.look()
    return bench


def looked_again(qtbot, bench: SimpleNamespace) -> None:
    with qtbot.waitSignal(bench.devices.found):
        bench.devices.rescan()


def open_input(qtbot, bench: SimpleNamespace) -> None:
    """The microphone of the settings, or `failures` says why not."""
    key = bench.settings.settings.input_device
    answers = len(bench.opened) + len(bench.failures)
    bench.devices.open_input(
        bench.recorder,
        key,
        lambda: bench.opened.append(bench.recorder.device),
        lambda error: bench.failures.append(str(error)),
    )
    qtbot.waitUntil(lambda: len(bench.opened) + len(bench.failures) > answers)


def open_output(qtbot, bench: SimpleNamespace) -> None:
    """The loudspeaker of the settings, or `failures` says why not."""
    answers = len(bench.opened) + len(bench.failures)
    bench.devices.open_output(
        lambda: bench.opened.append(bench.player.device),
        lambda error: bench.failures.append(str(error)),
    )
    qtbot.waitUntil(lambda: len(bench.opened) + len(bench.failures) > answers)


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
    open_input(qtbot, bench)
    assert bench.opened == [HEADSET]
    assert bench.posted == []


def test_a_missing_microphone_stays_chosen_and_another_stands_in(qtbot, make):
    bench = make(FakeBackend(MICROPHONE), input_device=HEADSET.key)
    open_input(qtbot, bench)
    assert bench.recorder.device == MICROPHONE
    assert bench.posted == [
        "“Headset (Fake)” is not connected; “Microphone” is used until it is there again."
    ]
    assert bench.settings.settings.input_device == HEADSET.key
    bench.backend.present = [MICROPHONE, HEADSET]
    open_input(qtbot, bench)  # looks again by itself
    assert bench.recorder.device == HEADSET
    assert len(bench.posted) == 1


def test_a_missing_loudspeaker_is_said_and_the_one_that_is_open_stays_so(qtbot, make):
    bench = make(FakeBackend(SPEAKER, MICROPHONE))
    open_output(qtbot, bench)
    open_input(qtbot, bench)
    bench.settings.change(output_device=HEADPHONES.key)
    assert bench.posted == [
        "“Headphones (Fake)” is not connected; “Speaker” is used until it is there again."
    ]
    assert [stream.device for stream in bench.backend.streams] == [SPEAKER, MICROPHONE]
    assert bench.player.device == SPEAKER


def test_devices_plugged_in_after_the_start_are_found_when_they_are_needed(qtbot, make):
    bench = make(FakeBackend())
    bench.backend.present = [SPEAKER, MICROPHONE]
    open_input(qtbot, bench)
    assert bench.recorder.device == MICROPHONE
    assert bench.devices.problem is None
    open_output(qtbot, bench)
    assert bench.player.device == SPEAKER


def test_where_there_is_none_after_looking_again_the_sentence_says_so(qtbot, make):
    bench = make(FakeBackend())
    open_input(qtbot, bench)
    open_output(qtbot, bench)
    assert "no microphone" in bench.failures[0]
    assert "no loudspeaker" in bench.failures[1]
    assert not bench.opened


def test_another_loudspeaker_takes_over_when_it_is_chosen(qtbot, make):
    bench = make(FakeBackend(SPEAKER, HEADPHONES))
    open_output(qtbot, bench)
    assert bench.player.device == SPEAKER
    bench.settings.change(output_device=HEADPHONES.key)
    assert bench.player.device == HEADPHONES
    bench.settings.change(output_device=None)
    assert bench.player.device == SPEAKER
    assert len(bench.changes) == 3  # and the first one, when devices were listed


def test_a_loudspeaker_is_not_opened_by_choosing_it(qtbot, make):
    bench = make(FakeBackend(SPEAKER, HEADPHONES))
    bench.settings.change(output_device=HEADPHONES.key)
    assert not bench.backend.streams
    open_output(qtbot, bench)
    assert bench.player.device == HEADPHONES


def test_a_chosen_loudspeaker_that_does_not_open_becomes_a_notice(qtbot, make):
    bench = make(FakeBackend(SPEAKER, HEADPHONES))
    open_output(qtbot, bench)
    bench.backend.busy = {"Headphones"}
    bench.settings.change(output_device=HEADPHONES.key)
    qtbot.waitUntil(lambda: bool(bench.posted))
    assert bench.posted == ["“Headphones” does not open."]


def test_other_settings_change_no_device(make):
    bench = make(FakeBackend(SPEAKER))
    bench.settings.change(level_match=False)
    assert bench.changes == []


def test_looking_again_opens_nothing_unasked(qtbot, make):
    bench = make(FakeBackend(SPEAKER))
    bench.backend.present = [HEADPHONES, SPEAKER]
    looked_again(qtbot, bench)
    assert not bench.backend.streams
    assert bench.devices.outputs == [SPEAKER, HEADPHONES]
    assert bench.changes == [True]


def test_a_loudspeaker_that_rests_is_let_go_of_and_opened_when_it_is_needed(qtbot, make):
    bench = make(FakeBackend(SPEAKER))
    open_output(qtbot, bench)
    assert bench.devices.output_ready
    looked_again(qtbot, bench)
    assert not bench.devices.output_ready
    assert bench.backend.open == []
    open_output(qtbot, bench)
    assert bench.devices.output_ready
    assert bench.backend.stream.active


def test_what_was_not_asked_for_is_told_only_where_it_is_news(qtbot, make):
    bench = looked(qtbot, make(FakeBackend(SPEAKER)))
    open_input(qtbot, bench)  # in vain
    assert len(bench.backend.restarts) == 1
    assert bench.changes == [True]
    bench.backend.present = [SPEAKER, MICROPHONE]
    open_input(qtbot, bench)
    assert bench.changes == [True, True]


def test_a_list_that_cannot_be_made_is_a_notice_and_the_old_one_stays(qtbot, make, monkeypatch):
    bench = looked(qtbot, make(FakeBackend(SPEAKER, MICROPHONE)))
    open_input(qtbot, bench)

    def refuse(cancel: object) -> None:
        raise AppAudioError("Sound devices could not be looked for.")

    monkeypatch.setattr(bench.backend, "devices_now", refuse)
    bench.devices.rescan()
    qtbot.waitUntil(lambda: bool(bench.posted))
    assert bench.posted == ["Sound devices could not be looked for."]
    assert bench.devices.inputs == [MICROPHONE]
    assert bench.recorder.in_use

from __future__ import annotations

from dataclasses import replace

import pytest

from app.audio.devices import STALLED, Watch, choose, find_again, inputs, outputs
from app.audio.player import Player
from app.audio.ports import DeviceInfo
from tests.fake_audio import (
    HEADPHONES,
    HEADSET,
    MICROPHONE,
    SPEAKER,
    FakeBackend,
    FakeClock,
    FakeStream,
)


def alsa(name: str, *, default: bool = False) -> DeviceInfo:
    return DeviceInfo(f"{name} (ALSA)", name, "ALSA", 32, 32, 44_100, default, default)


def test_labels_name_the_channels_of_their_side_and_the_host_api():
    both = replace(SPEAKER, channels_in=1)
    assert both.label_in == "Speaker (1 ch) (Fake)"
    assert both.label_out == "Speaker (2 ch) (Fake)"


def test_each_list_holds_one_side_with_the_default_first():
    devices = (HEADSET, HEADPHONES, MICROPHONE, SPEAKER)
    assert inputs(devices) == [MICROPHONE, HEADSET]
    assert outputs(devices) == [SPEAKER, HEADPHONES]


def test_sound_servers_come_before_bare_cards():
    card, pulse, pipewire, default = (
        alsa("HDA Intel: ALC257 (hw:0,0)", default=True),
        alsa("pulse"),
        alsa("pipewire"),
        alsa("default"),
    )
    ranked = [pulse, pipewire, default, card]
    assert outputs([card, default, pipewire, pulse]) == ranked
    assert inputs([default, card, pulse, pipewire]) == ranked
    assert outputs([card, replace(pulse, host_api="JACK")])[0] == card


def test_a_remembered_device_is_taken_where_it_is_there_and_the_first_else():
    assert choose([SPEAKER, HEADPHONES], HEADPHONES.key) == HEADPHONES
    assert choose([SPEAKER, HEADPHONES], "gone") == SPEAKER
    assert choose([SPEAKER, HEADPHONES]) == SPEAKER
    assert choose([], SPEAKER.key) is None


def test_the_only_user_lets_go_gets_its_device_again_and_else_none():
    backend = FakeBackend(SPEAKER, HEADPHONES)
    player = Player(backend)
    player.open(HEADPHONES)
    find_again(backend, player)
    assert player.device == HEADPHONES
    backend.unplug(HEADPHONES)
    backend.unplug(SPEAKER)
    find_again(backend, player)
    assert not player.is_open
    backend.present = [HEADPHONES]
    find_again(backend, player)
    assert player.device == HEADPHONES
    assert [ended for _, ended in backend.restarts] == [[], [], []]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def stream() -> FakeStream:
    stream = FakeStream(SPEAKER, 48_000, 2, lambda block: None)
    stream.start()
    return stream


def test_a_stream_that_ends_by_itself_is_lost(stream: FakeStream, clock: FakeClock):
    watch = Watch(stream, clock)
    assert not watch.lost()
    stream.dead = True
    assert watch.lost()


def test_a_stream_that_asks_for_nothing_any_more_is_lost(stream: FakeStream, clock: FakeClock):
    watch = Watch(stream, clock)
    for _ in range(5):
        clock.now += STALLED - 0.1
        stream.pull(10)
        assert not watch.lost()
    clock.now += STALLED - 0.1
    assert not watch.lost()
    clock.now += 0.2
    assert watch.lost()
    watch.restart()
    assert not watch.lost()


def test_an_error_in_a_callback_is_logged(
    stream: FakeStream, clock: FakeClock, caplog: pytest.LogCaptureFixture
):
    watch = Watch(stream, clock)
    stream.error = RuntimeError("a defect")
    assert watch.lost()
    assert "a defect" in caplog.text

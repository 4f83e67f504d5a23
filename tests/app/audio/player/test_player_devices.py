"""Devices that come and go while a player plays."""

from __future__ import annotations

import weakref

import pytest

from app.audio.devices import STALLED
from app.audio.player import IDLE, Player
from app.audio.ports import AppAudioError, DeviceState
from tests.app.audio.player.sounding import EXPLANATION, ORIGINAL, ends_with, level
from tests.app.audio.sounds import switchable
from tests.fake_audio import HEADPHONES, MICROPHONE, SPEAKER, FakeBackend, FakeClock


def test_no_loudspeaker_is_a_state_with_a_sentence():
    player = Player(FakeBackend(MICROPHONE))
    player.load(switchable({ORIGINAL: level(0.5), EXPLANATION: level(0.25)}))
    with pytest.raises(AppAudioError) as error:
        player.play()
    assert str(error.value) == (
        "There is no loudspeaker or other sound output; connect one and look for devices again."
    )
    assert player.poll().state is DeviceState.CLOSED
    player.active = EXPLANATION
    player.seek(0.5)
    assert (player.position, player.active, player.playing) == (0.5, EXPLANATION, False)
    broken = Player(FakeBackend(problem="PortAudio is missing."))
    with pytest.raises(AppAudioError, match="PortAudio is missing"):
        broken.open()


@pytest.mark.parametrize("how", ["ends", "stalls", "fails"])
def test_a_lost_device_is_told_and_nothing_else_is_lost(
    player: Player, backend: FakeBackend, clock: FakeClock, how: str
):
    player.active = EXPLANATION
    player.play()
    backend.stream.pull(24_000)
    if how == "ends":
        backend.unplug(SPEAKER)
    elif how == "stalls":
        player.poll()
        clock.now += STALLED + 0.1
    else:
        backend.stream.error = RuntimeError("a defect")
    status = player.poll()
    assert (status.state, status.playing) == (DeviceState.LOST, False)
    assert status.sentence is not None
    assert status.sentence.startswith("“Speaker” stopped answering")
    assert status.position == pytest.approx(0.5)
    assert backend.stream.closed
    assert player.poll() == status
    player.open(HEADPHONES)
    assert player.poll().sentence is None
    assert player.position == pytest.approx(0.5, abs=1e-4)
    player.play()
    assert ends_with(backend.stream.pull(1000), 0.75)


def test_play_after_a_loss_tries_again(player: Player, backend: FakeBackend):
    player.play()
    backend.unplug(SPEAKER)
    player.poll()
    with pytest.raises(AppAudioError, match="“Speaker” does not open"):
        player.play()
    assert player.poll().state is DeviceState.LOST
    backend.present = [SPEAKER]
    player.play()
    assert player.poll().state is DeviceState.READY
    assert ends_with(backend.stream.pull(1000), 0.25)


def test_a_device_that_vanished_while_it_rested_is_opened_anew(
    player: Player, backend: FakeBackend, clock: FakeClock
):
    player.open()
    backend.stream.pull(1)
    player.poll()
    clock.now += IDLE + 0.1
    backend.stream.pull(1)
    player.poll()
    assert not backend.stream.active
    backend.stream.dead = True  # it came back under its name, but not this stream
    player.play()
    assert len(backend.streams) == 2
    assert ends_with(backend.stream.pull(1000), 0.25)


def test_another_device_goes_on_where_the_one_before_was(player: Player, backend: FakeBackend):
    player.active = EXPLANATION
    player.set_gains({EXPLANATION: -6.0206})
    player.loop = (0.25, 0.75)
    player.play()
    backend.stream.pull(12_000)
    first = backend.stream
    player.open(HEADPHONES)
    assert first.closed
    assert player.playing
    assert player.loop == pytest.approx((0.25, 0.75), abs=1e-4)
    assert player.position == pytest.approx(0.5, abs=1e-4)
    assert ends_with(backend.stream.pull(1000), 0.375)


def test_another_device_that_does_not_open_leaves_the_present_one_playing(
    player: Player, backend: FakeBackend
):
    player.play()
    first = backend.stream
    backend.busy = {"Headphones"}
    with pytest.raises(AppAudioError, match="Headphones"):
        player.open(HEADPHONES)
    assert player.device == SPEAKER
    assert player.playing
    assert ends_with(first.pull(1000), 0.25)


def test_a_device_that_opens_but_does_not_start_is_closed_again(
    player: Player, backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
):
    def start(self: object) -> None:
        raise AppAudioError("It does not start.")

    monkeypatch.setattr("tests.fake_audio.FakeStream.start", start)
    with pytest.raises(AppAudioError, match="does not start"):
        player.open()
    assert backend.stream.closed
    assert player.device is None


def test_the_device_that_is_open_can_be_opened_again(player: Player, backend: FakeBackend):
    player.open(SPEAKER)
    player.play()
    backend.stream.pull(12_000)
    player.open(SPEAKER)
    assert player.position == pytest.approx(0.25)
    assert ends_with(backend.stream.pull(1000), 0.25)


def test_a_sound_that_was_replaced_is_not_kept_in_memory(player: Player, backend: FakeBackend):
    player.play()
    backend.stream.pull(1000)
    player.close()
    gone = weakref.ref(next(iter(player._prepared.tapes)))
    player.load(switchable({ORIGINAL: level(0.5)}))
    assert gone() is None


def test_a_device_is_in_use_while_it_sounds(player: Player, backend: FakeBackend, clock: FakeClock):
    assert (player.is_open, player.in_use) == (False, False)
    player.open()
    assert (player.is_open, player.in_use) == (True, False)
    player.play()
    assert player.in_use
    player.pause()
    assert not player.in_use
    player.play()
    backend.unplug(SPEAKER)
    player.poll()
    assert (player.is_open, player.in_use) == (False, False)


def test_after_a_loss_the_default_device_stands_in_until_the_chosen_one_is_there(
    player: Player, backend: FakeBackend
):
    player.open(HEADPHONES)
    backend.unplug(HEADPHONES)
    player.poll()
    backend.restart()
    player.open()
    assert player.device == SPEAKER
    player.close()
    backend.present = [SPEAKER, HEADPHONES]
    backend.restart()
    player.open()
    assert player.device == HEADPHONES

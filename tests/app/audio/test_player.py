from __future__ import annotations

import weakref
from pathlib import Path

import numpy as np
import pytest

from app.audio.devices import STALLED, rescan
from app.audio.player import IDLE, Player
from app.audio.ports import AppAudioError, DeviceState
from app.audio.tape import OutputFormat
from app.audio.versions import Versions
from core.types import AudioClip, Variant
from tests.app.audio.sounds import switchable
from tests.fake_audio import HEADPHONES, MICROPHONE, SPEAKER, FakeBackend, FakeClock

ORIGINAL, EXPLANATION, REMOVED = Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED
RATE = 48_000
FADE = 240


def level(value: float, seconds: float = 1.0, rate: int = RATE) -> AudioClip:
    return AudioClip(np.full((1, round(seconds * rate)), value), rate)


def steps(seconds: float = 1.0) -> AudioClip:
    return AudioClip(np.arange(round(seconds * RATE))[None] / 1e5, RATE)


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend(HEADPHONES, SPEAKER, MICROPHONE)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def player(backend: FakeBackend, clock: FakeClock) -> Player:
    player = Player(backend, clock=clock)
    player.load(switchable({ORIGINAL: level(0.25), EXPLANATION: level(0.75)}))
    return player


def pull_and_poll(player: Player, backend: FakeBackend, seconds: float) -> np.ndarray:
    """What is heard next, while the window looks after the player as it does."""
    blocks = []
    for _ in range(round(seconds * RATE / 1600)):
        blocks.append(backend.stream.pull(1600))
        player.poll()
    return np.concatenate(blocks)


def ends_with(out: np.ndarray, value: float) -> bool:
    return bool(np.allclose(out[-100:], value, atol=1e-3))


def test_nothing_is_opened_unasked(player: Player, backend: FakeBackend):
    status = player.poll()
    assert (status.state, status.playing, status.seconds) == (DeviceState.CLOSED, False, 1.0)
    assert not backend.streams


def test_play_opens_the_default_device_at_its_own_rate(player: Player, backend: FakeBackend):
    player.play()
    assert player.device == SPEAKER
    assert (backend.stream.rate, backend.stream.channels) == (48_000, 2)
    out = backend.stream.pull(1000)
    assert out.shape == (1000, 2)
    assert ends_with(out, 0.25)
    status = player.poll()
    assert (status.state, status.playing) == (DeviceState.READY, True)


def test_clips_are_resampled_to_the_device(backend: FakeBackend):
    player = Player(backend)
    player.open(HEADPHONES)
    assert player.format == OutputFormat(44_100, 2)
    t = np.arange(16_000) / 16_000
    player.load(switchable({ORIGINAL: AudioClip(np.sin(2 * np.pi * 1000 * t)[None], 16_000)}))
    assert player.seconds == 1.0
    player.play()
    out = backend.stream.pull(44_100)[1000:-1000, 0]
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    assert np.argmax(spectrum) * 44_100 / len(out) == pytest.approx(1000, abs=1)


def test_times_are_seconds(player: Player, backend: FakeBackend):
    player.load(switchable({ORIGINAL: steps()}))
    player.seek(0.5)
    assert player.position == 0.5
    player.loop = (0.5, 0.75)
    assert player.loop == (0.5, 0.75)
    player.play()
    backend.stream.pull(18_000)
    player.pause()
    out = backend.stream.pull(500)
    assert out[0, 0] == pytest.approx(0.30, abs=2e-3)  # 0.375 s after 0.5 s, in a loop of 0.25 s
    assert player.position == pytest.approx(0.625)
    player.stop()
    assert player.position == 0.5
    player.loop = None
    assert player.loop is None


def test_switching_and_gains(player: Player, backend: FakeBackend):
    player.set_gains({EXPLANATION: -6.0206})
    player.play()
    backend.stream.pull(1000)
    player.active = EXPLANATION
    assert player.poll().active is EXPLANATION
    assert ends_with(backend.stream.pull(1000), 0.375)
    with pytest.raises(AppAudioError, match="removed"):
        player.active = REMOVED


def test_the_end_is_told(player: Player, backend: FakeBackend):
    player.play()
    backend.stream.pull(RATE + 100)
    status = player.poll()
    assert (status.playing, status.ended, status.position) == (False, True, 1.0)


def test_playing_nothing_does_nothing(backend: FakeBackend):
    player = Player(backend)
    player.play()
    player.seek(3.0)
    player.loop = (0.0, 1.0)
    status = player.poll()
    assert (status.playing, status.seconds, status.position) == (False, 0.0, 0.0)
    assert not backend.streams


def test_a_swap_while_playing_goes_on_where_it_was(player: Player, backend: FakeBackend):
    player.play()
    backend.stream.pull(1000)
    player.swap(switchable({ORIGINAL: level(0.25), EXPLANATION: level(0.5)}), {})
    backend.stream.pull(1000)
    player.active = EXPLANATION
    assert ends_with(backend.stream.pull(1000), 0.5)
    assert player.playing


def test_loading_nothing_is_silence(player: Player, backend: FakeBackend):
    player.play()
    backend.stream.pull(1000)
    player.load(None)
    assert (player.variants, player.seconds, player.playing) == ((), 0.0, False)
    assert not backend.stream.pull(1000)[FADE:].any()
    player.play()
    assert not player.playing


def test_the_window_of_a_long_clip_is_played_in_its_place(player: Player, backend: FakeBackend):
    windows = {EXPLANATION: level(0.75, 1.0, 16_000)}
    player.swap(Versions(level(0.25, 10.0), windows, 4.0), {})
    player.active = EXPLANATION
    player.seek(3.5)
    player.play()
    assert player.seconds == 10.0
    out = np.concatenate([pull_and_poll(player, backend, 0.25) for _ in range(8)])[:, 0]
    assert np.allclose(out[FADE : 24_000 - FADE], 0.25, atol=1e-3)
    middle = out[24_000 + FADE : 72_000 - FADE]
    assert np.allclose(middle[1000:-1000], 0.75, atol=1e-3)
    assert np.allclose(out[72_000 + FADE :], 0.25, atol=1e-3)


def test_sound_is_made_before_it_is_heard_also_across_a_loop(player: Player, backend: FakeBackend):
    rng = np.random.default_rng(0)
    sound = AudioClip(rng.uniform(0.2, 0.4, (1, 16_000 * 200)), 16_000)  # never near zero
    player.load(Versions(sound, {EXPLANATION: sound}))
    player.loop = (95.0, 180.0)
    player.play()
    for turn in range(120):
        out = pull_and_poll(player, backend, 1.0)
        assert (out[FADE:-FADE] > 0.0).mean() > 0.98, turn
        if turn == 60:
            player.active = EXPLANATION
        if turn == 90:
            player.seek(170.0)


def test_a_change_of_gain_cross_fades(player: Player, backend: FakeBackend):
    player.play()
    backend.stream.pull(1000)
    player.set_gains({ORIGINAL: 6.0206})
    out = backend.stream.pull(1000)[:, 0]
    assert np.abs(np.diff(out)).max() <= 0.26 / FADE
    assert ends_with(out, 0.5)


def test_gains_come_with_new_versions(player: Player, backend: FakeBackend):
    player.play()
    backend.stream.pull(1000)
    player.swap(switchable({ORIGINAL: level(0.125)}), {ORIGINAL: 6.0206})
    assert ends_with(backend.stream.pull(1000), 0.25)
    player.load(switchable({ORIGINAL: level(0.125)}))
    player.play()
    assert ends_with(backend.stream.pull(2000), 0.125)


def test_a_silent_device_is_stopped_after_a_while_and_started_again(
    player: Player, backend: FakeBackend, clock: FakeClock
):
    player.open()
    backend.stream.pull(10)
    player.poll()
    player.play()
    backend.stream.pull(1000)
    player.poll()
    clock.now += 100
    backend.stream.pull(10)
    player.poll()
    assert backend.stream.active
    player.pause()
    backend.stream.pull(1000)
    player.poll()
    clock.now += IDLE - 0.1
    backend.stream.pull(1)
    player.poll()
    assert backend.stream.active
    clock.now += 0.2
    player.poll()
    assert not backend.stream.active
    assert player.poll().state is DeviceState.READY
    player.play()
    assert backend.stream.active
    assert ends_with(backend.stream.pull(1000), 0.25)
    assert len(backend.streams) == 1


def test_the_position_is_that_of_what_is_heard(player: Player, backend: FakeBackend):
    player.open()
    backend.stream.latency = 10.0
    player.play()
    backend.stream.pull(24_000, block=24_000)
    assert player.position == 0.0


# ── devices come and go ──────────────────────────────────────────────────────────────────────────


def test_no_loudspeaker_is_a_state_with_a_sentence():
    player = Player(FakeBackend(MICROPHONE))
    player.load(switchable({ORIGINAL: level(0.5), EXPLANATION: level(0.25)}))
    player.reopen()
    status = player.poll()
    assert status.state is DeviceState.CLOSED
    assert status.sentence == (
        "There is no loudspeaker or other sound output; connect one and look for devices again."
    )
    with pytest.raises(AppAudioError, match="no loudspeaker"):
        player.play()
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


def test_a_rescan_goes_on_playing_on_the_same_device(player: Player, backend: FakeBackend):
    player.open(HEADPHONES)
    player.play()
    backend.stream.pull(22_050)
    first = backend.stream
    rescan(backend, [player])
    assert first.closed
    assert player.device == HEADPHONES
    assert player.playing
    assert player.position == pytest.approx(0.5, abs=1e-4)
    assert ends_with(backend.stream.pull(1000), 0.25)


def test_a_rescan_after_the_device_is_gone_takes_the_default(player: Player, backend: FakeBackend):
    player.open(HEADPHONES)
    backend.unplug(HEADPHONES)
    rescan(backend, [player])
    assert player.device == SPEAKER
    assert not player.playing
    backend.present = []
    rescan(backend, [player])
    assert player.poll().state is DeviceState.CLOSED
    assert player.poll().sentence is not None
    backend.present = [SPEAKER, HEADPHONES]  # the one that was chosen is there again
    rescan(backend, [player])
    assert player.device == HEADPHONES


def test_closing_is_silent_and_may_be_repeated(player: Player, backend: FakeBackend):
    player.play()
    player.close()
    player.close()
    assert backend.stream.closed
    assert not player.playing


def test_a_recording_plays_as_it_is(backend: FakeBackend, tmp_path: Path):
    from app.audio.recorder import Recorder
    from core.audio_io import read_clip

    recorder = Recorder(backend, tmp_path)
    recorder.start()
    rng = np.random.default_rng(0)
    sound = rng.uniform(-1, 1, 10_000).astype(np.float32)
    backend.stream.push(sound)
    path = recorder.stop()
    recorder.close()
    assert path is not None
    player = Player(backend)
    player.load(switchable({ORIGINAL: read_clip(path)}))
    player.play()
    out = backend.stream.pull(10_000)[:, 0]
    assert (out[FADE:-FADE] == sound[FADE:-FADE]).all()

"""Real sound: through PortAudio, ALSA and PulseAudio, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import correlate

from app.audio.devices import choose, find_again, inputs, outputs
from app.audio.player import Player
from app.audio.portaudio import PortAudioBackend
from app.audio.ports import DeviceState
from app.audio.recorder import Recorder
from core.audio_io import read_clip
from core.types import AudioClip, Variant
from tests.app.audio.sounds import switchable
from tests.sound_server import SoundServer, until

pytestmark = pytest.mark.sound

ORIGINAL, EXPLANATION = Variant.ORIGINAL, Variant.EXPLANATION
RATE = 44_100
FADE = 220  # frames in 5 ms
UP = np.arange(1, FADE + 1) / FADE
HOLE = 32  # frames of zeros amid a sound: the server had nothing to play, and tells nobody
ATTEMPTS = 4  # a machine that is too busy loses blocks; it says so, and the sound is played again


def noise(seed: int, seconds: float = 1.0) -> AudioClip:
    rng = np.random.default_rng(seed)
    return AudioClip(rng.uniform(-0.5, 0.5, (1, round(seconds * RATE))), RATE)


@pytest.fixture
def player(backend: PortAudioBackend) -> Iterator[Player]:
    with closing(Player(backend)) as player:
        yield player


@pytest.fixture
def recorder(backend: PortAudioBackend, tmp_path: Path) -> Iterator[Recorder]:
    with closing(Recorder(backend, tmp_path / "takes")) as recorder:
        yield recorder


def recorded(player: Player, recorder: Recorder, listen: Callable[[], None]) -> np.ndarray:
    """What the microphone hears while `listen` plays, shape (n,)."""
    for _ in range(ATTEMPTS):
        with ExitStack() as stack:
            recorder.open()
            stack.callback(recorder.close)
            recorder.start()
            until(lambda: recorder.poll().seconds > 0.1, "recording")
            listen()
            played = recorder.poll().seconds
            until(lambda end=played + 0.4: recorder.poll().seconds > end, "the end of the sound")
            gaps = player.poll().xruns + recorder.poll().overflows
            path = recorder.stop()
        assert path is not None
        heard = read_clip(path).samples[0]
        sounding = np.flatnonzero(heard)
        gaps += np.count_nonzero(np.diff(sounding) > HOLE)
        if not gaps:
            return heard
        player.close()
    pytest.fail(f"{gaps} gaps in each of {ATTEMPTS} attempts: this machine is too busy for sound")


def play_to_the_end(player: Player) -> None:
    player.play()
    until(lambda: not player.poll().playing, "playing to the end")


def position_of(sound: np.ndarray, heard: np.ndarray) -> int:
    """Where in `heard` a sound begins."""
    return int(np.argmax(correlate(heard, sound, mode="valid", method="fft")))


def test_the_sound_server_is_the_first_choice(backend: PortAudioBackend):
    assert backend.problem is None
    for ranked in (inputs(backend.devices()), outputs(backend.devices())):
        device = choose(ranked)
        assert device is not None
        assert (device.name, device.host_api, device.default_rate) == ("default", "ALSA", RATE)


def test_what_was_recorded_is_what_was_played(player: Player, recorder: Recorder):
    sound = noise(0)
    player.load(switchable({ORIGINAL: sound}))
    heard = recorded(player, recorder, lambda: play_to_the_end(player))
    start = position_of(sound.samples[0], heard)
    expected = sound.samples[0].copy()
    expected[:FADE] *= UP
    expected[-FADE:] *= UP[::-1] - 1 / FADE
    np.testing.assert_allclose(heard[start : start + RATE], expected, atol=1e-5)
    assert not heard[:start].any()
    assert not heard[start + RATE :].any()


def test_versions_switch_on_time_without_a_gap(player: Player, recorder: Recorder):
    first, second = noise(1), noise(2)
    player.load(switchable({ORIGINAL: first, EXPLANATION: second}))

    def listen() -> None:
        player.active = ORIGINAL
        player.play()
        until(lambda: player.position > 0.4, "the first half")
        player.active = EXPLANATION
        play_to_the_end(player)

    heard = recorded(player, recorder, listen)
    a, b = first.samples[0], second.samples[0]
    start = position_of(a[: RATE // 4], heard)
    heard = heard[start : start + RATE]
    different = np.flatnonzero(np.abs(heard - a)[FADE:] > 1e-5)
    switch = FADE + int(different[0])
    assert 0.4 <= switch / RATE < 0.6  # when it was asked for, and what was on its way by then
    expected = np.concatenate([a[:switch], b[switch:]])
    expected[switch : switch + FADE] = (
        a[switch : switch + FADE] * (1 - UP) + b[switch : switch + FADE] * UP
    )
    np.testing.assert_allclose(heard[FADE:-FADE], expected[FADE:-FADE], atol=1e-5)


def test_new_versions_take_over_at_the_running_position(player: Player, recorder: Recorder):
    before, after = noise(3), noise(4)

    def listen() -> None:
        player.load(switchable({ORIGINAL: before}))
        player.play()
        until(lambda: player.position > 0.4, "the first half")
        player.swap(switchable({ORIGINAL: after}), {})
        play_to_the_end(player)

    heard = recorded(player, recorder, listen)
    start = position_of(before.samples[0, : RATE // 4], heard)
    late = slice(round(0.7 * RATE), RATE - FADE)
    np.testing.assert_allclose(heard[start:][late], after.samples[0][late], atol=1e-5)
    early = slice(FADE, round(0.4 * RATE))
    np.testing.assert_allclose(heard[start:][early], before.samples[0][early], atol=1e-5)


def test_a_loop_comes_round_to_the_sample(player: Player, recorder: Recorder):
    sound = noise(5)
    player.load(switchable({ORIGINAL: sound}))
    player.loop = (0.5, 0.6)

    def listen() -> None:
        player.play()
        start = recorder.poll().seconds
        until(lambda: recorder.poll().seconds > start + 0.8, "some rounds")
        player.stop()

    heard = recorded(player, recorder, listen)
    length = RATE // 10
    once = sound.samples[0, RATE // 2 :][FADE : length - FADE]
    start = int(np.flatnonzero(heard)[0])
    for turn in range(4):
        first = start + turn * length + FADE
        np.testing.assert_allclose(heard[first : first + len(once)], once, atol=1e-5)


def test_pitch_and_level_survive_a_device_of_another_rate(
    sound_server: Callable[..., SoundServer], tmp_path: Path
):
    sound_server(rate=48_000)
    backend = PortAudioBackend()
    backend.restart()
    t = np.arange(16_000) / 16_000
    tone = AudioClip(0.25 * np.sin(2 * np.pi * 1000 * t)[None], 16_000)
    with closing(Player(backend)) as player, closing(Recorder(backend, tmp_path)) as recorder:
        player.load(switchable({ORIGINAL: tone}))
        heard = recorded(player, recorder, lambda: play_to_the_end(player))
    sounding = np.flatnonzero(np.abs(heard) > 0.1)
    assert (sounding[-1] - sounding[0]) / RATE == pytest.approx(1.0, abs=0.01)
    middle = heard[sounding[0] + 4410 : sounding[-1] - 4410]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 2**18))
    assert np.argmax(spectrum) * RATE / 2**18 == pytest.approx(1000, abs=0.5)
    rms = float(np.sqrt(np.mean(np.square(middle))))
    assert 20 * np.log10(rms / (0.25 / np.sqrt(2))) == pytest.approx(0.0, abs=0.05)


def test_a_microphone_that_gives_only_zeros_is_suspicious(recorder: Recorder):
    recorder.open()
    until(lambda: recorder.poll().level.suspicious_silence, "suspicion")


def test_a_server_that_dies_while_playing_ends_in_a_sentence(
    sound_server: Callable[..., SoundServer],
):
    server = sound_server()
    backend = PortAudioBackend()
    backend.restart()
    with closing(Player(backend)) as player:
        player.load(switchable({ORIGINAL: noise(6, 30.0)}))
        player.play()
        until(lambda: player.poll().position > 0.2, "playing")
        server.kill()
        until(lambda: player.poll().state is DeviceState.LOST, "noticing")
        status = player.poll()
        assert not status.playing
        assert status.sentence is not None
        assert "stopped answering" in status.sentence
        assert 0.2 < status.position < 29.0
        find_again(backend, player)
        assert not player.is_open  # a machine without devices
        assert backend.devices() == ()
        server.start()
        find_again(backend, player)
        player.play()
        until(lambda: player.poll().position > status.position + 0.2, "playing on")


def test_a_server_that_dies_while_recording_leaves_the_take(
    sound_server: Callable[..., SoundServer], tmp_path: Path
):
    server = sound_server()
    backend = PortAudioBackend()
    backend.restart()
    with closing(Recorder(backend, tmp_path)) as recorder:
        recorder.start()
        until(lambda: recorder.poll().seconds > 0.3, "recording")
        server.kill()
        until(lambda: recorder.poll().state is DeviceState.LOST, "noticing")
        status = recorder.poll()
    assert not status.recording
    assert status.sentence is not None
    assert status.sentence.endswith("is kept.")
    assert status.take is not None
    assert read_clip(status.take).seconds == pytest.approx(status.seconds)
    assert status.seconds > 0.3
    assert list(tmp_path.iterdir()) == [status.take]

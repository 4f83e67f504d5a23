"""A player of versions, on a sound card made of plain Python."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.audio.player import IDLE, Player
from app.audio.ports import AppAudioError, DeviceState
from app.audio.tape import OutputFormat
from app.audio.versions import Versions
from core.types import AudioClip
from tests.app.audio.player.sounding import (
    EXPLANATION,
    FADE,
    ORIGINAL,
    RATE,
    REMOVED,
    ends_with,
    level,
    pull_and_poll,
    steps,
)
from tests.app.audio.sounds import switchable
from tests.fake_audio import HEADPHONES, SPEAKER, FakeBackend, FakeClock


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

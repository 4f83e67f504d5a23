"""Listening in the real window, by real keys, heard by another program through a sound server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyloudnorm  # noqa: F401 – not within the time that a test waits
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.abx import AbxSound
from app.audio.switch_latency import switch_latency
from core.audio_io import write_wav
from core.types import AudioClip, Variant
from tests.journeys.ear import RATE, Ear, holes, place_of
from tests.results import made_up_result
from tests.ui.views.sounds import drag, point_in
from ui.actions import ACTIONS, MenuId
from ui.wiring.blind_test import BlindTest

pytestmark = pytest.mark.sound

ORIGINAL, EXPLANATION, REMOVED = Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED
RECONSTRUCTION = Variant.RECONSTRUCTION
KEYS = {
    ORIGINAL: Qt.Key.Key_1,
    EXPLANATION: Qt.Key.Key_2,
    REMOVED: Qt.Key.Key_3,
    RECONSTRUCTION: Qt.Key.Key_4,
}
FADE = 220  # frames in 5 ms
UP = np.arange(1, FADE + 1) / FADE
EDGE_UP = np.arange(1, FADE + 1) / (FADE + 1)  # of a window
ATTEMPTS = 8  # a machine that is too busy loses blocks, and the sound is played again
EXACT = 1e-5


def noise(seconds: float, seed: int, level: float = 0.3) -> AudioClip:
    rng = np.random.default_rng(seed)
    return AudioClip(level * rng.uniform(-1, 1, (1, round(seconds * RATE))), RATE)


class Journey:
    """The window, and what can be done with it and heard of it."""

    def __init__(self, qtbot, window, behind, server, folder: Path) -> None:
        self.window, self.parts, self.behind = window, window.parts, behind
        self.playback, self.player = behind.playback, behind.playback._player
        self.posted: list[str] = []
        behind.notices.posted.connect(lambda notice: self.posted.append(notice.text))
        self._qtbot, self._server, self._folder = qtbot, server, folder

    def open(self, clip: AudioClip, start: float = 0.0, **windows: AudioClip) -> None:
        """A clip is open and, where windows are given by their versions' names, explained."""
        session = self.behind.session
        session.choose(f"{id(clip)}.wav")
        session.set_clip(clip)
        if windows:
            self.explain(start, **windows)

    def explain(self, start: float = 0.0, **windows: AudioClip) -> None:
        one = next(iter(windows.values()))
        audio = {variant: windows.get(variant.value, one) for variant in Variant}
        runner = self.behind.playback._runner
        with self._qtbot.waitSignal(runner.succeeded, timeout=20_000):
            self.behind.session.set_result(
                made_up_result(audio=audio, start=start, end=start + one.seconds)
            )
        self.until(lambda: not runner.is_busy)

    def press(self, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        self._qtbot.keyClick(QGuiApplication.focusObject() or self.window, key, modifier)

    def until(self, condition: Callable[[], object], seconds: float = 20.0) -> None:
        self._qtbot.waitUntil(condition, timeout=round(1000 * seconds))

    def until_at(self, seconds: float) -> None:
        """The playhead is there."""
        self.until(lambda: self.playback.position >= seconds)

    def until_stopped(self) -> None:
        self.until(lambda: not self.playback.is_playing)

    def hear(self, listen: Callable[[], None]) -> np.ndarray:
        """What another program hears of it, from the first sample on that is not zero."""
        gaps = 0
        for _ in range(ATTEMPTS):
            self.playback.seek(0.0)
            with Ear(self._server, self._folder) as ear:
                listen()
                end = ear.frames + RATE // 2
                self.until(lambda end=end: ear.frames > end)
                gaps = self.player.poll().xruns
            heard = ear.heard()
            sounding = np.flatnonzero(heard)
            assert len(sounding), "nothing was heard"
            heard = heard[sounding[0] : sounding[-1] + 1]
            gaps += holes(heard)
            if not gaps:
                return heard
            self.player.close()
        pytest.fail(f"{gaps} gaps in each of {ATTEMPTS} attempts: the machine is too busy")


@pytest.fixture
def make(qtbot, window, behind, tmp_path) -> Callable[..., Journey]:
    def build(server) -> Journey:
        behind.settings.change(level_match=False)  # samples arrive as they are
        folder = tmp_path / "heard"
        folder.mkdir()
        return Journey(qtbot, window, behind, server, folder)

    return build


@pytest.fixture
def journey(server, make) -> Journey:
    return make(server)


def test_what_a_file_holds_is_what_is_heard(journey, tmp_path):
    clip = noise(1.0, 0)
    write_wav(tmp_path / "noise.wav", clip)
    journey.behind.explain.open_files([tmp_path / "noise.wav"])
    journey.until(lambda: journey.behind.session.state.clip is not None)  # explained meanwhile

    def listen() -> None:
        journey.press(Qt.Key.Key_Space)
        journey.until_stopped()

    heard = journey.hear(listen)
    expected = clip.samples[0].copy()
    expected[:FADE] *= UP
    expected[-FADE:] *= UP[::-1] - 1 / FADE
    start = place_of(clip.samples[0, FADE:-FADE], heard) - FADE
    heard = np.pad(heard, (max(-start, 0), 2))  # zeros at either end are no sound
    np.testing.assert_allclose(heard[max(start, 0) :][: len(expected)], expected, atol=EXACT)
    assert len(heard) <= RATE + 3


def test_keys_switch_versions_within_one_block_with_a_fade_of_5_ms_and_no_gap(journey, capsys):
    sounds = {variant: noise(3.0, seed) for seed, variant in enumerate(Variant, start=1)}
    journey.open(sounds[ORIGINAL], **{variant.value: sound for variant, sound in sounds.items()})
    order = (ORIGINAL, EXPLANATION, REMOVED, RECONSTRUCTION, ORIGINAL)
    asked: list[SimpleNamespace] = []

    def listen() -> None:
        asked.clear()
        journey.press(KEYS[ORIGINAL])
        journey.press(Qt.Key.Key_Space)
        for number, variant in enumerate(order[1:], start=1):
            journey.until_at(0.5 * number)
            written = journey.player.deck.position  # frames the callback had written by then
            journey.press(KEYS[variant])
            by_then = journey.player.deck.position
            asked.append(SimpleNamespace(variant=variant, written=written, by_then=by_then))
        journey.until_at(2.4)
        assert journey.parts.transport.versions[ORIGINAL].isChecked()
        journey.blocks = journey.player.deck.block.frames
        journey.until_stopped()

    heard = journey.hear(listen)
    samples = {variant: sound.samples[0] for variant, sound in sounds.items()}
    start = place_of(samples[ORIGINAL][FADE : RATE // 4], heard) - FADE
    heard = heard[start:] if start > 0 else np.pad(heard, (-start, 0))
    now, expected = ORIGINAL, samples[ORIGINAL].copy()
    for wish in asked:
        away = np.abs(heard[wish.written :] - samples[now][wish.written : len(heard)]) > EXACT
        switch = wish.written + int(np.flatnonzero(away)[0])
        # The next block that was written after the key, from its first frame on.
        assert wish.written <= switch <= wish.by_then + journey.blocks
        expected[switch:] = samples[wish.variant][switch:]
        fade = slice(switch, switch + FADE)
        expected[fade] = samples[now][fade] * (1 - UP) + samples[wish.variant][fade] * UP
        now = wish.variant
        with capsys.disabled():
            late = (switch - wish.written) / RATE
            print(f"\nkey to first frame of “{now}”: {1000 * late:.1f} ms after what was written, "
                  f"in blocks of {1000 * journey.blocks / RATE:.1f} ms", end="")  # fmt: skip
    body = slice(FADE, min(len(heard), len(expected)) - FADE)
    np.testing.assert_allclose(heard[body], expected[body], atol=EXACT)


def test_a_switch_waits_for_no_more_than_the_next_block(journey, capsys):
    journey.open(noise(5.0, 0), explanation=noise(5.0, 1))
    journey.press(Qt.Key.Key_Space)
    journey.until_at(0.2)
    latency = switch_latency(journey.player, (EXPLANATION, ORIGINAL))
    journey.press(Qt.Key.Key_Space)
    with capsys.disabled():
        print(f"\nswitch: at worst {1000 * latency.worst:.1f} ms to the callback that writes it; "
              f"blocks of {1000 * latency.block:.1f} ms, {1000 * latency.output:.1f} ms "
              "from there to the connector", end="")  # fmt: skip
    assert sorted(latency.waits)[len(latency.waits) // 2] <= latency.block


def test_the_window_of_a_long_clip_is_heard_in_its_place(journey):
    clip, window = noise(6.0, 0), noise(1.0, 1)
    journey.open(clip, 2.0, explanation=window)
    journey.press(KEYS[EXPLANATION])

    def listen() -> None:
        journey.playback.seek(1.5)
        journey.press(Qt.Key.Key_Space)
        journey.until_at(3.5)
        journey.press(Qt.Key.Key_Space)

    heard = journey.hear(listen)
    around, inside = clip.samples[0], window.samples[0]
    start = place_of(around[round(1.6 * RATE) : 2 * RATE], heard) - round(1.6 * RATE)
    expected = around.copy()
    expected[2 * RATE : 3 * RATE] = inside
    for edge, ramp in ((slice(2 * RATE, 2 * RATE + FADE), EDGE_UP),
                       (slice(3 * RATE - FADE, 3 * RATE), EDGE_UP[::-1])):  # fmt: skip
        within = slice(edge.start - 2 * RATE, edge.stop - 2 * RATE)
        expected[edge] = around[edge] * (1 - ramp) + inside[within] * ramp
    body = slice(round(1.51 * RATE), round(3.45 * RATE))
    np.testing.assert_allclose(
        heard[body.start + start : body.stop + start], expected[body], atol=EXACT
    )


def test_a_selection_is_looped_to_the_sample(journey):
    clip = noise(2.0, 0)
    journey.open(clip)
    canvas = journey.parts.spectrogram.canvas
    plot = canvas.shown_plots[0]
    drag(canvas, point_in(plot, 0.25, 0.5), point_in(plot, 0.4, 0.5))
    journey.press(Qt.Key.Key_L)
    assert journey.behind.session.state.loop == pytest.approx((0.5, 0.8), abs=0.02)

    def listen() -> None:
        journey.press(Qt.Key.Key_Space)
        end = time.monotonic() + 1.7
        journey.until(lambda: time.monotonic() > end)
        journey.press(Qt.Key.Key_Space)

    heard = journey.hear(listen)
    first, last = journey.player.deck.loop
    once = clip.samples[0, first:last].copy()
    once[:FADE] *= UP
    once[-FADE:] *= UP[::-1] - 1 / FADE
    start = place_of(once[FADE:-FADE], heard[: 2 * len(once)]) - FADE
    for turn in range(4):
        place = start + turn * len(once)
        here = slice(max(place, 0), place + len(once))
        np.testing.assert_allclose(heard[here], once[here.start - place :], atol=EXACT)


def test_a_moved_slider_is_heard_at_the_running_position(journey):
    clip, before, after = noise(2.0, 0), noise(2.0, 1), noise(2.0, 2)

    def listen() -> None:
        journey.open(clip, explanation=before)
        journey.press(KEYS[EXPLANATION])
        journey.press(Qt.Key.Key_Space)
        journey.until_at(0.6)
        journey.explain(explanation=after)
        journey.until_stopped()

    heard = journey.hear(listen)
    start = place_of(before.samples[0, FADE : RATE // 4], heard) - FADE
    early, late = slice(FADE, round(0.6 * RATE)), slice(round(1.5 * RATE), 2 * RATE - FADE)
    for stretch, sound in ((early, before), (late, after)):
        here = heard[stretch.start + start : stretch.stop + start]
        np.testing.assert_allclose(here, sound.samples[0, stretch], atol=EXACT)


def test_a_click_while_it_plays_goes_on_there(qtbot, journey):
    clip = noise(4.0, 0)
    journey.open(clip)
    canvas = journey.parts.waveform.canvas

    def listen() -> None:
        journey.press(Qt.Key.Key_Space)
        journey.until_at(0.5)
        place = point_in(canvas.shown_plots[0], 0.75, 0.5)
        qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
        journey.landed = round(journey.playback.position * RATE)
        journey.until_stopped()

    heard = journey.hear(listen)
    samples = clip.samples[0]
    assert place_of(samples[FADE : RATE // 4], heard) <= FADE
    last = samples[journey.landed + FADE : -FADE]
    at = place_of(last, heard)
    np.testing.assert_allclose(heard[at : at + len(last)], last, atol=EXACT)
    assert 0.5 * RATE < at < 0.8 * RATE  # at once


def test_levels_are_heard_matched(journey):
    loud, soft = noise(2.0, 0, 0.3), noise(2.0, 1, 0.03)
    journey.open(loud, explanation=soft)
    journey.press(Qt.Key.Key_M)

    def listen() -> None:
        journey.press(KEYS[ORIGINAL])
        journey.press(Qt.Key.Key_Space)
        journey.until_at(1.0)
        journey.press(KEYS[EXPLANATION])
        journey.until_stopped()

    heard = journey.hear(listen)
    first, second = heard[FADE : RATE // 2], heard[-RATE // 2 : -FADE]
    levels = [20 * np.log10(np.sqrt(np.mean(np.square(part)))) for part in (first, second)]
    assert levels[0] == pytest.approx(levels[1], abs=0.3)
    assert journey.parts.transport.level_match.text().startswith("matched +20.0")


def test_a_blind_test_is_heard_and_not_seen(qtbot, journey):
    clip, window = noise(4.0, 0), noise(1.0, 1)
    journey.open(clip, 1.0, explanation=window)
    blind = next(w for w in journey.window.wirings if isinstance(w, BlindTest))
    journey.press(Qt.Key.Key_X)
    dialog = blind.dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    seen = []
    journey.behind.session.active_changed.connect(seen.append)

    def listen() -> None:
        QTest.keyClick(dialog, "a")
        journey.until_at(1.3)
        QTest.keyClick(dialog, "b")
        journey.until(lambda: journey.playback.position > 1.8)
        QTest.keyClick(dialog, " ")

    heard = journey.hear(listen)
    first = place_of(clip.samples[0, RATE + FADE : RATE + RATE // 5], heard)
    second = place_of(window.samples[0, round(0.55 * RATE) : round(0.75 * RATE)], heard)
    assert second - first == round(0.55 * RATE) - FADE  # one running position
    assert seen == []
    assert not dialog.players[AbxSound.B].isChecked()
    dialog.close()


# ── devices ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def no_server(sound_server, monkeypatch) -> Iterator[Callable[[], object]]:
    """The environment of a server that does not run yet, and what starts it."""
    server = sound_server()
    server.kill()
    return server


def test_a_loudspeaker_that_is_missing_at_the_start_is_told_and_found(no_server, make):
    journey = make(no_server)
    clip = noise(1.0, 0)
    journey.open(clip)
    journey.press(Qt.Key.Key_Space)
    assert any("no loudspeaker" in text for text in journey.posted)
    assert not journey.playback.is_playing
    no_server.start()

    def listen() -> None:
        journey.press(Qt.Key.Key_Space)
        journey.until_stopped()

    heard = journey.hear(listen)
    assert len(heard) == pytest.approx(RATE, abs=FADE)


def test_a_loudspeaker_that_is_lost_is_told_and_play_goes_on_once_it_is_back(journey, server):
    clip = noise(60.0, 0)
    journey.open(clip)
    journey.press(Qt.Key.Key_Space)
    journey.until_at(0.5)
    server.kill()
    journey.until_stopped()
    assert any("stopped answering" in text for text in journey.posted)
    assert journey.parts.transport.play.accessibleName() == "Play"
    place = journey.playback.position
    assert 0.4 < place < 30.0
    told = len(journey.posted)
    journey.press(Qt.Key.Key_Space)  # still gone
    assert len(journey.posted) > told
    assert not journey.playback.is_playing
    server.start()

    def listen() -> None:
        journey.playback.seek(place)
        journey.press(Qt.Key.Key_Space)
        journey.until_at(place + 0.5)
        journey.press(Qt.Key.Key_Space)

    heard = journey.hear(listen)
    first = round(place * RATE) + FADE
    sound = clip.samples[0, first : first + RATE // 4]
    at = place_of(sound, heard)
    np.testing.assert_allclose(heard[at : at + len(sound)], sound, atol=EXACT)


# ── every command of the Listen menu ─────────────────────────────────────────────────────────────


def test_every_key_of_the_listen_menu_works_in_the_window(journey):
    journey.open(noise(8.0, 0), explanation=noise(8.0, 1))
    state, playback = (lambda: journey.behind.session.state), journey.playback
    journey.behind.session.set_selection((2.0, 3.0))
    checks: dict[str, Callable[[], object]] = {
        "play": lambda: playback.is_playing,
        "pause": lambda: not playback.is_playing,
        **{variant.value: lambda variant=variant: journey.player.active is variant
           for variant in (EXPLANATION, REMOVED, RECONSTRUCTION, ORIGINAL)},
        "level_match": lambda: journey.behind.settings.settings.level_match,
        "loop": lambda: state().loop == (2.0, 3.0),
        "loop_selection": lambda: state().loop == (2.0, 3.0),
        "loop_start": lambda: state().loop[0] == pytest.approx(playback.position, abs=0.05),
        "loop_end": lambda: state().loop is not None,
        "seek_start": lambda: playback.position <= 0.05,
        "seek_end": lambda: playback.position == pytest.approx(8.0),
        "seek_back": lambda: playback.position == pytest.approx(7.9),
        "seek_forward": lambda: playback.position == pytest.approx(8.0),
        "seek_back_far": lambda: playback.position == pytest.approx(7.0),
        "seek_forward_far": lambda: playback.position == pytest.approx(8.0),
    }  # fmt: skip
    elsewhere = {"abx", "record", "rescan", "live"}  # the first above, the others with theirs
    commands = {spec.id for spec in ACTIONS if spec.menu is MenuId.LISTEN}
    assert set(checks) == commands - elsewhere
    for action_id, holds in checks.items():
        if action_id == "seek_start":
            journey.behind.loop.set_looping(False)
        sequence = journey.parts.actions[action_id].shortcuts()[0][0]
        journey.press(sequence.key(), sequence.keyboardModifiers())
        assert holds(), action_id

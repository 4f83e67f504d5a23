"""Listening in the real window, by real keys, heard by another program through a sound server."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.abx import AbxSound
from app.audio.switch_latency import switch_latency
from core.audio_io import write_wav
from core.types import Variant
from tests.journeys.ear import RATE, place_of
from tests.journeys.listening.journey import (
    EDGE_UP,
    EXACT,
    EXPLANATION,
    FADE,
    KEYS,
    ORIGINAL,
    RECONSTRUCTION,
    REMOVED,
    UP,
    noise,
)
from ui.wiring.blind_test import BlindTest

pytestmark = pytest.mark.sound


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

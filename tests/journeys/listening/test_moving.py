"""Where it is heard from: loops, clicks, moved sliders, and every key of the Listen menu."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tests.journeys.ear import RATE, place_of
from tests.journeys.listening.journey import (
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
from tests.ui.views.sounds import drag, point_in
from ui.actions import ACTIONS, MenuId

pytestmark = pytest.mark.sound


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

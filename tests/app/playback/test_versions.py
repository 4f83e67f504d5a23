"""Which version is heard, and how loud."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from app.audio.levels_match import match_levels
from core.types import Variant
from tests.app.playback.bench import (
    EXPLANATION,
    LEVELS,
    ORIGINAL,
    REMOVED,
    explain,
    explained,
    heard,
    opened,
    passes,
)

# ── versions ─────────────────────────────────────────────────────────────────────────────────────


def test_a_version_is_the_clip_with_its_window_replaced(qtbot, bench):
    opened(qtbot, bench)
    explain(qtbot, bench)
    bench.playback.set_level_match(False)
    bench.session.set_active(EXPLANATION)
    for start, level in ((3.5, LEVELS[ORIGINAL]), (4.5, LEVELS[EXPLANATION]), (5.5, 0.2)):
        bench.playback.seek(start)
        bench.playback.toggle()
        assert heard(bench) == pytest.approx(level, rel=1e-3)
        bench.playback.toggle()
    assert bench.player.seconds == 10.0


def test_an_explanation_that_arrives_while_it_plays_goes_on_at_the_same_place(qtbot, bench):
    opened(qtbot, bench)
    bench.session.set_active(EXPLANATION)  # wanted, but not there yet
    bench.playback.seek(4.2)
    bench.playback.toggle()
    assert heard(bench) == pytest.approx(0.2, rel=1e-3)
    bench.playback.set_level_match(False)
    before = bench.playback.position
    explain(qtbot, bench)
    assert bench.playback.position == pytest.approx(before, abs=0.01)
    assert bench.playback.is_playing
    assert heard(bench) == pytest.approx(LEVELS[EXPLANATION], rel=1e-3)
    explain(qtbot, bench, explanation=0.3)
    assert heard(bench) == pytest.approx(0.3, rel=1e-3)
    assert bench.playing == [True]


def test_of_many_new_versions_the_first_and_the_last_are_heard(qtbot, bench, monkeypatch):
    opened(qtbot, bench)
    explain(qtbot, bench)
    gate, measured = threading.Event(), []

    def measure(versions, *rest):
        gate.wait(5)
        measured.append(round(float(versions[EXPLANATION].samples.max()), 2))
        return match_levels(versions, *rest)

    monkeypatch.setattr("app.matched_versions.match_levels", measure)
    with qtbot.waitSignals([bench.runner.succeeded] * 2):
        for level in (0.11, 0.12, 0.13):
            bench.session.set_result(explained(4.0, 5.0, explanation=level))
        gate.set()
    assert measured == [0.11, 0.13]
    bench.playback.set_level_match(False)
    bench.session.set_active(EXPLANATION)
    bench.playback.seek(4.5)
    bench.playback.toggle()
    assert heard(bench) == pytest.approx(0.13, rel=1e-3)


def test_a_result_that_is_taken_back_leaves_the_original(qtbot, bench):
    opened(qtbot, bench)
    explain(qtbot, bench)
    with qtbot.waitSignal(bench.runner.succeeded):
        bench.session.set_result(None)
    assert bench.player.variants == (ORIGINAL,)


def test_another_clip_stops_and_forgets(qtbot, bench):
    opened(qtbot, bench)
    explain(qtbot, bench)
    bench.playback.seek(3.0)
    bench.playback.toggle()
    passes(bench, 0.1)
    bench.session.choose("another.wav")
    assert not bench.playback.is_playing
    assert (bench.player.variants, bench.playback.position) == ((), 0.0)
    assert bench.lengths[-1] is None


# ── levels ───────────────────────────────────────────────────────────────────────────────────────


def test_matched_versions_are_as_loud_as_the_original(qtbot, bench):
    opened(qtbot, bench)
    explain(qtbot, bench)
    bench.playback.seek(4.1)
    bench.playback.toggle()
    for variant in Variant:
        bench.session.set_active(variant)
        assert heard(bench) == pytest.approx(0.2, rel=2e-2)
        assert bench.gains[-1] == (True, pytest.approx(20 * np.log10(0.2 / LEVELS[variant]), 0.02))
    bench.playback.set_level_match(False)
    assert heard(bench) == pytest.approx(LEVELS[REMOVED], rel=1e-3)
    assert bench.gains[-1] == (False, None)


def test_a_clip_beyond_full_scale_is_turned_down_before_it_is_explained_too(qtbot, bench):
    opened(qtbot, bench, level=2.0)
    bench.playback.toggle()
    assert heard(bench) == pytest.approx(10 ** (-1 / 20), rel=1e-3)
    explain(qtbot, bench)
    assert heard(bench) == pytest.approx(10 ** (-1 / 20), rel=1e-3)


def test_what_cannot_be_measured_is_heard_all_the_same(qtbot, bench, monkeypatch):
    opened(qtbot, bench)

    def fail(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr("app.matched_versions.match_levels", fail)
    with qtbot.waitSignal(bench.runner.failed):
        bench.session.set_result(explained(4.0, 5.0))
    assert set(bench.player.variants) == set(Variant)
    assert "unforeseen" in bench.posted[0]

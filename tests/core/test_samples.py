"""The sample clips that ship: their index, and that each holds what it says."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core import samples
from core.errors import DataError
from core.resources import resources_folder
from core.samples import Sample, SampleKind, sample_clips, samples_folder

KEYWORDS = {"yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"}
EMOTIONS = {"angry", "disgust", "fear", "happy", "neutral", "pleasant_surprise", "sad"}
FULL_SCALE = 32_767 / 32_768  # the largest 16-bit sample


def of_kind(kind: SampleKind) -> list[Sample]:
    return [sample for sample in sample_clips() if sample.kind is kind]


def level_db(audio: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(audio**2)))


def test_resources_are_beside_core_when_run_from_source() -> None:
    assert resources_folder() == Path(__file__).resolve().parents[2] / "resources"


def test_resources_are_in_the_bundle_when_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", "/opt/bundle", raising=False)
    assert resources_folder() == Path("/opt/bundle/resources")


def test_the_index_lists_exactly_the_clips_of_the_folder() -> None:
    listed = [sample.path for sample in sample_clips()]
    assert len(listed) == len(set(listed))
    assert set(listed) == set(samples_folder().glob("*.wav"))


def test_every_keyword_and_every_emotion_has_a_sample() -> None:
    assert {sample.label for sample in of_kind(SampleKind.KEYWORD)} == KEYWORDS | {"unknown"}
    assert {sample.label for sample in of_kind(SampleKind.EMOTION)} == EMOTIONS
    assert [sample.label for sample in of_kind(SampleKind.BACKGROUND)] == ["silence"]
    assert len(of_kind(SampleKind.SEQUENCE)) == 1


def test_keywords_come_from_at_least_four_voices() -> None:
    assert len({sample.voice for sample in of_kind(SampleKind.KEYWORD)}) >= 4


@pytest.mark.parametrize("sample", sample_clips(), ids=lambda sample: sample.path.stem)
def test_a_clip_reads_is_mono_and_is_not_clipped(sample: Sample) -> None:
    audio, rate = soundfile.read(sample.path, always_2d=True)
    assert rate == 16_000
    assert audio.shape[1] == 1
    assert 0.0 < np.abs(audio).max() < 0.99 * FULL_SCALE
    assert abs(audio.mean()) < 0.002


@pytest.mark.parametrize("sample", of_kind(SampleKind.KEYWORD), ids=lambda s: s.path.stem)
def test_a_word_lasts_a_second_and_sounds_in_its_middle(sample: Sample) -> None:
    audio, rate = soundfile.read(sample.path)
    assert len(audio) == rate
    middle = audio[rate // 5 : -rate // 5]
    for edge in (audio[: rate // 10], audio[-rate // 10 :]):
        assert level_db(edge) < level_db(middle) - 25.0


def test_sentences_last_one_and_a_half_to_three_seconds() -> None:
    for sample in of_kind(SampleKind.EMOTION):
        assert 1.5 <= soundfile.info(sample.path).duration <= 3.0, sample.path.name


def test_the_words_of_the_sequence_are_where_its_events_say() -> None:
    (sequence,) = of_kind(SampleKind.SEQUENCE)
    audio, rate = soundfile.read(sequence.path)
    assert len(audio) == 10 * rate
    speech = np.zeros(len(audio), bool)
    ends_before = 0.0
    for event in sequence.events:
        assert ends_before < event.start < event.end < 10.0
        assert event.label in KEYWORDS
        ends_before = event.end
        speech[round(event.start * rate) : round(event.end * rate)] = True
    near = np.convolve(speech, np.ones(rate // 10), mode="same") > 0  # releases die away there
    gaps = level_db(audio[~near])
    for event in sequence.events:
        word = audio[round(event.start * rate) : round(event.end * rate)]
        assert 10.0 < level_db(word) - gaps < 30.0
    assert level_db(audio[speech]) - gaps == pytest.approx(20.0, abs=1.0)


@pytest.mark.parametrize("index", [None, "not JSON", '{"clips": [{"file": "yes.wav"}]}', "[]"])
def test_a_damaged_index_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: str | None
) -> None:
    (tmp_path / "samples").mkdir()
    if index is not None:
        (tmp_path / "samples" / "samples.json").write_text(index, encoding="utf-8")
    monkeypatch.setattr(samples, "resources_folder", lambda: tmp_path)
    with pytest.raises(DataError, match="install HearWhy again"):
        sample_clips()

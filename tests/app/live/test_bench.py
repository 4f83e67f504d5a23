"""How runs are judged, and the bench's own measurements on small models."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from app.live.bench import _rate, against_file, growth_over, judged
from app.live.sequence import Word, word_sequence
from core.errors import DataError
from core.live.frames import LiveEvent
from core.training.data_folder import DataFolder
from core.types import AudioClip, ExplanationRequest
from tests.pitch import HIGH, LOW, RATE, pitch_toolbox, stream

REQUEST = ExplanationRequest(random_masks=0)
NO_CLIP = AudioClip(np.zeros((1, 1), dtype=np.float32), RATE)


def event(time, label):
    return LiveEvent(1, label, 0.9, time, time - 0.5, time + 0.5, NO_CLIP, time - 1.0)


WORDS = [Word(1.0, "yes"), Word(3.0, "no"), Word(5.0, "go"), Word(7.0, "up")]


def test_a_shift_that_all_have_in_common_is_the_way_through_the_sound_system():
    found = judged([event(word.time + 0.2, word.label) for word in WORDS], WORDS, 1.0)
    assert (found.right, found.wrong, found.false) == (4, 0, 0)
    assert found.on_time == 1.0
    assert found.worst_ms == pytest.approx(0.0, abs=1e-6)


def test_wrong_missed_false_and_late_ones_are_told_apart():
    events = [event(1.0, "yes"), event(3.0, "go"), event(5.15, "go"), event(6.1, "stop")]
    found = judged(events, WORDS, 0.5)
    assert (found.words, found.right, found.wrong, found.false) == (4, 2, 1, 1)
    assert found.false_per_minute == 2.0
    assert found.on_time == 0.5
    assert found.worst_ms == pytest.approx(150.0)


def test_two_events_at_one_word_are_one_right_and_one_false():
    found = judged([event(1.0, "yes"), event(1.3, "yes"), event(3.0, "no")], WORDS, 1.0)
    assert (found.right, found.false) == (2, 1)


def test_decisions_are_counted_between_the_first_and_the_last():
    assert _rate([1.0, 1.1, 1.2, 1.3]) == pytest.approx(10.0)
    assert _rate([1.0]) == 0.0


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_the_live_path_gives_what_the_file_path_gives(rate):
    sound = stream((LOW, 0.5, 0.4), (HIGH, 2.0, 0.5), seconds=4.0, rate=16_000)
    assert against_file(AudioClip(sound.T, 16_000), pitch_toolbox(), REQUEST, rate) < 1e-5


def test_the_memory_of_a_long_stream_does_not_grow():
    sound = AudioClip(stream((LOW, 0.5, 0.4), seconds=4.0).T, RATE)
    told = []
    grown = growth_over(
        sound, 90.0, pitch_toolbox(), REQUEST, lambda share, stage: told.append(share)
    )
    assert grown < 50
    assert told[-1] == pytest.approx(1.0, abs=0.02)


def test_a_sequence_without_enough_words_is_told(tmp_path):
    (tmp_path / "clips.csv").write_text(
        "path,dataset,label,speaker,split\na.wav,speech_commands,yes,s,test\n"
    )
    with pytest.raises(DataError, match="1 test clips"):
        word_sequence(DataFolder(tmp_path), ("yes",), 2)


def words(folder, *levels):
    """A data folder with a clip of each level; None makes an empty file."""
    lines = ["path,dataset,label,speaker,split"]
    for number, level in enumerate(levels):
        path = folder / f"{number}.wav"
        if level is None:
            path.touch()
        else:
            soundfile.write(path, np.full(1_600, level), 16_000)
        lines.append(f"{path.name},speech_commands,yes,s,test")
    (folder / "clips.csv").write_text("\n".join(lines))
    return DataFolder(folder)


def test_a_bad_word_is_replaced_by_one_that_was_not_drawn(tmp_path):
    folder = words(tmp_path, 0.1, None, 0.3, 0.4)
    sequence = word_sequence(folder, ("yes",), 3)
    assert len(sequence.words) == 3
    assert [each.clip for each in folder.left_out] == [str(tmp_path / "1.wav")]
    loud = np.abs(sequence.clip.samples[0])
    for level in (0.1, 0.3, 0.4):
        assert (np.abs(loud - level) < 0.01).mean() * len(loud) > 1_000


def test_the_words_are_the_same_ones_where_none_is_bad(tmp_path):
    sequence = word_sequence(words(tmp_path, 0.1, 0.2, 0.3, 0.4), ("yes",), 2)
    at = [round(float(sequence.clip.samples[0, round(16_000 * w.time)]), 1) for w in sequence.words]
    assert at == [0.2, 0.3]  # for good: figures of the bench are of these


def test_a_sequence_of_bad_words_is_told(tmp_path):
    with pytest.raises(DataError, match=r"too few clips .* that can be read; the last .* is empty"):
        word_sequence(words(tmp_path, 0.1, None, None), ("yes",), 2)

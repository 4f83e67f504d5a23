"""What a head learns from: classes, held-out speakers, stretches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import DataError
from core.training.data import ClipEntry, ClipSet
from core.training.head import (
    HeadDesign,
    _backgrounds,
    _draw_length,
    _groups,
    classes_of,
    hold_out,
    joined,
    require_every_class,
    stretches,
)

RATE = 1_000


def entry(label: str, speaker: str = "", extra: str = "") -> ClipEntry:
    return ClipEntry(Path(f"{label}.wav"), "set", label, speaker, "train", extra)


def clip_set(*entries: ClipEntry, lengths: tuple[int, ...] = ()) -> ClipSet:
    """Each clip's samples count up from 1000 times its number (up to 30)."""
    lengths = lengths or (100,) * len(entries)
    pieces = [1000 * (n % 30) + np.arange(size) for n, size in enumerate(lengths)]
    starts = np.cumsum([0, *lengths])
    return ClipSet(entries, np.concatenate(pieces).astype(np.int16), starts, RATE)


def test_labels_that_are_no_class_are_dropped_or_are_the_other_class() -> None:
    clips = clip_set(*map(entry, ["yes", "bed", "no", "tree", "yes"]))
    chosen, classes = classes_of(clips, HeadDesign(labels=("yes", "no")))
    assert (chosen.labels(), classes) == (["yes", "no", "yes"], [0, 1, 0])
    assert np.array_equal(chosen.clip(1), clips.clip(2))
    design = HeadDesign(labels=("no", "yes", "unknown"), other="unknown")
    chosen, classes = classes_of(clips, design)
    assert (chosen.labels(), classes) == (clips.labels(), [1, 2, 0, 2, 1])


def test_clips_of_no_class_at_all_are_refused() -> None:
    with pytest.raises(DataError, match=r"None of the clips is of up, down\."):
        classes_of(clip_set(entry("yes")), HeadDesign(labels=("up", "down")))


def test_a_class_without_clips_is_named_before_training() -> None:
    design = HeadDesign(labels=("up", "down", "left"))
    require_every_class([0, 2, 1], design)
    with pytest.raises(DataError, match=r"no training clips of up, left\."):
        require_every_class([1, 1], design)


def test_one_speaker_in_ten_is_held_out_with_all_of_their_clips() -> None:
    speakers = [f"s{number:02}" for number in range(40) for _ in range(3)]
    held = hold_out(clip_set(*(entry("yes", speaker) for speaker in speakers)))
    out = {speaker for speaker, is_held in zip(speakers, held, strict=True) if is_held}
    assert out == {"s00", "s10", "s20", "s30"} and sum(held) == 12


def test_of_few_speakers_one_clip_in_ten_is_held_out() -> None:
    held = hold_out(clip_set(*(entry("yes", f"s{n % 2}") for n in range(30))))
    assert [number for number, is_held in enumerate(held) if is_held] == [0, 10, 20]


def test_stretches_are_cut_or_padded_at_a_random_place() -> None:
    clips = clip_set(entry("a"), entry("b"), entry("c"), lengths=(50, 100, 20))
    generator = torch.Generator().manual_seed(0)
    rows = stretches(clips, [0, 1, 2, 1, 2], 50, generator) * 32768
    assert rows.shape == (5, 50) and rows.dtype == torch.float32
    assert rows[0].tolist() == list(range(50))
    for row in (rows[1], rows[3]):
        first = int(row[0]) - 1000
        assert 0 <= first <= 50 and row.tolist() == [1000 + first + n for n in range(50)]
    for row in (rows[2], rows[4]):
        start = int(row.nonzero()[0])
        assert row[start : start + 20].tolist() == [2000 + n for n in range(20)]
        assert not row[:start].any() and not row[start + 20 :].any()
    assert rows[1, 0] != rows[3, 0]


def test_stretches_lie_between_the_shortest_and_the_longest() -> None:
    design = HeadDesign(labels=("a", "b"), minimum=0.5, window=2.0)
    generator = torch.Generator().manual_seed(0)
    lengths = [_draw_length(design, RATE, generator) for _ in range(200)]
    assert 500 <= min(lengths) < 600 and 1_900 < max(lengths) <= 2_000


def test_clips_of_a_class_are_drawn_word_by_word_or_speaker_by_speaker() -> None:
    entries = [entry("yes", "s"), entry("x", "s", "bed"), entry("x", "t", "cat"), entry("y", "s")]
    clips, classes = clip_set(*entries, entry("x", "t", "bed")), [0, 1, 1, 1, 1]
    by_word = HeadDesign(labels=("yes", "unknown"))
    assert _groups(clips, classes, by_word) == [[[0]], [[1, 4], [2], [3]]]
    by_speaker = HeadDesign(labels=("yes", "unknown"), drawn_by="speaker")
    assert _groups(clips, classes, by_speaker) == [[[0]], [[1, 3], [2, 4]]]


def test_a_class_may_go_by_another_name() -> None:
    design = HeadDesign(labels=("a", "b"), synonyms={"beta": "b", "gamma": "c"})
    chosen, classes = classes_of(clip_set(*map(entry, ["beta", "a", "gamma", "b"])), design)
    assert (chosen.labels(), classes) == (["beta", "a", "b"], [1, 0, 1])


def test_the_speakers_to_hold_out_can_be_named() -> None:
    held = hold_out(clip_set(*(entry("a", speaker) for speaker in "xyzy")), ("y", "w"))
    assert held == [False, True, False, True]


def test_of_the_marked_rows_some_are_the_end_of_one_clip_and_the_beginning_of_another() -> None:
    first = torch.arange(1.0, 101.0).repeat(200, 1)
    second = -first
    where = torch.arange(200) % 2 == 0
    rows = joined(first, second, where, 0.5, torch.Generator().manual_seed(0))
    assert torch.equal(rows[~where], first[~where])
    changed = (rows != first).any(dim=1)
    assert 30 < int(changed.sum()) < 70 and not changed[~where].any()
    for row in rows[changed]:
        cut = int(row[0]) - 1
        assert 20 <= cut <= 80
        assert torch.equal(row, torch.cat([first[0, cut:], second[0, :cut]]))


def test_clips_called_silence_serve_as_background() -> None:
    clips = clip_set(entry("yes"), entry("silence"))
    design = HeadDesign(labels=("yes", "silence"), background=("silence",), window=0.1)
    backgrounds = _backgrounds(clips, [0, 1], design, RATE)
    assert backgrounds is not None
    assert torch.equal(backgrounds[0] * 32768, torch.arange(1000.0, 1100.0))
    assert _backgrounds(clips, [0, 1], HeadDesign(labels=("yes", "silence")), RATE) is None

"""The pool a head learns from: whose clips are drawn, cut, joined."""

from __future__ import annotations

from dataclasses import replace

import torch

from core.training.data import ClipEntry
from core.training.design import HeadDesign
from core.training.pool import backgrounds_of, draw, groups_of, joined, stretches
from tests.core.training.conftest import clip_set, entry


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


def test_clips_of_a_class_are_drawn_word_by_word_or_speaker_by_speaker() -> None:
    entries = [entry("yes", "s"), entry("x", "s", "bed"), entry("x", "t", "cat"), entry("y", "s")]
    clips, classes = clip_set(*entries, entry("x", "t", "bed")), [0, 1, 1, 1, 1]
    by_word = HeadDesign(labels=("yes", "unknown"))
    assert groups_of(clips, classes, by_word) == [[(1.0, [[0]])], [(1.0, [[1, 4], [2], [3]])]]
    by_speaker = HeadDesign(labels=("yes", "unknown"), drawn_by="speaker")
    assert groups_of(clips, classes, by_speaker) == [[(1.0, [[0]])], [(1.0, [[1, 3], [2, 4]])]]


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
    backgrounds = backgrounds_of(clips, [0, 1], design, 100)
    assert backgrounds is not None
    assert torch.equal(backgrounds[0] * 32768, torch.arange(1000.0, 1100.0))
    assert backgrounds_of(clips, [0, 1], HeadDesign(labels=("yes", "silence")), 100) is None


def test_a_class_is_drawn_from_its_sources_as_often_as_they_weigh() -> None:
    def of(dataset: str, extra: str) -> ClipEntry:
        return replace(entry("x", extra=extra), dataset=dataset)

    entries = [of("many", "a"), of("many", "b"), of("many", "b"), of("few", "c"), of("not", "d")]
    design = HeadDesign(labels=("x",), sources={"many": 1.0, "few": 3.0})
    (groups,) = groups_of(clip_set(*entries), [0] * 5, design)
    assert groups == [(1.0, [[0], [1, 2]]), (3.0, [[3]])]
    generator = torch.Generator().manual_seed(0)
    drawn = [draw(groups, generator) for _ in range(800)]
    assert 540 < drawn.count(3) < 660
    assert 60 < drawn.count(0) < 140 and 25 < drawn.count(1) < 80

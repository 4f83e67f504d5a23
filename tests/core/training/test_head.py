"""What a head learns from: classes, held-out speakers, stretches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from core.coding import BATCH
from core.errors import Cancelled, DataError
from core.job import silent
from core.training.design import HeadDesign
from core.training.head import classes_of, cropped, hold_out, require_every_class, train_head
from core.training.loop import Schedule
from tests.cancelling import StopAfter
from tests.core.training.conftest import clip_set, entry
from tests.fakes import ToyCodec


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


def test_a_class_may_go_by_another_name() -> None:
    design = HeadDesign(labels=("a", "b"), synonyms={"beta": "b", "gamma": "c"})
    chosen, classes = classes_of(clip_set(*map(entry, ["beta", "a", "gamma", "b"])), design)
    assert (chosen.labels(), classes) == (["beta", "a", "b"], [1, 0, 1])


def test_the_speakers_to_hold_out_can_be_named() -> None:
    held = hold_out(clip_set(*(entry("a", speaker) for speaker in "xyzy")), ("y", "w"))
    assert held == [False, True, False, True]


def test_what_is_judged_is_cropped_to_lengths_between_the_shortest_and_the_longest() -> None:
    generator = torch.Generator().manual_seed(0)
    heard = torch.arange(100.0).expand(3, 2, 100)
    crops = [cropped(heard, 0.4, generator) for _ in range(100)]
    lengths = [crop.shape[2] for crop in crops]
    assert 40 <= min(lengths) < 45 and 95 < max(lengths) <= 100
    for crop in crops:
        start = int(crop[0, 0, 0])
        assert torch.equal(crop, heard[..., start : start + crop.shape[2]])
    assert torch.equal(cropped(heard, 1.0, generator), heard)


def test_the_latents_are_measured_some_clips_at_a_time_until_someone_asks_to_stop(
    tmp_path: Path,
) -> None:
    class Counting(ToyCodec):
        rows: tuple[int, ...] = ()

        def encode(self, samples: Tensor) -> Tensor:
            self.rows += (len(samples),)
            return super().encode(samples)

    codec = Counting()
    clips = clip_set(*(entry("ab"[n % 2]) for n in range(3 * BATCH)))
    design = HeadDesign(("a", "b"), "cnn", {"width": 8}, window=0.1, minimum=0.1)
    schedule = Schedule(steps=1, batch=2, rate=1e-3)
    classes = [n % 2 for n in range(len(clips))]
    with pytest.raises(Cancelled):
        train_head(clips, classes, codec, design, schedule, tmp_path / "c", silent, StopAfter(2))
    assert codec.rows == (BATCH, BATCH)

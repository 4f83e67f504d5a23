"""Spectrograms whose tiles are made, or arrive, when they are asked for."""

from __future__ import annotations

import numpy as np
import pytest

from core.types import Variant
from tests.ui.views.sounds import brightest, spectrograms, tone
from tests.ui.views.spectrogram.seen import Elsewhere, middle
from ui.views.spectrogram_tiles import TILE, SpectrogramTiles


def hour(db=None):
    """Tiles of an hour with one loud frame, computed when they are asked for."""
    frequencies = np.linspace(0, 8000, 64, dtype=np.float32)
    frames, loud = 225_001, 150_000

    def provide(level, index):
        first = (index * TILE) << level
        width = min(TILE, -(-frames // 2**level) - index * TILE)
        tile = np.full((64, width), -80.0, dtype=np.float32)
        place = (loud - first) >> level
        if first <= loud and place < width:
            tile[:, place] = 0.0
        return tile

    return SpectrogramTiles(frequencies, 0.016, frames, -80.0, provide)


def test_one_loud_frame_of_an_hour_is_seen_at_every_zoom(view):
    view.show_spectrograms({Variant.ORIGINAL: hour()}, seconds=3600.0)
    for half in (1800.0, 400.0, 30.0, 2.0, 0.1):
        view.show_range(2400.0 - half, 2400.0 + half)
        seconds, _ = brightest(view.canvas, view.canvas.main)
        start, end = view.canvas.time_range
        assert seconds == pytest.approx(2400.0, abs=3 * (end - start) / 600)
        image = view.canvas.main.images[Variant.ORIGINAL].image
        assert image.width() <= 2.2 * 2 * 760
    assert brightest(view.canvas, view.canvas.main)  # and nothing of an hour was ever one image


def test_a_tile_that_comes_later_is_shown_when_it_comes(view):
    spectrogram = spectrograms({Variant.ORIGINAL: tone(1000.0)})[Variant.ORIGINAL]
    source = Elsewhere(spectrogram)
    view.show_spectrograms({Variant.ORIGINAL: source}, seconds=1.0)
    dark = middle(view).lightness()
    source.known = spectrogram.db
    assert middle(view).lightness() == dark
    view.show_arrived_tiles()
    assert middle(view).lightness() > dark + 60


def test_tiles_that_change_are_drawn_anew(view):
    spectrogram = spectrograms({Variant.ORIGINAL: tone(1000.0)})[Variant.ORIGINAL]
    source = Elsewhere(spectrogram)
    source.known = spectrogram.db
    view.show_spectrograms({Variant.ORIGINAL: source}, seconds=1.0)
    bright = middle(view).lightness()
    source.known = np.full_like(spectrogram.db, -80.0)
    view.show_arrived_tiles()  # which says nothing of tiles that were there
    assert middle(view).lightness() == bright
    view.show_changed_tiles()
    assert middle(view).lightness() < bright - 60

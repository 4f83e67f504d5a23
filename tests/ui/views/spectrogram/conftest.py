"""A spectrogram view on the screen, empty or with known sounds."""

from __future__ import annotations

import pytest

from core.spectrogram import difference
from core.types import Variant
from tests.ui.views.sounds import four_tones, spectrograms, tone
from tests.ui.views.spectrogram.seen import middle
from ui.views.spectrogram_header import Overlay
from ui.views.spectrogram_view import SpectrogramView


@pytest.fixture
def view(qtbot):
    view = SpectrogramView()
    view.resize(760, 480)
    qtbot.addWidget(view)
    view.show()
    view.told = []
    view.position_chosen.connect(lambda seconds: view.told.append(("position", seconds)))
    view.selection_changed.connect(lambda stretch: view.told.append(("selection", stretch)))
    view.range_changed.connect(lambda *stretch: view.told.append(("range", stretch)))
    view.layout_changed.connect(lambda layout: view.told.append(("layout", layout)))
    view.pair_changed.connect(lambda *pair: view.told.append(("pair", pair)))
    view.scale_changed.connect(lambda kind: view.told.append(("scale", kind)))
    view.overlay_requested.connect(lambda overlay: view.told.append(("overlay", overlay)))
    return view


@pytest.fixture
def tones(view):
    """The view with a tone of its own in each version."""
    made = four_tones()
    view.show_spectrograms(made, seconds=1.0)
    view.made = made
    return view


@pytest.fixture
def kept(view):
    """A tone that the explanation keeps, and a click that it does not."""
    made = spectrograms({Variant.ORIGINAL: tone(1000.0), Variant.EXPLANATION: tone(1000.0)})
    view.show_spectrograms(made, seconds=1.0)
    view.plain = middle(view)
    change = difference(made[Variant.ORIGINAL], made[Variant.EXPLANATION])
    view.show_overlay(Overlay.KEPT, change)
    return view

"""Time and frequency: scales, rows, and where the ticks are."""

from __future__ import annotations

import numpy as np
import pytest

from core.spectrogram import hertz_to_mel, spectrogram
from tests.ui.views.sounds import tone
from ui.views.frequency_axis import LOWEST_LOG, SCALES, FrequencyAxis, FrequencyScale, RowMap
from ui.views.time_axis import TimeAxis, tick_step


@pytest.mark.parametrize("kind", SCALES)
def test_a_scale_goes_there_and_back(kind):
    scale = FrequencyScale(kind, 8000.0)
    hertz = np.array([60.0, 440.0, 1000.0, 7999.0])
    assert scale.hertz(scale.place(hertz)) == pytest.approx(hertz)
    assert scale.place([scale.low, 8000.0]) == pytest.approx([0.0, 1.0])


def test_scales_are_what_their_names_say():
    assert FrequencyScale("linear", 8000.0).place(2000.0) == pytest.approx(0.25)
    mel = hertz_to_mel([1000.0, 8000.0])
    assert FrequencyScale("mel", 8000.0).place(1000.0) == pytest.approx(mel[0] / mel[1])
    log = FrequencyScale("log", 8000.0)
    octave = log.place(800.0) - log.place(400.0)
    assert log.place(6400.0) - log.place(3200.0) == pytest.approx(octave)
    assert log.low == LOWEST_LOG


@pytest.mark.parametrize("kind", SCALES)
@pytest.mark.parametrize("rows", [64, 200, 513, 1000])
def test_the_loudest_row_of_a_tone_is_at_its_frequency(kind, rows):
    made = spectrogram(tone(1000.0))
    scale = FrequencyScale(kind, 8000.0)
    picture = RowMap(made.frequencies, scale, rows).apply(made.db)
    assert picture.shape == (rows, made.db.shape[1])
    loudest = int(np.argmax(picture[:, 30]))
    below, above = scale.hertz([loudest / rows, (loudest + 1) / rows])
    assert below - 16 <= 1000.0 <= above + 16  # the transform's lines are 15.6 Hz apart
    assert picture[:, 30].max() == made.db[:, 30].max()  # thinning lost nothing of it


@pytest.mark.parametrize("kind", SCALES)
def test_no_line_is_lost_where_rows_are_fewer(kind):
    frequencies = np.linspace(0, 8000, 513, dtype=np.float32)
    map_ = RowMap(frequencies, FrequencyScale(kind, 8000.0), 40)
    lowest = int(np.searchsorted(frequencies, FrequencyScale(kind, 8000.0).low))
    for line in (lowest, 100, 300, 511, 512):
        db = np.full((513, 1), -80.0, dtype=np.float32)
        db[line] = -3.0
        assert map_.apply(db).max() == -3.0, line


def ticks(axis, low, high, pixels):
    levels = axis.tickValues(low, high, pixels)
    return levels[0][1], axis.tickStrings(levels[0][1], 1.0, levels[0][0])


@pytest.mark.parametrize("kind", SCALES)
def test_frequency_ticks_are_round_and_where_they_say(kind):
    axis = FrequencyAxis()
    scale = FrequencyScale(kind, 8000.0)
    axis.show_scale(scale)
    places, texts = ticks(axis, 0.0, 1.0, 400)
    assert "1k" in texts or kind == "linear"
    for place, text in zip(places, texts, strict=True):
        value = float(text.removesuffix("k")) * (1000 if text.endswith("k") else 1)
        assert scale.place(value) == pytest.approx(place, abs=1e-6)
    assert np.diff(places).min() * 400 >= 26  # room for the texts
    assert 4 <= len(places) <= 16


def test_a_narrow_stretch_of_frequencies_still_has_ticks():
    axis = FrequencyAxis()
    for kind in SCALES:
        scale = FrequencyScale(kind, 8000.0)
        axis.show_scale(scale)
        low, high = scale.place([1010.0, 1190.0])
        _, texts = ticks(axis, float(low), float(high), 300)
        assert {"1.1k", "1.05k"} <= set(texts) or {"1.1k", "1.12k"} <= set(texts), (kind, texts)


@pytest.mark.parametrize(
    ("span", "texts"),
    [
        ((0.0, 1.0), ["0:00.00", "0:00.10", "0:00.20"]),
        ((0.40, 0.42), ["0:00.400", "0:00.402", "0:00.404"]),
        ((0.0, 3600.0), ["0:00", "10:00", "20:00"]),
        ((3590.0, 3610.0), ["59:50", "59:52", "59:54"]),
        ((3600.0, 4200.0), ["1:00:00", "1:01:00", "1:02:00"]),
    ],
)
def test_time_ticks_have_the_digits_that_tell_them_apart(span, texts):
    assert ticks(TimeAxis(), *span, 1000)[1][:3] == texts


def test_minor_ticks_are_not_written_and_not_on_major_ones():
    (_, major), (_, minor) = TimeAxis().tickValues(0.0, 1.0, 1000)
    assert len(major) == 11
    assert len(minor) == 40
    assert not {round(tick, 6) for tick in major} & {round(tick, 6) for tick in minor}


def test_time_ticks_leave_room():
    for seconds in np.geomspace(0.02, 36_000, 60):
        assert tick_step(seconds, 900) / seconds * 900 >= 80

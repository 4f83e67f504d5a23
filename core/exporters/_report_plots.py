"""Plots of the report: numbers worked out into places of a drawing that the page then dresses."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.picture import frequency_ticks
from core.stretches import Stretch
from core.types import FloatArray, SecondsArray, Spectrogram

WIDTH, LEFT, RIGHT, TOP = 460, 36, 446, 22
PICTURE_HEIGHT, CURVE_HEIGHT = 242, 96
FOOT = 34  # below the plot, for what stands on the time axis
ROUND_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60)  # s
MOST_TICKS = 7
COLOUR_STOPS = 9


@dataclass(frozen=True, slots=True)
class Tick:
    place: float
    text: str


@dataclass(frozen=True, slots=True)
class Shade:
    """A stretch as a bar over the plot."""

    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot in a drawing of `width` × `height`; the plot itself is left…right, top…bottom.

    times, levels: ticks along and up. unit: what stands above the second. words: what is seen.
    image: a data URI; curve: an SVG path, zero: where its zero lies.
    """

    height: int
    times: tuple[Tick, ...]
    levels: tuple[Tick, ...]
    unit: str
    words: str = ""
    image: str = ""
    curve: str = ""
    zero: float = 0.0
    stretches: tuple[Shade, ...] = ()
    width: int = WIDTH
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP

    @property
    def bottom(self) -> int:
        return self.height - FOOT


@dataclass(frozen=True, slots=True)
class Stop:
    """A colour of the level scale. place: 0…1."""

    place: float
    colour: str


def spectrogram_plot(picture: Spectrogram, begin: float, seconds: float, words: str) -> Plot:
    """begin: what the plot's left edge is called, in seconds."""
    n_rows = len(picture.frequencies)
    bottom = PICTURE_HEIGHT - FOOT
    return Plot(
        PICTURE_HEIGHT,
        _time_ticks(begin, seconds),
        tuple(
            Tick(_rounded(bottom - (row + 0.5) / n_rows * (bottom - TOP)), text)
            for row, text in frequency_ticks(picture.frequencies)
        ),
        "kHz",
        words,
        image=_image(picture),
    )


def relevance_plot(
    relevance: FloatArray, edges: SecondsArray, stretches: Sequence[Stretch], begin: float
) -> Plot:
    """A curve of steps, one a frame. relevance: signed, shape (F,). edges: where the frames begin
    and end, (F + 1,), and stretches: both in seconds after the plot's left edge. begin: what that
    is called, in seconds."""
    bottom = TOP + CURVE_HEIGHT
    highest, lowest = max(float(relevance.max()), 0.0), min(float(relevance.min()), 0.0)
    span = (highest - lowest) or 1.0
    seconds = float(edges[-1])
    scale = (RIGHT - LEFT) / seconds
    places = LEFT + scale * edges
    heights = TOP + (highest - relevance) / span * CURVE_HEIGHT
    steps = [f"H{_rounded(end)}" for end in places[1:].tolist()]
    rises = ["", *(f"V{_rounded(height)}" for height in heights[1:])]
    start = f"M{LEFT} {_rounded(float(heights[0]))}"
    levels = {_rounded(TOP + highest / span * CURVE_HEIGHT): "0"}
    if highest > 0.0:
        levels[TOP] = f"{highest:.2g}"
    if lowest < 0.0 and CURVE_HEIGHT * -lowest / span > 18:  # else it would lie on the zero
        levels[bottom] = f"−{-lowest:.2g}"
    return Plot(
        bottom + FOOT,
        _time_ticks(begin, seconds),
        tuple(Tick(place, text) for place, text in levels.items()),
        "",
        curve=start + "".join(rise + step for rise, step in zip(rises, steps, strict=True)),
        zero=_rounded(TOP + highest / span * CURVE_HEIGHT),
        stretches=tuple(
            Shade(_rounded(LEFT + scale * part.start), _rounded(scale * (part.end - part.start)))
            for part in stretches
        ),
    )


def colour_stops() -> tuple[Stop, ...]:
    """The colours of the level scale from the floor to 0 dB."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    magma = colormaps["magma"]
    places = np.linspace(0.0, 1.0, COLOUR_STOPS)
    return tuple(Stop(_rounded(place), to_hex(magma(float(place)))) for place in places)


def _image(picture: Spectrogram) -> str:
    from matplotlib.image import imsave

    png = io.BytesIO()
    imsave(
        png,
        picture.db,
        vmin=picture.floor_db,
        vmax=0.0,
        cmap="magma",
        origin="lower",
        format="png",
        metadata={"Software": "HearWhy"},
    )
    return data_uri("image/png", png.getvalue())


def data_uri(kind: str, data: bytes) -> str:
    """The data itself in place of an address."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _time_ticks(begin: float, seconds: float) -> tuple[Tick, ...]:
    step = next((step for step in ROUND_STEPS if seconds <= MOST_TICKS * step), ROUND_STEPS[-1])
    digits = max(0, -int(np.floor(np.log10(step))))
    first = int(np.ceil(begin / step - 1e-6))
    last = int(np.floor((begin + seconds) / step + 1e-6))
    scale = (RIGHT - LEFT) / seconds
    return tuple(
        Tick(_rounded(LEFT + scale * (number * step - begin)), f"{number * step:.{digits}f}")
        for number in range(first, last + 1)
    )


def _rounded(value: float) -> float:
    return round(float(value), 2)

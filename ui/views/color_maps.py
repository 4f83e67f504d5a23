"""Colours of values: magma or grey for levels, a diverging map for what has a sign.

Tables hold 256 colours as 0xAARRGGBB, premultiplied, so that a picture is one look-up and Qt draws
it without converting (drawing an indexed image scaled takes Qt twenty times as long).
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

from ui.plotting import pg

LevelColors = Literal["magma", "grey"]
ColorTable = npt.NDArray[np.uint32]  # (256,)
OVERLAY_OPACITY = 0.6
_FADE = 0.7  # of |value|, to opacity: what is stronger also stands out more, on white and on black


@cache
def level_table(colors: LevelColors) -> ColorTable:
    """Soft to loud, opaque."""
    if colors == "grey":
        grey = np.arange(256.0) / 255.0
        return _packed(np.stack([grey, grey, grey], axis=1), np.ones(256))
    return _packed(_map("magma"), np.ones(256))


@cache
def diverging_table(opacity: float = 1.0) -> ColorTable:
    """CET-CBD1 (Kovesi 2015): blue for −, ochre for +, transparent at 0 (index 127.5).

    Safe for the colour-blind. It fades into the plot's ground, white or dark, where its own middle
    would be a glaring white.
    """
    distance = np.abs(np.arange(256) - 127.5) / 127.5
    return _packed(_map("CET-CBD1"), opacity * distance**_FADE)


@cache
def tint_table(color: str, opacity: float = OVERLAY_OPACITY) -> ColorTable:
    """One colour, from transparent to this opacity."""
    tint = QColor(color)
    rgb = np.tile([tint.redF(), tint.greenF(), tint.blueF()], (256, 1))
    return _packed(rgb, opacity * np.arange(256.0) / 255.0)


def diverging_ends() -> tuple[QColor, QColor]:
    """The colours of the strongest − and +."""
    rgb = _map("CET-CBD1")
    return QColor.fromRgbF(*rgb[0]), QColor.fromRgbF(*rgb[-1])


def picture(indices: npt.NDArray[np.uint8], table: ColorTable) -> QImage:
    """An image of (rows, columns) of table indices, row 0 at the bottom."""
    pixels = table[indices[::-1]]
    height, width = pixels.shape
    opaque = bool(table[0] >> 24 == 255 and table[127] >> 24 == 255)
    kind = QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(pixels.data, width, height, 4 * width, kind)
    image.pixels = pixels  # QImage only borrows the memory
    return image


def indices_of(values: npt.NDArray[np.floating], low: float, high: float) -> npt.NDArray[np.uint8]:
    """Table indices of values; `low` is 0, `high` 255, beyond is cut off."""
    scaled = (values - np.float32(low)) * np.float32(255.0 / (high - low))
    scaled += np.float32(0.5)
    return np.clip(scaled, 0.0, 255.0, out=scaled).astype(np.uint8)


def _map(name: str) -> npt.NDArray[np.float64]:
    table = pg.colormap.get(name).getLookupTable(nPts=256, alpha=False)
    return np.asarray(table, dtype=np.float64) / 255.0


def _packed(rgb: npt.NDArray[np.float64], alpha: npt.NDArray[np.float64]) -> ColorTable:
    channels = np.round(255.0 * np.column_stack([alpha, rgb * alpha[:, None]])).astype(np.uint32)
    return channels @ np.array([1 << 24, 1 << 16, 1 << 8, 1], dtype=np.uint32)

"""Pictures of spectrograms as PNG or SVG files, one panel a version, all on one level scale.

Drawn with matplotlib's objects only, so that no window system and no global state is touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.errors import ExportError, RequestError
from core.file_names import shown
from core.files import replacing
from core.job import CancelToken, Report, silent
from core.spectrogram import overviews
from core.types import ExplanationResult, FloatArray, Prediction, Spectrogram, Variant
from core.versions import HEARWHY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

FONT = "DejaVu Sans"  # comes with matplotlib
DPI = 130
# In inches; a layout worked out by matplotlib would double the time a picture takes.
PANEL_WIDTH, PANEL_HEIGHT, GAP_X, GAP_Y = 4.5, 2.6, 0.3, 0.42
LEFT, RIGHT, TOP, BOTTOM = 0.68, 1.1, 0.64, 0.58
BAR_LEFT, BAR_WIDTH, MARGIN = 0.2, 0.18, 0.4
NAME_LENGTH = 40  # characters
MEL_TICKS = (0.1, 0.2, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96)  # kHz
LINEAR_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)  # kHz
MIN_TICK_GAP = 0.055  # of the axis


def version_panels(
    result: ExplanationResult, report: Report = silent, cancel: CancelToken | None = None
) -> dict[Variant, tuple[str, Spectrogram]]:
    """A labelled panel of each version on a mel axis, no wider than it can be drawn.

    Each label says what the classifier hears (in the explanation and the removed audio by round
    trip) and its level relative to the original.
    """
    heard = {
        Variant.ORIGINAL: result.original,
        Variant.RECONSTRUCTION: result.reconstruction,
        Variant.EXPLANATION: result.explanation.round_trip,
        Variant.REMOVED: result.removed.round_trip,
    }
    pictures = overviews(
        [result.audio[variant] for variant in heard],
        columns=int(PANEL_WIDTH * DPI),
        scale="mel",
        report=report,
        cancel=cancel,
    )
    return {
        variant: (_label(variant, prediction, result.level_db[variant]), picture)
        for (variant, prediction), picture in zip(heard.items(), pictures, strict=True)
    }


def picture_title(result: ExplanationResult) -> str:
    """What stands above the panels: the clip, the class explained and the shares."""
    request = result.request
    shares = f"kept {100 * request.keep:.3g} %, removed {100 * request.remove:.3g} %"
    name = shortened(result.clip_name, NAME_LENGTH)
    of = f"“{result.target}”" if len(result.targets) == 1 else "each window's own class"
    return f"{name} · {of} · {shares}"


def spectrogram_picture(
    path: Path | str, panels: Sequence[tuple[str, Spectrogram]], *, title: str
) -> None:
    """Write a picture of labelled spectrograms, two a row, with one colour bar in dB.

    The name's ending says what it becomes: .png or .svg (letters as outlines, so that it looks
    the same everywhere). The frequency axis follows the rows of the spectrograms: linear or mel.
    Long sounds are thinned by keeping the loudest of each group, so a click stays visible. The
    file appears whole or not at all.
    Raises: RequestError when the panels do not share reference and floor, for then one colour
    would mean several levels; ExportError when the file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if len({(panel.reference, panel.floor_db) for _, panel in panels}) != 1:
        raise RequestError(
            "A picture needs spectrograms that share one reference and one floor; make them with "
            "`spectrograms`."
        )
    columns = min(len(panels), 2)
    rows = -(-len(panels) // columns)
    width = LEFT + columns * (PANEL_WIDTH + GAP_X) - GAP_X + RIGHT
    height = TOP + rows * (PANEL_HEIGHT + GAP_Y) - GAP_Y + BOTTOM
    figure = Figure(figsize=(width, height), dpi=DPI)
    canvas = FigureCanvasAgg(figure)
    figure.subplots_adjust(
        left=LEFT / width,
        right=1 - RIGHT / width,
        top=1 - TOP / height,
        bottom=BOTTOM / height,
        wspace=GAP_X / PANEL_WIDTH,
        hspace=GAP_Y / PANEL_HEIGHT,
    )
    grid = figure.subplots(rows, columns, sharex=True, squeeze=False)
    for index, (label, panel) in enumerate(panels):
        axes = grid[index // columns, index % columns]
        _draw(axes, label, panel)
        axes.tick_params(labelleft=index % columns == 0)
        if index % columns == 0:
            axes.set_ylabel("Frequency in kHz")
        if index + columns >= len(panels):
            axes.set_xlabel("Time in s")
            axes.tick_params(labelbottom=True)
    for axes in grid.flat[len(panels) :]:
        axes.set_axis_off()
    bar_left, bar_height = width - RIGHT + BAR_LEFT, height - TOP - BOTTOM
    bar = figure.add_axes(
        (bar_left / width, BOTTOM / height, BAR_WIDTH / width, bar_height / height)
    )
    figure.colorbar(grid[0, 0].images[0], cax=bar, label="Level in dB, 0 = loudest of all panels")
    heading = figure.suptitle(
        drawable(title),
        x=0.5,
        y=1 - 0.13 / height,
        fontfamily=FONT,
        fontsize=12,
        parse_math=False,
    )
    _fit(heading, width - MARGIN)
    path = Path(path)
    kind = path.suffix.lower().removeprefix(".")
    maker = f"HearWhy {HEARWHY}"
    facts: dict[str, dict[str, str | None]] = {
        "png": {"Title": drawable(title), "Software": maker},
        "svg": {"Title": drawable(title), "Creator": maker, "Date": None},
    }
    if kind not in facts:
        raise ExportError(f"“{shown(path)}” cannot be drawn; its name must end in .png or .svg.")
    with replacing(path) as temporary:
        canvas.print_figure(temporary, format=kind, dpi=DPI, metadata=facts[kind])


def shortened(text: str, length: int) -> str:
    """`text`, its middle left out where it is longer than `length` characters."""
    if len(text) <= length:
        return text
    tail = length // 3
    return f"{text[: length - tail - 1]}…{text[len(text) - tail :]}"


def drawable(text: str) -> str:
    """`text` on one line, with a box for each character the pictures' font does not have."""
    from matplotlib.font_manager import findfont, get_font

    known = get_font(findfont(FONT)).get_charmap()
    return "".join(
        character if ord(character) in known else "□" for character in " ".join(text.split())
    )


def _label(variant: Variant, heard: Prediction, level_db: float | None) -> str:
    level = "silent"
    if level_db is not None:
        level = f"{round(level_db, 1) + 0.0:+.1f} dB".replace("-", "−")  # no minus before 0.0
    about = "" if variant is Variant.ORIGINAL else f", {level}"
    return f"{variant.value.capitalize()}: “{heard.label}” {heard.probability:.2f}{about}"


def _draw(axes: Axes, label: str, panel: Spectrogram) -> None:
    hop = float(panel.times[1] - panel.times[0]) if len(panel.times) > 1 else 1.0
    begin = float(panel.times[0])
    n_rows = panel.db.shape[0]
    thinned, (a_row, a_column) = _thinned(panel.db)
    axes.imshow(
        thinned,
        cmap="magma",
        vmin=panel.floor_db,
        vmax=0.0,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        # Each frame is drawn around its centre, each row around its number.
        extent=(
            begin - 0.5 * hop,
            begin + (a_column * thinned.shape[1] - 0.5) * hop,
            -0.5,
            a_row * thinned.shape[0] - 0.5,
        ),
    )
    axes.set_xlim(0.0, float(panel.times[-1]) or 0.5 * hop)
    axes.set_ylim(-0.5, n_rows - 0.5)
    ticks = frequency_ticks(panel.frequencies)
    axes.set_yticks([row for row, _ in ticks], [text for _, text in ticks])
    text = axes.set_title(
        drawable(label), loc="left", fontfamily=FONT, fontsize=10, parse_math=False
    )
    _fit(text, PANEL_WIDTH)


def _thinned(db: FloatArray) -> tuple[FloatArray, tuple[int, int]]:
    """No more rows and columns than a panel has pixels, and how many of `db` went into each.

    Each is their maximum: leaving some out, as drawing would, loses clicks and pure tones.
    """
    a_row = -(-db.shape[0] // int(PANEL_HEIGHT * DPI))
    a_column = -(-db.shape[1] // int(PANEL_WIDTH * DPI))
    missing = ((0, -db.shape[0] % a_row), (0, -db.shape[1] % a_column))
    padded = np.pad(db, missing, mode="edge")
    groups = padded.reshape(padded.shape[0] // a_row, a_row, -1, a_column)
    return np.asarray(groups.max(axis=(1, 3))), (a_row, a_column)


def frequency_ticks(frequencies: FloatArray) -> list[tuple[float, str]]:
    """(row, text in kHz) of round frequencies that are not too close on the axis."""
    steps = np.diff(frequencies)
    # A mel row is labelled by its centre, so the axis reaches one more step up.
    top = float(frequencies[-1]) + 1.1 * float(steps[-1])
    wanted: Iterable[float] = MEL_TICKS
    if np.allclose(steps, steps[:1]):
        step = next((s for s in LINEAR_STEPS if top < 9000 * s), LINEAR_STEPS[-1])
        wanted = np.arange(0.0, top / 1000, step)
    ticks: list[tuple[float, str]] = []
    for khz in wanted:
        row = float(np.interp(1000 * khz, frequencies, np.arange(len(frequencies))))
        inside = frequencies[0] <= 1000 * khz <= top
        if inside and (not ticks or row - ticks[-1][0] > MIN_TICK_GAP * len(frequencies)):
            ticks.append((row, f"{khz:g}"))
    return ticks


def _fit(text: Text, inches: float) -> None:
    """Leave out the middle of a text until it is no wider than that."""
    whole = text.get_text()
    length = len(whole)
    while length > 1 and (share := inches * DPI / text.get_window_extent().width) < 1:
        length = min(length - 1, int(length * share))
        text.set_text(shortened(whole, length))

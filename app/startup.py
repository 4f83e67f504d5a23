"""What the window is asked to do when it starts; plain data, made before Qt is loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class PictureTheme(StrEnum):
    """How a picture of the window is dressed."""

    LIGHT = "light"
    DARK = "dark"


class PictureView(StrEnum):
    """What a picture of the window shows: the window with one of its views, or a dialog alone."""

    SINGLE = "single"
    EXPLANATION = "explanation"
    REMOVED = "removed"
    CODEC = "codec"
    ALL = "all"
    DIFFERENCE = "difference"
    RELEVANCE = "relevance"
    KEPT = "kept"
    GONE = "gone"
    CONCEPTS = "concepts"
    LIVE = "live"
    SETTINGS = "settings"
    EXPORT = "export"
    ABX = "abx"
    KEYS = "keys"
    GUIDE = "guide"
    ABOUT = "about"


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """A picture of the window instead of the window. size: width and height in points; scale:
    pixels a point."""

    file: Path
    size: tuple[int, int] = (1280, 800)
    theme: PictureTheme = PictureTheme.LIGHT
    view: PictureView = PictureView.SINGLE
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class BenchRequest:
    """Measuring the window instead of using it. repeats: runs of each short measurement. seconds:
    of the long recording. as_json: one JSON object instead of a table.

    began: set in the processes whose start is measured: when that was, in seconds since the epoch.
    """

    repeats: int = 5
    seconds: float = 3600.0
    as_json: bool = False
    began: float | None = None


@dataclass(frozen=True, slots=True)
class WindowRequest:
    """files: opened at once, the first one explained; none: the first sample is."""

    files: tuple[Path, ...] = ()
    picture: PictureRequest | None = None
    bench: BenchRequest | None = None


OpenWindow = Callable[[WindowRequest], int]
"""Opens the window and returns the exit status once it is closed. Raises: CoreError."""

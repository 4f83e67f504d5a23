"""Spectrograms of long sounds: drawn in a thread of their own, what is looked at first."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.jobs import JobRunner
from core.job import CancelToken
from core.pyramid import HalfArray, PyramidPlan, PyramidSweep, Step, TilePlace, fine_tile
from core.scratch import let_go
from core.types import AudioClip, FloatArray, Variant

LONG = 60.0  # seconds; shorter sounds are drawn at once and whole
FLOOR_DB = -80.0
FINE_TILES = 8  # kept of each sound; a view keeps those it shows itself
WISHES = 12  # tiles waiting to be made; who scrolls on no longer wants the first ones
PATIENCE = 0.3  # s between two looks at a sweep under way


@dataclass
class _Scale:
    """What is 0 dB in all pictures of one sound: the largest magnitude known."""

    reference: float = 0.0


class TiledSpectrogram:
    """A spectrogram in dB that a view looks at tile by tile; more of it becomes known with time.

    frequencies: Hz per bin. hop: seconds from frame to frame, the first of which is at `start`.
    Level n has columns of 2**n frames, a tile `core.pyramid.TILE` of them. Used on the GUI thread.
    """

    start = 0.0
    floor_db = FLOOR_DB

    def __init__(
        self, plan: PyramidPlan, scale: _Scale, wish: Callable[[TiledSpectrogram, TilePlace], None]
    ) -> None:
        self.plan = plan
        self.frequencies = plan.frequencies
        self.hop = plan.hop
        self.n_frames = plan.n_frames
        self.is_complete = False
        self._scale = scale
        self._wish = wish
        self._kept: dict[TilePlace, HalfArray] = {}
        self._fine: OrderedDict[TilePlace, FloatArray] = OrderedDict()

    @property
    def reference(self) -> float:
        """The magnitude that is 0 dB, as far as is known; 0.0 while that is silence."""
        return self._scale.reference

    def tile(self, level: int, index: int) -> FloatArray | None:
        """Float32 (bins, ≤ TILE) in dB; None while it is not made. Asking for it has it made."""
        place = level, index
        values = self._fine.get(place) if level < self.plan.kept else self._kept.get(place)
        if values is None:
            if level < self.plan.kept:
                self._wish(self, place)
            return None
        if not self.reference:
            return np.full(values.shape, self.floor_db, dtype=np.float32)
        shift = np.float32(20.0 * math.log10(self.reference))
        db: FloatArray = np.maximum(values.astype(np.float32) - shift, np.float32(self.floor_db))
        return db

    def take_step(self, step: Step) -> None:
        self._kept.update(step.tiles)
        self._scale.reference = max(self._scale.reference, step.loudest)
        self.is_complete = step.share >= 1.0

    def take_tile(self, place: TilePlace, values: FloatArray) -> None:
        self._fine[place] = values
        if len(self._fine) > FINE_TILES:
            self._fine.popitem(last=False)


class LongPictures(QObject):
    """Makes the tiles of long sounds, those a view asked for before the rest.

    Signals: changed(), what was known has become something else, look at all tiles again;
    arrived(), a tile that was missing is there; completed(), a sound is known from start to end.
    """

    changed = Signal()
    arrived = Signal()
    completed = Signal()

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        """runner: for this alone."""
        super().__init__(parent)
        self._runner = runner
        self._pictures: dict[int, TiledSpectrogram] = {}  # by the number of the clip it keeps
        self._sweeps: list[tuple[TiledSpectrogram, PyramidSweep]] = []
        self._wishes: OrderedDict[tuple[int, TilePlace], TiledSpectrogram] = OrderedDict()
        self._told = -math.inf
        runner.succeeded.connect(self._on_made)
        runner.failed.connect(self._give_up)

    def pictures(self, sounds: Mapping[Variant, AudioClip]) -> dict[Variant, TiledSpectrogram]:
        """Pictures on one level scale; they begin to be drawn. The same clips have the same."""
        scale = _Scale()
        for clip in sounds.values():
            if id(clip) not in self._pictures:
                plan = PyramidPlan(clip)
                picture = TiledSpectrogram(plan, scale, self._on_wish)
                self._pictures[id(clip)] = picture
                self._sweeps.append((picture, PyramidSweep(plan)))
        self._go_on()
        return {variant: self._pictures[id(clip)] for variant, clip in sounds.items()}

    def keep(self, clips: Iterable[AudioClip]) -> None:
        """Forget all other sounds."""
        wanted = {id(clip) for clip in clips}
        if wanted >= self._pictures.keys():
            return
        self._pictures = {key: one for key, one in self._pictures.items() if key in wanted}
        self._sweeps = [one for one in self._sweeps if id(one[0].plan.clip) in wanted]
        self._wishes.clear()
        self._runner.cancel()
        self._go_on()

    def _on_wish(self, picture: TiledSpectrogram, place: TilePlace) -> None:
        key = id(picture.plan.clip), place
        self._wishes[key] = picture
        self._wishes.move_to_end(key)
        if len(self._wishes) > WISHES:
            self._wishes.popitem(last=False)
        self._go_on()

    def _go_on(self) -> None:
        if self._runner.is_busy:
            return
        if self._wishes:
            (_, place), picture = self._wishes.popitem()
            plan = picture.plan
            self._runner.submit(
                lambda report, cancel: (picture, place, fine_tile(plan, *place, cancel))
            )
        elif self._sweeps:
            swept, sweep = self._sweeps[0]
            self._runner.submit(lambda report, cancel: (swept, None, _stepped(sweep, cancel)))

    def _give_up(self) -> None:
        self._sweeps.clear()
        self._wishes.clear()

    def _on_made(self, made: tuple[TiledSpectrogram, TilePlace | None, Step | FloatArray]) -> None:
        picture, place, values = made
        if isinstance(values, Step):
            picture.take_step(values)
            if picture.is_complete:
                self._sweeps = [one for one in self._sweeps if one[0] is not picture]
            now = time.monotonic()
            if picture.is_complete or now > self._told + PATIENCE:
                self._told = now
                self.changed.emit()
            if picture.is_complete:
                self.completed.emit()
        elif place is not None:
            picture.take_tile(place, values)
            self.arrived.emit()
        self._go_on()


def _stepped(sweep: PyramidSweep, cancel: CancelToken) -> Step:
    step = sweep.step(cancel)
    let_go(sweep.plan.clip.samples)
    return step

"""Pictures for the window, made off its thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.jobs import JobRunner, Work
from app.long_pictures import LONG, LongPictures, TiledSpectrogram
from app.notices import Notices
from app.session import Session, SessionState
from app.turns import in_a_turn_of_its_own
from core.codecs import CodecSpec
from core.job import CancelToken
from core.prepare import between
from core.spectrogram import difference, spectrogram, spectrograms
from core.stretches import Stretch, relevant_stretches
from core.types import (
    Attribution,
    AudioClip,
    ExplanationResult,
    FloatArray,
    Spectrogram,
    Variant,
)


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """What there is to see, in the time of the clip: one that is a window begins where it begins.

    sounds: the versions without the silence that padding added. spectrograms: of those, on one
    level scale; of long ones tile by tile, and then `kept` and `removed` are None. start: where
    they begin, in seconds. seconds: length of the clip. whole: all of the clip, None where the
    versions cover it. The rest is None or empty while there is no explanation.
    result: what is shown. relevance: of the frames that the stretch reaches into; relevance_end:
    where the last of them ends, which may be a little behind the sound. kept, removed: change
    against the original in dB. bands: relevance per frequency band, (bands, F), between
    `band_edges` in Hz; None where the codec has no bands. stretches: where the decision lies, in
    seconds from `start`.
    """

    sounds: Mapping[Variant, AudioClip]
    spectrograms: Mapping[Variant, Spectrogram] | Mapping[Variant, TiledSpectrogram]
    seconds: float
    start: float = 0.0
    whole: Spectrogram | TiledSpectrogram | None = None
    result: ExplanationResult | None = None
    relevance: Attribution | None = None
    relevance_end: float = 0.0
    kept: FloatArray | None = None
    removed: FloatArray | None = None
    bands: FloatArray | None = None
    band_edges: tuple[float, ...] | None = None
    stretches: tuple[Stretch, ...] = ()


class PictureController(QObject):
    """Signals: pictures_changed(Pictures); tiles_changed(), those of long sounds are to be looked
    at again; tiles_arrived(), some of them that were missing are there.
    """

    pictures_changed = Signal(object)
    tiles_changed = Signal()
    tiles_arrived = Signal()

    def __init__(
        self,
        session: Session,
        runner: JobRunner,
        tile_runner: JobRunner,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = runner
        self._long = LongPictures(tile_runner, self)
        self._whole: tuple[AudioClip, Spectrogram] | None = None  # of the clip that is open
        self._waiting: Work | None = None  # the newest, while an older one is being drawn
        session.clip_changed.connect(self._on_clip)
        session.result_changed.connect(self._on_result)
        runner.succeeded.connect(self._on_drawn)
        runner.failed.connect(self._draw_waiting)
        for each in (runner, tile_runner):
            each.failed.connect(notices.error)
        self._long.changed.connect(self.tiles_changed)
        self._long.arrived.connect(self.tiles_arrived)
        self._long.completed.connect(self._on_completed)

    def _on_clip(self, state: SessionState) -> None:
        clip = state.clip
        self._whole = self._waiting = None
        self._runner.cancel()
        self._long.keep([] if clip is None else [clip])
        if clip is not None and clip.seconds > LONG:
            # Opening an hour keeps the window busy enough.
            in_a_turn_of_its_own(self, lambda: self._show_long(clip))
        elif clip is not None:
            self._runner.submit(lambda report, cancel: self._of_clip(clip))

    def _show_long(self, clip: AudioClip) -> None:
        if self._session.state.clip is clip and self._session.state.result is None:
            sounds = {Variant.ORIGINAL: clip}
            self.pictures_changed.emit(Pictures(sounds, self._long.pictures(sounds), clip.seconds))

    def _on_result(self, state: SessionState) -> None:
        clip, result = state.clip, state.result
        if clip is None or result is None:
            return
        windowed = state.window is not None
        self._long.keep([clip, *result.audio.values()])
        if not windowed and clip.seconds > LONG:
            self._waiting = None
            self._runner.cancel()
            self.pictures_changed.emit(self._of_all(clip, result))
            return
        whole = None
        if windowed and clip.seconds > LONG:
            whole = self._long.pictures({Variant.ORIGINAL: clip})[Variant.ORIGINAL]
        self._waiting = lambda report, cancel: self._of_result(
            clip, result, windowed, whole, cancel
        )
        if not self._runner.is_busy:
            self._draw_waiting()

    def _on_drawn(self, pictures: Pictures) -> None:
        """Show what was drawn, even if there is something newer: a slider may never rest."""
        self.pictures_changed.emit(pictures)
        self._draw_waiting()

    def _draw_waiting(self) -> None:
        if self._waiting is not None:
            self._runner.submit(self._waiting)
            self._waiting = None

    def _on_completed(self) -> None:
        """Now it is certain what 0 dB is: draw the window of a long clip again."""
        if self._session.state.window is not None:
            self._on_result(self._session.state)

    def _of_clip(self, clip: AudioClip) -> Pictures:
        sounds = {Variant.ORIGINAL: clip}
        return Pictures(sounds, {Variant.ORIGINAL: self._drawn(clip)}, clip.seconds)

    def _of_all(self, clip: AudioClip, result: ExplanationResult) -> Pictures:
        """Of a long clip that was explained from start to end."""
        return Pictures(
            result.audio,
            self._long.pictures(result.audio),
            clip.seconds,
            result=result,
            stretches=relevant_stretches(result),
        )

    def _drawn(self, clip: AudioClip) -> Spectrogram:
        if self._whole is not None and self._whole[0] is clip:
            return self._whole[1]
        whole = spectrogram(clip)
        self._whole = clip, whole
        return whole

    def _of_result(
        self,
        clip: AudioClip,
        result: ExplanationResult,
        windowed: bool,
        tiled: TiledSpectrogram | None,
        cancel: CancelToken,
    ) -> Pictures:
        length = result.last - result.first
        sounds = {
            variant: between(sound, 0, length) if length < sound.n_samples else sound
            for variant, sound in result.audio.items()
        }
        whole = tiled or (self._drawn(clip) if windowed else None)
        reference = (whole.reference if whole else 0.0) or None
        made = spectrograms(sounds.values(), reference=reference, cancel=cancel)
        drawn = {
            variant: replace(picture, times=picture.times + result.start)
            for variant, picture in zip(sounds, made, strict=True)
        }
        relevance = _relevance(result)
        end = result.end
        if relevance is not None:
            end = result.start + relevance.values.shape[1] / result.code.frame_rate
        spec = result.origin.codec
        return Pictures(
            sounds,
            drawn,
            clip.seconds,
            result.start,
            whole,
            result,
            relevance,
            end,
            difference(drawn[Variant.ORIGINAL], drawn[Variant.EXPLANATION]),
            difference(drawn[Variant.ORIGINAL], drawn[Variant.REMOVED]),
            _in_bands(relevance, spec) if relevance else None,
            spec.band_edges,
            relevant_stretches(result),
        )


def _relevance(result: ExplanationResult) -> Attribution | None:
    """Relevance of what is not padding; None where it is of one window among several."""
    if result.windows:
        return None
    frames = result.code.frames_within(result.last - result.first)
    return replace(result.attribution, values=result.attribution.values[:, :frames])


def _in_bands(relevance: Attribution, spec: CodecSpec) -> FloatArray | None:
    """Summed over the dimensions of each frequency band."""
    if spec.bands is None or spec.band_edges is None:
        return None
    values = np.zeros((len(spec.band_edges) - 1, relevance.values.shape[1]), dtype=np.float32)
    np.add.at(values, np.asarray(spec.bands), relevance.values)
    return values

"""Spectrograms for the window, computed off its thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.jobs import JobRunner
from app.notices import Notices
from app.session import Session, SessionState
from core.job import CancelToken, Report
from core.spectrogram import difference, shared_reference, spectrogram
from core.types import AudioClip, FloatArray, Spectrogram, Variant


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Spectrograms of the versions on one level scale. kept, removed: change against the
    original in dB, None while there is no explanation. seconds: length of the sound."""

    spectrograms: Mapping[Variant, Spectrogram]
    seconds: float
    kept: FloatArray | None
    removed: FloatArray | None


class PictureController(QObject):
    """Signals: pictures_changed(Pictures)."""

    pictures_changed = Signal(object)

    def __init__(
        self, session: Session, runner: JobRunner, notices: Notices, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        session.clip_changed.connect(self._on_clip)
        session.result_changed.connect(self._on_result)
        runner.succeeded.connect(self.pictures_changed)
        runner.failed.connect(notices.error)

    def _on_clip(self, state: SessionState) -> None:
        if state.clip is not None:
            self._draw({Variant.ORIGINAL: state.clip})

    def _on_result(self, state: SessionState) -> None:
        if state.result is not None:
            self._draw(state.result.audio)

    def _draw(self, versions: Mapping[Variant, AudioClip]) -> None:
        self._runner.submit(lambda report, cancel: _pictures(versions, report, cancel))


def _pictures(
    versions: Mapping[Variant, AudioClip], report: Report, cancel: CancelToken
) -> Pictures:
    reference = shared_reference(versions.values())
    drawn = {}
    for variant, clip in versions.items():
        cancel.raise_if_set()
        drawn[variant] = spectrogram(clip, reference=reference)
    original = drawn[Variant.ORIGINAL]
    changes: list[FloatArray | None] = [
        difference(original, drawn[variant]) if variant in drawn else None
        for variant in (Variant.EXPLANATION, Variant.REMOVED)
    ]
    return Pictures(drawn, versions[Variant.ORIGINAL].seconds, *changes)

"""What the explanation keeps, in words, below the plots."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.bootstrap import Application
from app.picture_controller import Pictures
from app.session import SessionState
from core.stretches import Stretch
from core.types import ExplanationResult
from ui.formatting import clock_range, hertz_range, probability, seconds_range, share
from ui.parts import Parts

MOST_NAMED = 3  # stretches
LONG = 60.0  # seconds; from there on moments are written as on a clock


class KeptText(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts = parts
        app.pictures.pictures_changed.connect(self._on_pictures)
        app.session.result_changed.connect(self._on_result)

    def _on_result(self, state: SessionState) -> None:
        if state.result is None:
            self._parts.relevance.show_kept("")

    def _on_pictures(self, pictures: Pictures) -> None:
        result = pictures.result
        self._parts.relevance.show_kept(self._sentence(pictures, result) if result else "")

    def _sentence(self, pictures: Pictures, result: ExplanationResult) -> str:
        """ "Keeps 10 %: 0.42–0.71 s at 900–2,600 Hz; p(“yes”) through the codec .97 → .93"."""
        by_share = sorted(pictures.stretches, key=lambda stretch: -stretch.share)[:MOST_NAMED]
        named = [
            self._stretch(stretch, pictures)
            for stretch in pictures.stretches
            if stretch in by_share
        ]
        if len(pictures.stretches) > len(named):
            named.append(self.tr("…"))
        target = result.target
        text = self.tr(
            "Keeps {share}: {stretches}; p(“{target}”) through the codec {before} → {after}"
        )
        return text.format(
            share=share(result.request.keep),
            stretches=", ".join(named) if named else self.tr("nothing that speaks for it"),
            target=target,
            before=probability(result.reconstruction.probability_of(target)),
            after=probability(result.explanation.round_trip.probability_of(target)),
        )

    def _stretch(self, stretch: Stretch, pictures: Pictures) -> str:
        start, end = stretch.start + pictures.start, stretch.end + pictures.start
        as_clock = pictures.seconds >= LONG
        when = clock_range(start, end) if as_clock else seconds_range(start, end)
        if stretch.low is None or stretch.high is None:
            return when
        band = hertz_range(_two_figures(stretch.low), _two_figures(stretch.high))
        return self.tr("{when} at {band}").format(when=when, band=band)


def _two_figures(hertz: float) -> float:
    """As exact as a spectrogram can tell."""
    return float(f"{hertz:.1e}")

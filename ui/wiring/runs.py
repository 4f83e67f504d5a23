"""The list of runs ↔ the runs of the current clip."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.bootstrap import Application
from app.runs import Run
from ui.formatting import seconds_range, share
from ui.parts import Parts
from ui.views.runs_view import RunRow


class RunList(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._runs = parts, app.runs
        options = app.options
        self._labels = {id_: label for id_, label, _ in (*options.methods, *options.fills)}
        parts.runs.run_chosen.connect(app.runs.go_to)
        parts.runs.pin_requested.connect(app.runs.pin)
        app.runs.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        shown, pinned = self._runs.shown, self._runs.pinned
        view = self._parts.runs
        view.show_runs([self._row(run, run is shown, run is pinned) for run in self._runs.runs])
        view.show_comparison(
            None if pinned is None else pinned.result, None if shown is None else shown.result
        )

    def _row(self, run: Run, shown: bool, pinned: bool) -> RunRow:
        result, request = run.result, run.result.request
        method = self._labels.get(request.method, request.method)
        fill = self._labels.get(request.fill, request.fill)
        shares = self.tr("{keep} / {remove}").format(
            keep=share(request.keep), remove=share(request.remove)
        )
        lines = [
            method,
            self.tr("fill: {fill}, cells: {cells}").format(
                fill=fill, cells=request.granularity.value
            ),
            self.tr("keep {keep}, remove {remove}").format(
                keep=share(request.keep), remove=share(request.remove)
            ),
            self.tr("class: “{target}”").format(target=result.target),
            seconds_range(result.start, result.end),
            self.tr("classifier: {classifier}, codec: {codec}, seed: {seed}").format(
                classifier=result.classifier_id, codec=result.codec_id, seed=request.seed
            ),
        ]
        target = result.target
        return RunRow(
            run.id,
            method,
            shares,
            "\n".join(lines),
            result.explanation.round_trip.probability_of(target),
            result.removed.round_trip.probability_of(target),
            shown,
            pinned,
        )

"""The live panel ↔ the live controller."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog

from app.bootstrap import Application
from app.live.scroll import FLOOR_DB
from app.live_controller import CapturedEvent, LivePicture, LiveState
from ui.parts import Parts

HEIGHT = 320  # pixels that the panel gets when it is started


@dataclass(frozen=True, slots=True)
class _Row:
    """A `ShownEvent`."""

    number: int
    label: str
    probability: float
    time: float
    explained: bool
    problem: str | None

    @classmethod
    def of(cls, captured: CapturedEvent) -> _Row:
        event = captured.event
        return cls(
            captured.number,
            event.label,
            event.probability,
            event.time,
            captured.result is not None,
            captured.problem,
        )


class Live(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        self._marked = 0
        view, live = parts.live, app.live
        view.live_requested.connect(lambda _wanted: self._toggle())
        view.threshold_changed.connect(live.set_threshold)
        view.play_requested.connect(live.play)
        view.open_requested.connect(live.open)
        view.list_requested.connect(live.list_all)
        view.clear_requested.connect(live.clear)
        view.export_requested.connect(self._ask_where_to)
        parts.actions["live"].triggered.connect(lambda _checked: self._toggle())
        live.running_changed.connect(self._on_running)
        live.pictured.connect(self._on_picture)
        live.state_changed.connect(self._on_state)
        live.events_changed.connect(self._on_events)
        app.devices.changed.connect(self._on_devices)
        view.show_threshold(live.threshold)
        self._on_devices()

    def _toggle(self) -> None:
        self._app.live.toggle()
        self._on_running(self._app.live.running)  # it may have been impossible

    def _on_running(self, running: bool) -> None:
        self._marked = 0
        self._parts.live.show_running(running)
        self._parts.actions["live"].setChecked(running)
        if running:
            dock = self._parts.docks["live"]
            dock.show()
            dock.raise_()
            self._parts.window.resizeDocks([dock], [HEIGHT], Qt.Orientation.Vertical)

    def _on_picture(self, picture: LivePicture) -> None:
        view = self._parts.live
        if picture.frequencies is not None:
            view.canvas.show_columns(
                picture.columns, picture.frequencies, picture.columns_end, FLOOR_DB
            )
        for frame in picture.frames:
            prediction = frame.prediction
            view.canvas.show_classes(prediction.labels, frame.background)
            view.canvas.show_decision((frame.start + frame.end) / 2, prediction.probabilities)
            if frame.attribution is not None:
                values = frame.attribution.values.sum(axis=0)
                view.canvas.show_relevance(values, frame.start, frame.end)
            for event in frame.events:
                view.canvas.show_event(event.time, event.label)
        if picture.frames:
            newest = picture.frames[-1]
            prediction = newest.prediction
            view.show_decision(prediction.label, prediction.probability, newest.hearing is not None)

    def _on_state(self, state: LiveState) -> None:
        view = self._parts.live
        if self._app.live.running:
            view.show_clock(state.age if state.ready else None, state.skipped, state.sentence)
            view.canvas.show_now(state.seconds)
            view.show_level(state.level.rms, state.level.peak)

    def _on_events(self, events: tuple[CapturedEvent, ...]) -> None:
        self._parts.live.show_events([_Row.of(captured) for captured in events])

    def _on_devices(self) -> None:
        self._parts.live.show_unable(self._app.devices.problem)
        self._parts.actions["live"].setEnabled(self._app.devices.problem is None)

    def _ask_where_to(self) -> None:
        settings = self._app.settings.settings
        start = settings.export_folder or settings.take_folder
        folder = QFileDialog.getExistingDirectory(
            self._parts.window, self.tr("Folder for the events"), str(start)
        )
        if folder:
            self._app.live.export(Path(folder))

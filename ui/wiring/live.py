"""The live panel ↔ the live controller."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog

from app.bootstrap import Application
from app.live.scroll import FLOOR_DB
from app.live_controller import LivePicture, LiveState
from app.live_events import CapturedEvent
from core.session_file import SUFFIX
from ui.dialogs.save_place import SavePlace
from ui.parts import Parts

HEIGHT = 430  # pixels that the panel gets when it is started


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
        self._connect_view()
        self._connect_controller()
        parts.live.show_threshold(app.live.threshold)
        parts.live.controls.show_gain(app.live.gain_db)
        self._on_devices()

    def _connect_view(self) -> None:
        view, live, events = self._parts.live, self._app.live, self._app.live.events
        view.live_requested.connect(lambda _wanted: self._toggle())
        view.controls.microphone_chosen.connect(self._choose_microphone)
        view.controls.gain_changed.connect(live.set_gain)
        view.controls.threshold_changed.connect(live.set_threshold)
        view.controls.monitored_chosen.connect(live.set_monitored)
        view.events.play_requested.connect(events.play)
        view.events.open_requested.connect(events.open)
        view.events.list_requested.connect(events.list_all)
        view.events.clear_requested.connect(events.clear)
        view.events.save_requested.connect(self._ask_where_to_save)
        view.events.export_requested.connect(self._ask_where_to_export)
        self._parts.actions["live"].triggered.connect(lambda _checked: self._toggle())

    def _connect_controller(self) -> None:
        view, live = self._parts.live, self._app.live
        live.running_changed.connect(self._on_running)
        live.pictured.connect(self._on_picture)
        live.state_changed.connect(self._on_state)
        live.threshold_changed.connect(view.show_threshold)
        live.monitored_changed.connect(view.controls.show_monitored)
        live.events.changed.connect(self._on_events)
        self._app.devices.changed.connect(self._on_devices)
        self._app.settings.changed.connect(
            lambda settings: view.controls.show_gain(settings.live_gain_db)
        )

    def _toggle(self) -> None:
        self._app.live.toggle()
        self._on_running(self._app.live.running)  # it may have been impossible

    def _on_running(self, running: bool) -> None:
        self._parts.live.show_running(running)
        self._parts.actions["live"].setChecked(running)
        if running:
            dock = self._parts.docks["live"]
            dock.show()
            dock.raise_()
            self._parts.window.resizeDocks([dock], [HEIGHT], Qt.Orientation.Vertical)

    def _on_picture(self, picture: LivePicture) -> None:
        view = self._parts.live
        canvas = view.canvas
        if picture.frequencies is not None:
            canvas.show_columns(picture.columns, picture.frequencies, picture.columns_end, FLOOR_DB)
        for frame in picture.frames:
            prediction = frame.prediction
            canvas.show_classes(prediction.labels, frame.background)
            canvas.show_decision((frame.start + frame.end) / 2, prediction.probabilities)
            for event in frame.events:
                canvas.show_event(event.time, event.label)
        for each in picture.explanations:
            if each.background:
                canvas.show_explained(each.end)
            else:
                canvas.show_relevance(
                    each.bands, each.band_edges, each.start, each.end, 1.0 / each.code.frame_rate
                )
        if picture.frames:
            newest = picture.frames[-1]
            prediction = newest.prediction
            view.show_decision(prediction.label, prediction.probability, newest.hearing is not None)

    def _on_state(self, state: LiveState) -> None:
        view = self._parts.live
        if self._app.live.running:
            age = state.age if state.ready else None
            view.show_clock(age, state.skipped, state.sentence, state.delay)
            view.canvas.show_now(state.seconds)
            view.show_level(state.level.rms, state.level.peak)

    def _on_events(self, events: tuple[CapturedEvent, ...]) -> None:
        self._parts.live.show_events([_Row.of(captured) for captured in events])

    def _on_devices(self) -> None:
        view, devices = self._parts.live, self._app.devices
        view.show_unable(devices.problem)
        view.controls.show_microphones(
            [(device.key, device.label_in) for device in devices.inputs],
            self._app.settings.settings.input_device,
        )
        self._parts.actions["live"].setEnabled(devices.problem is None)

    def _choose_microphone(self, key: str | None) -> None:
        self._app.settings.change(input_device=key)

    def _ask_where_to_save(self) -> None:
        settings = self._app.settings.settings
        dialog = SavePlace(
            self.tr("Save the events as a session"),
            (settings.open_folder or settings.take_folder) / f"live{SUFFIX}",
            self.tr("Sessions"),
            SUFFIX,
            self._parts.window,
        )
        dialog.chosen.connect(self._app.live.events.save)
        dialog.open()

    def _ask_where_to_export(self) -> None:
        settings = self._app.settings.settings
        start = settings.export_folder or settings.take_folder
        folder = QFileDialog.getExistingDirectory(
            self._parts.window, self.tr("Folder for the events"), str(start)
        )
        if folder:
            self._app.live.events.export(Path(folder))

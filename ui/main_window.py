"""The window: builds the views and ties them to the controllers. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QScrollArea, QSplitter, QVBoxLayout, QWidget

from app.bootstrap import Application
from app.notices import Notice
from app.picture_controller import Pictures
from app.session import SessionState
from core.types import ExplanationResult, Variant
from ui.actions import Actions
from ui.formatting import duration, number
from ui.views.clips_view import ClipsView
from ui.views.method_panel import MethodPanel, Option, PanelChoices
from ui.views.prediction_view import PredictionView
from ui.views.spectrogram_header import Overlay, SpectrogramLayout
from ui.views.spectrogram_view import SpectrogramView
from ui.views.status_view import StatusStrip
from ui.views.transport_view import TransportBar

STEP, FAR_STEP = 0.1, 1.0  # s that a key seeks
RIGHT_WIDTH = 400  # of prediction and method, so that no number is cut off


class MainWindow(QMainWindow):
    """Glue between the views and the controllers of `app.bootstrap.Application`."""

    def __init__(self, application: Application) -> None:
        super().__init__()
        self._app = application
        self._pictures: Pictures | None = None
        self.setWindowTitle("HearWhy")
        self.resize(1280, 800)
        self.actions_table = Actions(self)
        self.transport = TransportBar()
        self.clips = ClipsView()
        self.spectrogram = SpectrogramView()
        self.prediction = PredictionView()
        self.method = MethodPanel()
        self.status = StatusStrip()
        self._lay_out()
        self._connect_views()
        self._connect_controllers()
        self._connect_actions()
        options = application.options
        self.method.show_options(
            *(
                [Option(*entry) for entry in entries]
                for entries in (
                    options.codecs,
                    options.classifiers,
                    options.methods,
                    options.fills,
                )
            )
        )
        self._on_items(application.session.state)
        self._on_request(application.session.state)
        self.method.show_automatic(application.explain.automatic)
        self.transport.show_unable_to_record(self.tr("Recording comes with a later version."))
        self.transport.show_unable_to_compare(self.tr("Blind tests come with a later version."))
        self._show_what_can_be_heard(None)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._app.shut_down()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        right = QWidget()
        column = QVBoxLayout(right)
        column.addWidget(self.prediction)
        column.addWidget(self.method)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(right)
        scroll.setMinimumWidth(RIGHT_WIDTH)
        middle = QSplitter(Qt.Orientation.Horizontal)
        for widget, stretch in ((self.clips, 0), (self.spectrogram, 1), (scroll, 0)):
            middle.addWidget(widget)
            middle.setStretchFactor(middle.indexOf(widget), stretch)
        middle.setSizes([200, 700, RIGHT_WIDTH])
        body = QWidget()
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.transport)
        rows.addWidget(middle, 1)
        rows.addWidget(self.status)
        self.setCentralWidget(body)
        self.actions_table.fill(self.menuBar())

    def _connect_views(self) -> None:
        app = self._app
        self.transport.play_requested.connect(app.playback.toggle)
        self.transport.stop_requested.connect(app.playback.toggle)
        self.transport.loop_requested.connect(app.playback.set_loop)
        self.transport.variant_chosen.connect(app.session.set_active)
        self.transport.level_match_requested.connect(app.playback.set_level_match)
        self.clips.clip_chosen.connect(app.explain.open_item)
        self.clips.files_dropped.connect(app.explain.open_files)
        self.clips.remove_requested.connect(app.session.remove_item)
        self.spectrogram.position_chosen.connect(app.playback.seek)
        self.spectrogram.selection_changed.connect(app.session.set_selection)
        self.spectrogram.layout_changed.connect(self.spectrogram.show_layout)
        self.spectrogram.pair_changed.connect(self.spectrogram.show_difference)
        self.spectrogram.scale_changed.connect(self.spectrogram.show_scale)
        self.spectrogram.overlay_requested.connect(self._show_overlay)
        self.method.choices_changed.connect(self._on_choices)
        self.method.share_dragged.connect(app.explain.drag_shares)
        self.method.explain_requested.connect(app.explain.explain)
        self.method.automatic_changed.connect(self._set_automatic)
        self.status.cancel_requested.connect(app.explain.cancel)

    def _connect_controllers(self) -> None:
        app = self._app
        app.session.items_changed.connect(self._on_items)
        app.session.clip_changed.connect(self._on_clip)
        app.session.request_changed.connect(self._on_request)
        app.session.result_changed.connect(self._on_result)
        app.session.active_changed.connect(self._on_active)
        app.session.selection_changed.connect(self._on_selection)
        app.explain.progressed.connect(self.status.show_progress)
        app.explain.idle.connect(self.status.show_finished)
        app.playback.position_changed.connect(self._on_position)
        app.playback.playing_changed.connect(self.transport.show_playing)
        app.playback.length_changed.connect(self.transport.show_length)
        app.playback.level_match_changed.connect(self.transport.show_level_match)
        app.pictures.pictures_changed.connect(self._on_pictures)
        app.notices.posted.connect(self._on_notice)

    def _connect_actions(self) -> None:
        app, view = self._app, self.spectrogram
        wired: dict[str, Callable[[], object]] = {
            "open": self._ask_for_files,
            "previous_clip": self.clips.choose_previous,
            "next_clip": self.clips.choose_next,
            "quit": self.close,
            "cancel": app.explain.cancel,
            "play": app.playback.toggle,
            "explain": app.explain.explain,
            "seek_start": lambda: app.playback.seek(0.0),
            "seek_back": lambda: app.playback.skip(-STEP),
            "seek_forward": lambda: app.playback.skip(STEP),
            "seek_back_far": lambda: app.playback.skip(-FAR_STEP),
            "seek_forward_far": lambda: app.playback.skip(FAR_STEP),
            "zoom_in": view.zoom_in,
            "zoom_out": view.zoom_out,
            "zoom_selection": view.zoom_to_selection,
            "zoom_fit": view.zoom_to_fit,
            "view_single": lambda: view.show_layout(SpectrogramLayout.SINGLE),
            "view_all": lambda: view.show_layout(SpectrogramLayout.ALL),
            "view_difference": lambda: view.show_layout(SpectrogramLayout.DIFFERENCE),
            **{
                variant.value: lambda variant=variant: app.session.set_active(variant)
                for variant in Variant
            },
        }
        for action_id, do in wired.items():
            self.actions_table[action_id].triggered.connect(lambda _=False, do=do: do())
        self.actions_table["loop"].toggled.connect(self._set_loop)

    # From the session

    def _on_items(self, state: SessionState) -> None:
        self.clips.show_clips(state.items)
        self.clips.show_current(state.current)

    def _on_clip(self, state: SessionState) -> None:
        self.clips.show_current(state.current)
        name = state.item.name if state.item else ""
        self.setWindowTitle(f"{name} – HearWhy" if name else "HearWhy")
        if state.clip is None:
            self.spectrogram.show_spectrograms({})

    def _on_request(self, state: SessionState) -> None:
        request = state.request
        self.method.show_choices(
            PanelChoices(
                codec=request.codec,
                classifier=request.classifier,
                method=request.method,
                fill=request.fill,
                granularity=request.granularity,
                keep=request.keep,
                remove=request.remove,
                target=request.target,
                seed=request.seed,
                random_masks=request.random_masks,
            )
        )

    def _on_result(self, state: SessionState) -> None:
        result = state.result
        self.prediction.show_result(result)
        self._show_what_can_be_heard(result)
        if result is None:
            return
        self.method.show_targets(result.original.labels, result.original.label)
        self.status.show_place(result.device, result.codec_id)
        gap = result.attribution.completeness_gap
        text = self.tr("explained in {time}").format(time=duration(result.seconds["total"]))
        if gap is not None:
            text += self.tr(", completeness gap {gap} %").format(gap=number(100 * gap, 1))
        self.status.show_summary(text)

    def _on_active(self, state: SessionState) -> None:
        self.transport.show_variant(state.active)
        self.spectrogram.show_active(state.active)
        self.actions_table[state.active.value].setChecked(True)

    def _on_selection(self, state: SessionState) -> None:
        self.spectrogram.show_selection(*(state.selection or (None, None)))

    def _show_what_can_be_heard(self, result: ExplanationResult | None) -> None:
        missing = set() if result is not None else set(Variant) - {Variant.ORIGINAL}
        self.transport.show_unable_to_hear(missing, self.tr("Nothing has been explained yet."))

    # From the other controllers

    def _on_position(self, seconds: float) -> None:
        self.transport.show_position(seconds)
        self.spectrogram.show_position(seconds, follow=True)

    def _on_pictures(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self.spectrogram.show_spectrograms(pictures.spectrograms, seconds=pictures.seconds)
        state = self._app.session.state
        if state.active in pictures.spectrograms:
            self.spectrogram.show_active(state.active)
        if state.result is not None:
            values = state.result.attribution.values.sum(axis=0)
            self.spectrogram.show_relevance(values, 0.0, pictures.seconds)

    def _on_notice(self, notice: Notice) -> None:
        self.status.show_notice(notice)

    # From the views

    def _on_choices(self, choices: PanelChoices) -> None:
        request = self._app.session.state.request
        fields = {name: getattr(choices, name) for name in PanelChoices.__dataclass_fields__}
        self._app.explain.change_request(replace(request, **fields))

    def _set_automatic(self, automatic: bool) -> None:
        self._app.explain.automatic = automatic

    def _set_loop(self, looping: bool) -> None:
        self._app.playback.set_loop(looping)
        self.transport.show_loop(looping)

    def _show_overlay(self, overlay: Overlay) -> None:
        pictures = self._pictures
        values = None
        if pictures is not None:
            values = {Overlay.KEPT: pictures.kept, Overlay.REMOVED: pictures.removed}.get(overlay)
        self.spectrogram.show_overlay(overlay, values)

    def _ask_for_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, self.tr("Open sound files"))
        if names:
            self._app.explain.open_files([Path(name) for name in names])

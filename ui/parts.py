"""The widgets of the main window and where they lie."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QScrollArea,
    QSplitter,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from ui.actions import Actions
from ui.views.clips_view import ClipsView
from ui.views.method_panel import MethodPanel
from ui.views.prediction_view import PredictionView
from ui.views.relevance_view import RelevanceView
from ui.views.spectrogram_view import SpectrogramView
from ui.views.status_view import StatusStrip
from ui.views.transport_view import TransportBar
from ui.views.waveform_view import Overview, WaveformStrip

LEFT_WIDTH, RIGHT_WIDTH = 190, 400  # so that no name and no number is cut off


class Parts:
    """Every view of the window once, by name; the wirings take theirs from here."""

    def __init__(self, window: QMainWindow) -> None:
        self.window = window
        self.actions = Actions(window)
        self.menus = self.actions.fill(window.menuBar())
        self.transport = TransportBar()
        self.clips = ClipsView()
        self.overview = Overview()
        self.spectrogram = SpectrogramView()
        self.waveform = WaveformStrip()
        self.relevance = RelevanceView()
        self.prediction = PredictionView()
        self.method = MethodPanel()
        self.status = StatusStrip()
        self.docks: dict[str, QDockWidget] = {}
        self._lay_out()

    def tr(self, text: str) -> str:
        return self.window.tr(text)

    def reset_layout(self) -> None:
        """Put every panel where it was at first."""
        window = self.window
        for name, area in (
            ("clips", Qt.DockWidgetArea.LeftDockWidgetArea),
            ("prediction", Qt.DockWidgetArea.RightDockWidgetArea),
            ("method", Qt.DockWidgetArea.RightDockWidgetArea),
            ("relevance", Qt.DockWidgetArea.BottomDockWidgetArea),
        ):
            dock = self.docks[name]
            dock.setFloating(False)
            window.addDockWidget(area, dock)
            dock.show()
        window.resizeDocks(
            [self.docks["clips"], self.docks["prediction"]],
            [LEFT_WIDTH, RIGHT_WIDTH],
            Qt.Orientation.Horizontal,
        )
        window.resizeDocks([self.docks["relevance"]], [200], Qt.Orientation.Vertical)

    def _lay_out(self) -> None:
        window = self.window
        window.setDockNestingEnabled(True)
        for corner, area in (
            (Qt.Corner.TopLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea),
            (Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea),
            (Qt.Corner.TopRightCorner, Qt.DockWidgetArea.RightDockWidgetArea),
            (Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea),
        ):
            window.setCorner(corner, area)
        window.addToolBar(Qt.ToolBarArea.TopToolBarArea, self._bar("transport", self.transport))
        window.addToolBar(Qt.ToolBarArea.BottomToolBarArea, self._bar("status", self.status))
        self.middle = QSplitter(Qt.Orientation.Vertical)
        self.middle.setChildrenCollapsible(False)
        for view, stretch in ((self.overview, 0), (self.spectrogram, 1), (self.waveform, 0)):
            self.middle.addWidget(view)
            self.middle.setStretchFactor(self.middle.indexOf(view), stretch)
        window.setCentralWidget(self.middle)
        self._dock("clips", self.tr("Clips"), self.clips)
        self._dock("prediction", self.tr("Decision"), _scrolling(self.prediction))
        self._dock("method", self.tr("Method"), _scrolling(self.method))
        self._dock("relevance", self.tr("Relevance"), self.relevance)
        self.reset_layout()

    def _bar(self, name: str, view: QWidget) -> QToolBar:
        bar = QToolBar()
        bar.setObjectName(name)
        bar.setMovable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.toggleViewAction().setEnabled(False)
        bar.addWidget(view)
        return bar

    def _dock(self, name: str, title: str, view: QWidget) -> None:
        dock = QDockWidget(title, self.window)
        dock.setObjectName(name)
        dock.setWidget(view)
        self.docks[name] = dock


def _scrolling(view: QWidget) -> QScrollArea:
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.addWidget(view)
    column.addStretch(1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setMinimumWidth(RIGHT_WIDTH)
    area.setWidget(inside)
    return area

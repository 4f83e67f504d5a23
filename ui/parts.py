"""The widgets of the main window and where they lie."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QScrollArea,
    QSplitter,
    QStyle,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from ui.actions import Actions
from ui.views.clips_view import ClipsView
from ui.views.concept_time_view import ConceptTimeView
from ui.views.concept_view import ConceptView
from ui.views.live_view import LiveView
from ui.views.method_panel import MethodPanel
from ui.views.prediction_view import PredictionView
from ui.views.relevance_view import RelevanceView
from ui.views.runs_view import RunsView
from ui.views.spectrogram_view import SpectrogramView
from ui.views.status_view import StatusStrip
from ui.views.transport_view import TransportBar
from ui.views.waveform_view import Overview, WaveformStrip

LEFT_WIDTH, RIGHT_WIDTH = 200, 412  # so that no name and no number is cut off
NARROWEST = 340  # that a panel at the right can be made
WAVEFORM_HEIGHT, RELEVANCE_HEIGHT, FOLDED_HEIGHT = 64, 226, 136


class Parts:
    """Every view of the window once, by name; the wirings take theirs from here."""

    def __init__(self, window: QMainWindow) -> None:
        self.window = window
        self.actions = Actions(window)
        self.menus = self.actions.fill(window.menuBar())
        self.transport = TransportBar()
        self.clips = ClipsView()
        self.runs = RunsView()
        self.overview = Overview()
        self.spectrogram = SpectrogramView()
        self.waveform = WaveformStrip()
        self.relevance = RelevanceView()
        self.live = LiveView()
        self.concepts = ConceptView()
        self.concept_times = ConceptTimeView()
        self.prediction = PredictionView()
        self.method = MethodPanel()
        self.status = StatusStrip()
        self.docks: dict[str, QDockWidget] = {}
        self._lay_out()

    @property
    def regions(self) -> tuple[QWidget, ...]:
        """Where the keyboard can go, in the order of the eye."""
        return (
            self.transport,
            self.clips,
            self.runs,
            self.overview,
            self.spectrogram,
            self.waveform,
            self.relevance,
            self.concept_times,
            self.live,
            self.prediction,
            self.concepts,
            self.method,
            self.status,
        )

    def tr(self, text: str) -> str:
        return QCoreApplication.translate("Parts", text)

    def reset_layout(self) -> None:
        """Put every panel where it was at first."""
        window = self.window
        for name, area in (
            ("clips", Qt.DockWidgetArea.LeftDockWidgetArea),
            ("runs", Qt.DockWidgetArea.LeftDockWidgetArea),
            ("prediction", Qt.DockWidgetArea.RightDockWidgetArea),
            ("method", Qt.DockWidgetArea.RightDockWidgetArea),
            ("relevance", Qt.DockWidgetArea.BottomDockWidgetArea),
        ):
            dock = self.docks[name]
            dock.setFloating(False)
            window.addDockWidget(area, dock)
            dock.show()
        window.tabifyDockWidget(self.docks["clips"], self.docks["runs"])
        self.docks["clips"].raise_()
        for name, below in (
            ("concept_times", "relevance"),
            ("live", "relevance"),
            ("concepts", "prediction"),
        ):
            dock = self.docks[name]
            dock.setFloating(False)
            window.tabifyDockWidget(self.docks[below], dock)
            dock.hide()  # until it is asked for
        window.resizeDocks(
            [self.docks["clips"], self.docks["prediction"]],
            [LEFT_WIDTH, RIGHT_WIDTH],
            Qt.Orientation.Horizontal,
        )
        self.fit_relevance()
        bars = (window.menuBar(), *window.findChildren(QToolBar))
        room = window.height() - sum(bar.sizeHint().height() for bar in bars)
        method = self.docks["method"].sizeHint().height()
        line = window.style().pixelMetric(QStyle.PixelMetric.PM_DockWidgetSeparatorExtent)
        window.resizeDocks(
            [self.docks["prediction"], self.docks["method"]],
            [room - method - line, method],
            Qt.Orientation.Vertical,
        )
        self.heights.setSizes([room, WAVEFORM_HEIGHT])

    def fit_relevance(self) -> None:
        """Give the relevance panel the room it needs; its cells may be folded away."""
        height = FOLDED_HEIGHT if self.relevance.is_folded else RELEVANCE_HEIGHT
        docks = [self.docks["relevance"]]
        for widget in (self.relevance, *docks):
            widget.layout().activate()  # so that they know how little they need
        self.window.resizeDocks(docks, [height], Qt.Orientation.Vertical)

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
        self.heights = QSplitter(Qt.Orientation.Vertical)
        self.heights.setChildrenCollapsible(False)
        self.heights.addWidget(self.spectrogram)
        self.heights.addWidget(self.waveform)
        self.heights.setStretchFactor(0, 1)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.overview)
        column.addWidget(self.heights, 1)
        window.setCentralWidget(middle)
        self._dock("clips", self.tr("Clips"), self.clips)
        self._dock("runs", self.tr("Runs"), self.runs)
        self._dock("prediction", self.tr("Decision"), _Column(self.prediction))
        self._dock("method", self.tr("Method"), _Column(self.method))
        self._dock("relevance", self.tr("Relevance"), self.relevance)
        self._dock("live", self.tr("Live"), self.live)
        self._dock("concepts", self.tr("Concepts"), _Column(self.concepts))
        self._dock("concept_times", self.tr("Concepts over time"), self.concept_times)
        # In a window that is shown already, Qt would show them in a later turn, and until then they
        # need no room.
        docked = [dock.widget() for dock in self.docks.values()]
        for widget in (window.menuBar(), *window.findChildren(QToolBar), middle, *docked):
            widget.show()
        self.reset_layout()

    def _bar(self, name: str, view: QWidget) -> QToolBar:
        bar = QToolBar()
        bar.setObjectName(name)
        bar.setMovable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.toggleViewAction().setVisible(False)
        bar.addWidget(view)
        return bar

    def _dock(self, name: str, title: str, view: QWidget) -> None:
        dock = QDockWidget(title, self.window)
        dock.setObjectName(name)
        dock.setWidget(view)
        self.docks[name] = dock


class _Column(QScrollArea):
    """A panel that scrolls where it has less room than it needs."""

    def __init__(self, view: QWidget) -> None:
        super().__init__()
        self._view = view
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(NARROWEST)
        self.setWidget(view)

    def sizeHint(self) -> QSize:
        return self._view.sizeHint()

"""The explanations of the clip made so far, and the pinned one beside the one that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.types import ExplanationResult, Variant
from ui.formatting import DASH, probability, share
from ui.icons import icon
from ui.keys import FocusKeys
from ui.views.variant_label import VariantLabel

ID = Qt.ItemDataRole.UserRole
PIN, NAME, KEPT, GONE = range(4)
ROW_HEIGHT, PIN_WIDTH = 40, 26
COMPARED = (Variant.ORIGINAL, Variant.RECONSTRUCTION, Variant.EXPLANATION, Variant.REMOVED)


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as it is listed.

    name: its method; shares: kept / removed; details: all of its choices, in words. kept, gone: the
    class's probability by round trip in what the explanation keeps, and once that is removed.
    """

    id: int
    name: str
    shares: str
    details: str
    kept: float
    gone: float
    shown: bool = False
    pinned: bool = False


class RunsView(QFrame):
    """Signals: run_chosen(id); pin_requested(id, or None to unpin). Showing never emits."""

    run_chosen = Signal(int)
    pin_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[int, RunRow] = {}
        self.tree = _Tree([self.tr("Run"), self.tr("kept"), self.tr("gone")])
        self.tree.setAccessibleName(self.tr("Runs"))
        self.tree.headerItem().setToolTip(KEPT, self.tr("p of the class in what is kept"))
        self.tree.headerItem().setToolTip(GONE, self.tr("p of the class in what is left"))
        self.tree.itemClicked.connect(self._on_clicked)
        self.tree.itemActivated.connect(lambda item, _column: self._choose(item))
        self.tree.customContextMenuRequested.connect(self._open_menu)
        self._hint = QLabel(self.tr("Every explanation of this clip is listed here."))
        self._hint.setObjectName("muted")
        self._hint.setWordWrap(True)
        self._hint.setMargin(8)
        self.comparison = _Comparison()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._hint)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.comparison)
        FocusKeys(self)
        self.show_runs([])
        self.show_comparison(None, None)

    @property
    def text_twin(self) -> str:
        """The list and the comparison in words."""
        lines = [
            self.tr("{name} {shares}: kept {kept}, gone {gone}").format(
                name=row.name,
                shares=row.shares,
                kept=probability(row.kept),
                gone=probability(row.gone),
            )
            for row in self._rows.values()
        ]
        return "\n".join([*lines, *self.comparison.lines])

    def show_runs(self, rows: Sequence[RunRow]) -> None:
        """Show these, in their order, and mark which is shown and which is pinned."""
        self._rows = {row.id: row for row in rows}
        with QSignalBlocker(self.tree):
            self.tree.clear()
            for row in rows:
                item = self._item(row)
                self.tree.addTopLevelItem(item)
                if row.shown:
                    self.tree.setCurrentItem(item)
                    self.tree.scrollToItem(item)
        self.tree.setVisible(bool(rows))
        self._hint.setVisible(not rows)
        self.tree.setAccessibleDescription(self.text_twin)

    def show_comparison(
        self, pinned: ExplanationResult | None, shown: ExplanationResult | None
    ) -> None:
        """Put the numbers of two runs side by side; without a pinned one there is nothing."""
        self.comparison.show_results(pinned, shown)
        self.tree.setAccessibleDescription(self.text_twin)

    def _item(self, row: RunRow) -> QTreeWidgetItem:
        name = f"{row.name}\n{row.shares}"
        item = QTreeWidgetItem(["", name, probability(row.kept), probability(row.gone)])
        item.setData(PIN, ID, row.id)
        item.setIcon(PIN, icon("pin", "accent" if row.pinned else "muted"))
        item.setToolTip(PIN, self.tr("Unpin") if row.pinned else self.tr("Pin to compare with"))
        item.setData(PIN, Qt.ItemDataRole.AccessibleTextRole, item.toolTip(PIN))
        font = item.font(NAME)
        font.setBold(row.shown)
        for column in (NAME, KEPT, GONE):
            item.setFont(column, font)
            item.setToolTip(column, row.details)
            item.setSizeHint(column, QSize(0, ROW_HEIGHT))
        for column in (KEPT, GONE):
            item.setTextAlignment(
                column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            )
        return item

    def _on_clicked(self, item: QTreeWidgetItem, column: int) -> None:
        if column == PIN:
            self._toggle_pin(item)
        else:
            self._choose(item)

    def _choose(self, item: QTreeWidgetItem) -> None:
        row = self._rows[item.data(PIN, ID)]
        if not row.shown:
            self.run_chosen.emit(row.id)

    def _toggle_pin(self, item: QTreeWidgetItem) -> None:
        row = self._rows[item.data(PIN, ID)]
        self.pin_requested.emit(None if row.pinned else row.id)

    def _open_menu(self, place: QPoint) -> None:
        item = self.tree.itemAt(place) or self.tree.currentItem()
        if item is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        show = menu.addAction(self.tr("Show this run"))
        show.triggered.connect(lambda: self._choose(item))
        pin = menu.addAction(icon("pin"), item.toolTip(PIN))
        pin.triggered.connect(lambda: self._toggle_pin(item))
        menu.popup(self.tree.viewport().mapToGlobal(place))


class _Tree(QTreeWidget):
    """A flat table; the Menu key opens the menu of the current row."""

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__()
        self.setHeaderLabels(["", *titles])
        self.setRootIsDecorated(False)
        self.setIconSize(QSize(14, 14))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setExpandsOnDoubleClick(False)
        self.setMinimumHeight(3 * ROW_HEIGHT)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionsMovable(False)
        header.setMinimumSectionSize(PIN_WIDTH)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(PIN, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(PIN, PIN_WIDTH)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Menu and self.currentItem() is not None:
            middle = self.visualItemRect(self.currentItem()).center()
            self.customContextMenuRequested.emit(middle)
        else:
            super().keyPressEvent(event)


class _Comparison(QWidget):
    """Numbers of the pinned run and of the shown one, in two columns."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._heading = QLabel()
        self._heading.setObjectName("muted")
        self._heading.setTextFormat(Qt.TextFormat.PlainText)
        self._names: dict[object, QLabel] = {v: VariantLabel(v) for v in COMPARED}
        self._names["gap"] = QLabel(self.tr("gap"))
        self._names["gap"].setToolTip(self.tr("Completeness gap"))
        self._cells: dict[tuple[object, int], QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 6, 8, 8)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self._heading, 0, 0)
        for column, title in enumerate((self.tr("pinned"), self.tr("shown")), start=1):
            label = QLabel(title)
            label.setObjectName("muted")
            grid.addWidget(label, 0, column, Qt.AlignmentFlag.AlignRight)
        for row, (key, name) in enumerate(self._names.items(), start=1):
            grid.addWidget(name, row, 0)
            for column in (1, 2):
                cell = self._cells[key, column] = QLabel()
                cell.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                grid.addWidget(cell, row, column, Qt.AlignmentFlag.AlignRight)

    def show_results(
        self, pinned: ExplanationResult | None, shown: ExplanationResult | None
    ) -> None:
        self.setVisible(pinned is not None)
        self.lines = []
        if pinned is None:
            return
        both = [_numbers(pinned), {} if shown is None else _numbers(shown)]
        targets = [pinned.target, pinned.target if shown is None else shown.target]
        same = targets[0] == targets[1]
        self._heading.setText(self.tr("p(“{target}”)").format(target=targets[0]) if same else "p")
        for key, name in self._names.items():
            texts = [numbers.get(key, DASH) for numbers in both]
            for column, text in enumerate(texts, start=1):
                self._cells[key, column].setText(text)
            self.lines.append(
                self.tr("{name}: pinned {pinned}, shown {shown}").format(
                    name=name.text(), pinned=texts[0], shown=texts[1]
                )
            )


def _numbers(result: ExplanationResult) -> dict[object, str]:
    target, gap = result.target, result.attribution.completeness_gap
    return {
        Variant.ORIGINAL: probability(result.original.probability_of(target)),
        Variant.RECONSTRUCTION: probability(result.reconstruction.probability_of(target)),
        Variant.EXPLANATION: probability(result.explanation.round_trip.probability_of(target)),
        Variant.REMOVED: probability(result.removed.round_trip.probability_of(target)),
        "gap": DASH if gap is None else share(gap),
    }

"""The heaviest concepts, a row each, with a number and a bar for every version of the sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from core.types import Variant
from ui.formatting import probability
from ui.icons import icon
from ui.theme import current_theme
from ui.views.variant_names import variant_name

COLUMNS = (Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED)
NAME, FIRST, TAKE_OFF = 0, 1, 1 + len(COLUMNS)
ROW, BAR, GAP = 25, 6, 8  # pixels: a row, the bar in it, air at its right
VERSION_WIDTH, TAKE_OFF_WIDTH = 76, 24
MARK = 3  # pixels at the left of the current row
SMALL = 0.88  # of the font
WORD, WEIGHT = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class ConceptRow:
    """One concept. weights: in the order of `COLUMNS`, of as many versions as there are.

    own: whether the user has added it. factor: how much more or less it is to count.
    """

    word: str
    weights: tuple[float, ...]
    own: bool = False
    factor: float = 1.0


class ConceptTable(QTreeWidget):
    """Signals: play_requested(word, Variant or None), by a click or Enter: None is the version that
    sounds; chosen(word), by the keyboard or a click; take_off_requested(word);
    factor_requested(word, factor). Showing never emits.
    """

    play_requested = Signal(str, object)
    chosen = Signal(str)
    take_off_requested = Signal(str)
    factor_requested = Signal(str, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, ConceptRow] = {}
        self.heaviest = 1.0  # weight of the longest bar
        self.setColumnCount(TAKE_OFF + 1)
        self.setHeaderLabels([self.tr("Concept"), *map(variant_name, COLUMNS), ""])
        self.setAccessibleName(self.tr("Concepts"))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIconSize(QSize(12, 12))
        self.setItemDelegate(_Bars(self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setExpandsOnDoubleClick(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Its room is always kept, so that the columns stay where they are.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMinimumHeight(4 * ROW)
        header = _Header()
        self.setHeader(header)
        header.setStretchLastSection(False)
        header.setSectionsMovable(False)
        header.setMinimumSectionSize(TAKE_OFF_WIDTH)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column in range(FIRST, TAKE_OFF):
            header.resizeSection(column, VERSION_WIDTH)
        header.resizeSection(TAKE_OFF, TAKE_OFF_WIDTH)
        self.itemClicked.connect(self._on_clicked)
        self.itemActivated.connect(lambda item, _column: self._play(item, None))
        self.currentItemChanged.connect(self._on_current)
        self.customContextMenuRequested.connect(self._open_menu)
        self.show_rows([], COLUMNS)

    def show_rows(self, rows: Sequence[ConceptRow], variants: Sequence[Variant]) -> None:
        """Show these, in their order. variants: the versions that there are weights of."""
        current = self.word
        self._rows = {row.word: row for row in rows}
        self.heaviest = max((weight for row in rows for weight in row.weights), default=1.0) or 1.0
        with QSignalBlocker(self):
            self.clear()
            for row in rows:
                self.addTopLevelItem(self._item(row))
            self._make_current(current)
        for column, variant in enumerate(COLUMNS, start=FIRST):
            self.setColumnHidden(column, variant not in variants)
        self.setColumnHidden(TAKE_OFF, not any(row.own for row in rows))
        self.setAccessibleDescription(self.text_twin)

    def show_chosen(self, word: str) -> None:
        """Make a row the current one, if it is there."""
        with QSignalBlocker(self):
            self._make_current(word)

    @property
    def word(self) -> str:
        """Of the row that the keyboard is at; empty for none."""
        item = self.currentItem()
        return "" if item is None else str(item.data(NAME, WORD))

    @property
    def text_twin(self) -> str:
        """The bars in words, a line a concept."""
        return "\n".join(self._words(row) for row in self._rows.values())

    def _item(self, row: ConceptRow) -> QTreeWidgetItem:
        name = row.word if row.factor == 1.0 else f"{row.word} ×{row.factor:g}"
        item = QTreeWidgetItem([name, *map(probability, row.weights)])
        item.setData(NAME, WORD, row.word)
        for column in range(TAKE_OFF):
            item.setToolTip(column, self._words(row))
            item.setSizeHint(column, QSize(0, ROW))
        for column, weight in enumerate(row.weights, start=FIRST):
            item.setData(column, WEIGHT, weight)
        if row.own:
            text = self.tr("Take “{word}” off").format(word=row.word)
            item.setIcon(TAKE_OFF, icon("close", "muted"))
            item.setToolTip(TAKE_OFF, text)
            item.setData(TAKE_OFF, Qt.ItemDataRole.AccessibleTextRole, text)
        return item

    def _words(self, row: ConceptRow) -> str:
        weights = ", ".join(
            f"{variant_name(variant).lower()} {probability(weight)}"
            for variant, weight in zip(COLUMNS, row.weights, strict=False)
        )
        return self.tr("{word}: {weights}").format(word=row.word, weights=weights)

    def _make_current(self, word: str) -> None:
        for number in range(self.topLevelItemCount()):
            item = self.topLevelItem(number)
            if item.data(NAME, WORD) == word:
                self.setCurrentItem(item)
                return

    def _on_current(self, item: QTreeWidgetItem | None, _: object) -> None:
        if item is not None:
            self.chosen.emit(str(item.data(NAME, WORD)))

    def _on_clicked(self, item: QTreeWidgetItem, column: int) -> None:
        if column == TAKE_OFF:
            self._take_off(item)
        else:
            self._play(item, COLUMNS[column - FIRST] if column >= FIRST else None)

    def _play(self, item: QTreeWidgetItem, variant: Variant | None) -> None:
        self.play_requested.emit(str(item.data(NAME, WORD)), variant)

    def _take_off(self, item: QTreeWidgetItem) -> None:
        row = self._rows[str(item.data(NAME, WORD))]
        if row.own:
            self.take_off_requested.emit(row.word)

    def _open_menu(self, place: QPoint) -> None:
        item = self.itemAt(place) or self.currentItem()
        if item is None:
            return
        row = self._rows[str(item.data(NAME, WORD))]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        play = menu.addAction(icon("play"), self.tr("Play where it is strongest"))
        play.triggered.connect(lambda: self.play_requested.emit(row.word, None))
        menu.addSeparator()
        for factor, text in (
            (0.0, self.tr("Score the labels without it")),
            (0.5, self.tr("Score the labels with half of it")),
            (2.0, self.tr("Score the labels with twice as much")),
            (1.0, self.tr("Let it count as it is")),
        ):
            weigh = menu.addAction(text)
            weigh.setCheckable(True)
            weigh.setChecked(factor == row.factor)
            weigh.triggered.connect(
                lambda _, factor=factor: self.factor_requested.emit(row.word, factor)
            )
        if row.own:
            menu.addSeparator()
            off = menu.addAction(self.tr("Take “{word}” off").format(word=row.word))
            off.triggered.connect(lambda: self.take_off_requested.emit(row.word))
        menu.popup(self.viewport().mapToGlobal(place))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if item is not None and event.key() == Qt.Key.Key_Delete:
            self._take_off(item)
        elif item is not None and event.key() == Qt.Key.Key_Menu:
            self.customContextMenuRequested.emit(self.visualItemRect(item).center())
        else:
            super().keyPressEvent(event)

    @property
    def right_of_weights(self) -> int:
        """Pixels from the last column of weights to the right edge."""
        shown = [column for column in range(TAKE_OFF) if not self.isColumnHidden(column)]
        last = shown[-1]
        end = self.columnViewportPosition(last) + self.columnWidth(last)
        return self.width() - self.viewport().x() - end


class _Header(QHeaderView):
    """Titles of columns; those of versions in their colours, which a style sheet cannot give."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setFont(_scaled(self.font(), SMALL))

    def paintSection(self, painter: QPainter, rect: QRect, column: int) -> None:
        theme = current_theme()
        painter.save()
        painter.fillRect(rect, QColor(theme.panel))
        painter.setPen(QColor(theme.grid))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        shown = FIRST <= column < TAKE_OFF
        painter.setPen(QColor(theme.variants[COLUMNS[column - FIRST]] if shown else theme.muted))
        painter.setFont(self.font())
        title = str(self.model().headerData(column, Qt.Orientation.Horizontal) or "")
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect.adjusted(4, 0, 0, 0), left, title)
        painter.restore()


class _Bars(QStyledItemDelegate):
    """A number with a bar below it, as long as the weight against the heaviest of all.

    The current row is marked at its left: on a ground in the colour of selections the colours of
    the versions would not be told apart.
    """

    def __init__(self, table: ConceptTable) -> None:
        super().__init__(table)
        self._table = table

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        theme, table = current_theme(), self._table
        weight = index.data(WEIGHT)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(theme.hover))
            if index.column() == NAME:
                mark = QRectF(option.rect)
                mark.setWidth(MARK)
                painter.fillRect(mark, QColor(theme.accent))
        if not FIRST <= index.column() < TAKE_OFF or weight is None:
            plain = QStyleOptionViewItem(option)
            hidden = QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus
            plain.state &= ~(hidden | QStyle.StateFlag.State_MouseOver)
            super().paint(painter, plain, index)
            return
        place = QRectF(option.rect).adjusted(3, 0, -GAP, 0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(_scaled(option.font, SMALL))
        painter.setPen(QColor(theme.text if weight >= 0.005 else theme.muted))
        painter.drawText(
            place.adjusted(0, 1, 0, -BAR - 6),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom,
            probability(weight),
        )
        track = QRectF(place.left(), place.bottom() - BAR - 4, place.width(), BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.grid))
        painter.drawRoundedRect(track, 2, 2)
        bar = QRectF(track)
        bar.setWidth(track.width() * min(weight / table.heaviest, 1.0))
        painter.setBrush(QColor(theme.variants[COLUMNS[index.column() - FIRST]]))
        painter.drawRoundedRect(bar, 2, 2)
        painter.restore()


def _scaled(font: QFont, factor: float) -> QFont:
    font = QFont(font)
    font.setPointSizeF(font.pointSizeF() * factor)
    return font

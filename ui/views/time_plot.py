"""A plot over time: a pyqtgraph box with an axis at its left, and what is painted into it.

Everything inside is a `Layer`, which paints in pixels of the box from the range it shows; nothing
in it takes the mouse, which belongs to the canvas.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from ui.plotting import pg
from ui.theme import Theme, current_theme

CAPTION_HEIGHT = 40.0  # pixels that a caption may take, below the upper edge

BRACKET = 7.0  # pixels that the ends of the loop reach into it


class TimePlot:
    """One row of a canvas.

    full_height: the range of values from bottom to top. zooms_values: whether the user can zoom it.
    group: plots of one group (other than "") always show the same values. pictured: whether a
    picture fills it, of whose colours the playhead has to stand out.
    """

    def __init__(
        self,
        axis: pg.AxisItem,
        *,
        full_height: tuple[float, float] = (0.0, 1.0),
        zooms_values: bool = False,
        group: str = "",
        pictured: bool = False,
    ) -> None:
        self.axis = axis
        self.pictured = pictured
        self.full_height = full_height
        self.zooms_values = zooms_values
        self.group = group
        self.box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0.0)
        self.box.disableAutoRange()
        self.box.setRange(xRange=(0.0, 1.0), yRange=full_height, padding=0.0)
        axis.linkToView(self.box)
        self.layers: list[Layer] = []
        self.marks = Marks(self)
        self.caption = Caption(self)
        self.box.sigRangeChanged.connect(self.repaint_layers)
        self.box.sigResized.connect(self._on_resized)

    def repaint_layers(self, *_: object) -> None:
        for layer in self.layers:
            layer.update()

    def _on_resized(self, _: object) -> None:
        for layer in self.layers:
            layer.prepareGeometryChange()
            layer.update()

    @property
    def time_range(self) -> tuple[float, float]:
        start, end = self.box.viewRange()[0]
        return start, end

    @property
    def value_range(self) -> tuple[float, float]:
        low, high = self.box.viewRange()[1]
        return low, high

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the box in pixels."""
        rect = self.box.rect()
        return rect.width(), rect.height()

    def x_of(self, seconds: float) -> float:
        start, end = self.time_range
        return (seconds - start) / (end - start) * self.size[0]

    def y_of(self, value: float) -> float:
        low, high = self.value_range
        return (high - value) / (high - low) * self.size[1]

    def seconds_at(self, x: float) -> float:
        start, end = self.time_range
        return start + x / max(self.size[0], 1.0) * (end - start)

    def value_at(self, y: float) -> float:
        low, high = self.value_range
        return high - y / max(self.size[1], 1.0) * (high - low)

    def restyle(self, theme: Theme) -> None:
        style_axis(self.axis, theme)
        self.repaint_layers()


def style_axis(axis: pg.AxisItem, theme: Theme) -> None:
    axis.setPen(pg.mkPen(theme.border))
    axis.setTickPen(pg.mkPen(theme.muted))
    axis.setTextPen(pg.mkPen(theme.muted))


class Layer(QGraphicsItem):
    """Something painted into a plot, in pixels, the box's upper left corner being (0, 0)."""

    def __init__(self, plot: TimePlot, z: float) -> None:
        super().__init__(plot.box)
        self.plot = plot
        self.setZValue(z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        plot.layers.append(self)

    def boundingRect(self) -> QRectF:
        return self.plot.box.rect()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        width, height = self.plot.size
        if width > 0 and height > 0:
            self.paint_into(painter, width, height)

    def paint_into(self, painter: QPainter, width: float, height: float) -> None:
        raise NotImplementedError


class ImageLayer(Layer):
    """An image stretched from one moment to another and over the plot's full height."""

    def __init__(self, plot: TimePlot, z: float, *, smooth: bool = True) -> None:
        """smooth: whether pixels wider than the screen's are blended into each other."""
        super().__init__(plot, z)
        self.image: QImage | None = None
        self.span = (0.0, 0.0)
        self._smooth = smooth

    def show_image(self, image: QImage | None, start: float = 0.0, end: float = 0.0) -> None:
        """start, end: seconds at the image's left and right edge."""
        had_none = self.image is None
        self.image = image if image is not None and not image.isNull() else None
        self.span = (start, end)
        if had_none and self.image is None:
            return  # nothing to paint anew; it may be asked for while painting
        self.update()

    def paint_into(self, painter: QPainter, width: float, height: float) -> None:
        if self.image is None:
            return
        left, right = (self.plot.x_of(moment) for moment in self.span)
        top = self.plot.y_of(self.plot.full_height[1])
        bottom = self.plot.y_of(self.plot.full_height[0])
        source, target = QRectF(self.image.rect()), QRectF(left, top, right - left, bottom - top)
        if target.isEmpty():
            return
        # Only what is seen is drawn, else a deep zoom asks Qt for a target of millions of pixels.
        a_column = target.width() / source.width()
        first = max(0, int(-left / a_column) - 1)
        last = min(self.image.width(), int((width - left) / a_column) + 2)
        if first >= last:
            return
        source = QRectF(first, 0, last - first, source.height())
        target = QRectF(left + first * a_column, top, source.width() * a_column, target.height())
        scale = painter.deviceTransform().m11()
        stretched = max(a_column, target.height() / source.height()) * scale > 1.5
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth and stretched)
        painter.drawImage(target, self.image, source)


class Marks(Layer):
    """The playhead, the selection, the loop, and the window that is explained.

    fills: whether the selection is tinted; where colours mean something it is a bar below them.
    """

    def __init__(self, plot: TimePlot) -> None:
        super().__init__(plot, 50.0)
        self.fills = True
        self.position: float | None = None
        self.selection: tuple[float, float] | None = None
        self.window: tuple[float, float] | None = None
        self.loop: tuple[float, float] | None = None

    def show_position(self, seconds: float | None) -> None:
        for moment in (self.position, seconds):  # only the strips that change
            if moment is not None:
                self.update(QRectF(self.plot.x_of(moment) - 3, 0, 6, self.plot.size[1]))
        self.position = seconds

    def show_selection(self, selection: tuple[float, float] | None) -> None:
        if selection != self.selection:
            self.selection = selection
            self.update()

    def show_window(self, window: tuple[float, float] | None) -> None:
        if window != self.window:
            self.window = window
            self.update()

    def show_loop(self, loop: tuple[float, float] | None) -> None:
        self.loop = loop
        self.update()

    def paint_into(self, painter: QPainter, width: float, height: float) -> None:
        theme = current_theme()
        accent = QColor(theme.accent)
        if self.window is not None:
            left, right = (self.plot.x_of(moment) for moment in self.window)
            painter.setPen(pg.mkPen(accent, width=1))
            painter.drawLine(QPointF(left, 0), QPointF(left, height))
            painter.drawLine(QPointF(right, 0), QPointF(right, height))
            painter.fillRect(QRectF(left, 0, right - left, 3), accent)
        if self.selection is not None:
            left, right = (self.plot.x_of(moment) for moment in self.selection)
            if self.fills:
                wash = QColor(accent)
                wash.setAlpha(56)
                painter.fillRect(QRectF(left, 0, right - left, height), wash)
            else:
                painter.fillRect(QRectF(left, height - 3, right - left, 3), accent)
            painter.setPen(pg.mkPen(accent, width=1))
            painter.drawLine(QPointF(left, 0), QPointF(left, height))
            painter.drawLine(QPointF(right, 0), QPointF(right, height))
        if self.loop is not None:
            for moment, inward in zip(self.loop, (1, -1), strict=True):
                self._draw_bracket(painter, self.plot.x_of(moment), inward, height)
        if self.position is not None:
            x = round(self.plot.x_of(self.position))
            if self.plot.pictured:  # white with a dark edge is seen on every colour
                painter.fillRect(QRectF(x - 1, 0, 3, height), QColor(0, 0, 0, 110))
                painter.fillRect(QRectF(x, 0, 1, height), QColor(255, 255, 255))
            else:
                painter.fillRect(QRectF(x, 0, 1, height), QColor(theme.text))

    def _draw_bracket(self, painter: QPainter, x: float, inward: int, height: float) -> None:
        """An end of the loop, as a repeat sign that points into it."""
        theme = current_theme()
        foot = BRACKET * inward
        corners = [QPointF(x + foot, 1), QPointF(x, 1), QPointF(x, height - 1)]
        corners.append(QPointF(x + foot, height - 1))
        if self.plot.pictured:  # as the playhead
            painter.setPen(pg.mkPen(QColor(0, 0, 0, 110), width=4))
            painter.drawPolyline(corners)
        painter.setPen(pg.mkPen(QColor("white" if self.plot.pictured else theme.text), width=2))
        painter.drawPolyline(corners)


class Caption(Layer):
    """A short text in an upper corner, with a dot in a colour of its own."""

    def __init__(self, plot: TimePlot, *, at_right: bool = False) -> None:
        super().__init__(plot, 60.0)
        self._at_right = at_right
        self.text = ""
        self.color: str | None = None
        self.strong = False

    def show_text(self, text: str, color: str | None = None, *, strong: bool = False) -> None:
        """color: of the dot, "#rrggbb"; None leaves the dot out. strong: with a frame."""
        if (text, color, strong) != (self.text, self.color, self.strong):
            self.text, self.color, self.strong = text, color, strong
            self.update(QRectF(0, 0, self.plot.size[0], CAPTION_HEIGHT))

    def paint_into(self, painter: QPainter, width: float, height: float) -> None:
        if not self.text or height < 24:
            return
        theme = current_theme()
        metrics = QFontMetricsF(painter.font())
        dot = 12.0 if self.color else 0.0
        text = metrics.elidedText(self.text, Qt.TextElideMode.ElideRight, width - dot - 26)
        chip = QRectF(6, 5, metrics.horizontalAdvance(text) + dot + 14, metrics.height() + 4)
        if self._at_right:
            chip.moveRight(width - 6)
        ground = QColor(theme.plot)
        ground.setAlpha(215)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pg.mkPen(theme.accent) if self.strong else Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(chip, 4, 4)
        if self.color:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.color))
            painter.drawEllipse(QPointF(chip.left() + 11, chip.center().y()), 4, 4)
        painter.setPen(QColor(theme.text))
        painter.drawText(
            chip.adjusted(7 + dot, 0, 0, 0),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            text,
        )

"""What a screen reader finds: a name for every control, in the window and in every dialog."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QTextEdit,
    QWidget,
)

from tests.app.conftest import write_sound
from tests.ui.real_window import DIALOG_COMMANDS, real_window
from ui.dialogs.error_details import ErrorDetailsDialog
from ui.views.plot_canvas import PlotCanvas

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QTextEdit,
    PlotCanvas,
)
COMPOSED = (QAbstractSpinBox, QComboBox, QLineEdit)  # of a field, a list, buttons
MOVED_WITH = (QScrollBar, QHeaderView)  # of something that has a name


def controls(root: QWidget) -> Iterator[QWidget]:
    """What can be used or read, without the parts that Qt's own controls are made of."""
    for widget in root.findChildren(QWidget):
        made_of = widget.objectName().startswith("qt_") or isinstance(widget, MOVED_WITH)
        if isinstance(widget, CONTROLS) and not made_of and not _is_inside(widget, COMPOSED):
            yield widget


def _is_inside(widget: QWidget, kinds: tuple[type[QWidget], ...]) -> bool:
    parent = widget.parentWidget()
    return parent is not None and (isinstance(parent, kinds) or _is_inside(parent, kinds))


def nameless(root: QWidget) -> list[str]:
    found = []
    for widget in controls(root):
        reader = QAccessible.queryAccessibleInterface(widget)
        name = reader.text(QAccessible.Text.Name) if reader is not None else ""
        if not any(letter.isalnum() for letter in name):
            places = []
            place: QWidget | None = widget
            while place is not None and place is not root:
                places.append(type(place).__name__)
                place = place.parentWidget()
            found.append(" in ".join(places))
    return found


@pytest.fixture
def real(qtbot, small_models, tmp_path):
    with real_window(qtbot, small_models, tmp_path) as real:
        real.explain(write_sound(tmp_path / "tone.wav"))
        yield real


def test_every_control_of_the_window_has_a_name(real):
    assert len(list(controls(real.window))) > 40
    assert nameless(real.window) == []


def test_every_control_of_every_dialog_has_a_name(real):
    found = {}
    for command in DIALOG_COMMANDS:
        dialog = real.open_dialog(command)
        assert list(controls(dialog)), command
        found[command] = nameless(dialog)
        dialog.close()
    assert found == {command: [] for command in DIALOG_COMMANDS}


def test_every_control_of_the_error_details_has_a_name(qtbot):
    dialog = ErrorDetailsDialog("It went wrong.", "Traceback")
    qtbot.addWidget(dialog)
    assert nameless(dialog) == []


def test_a_control_without_a_name_is_found(qtbot):
    root = QWidget()
    qtbot.addWidget(root)
    QLineEdit(root)
    assert nameless(root) == ["QLineEdit"]


def test_every_plot_has_a_text_twin(qtbot, real):
    for plot in real.window.findChildren(PlotCanvas):
        reader = QAccessible.queryAccessibleInterface(plot)

        def tells(reader=reader) -> None:
            description = reader.text(QAccessible.Text.Description)
            name = reader.text(QAccessible.Text.Name)
            assert any(letter.isdigit() for letter in description), name

        qtbot.waitUntil(tells)  # once the view has come to rest

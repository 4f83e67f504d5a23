"""Every word of the window can be translated: in the source, and in the window as it is shown.

What the engine says (notices, notes on a clip, stages of the work, names of methods) comes as
English sentences and is shown as it is.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialog,
    QDockWidget,
    QGroupBox,
    QLabel,
    QLineEdit,
    QTabWidget,
    QWidget,
)

from app.notices import Notice
from core.exporters import EXPORTERS
from core.versions import versions
from tests.app.conftest import write_sound
from tests.ui.real_window import DIALOG_COMMANDS, RealWindow, real_window
from ui.dialogs.error_details import ErrorDetailsDialog

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "ui").rglob("*.py"))

EVERY = None
SHOWING: dict[str, tuple[int, ...] | None] = {  # what shows text, and which of its arguments are
    "setText": EVERY,
    "setToolTip": EVERY,
    "setStatusTip": EVERY,
    "setWhatsThis": EVERY,
    "setWindowTitle": EVERY,
    "setAccessibleName": EVERY,
    "setAccessibleDescription": EVERY,
    "setPlaceholderText": EVERY,
    "setTitle": EVERY,
    "setSuffix": EVERY,
    "setPrefix": EVERY,
    "setSpecialValueText": EVERY,
    "setInformativeText": EVERY,
    "setLabel": EVERY,
    "addMenu": EVERY,
    "addAction": EVERY,
    "addButton": (0,),
    "addItem": (0,),
    "addItems": EVERY,
    "addRow": (0,),
    "addTab": (1,),
    "getOpenFileName": (1, 3),
    "getOpenFileNames": (1, 3),
    "getExistingDirectory": (1,),
    "info": EVERY,
    "warning": EVERY,
    "announce": (0,),
    "QAction": EVERY,
    "QCheckBox": EVERY,
    "QDockWidget": EVERY,
    "QGroupBox": EVERY,
    "QLabel": EVERY,
    "QMenu": EVERY,
    "QPushButton": EVERY,
    "QRadioButton": EVERY,
    "QToolButton": EVERY,
    "QTreeWidgetItem": EVERY,
    "ElidingLabel": EVERY,
    "SavePlace": (0, 2),
}
SHAPING = {"format", "join", "capitalize"}  # of a text, whose words count as well
QTS_OWN = {"QPlatformTheme", "QTabBar"}  # contexts for which Qt brings the translations: "OK" …
NAMES = {"HearWhy", "HearWhy – {name}"}
WORD = re.compile(r"[^\W\d_]{2,}")


def bare_words(path: Path) -> list[str]:
    """Texts that are shown without having been offered for translation, each with its place."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in SHOWING:
            if _name(node.func) in ("info", "warning") and _is_log(node.func):
                continue
            positions = SHOWING[_name(node.func)]
            for number, argument in enumerate(node.args):
                if positions is EVERY or number in positions:
                    found += [
                        f"{path.relative_to(ROOT)}:{node.lineno}: {text!r}"
                        for text in _texts(argument)
                        if WORD.search(re.sub(r"\{[^}]*\}|<[^>]*>", "", text)) and text not in NAMES
                    ]
    return found


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _is_log(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and _name(function.value) == "log"


def _texts(node: ast.expr) -> Iterator[str]:
    """Literal texts that this expression may become; what a function makes is its own business."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in SHAPING:
            yield from _texts(node.func.value)
    elif isinstance(node, ast.FormattedValue):
        yield from ()
    elif not isinstance(node, ast.Compare | ast.Subscript | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from _texts(child)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_is_shown_bare(path: Path) -> None:
    assert bare_words(path) == []


def test_the_search_finds_bare_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.ui.test_translation.ROOT", tmp_path)
    file = tmp_path / "bad.py"
    file.write_text(
        'label.setText("Bare")\n'
        'QLabel(f"{count} clips")\n'
        'menu.addAction("Open" if ready else self.tr("Wait"))\n'
        'label.setText("Hello {name}".format(name=name))\n'
        'combo.addItem(self.tr("light"), "light")\n'
        'label.setText(self.tr("{count} clips").format(count=f"{count:,} or so"))\n'
        'label.setText(f"{number} %")\n'
        'button.setIcon(icon("open"))\n'
        'log.warning("Not for users")\n',
        encoding="utf-8",
    )
    assert [line.split(":")[1] for line in bare_words(file)] == ["1", "2", "3", "4"]


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """What Qt's own tool offers to translators: context and text."""
    file = tmp_path_factory.mktemp("translation") / "hearwhy.ts"
    code = "import sys; from PySide6.scripts.pyside_tool import lupdate; sys.exit(lupdate())"
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, SOURCES), "-ts", str(file)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    contexts = ElementTree.parse(file).getroot().iter("context")
    return {
        (context.findtext("name", ""), message.findtext("source", ""))
        for context in contexts
        for message in context.iter("message")
    }


def test_the_extraction_finds_what_there_is(extracted: set[tuple[str, str]]) -> None:
    assert len(extracted) > 300
    assert ("AboutDialog", "About HearWhy") in extracted
    assert ("Actions", "Open sound files or a session") in extracted


class Marked(QTranslator):
    """Answers for what was extracted under the context it is looked for, as a real one would."""

    def __init__(self, known: set[tuple[str, str]]) -> None:
        super().__init__()
        self._known = known

    def isEmpty(self) -> bool:
        return False

    def translate(
        self, context: str, text: str, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        known = context in QTS_OWN or (context, text) in self._known
        return f"⟦{text}⟧" if known else None


@pytest.fixture
def marked(qapp, extracted):
    translator = Marked(extracted)
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


def shown_texts(root: QWidget) -> Iterator[tuple[str, str]]:
    """Every text of the widgets below `root` with where it stands."""
    for widget in (root, *root.findChildren(QWidget)):
        place = f"{type(widget).__name__} {widget.objectName()}"
        if widget.objectName().startswith("qt_"):
            continue
        yield f"{place} tool tip", widget.toolTip()
        yield f"{place} accessible name", widget.accessibleName()
        if isinstance(widget, QLabel | QAbstractButton):
            yield f"{place} text", widget.text()
        if isinstance(widget, QGroupBox):
            yield f"{place} title", widget.title()
        if isinstance(widget, QLineEdit):
            yield f"{place} placeholder", widget.placeholderText()
        if isinstance(widget, QComboBox):
            for number in range(widget.count()):
                yield f"{place} item", widget.itemText(number)
        if isinstance(widget, QTabWidget):
            for number in range(widget.count()):
                yield f"{place} tab", widget.tabText(number)
        if isinstance(widget, QDockWidget | QDialog):
            yield f"{place} title", widget.windowTitle()
    for action in root.findChildren(QAction):
        foreign = type(action.parent()).__module__.startswith("pyqtgraph")  # in no menu of ours
        if not action.objectName().startswith("_q_") and not foreign:
            yield f"action {action.objectName()} text", action.text()
            yield f"action {action.objectName()} tip", action.statusTip()


def unmarked(root: QWidget, data: set[str]) -> list[str]:
    """Texts with words that are neither marked nor data."""
    found = []
    for place, text in shown_texts(root):
        rest = re.sub(r"⟦.*?⟧|<[^>]*>", "", text, flags=re.DOTALL)
        for each in sorted(data, key=len, reverse=True):
            rest = rest.replace(each, "")
        if WORD.search(rest) and "⟦" not in text:
            found.append(f"{place}: {text!r}")
    return found


def engine_words(real: RealWindow) -> set[str]:
    """What comes from the engine or from the user, and is shown as it is."""
    behind = real.behind
    options = behind.options
    lists = (options.codecs, options.classifiers, options.methods, options.fills)
    words = {text for entries in lists for entry in entries for text in entry}
    words |= {text for spec in EXPORTERS.specs() for text in (spec.label, spec.summary)}
    words |= {text for item in behind.session.state.items for text in (item.name, item.key)}
    for device in real.backend.present:
        words |= {device.name, device.label_in, device.label_out}
    words |= set(behind.session.state.result.original.labels) | set(versions())
    habits = behind.settings.settings.concepts
    words |= {habits.vocabulary, habits.embedder, *behind.concepts.vocabularies()}
    return words | {"HearWhy", "small-codec", "small-head", "CPU"}


def test_every_word_of_the_window_and_its_dialogs_is_translated(
    qtbot, marked, small_models, tmp_path
):
    with real_window(qtbot, small_models, tmp_path) as real:
        real.explain(write_sound(tmp_path / "tone.wav"))
        data = engine_words(real) | {str(tmp_path), str(small_models.codec.parent)}
        found = unmarked(real.window, data)
        for command in DIALOG_COMMANDS:
            dialog = real.open_dialog(command)
            found += unmarked(dialog, data)
            dialog.close()
        details = ErrorDetailsDialog("A sentence of the engine", "")
        real.qtbot.addWidget(details)
        found += unmarked(details, {*data, "A sentence of the engine"})
        real.behind.notices.posted.emit(Notice("error", "A sentence of the engine", "details"))
        found += unmarked(real.window.parts.status, {*data, "A sentence of the engine"})
    assert not found, "\n".join(sorted(set(found)))

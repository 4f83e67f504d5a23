"""Random things that a user may do, on the whole window."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSlider,
    QApplication,
    QDialog,
    QFileDialog,
    QGraphicsView,
    QMenu,
    QScrollBar,
    QWidget,
)

from app.session import SessionState
from tests.fake_audio import HEADPHONES, HEADSET, MICROPHONE, SPEAKER
from tests.ui.real_window import DIALOG_COMMANDS, RealWindow
from ui.actions import ACTIONS, shortcuts
from ui.theme import apply_theme

BLOCK = 256  # frames of the fake sound card after each event
LEFT, RIGHT, MIDDLE = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.MiddleButton,
)
MODIFIERS = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
ENDING = {"quit"}
OTHER_KEYS = ("H", "Return", "Tab", "Shift+Tab", "Up", "Down", "Delete", "PgDown", "?", "7")


class Monkey:
    """Does one random thing at a time; says what it did."""

    def __init__(self, real: RealWindow, files: list[Path], seed: int) -> None:
        self.real, self.files = real, files
        self.rng = random.Random(seed)
        self.request = real.behind.session.state.request
        self.done: list[str] = []
        self.told: list[str] = []
        self.explained = self.heard = 0
        real.behind.notices.posted.connect(lambda notice: self.told.append(notice.text))
        real.behind.session.result_changed.connect(self._count_result)
        keys = {shortcuts(spec)[0].toString() for spec in ACTIONS if spec.keys}
        keys -= {shortcuts(spec)[0].toString() for spec in ACTIONS if spec.id in ENDING}
        self.keys = [*sorted(keys), *OTHER_KEYS]
        self.closing = QTimer()
        self.closing.setInterval(25)
        self.closing.timeout.connect(self._close_what_waits)
        self.closing.start()
        self.kinds: list[tuple[int, Callable[[], str]]] = [
            (30, self._key),
            (22, self._click),
            (14, self._drag),
            (14, self._wheel),
            (6, self._slide),
            (8, self._version),
            (4, self._play),
            (4, self._drop),
            (3, self._resize),
            (2, self._theme),
            (4, self._open_dialog),
            (4, self._close_dialog),
            (3, self._cancel),
            (2, self._begin_anew),
            (2, self._devices),
            (4, self._wait),
        ]

    def act(self) -> None:
        weights, acts = zip(*self.kinds, strict=True)
        act = self.rng.choices(acts, weights)[0]
        self.done.append(act.__name__)
        self.done[-1] = f"{act.__name__}: {act()}"
        self._sound_card()
        QApplication.processEvents()

    def close_everything(self) -> None:
        """Back to the window alone, the first file explained, nothing under way."""
        window = self.real.window
        for widget in QApplication.topLevelWidgets():
            if widget is not window and widget.isVisible():
                widget.close()
        behind = self.real.behind
        if behind.record.recording:
            behind.record.toggle()
        self._begin_anew()
        streams = self.real.backend.streams
        streams[:] = [stream for stream in streams if not stream.closed]
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()
        gc.collect()

    # ── what a user does ─────────────────────────────────────────────────────────────────────────

    def _key(self) -> str:
        key = self.rng.choice(self.keys)
        target = QApplication.focusWidget() or self.real.window
        if isinstance(target.window(), QFileDialog):
            return "nothing"
        QTest.keySequence(target, QKeySequence(key))
        return f"{key} on {type(target).__name__}"

    def _click(self) -> str:
        target = self._target()
        button = self.rng.choices((LEFT, RIGHT, MIDDLE), (8, 2, 1))[0]
        modifiers = self.rng.choice(MODIFIERS)
        click = QTest.mouseDClick if self.rng.random() < 0.1 else QTest.mouseClick
        name = type(target).__name__
        click(target, button, modifiers, self._point(target))
        return f"{button.name} {modifiers.name} on {name}"

    def _drag(self) -> str:
        target = self._target()
        button = self.rng.choices((LEFT, MIDDLE), (4, 1))[0]
        name = type(target).__name__
        QTest.mousePress(target, button, self.rng.choice(MODIFIERS), self._point(target))
        for _ in range(self.rng.randrange(1, 6)):
            QTest.mouseMove(target, self._point(target))
        if self.rng.random() < 0.2:
            QTest.keyClick(self.real.window, Qt.Key.Key_Escape)
        QTest.mouseRelease(target, button, MODIFIERS[0], self._point(target))
        return f"{button.name} on {name}"

    def _wheel(self) -> str:
        views = [view for view in self.real.window.findChildren(QGraphicsView) if view.isVisible()]
        target = self.rng.choice([*views, self._target()])
        widget = target.viewport() if isinstance(target, QGraphicsView) else target
        place = QPointF(self._point(widget))
        turn = QPoint(0, self.rng.choice((-960, -120, -15, 15, 120, 960)))
        event = QWheelEvent(
            place,
            QPointF(widget.mapToGlobal(place.toPoint())),
            QPoint(),
            turn,
            Qt.MouseButton.NoButton,
            self.rng.choice(MODIFIERS),
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)
        return f"{turn.y()} on {type(target).__name__}"

    def _slide(self) -> str:
        sliders = [
            slider
            for slider in self.real.window.findChildren(QAbstractSlider)
            if slider.isVisible() and not isinstance(slider, QScrollBar)
        ]
        if not sliders:
            return "nothing"
        slider = self.rng.choice(sliders)
        for _ in range(self.rng.randrange(1, 5)):
            slider.setValue(self.rng.randint(slider.minimum(), slider.maximum()))
        return slider.accessibleName()

    def _version(self) -> str:
        key = self.rng.choice("1234")
        QTest.keyClick(self.real.window, key)
        return key

    def _play(self) -> str:
        self.real.window.parts.actions["play"].trigger()
        return ""

    def _drop(self) -> str:
        files = self.rng.sample(self.files, self.rng.randrange(0, 3))
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
        window = self.real.window
        place, copy = self._point(window), Qt.DropAction.CopyAction
        enter = QDragEnterEvent(place, copy, data, LEFT, MODIFIERS[0])
        QApplication.sendEvent(window, enter)
        drop = QDropEvent(QPointF(place), copy, data, LEFT, MODIFIERS[0])
        QApplication.sendEvent(window, drop)
        return ", ".join(file.name for file in files)

    def _resize(self) -> str:
        width, height = self.rng.randrange(300, 1600), self.rng.randrange(200, 1100)
        self.real.window.showNormal()
        self.real.window.resize(width, height)
        return f"{width} × {height}"

    def _theme(self) -> str:
        theme = self.rng.choice(("light", "dark", "system"))
        apply_theme(QApplication.instance(), theme)
        return theme

    def _open_dialog(self) -> str:
        command = self.rng.choice(DIALOG_COMMANDS)
        self.real.window.parts.actions[command].trigger()
        return command

    def _close_dialog(self) -> str:
        dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog)]
        shown = [dialog for dialog in dialogs if dialog.isVisible()]
        if not shown:
            return "nothing"
        dialog = self.rng.choice(shown)
        name = type(dialog).__name__
        ends: list[Callable[[], object]] = [dialog.accept, dialog.reject, dialog.close]
        end = dialog.reject if isinstance(dialog, QFileDialog) else self.rng.choice(ends)
        end()
        return name

    def _cancel(self) -> str:
        self.real.window.parts.actions["cancel"].trigger()
        return ""

    def _begin_anew(self) -> str:
        """With models that fit each other, so that there is something to explain and hear."""
        behind = self.real.behind
        behind.settings.change(automatic=True)
        behind.explain.change_request(self.request)
        behind.explain.open_files([self.files[0]])
        try:
            self.real.settle()
        except Exception as error:
            raise AssertionError(f"stuck after {self.done[-15:]}, told {self.told[-5:]}") from error
        behind.playback.seek(0.0)
        return ""

    def _devices(self) -> str:
        backend = self.real.backend
        if self.rng.random() < 0.5 and backend.present:
            gone = self.rng.choice(list(backend.present))
            backend.unplug(gone)
            return f"without {gone.name}"
        backend.present = (SPEAKER, MICROPHONE, HEADPHONES, HEADSET)
        self.real.window.parts.actions["rescan"].trigger()
        return "all"

    def _wait(self) -> str:
        milliseconds = self.rng.choice((1, 5, 20, 60))
        QTest.qWait(milliseconds)
        return f"{milliseconds} ms"

    # ── how it is done ───────────────────────────────────────────────────────────────────────────

    def _target(self) -> QWidget:
        """Something to be seen, in the window or a dialog, small things as often as big ones."""
        tops = [
            top
            for top in QApplication.topLevelWidgets()
            if top.isVisible() and not isinstance(top, QFileDialog | QMenu)
        ]
        modal = QApplication.activeModalWidget()
        top = self.rng.choice([modal] if modal in tops else tops or [self.real.window])
        below = [
            widget
            for widget in top.findChildren(QWidget)
            if widget.isVisible() and widget.isEnabled() and widget.window() is top
        ]
        return self.rng.choice(below or [top])

    def _point(self, widget: QWidget) -> QPoint:
        return QPoint(
            self.rng.randrange(max(1, widget.width())), self.rng.randrange(max(1, widget.height()))
        )

    def _sound_card(self) -> None:
        for stream in self.real.backend.streams:
            if not stream.active:
                continue
            if stream.device.channels_out:
                sound = stream.pull(BLOCK)
                assert np.isfinite(sound).all()
                self.heard += bool(sound.any())
            else:
                stream.push(0.1 * np.sin(np.arange(BLOCK) / 5))

    def _count_result(self, state: SessionState) -> None:
        self.explained += state.result is not None

    def _close_what_waits(self) -> None:
        """Menus and file dialogs keep an event loop of their own, in which nothing else happens."""
        for waiting in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
            if isinstance(waiting, QMenu) or (
                waiting is not None and not isinstance(waiting, QDialog)
            ):
                waiting.close()
            elif isinstance(waiting, QFileDialog):
                waiting.reject()

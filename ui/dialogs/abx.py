"""The blind listening test: is X the sound A or the sound B?"""

from __future__ import annotations

import random

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.abx import AbxSound, AbxTest
from core.types import Variant
from ui.formatting import clock_range
from ui.keys import FocusKeys
from ui.views.help_button import HelpButton
from ui.views.variant_names import variant_name

CONVINCING = 0.05
SOUNDING = """
QPushButton:checked { background: palette(highlight); color: palette(highlighted-text); }
"""


class AbxDialog(QDialog):
    """Signals: play_requested(Variant), from here on this version; stop_requested().

    Whoever plays must not show which version it is, or the test is not blind. The levels must be
    matched, or loudness gives the answer away.
    rng: draws X; the system's own source unless a test gives another.
    """

    play_requested = Signal(object)
    stop_requested = Signal()

    def __init__(
        self,
        a: Variant = Variant.ORIGINAL,
        b: Variant = Variant.EXPLANATION,
        rng: random.Random | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Blind test (ABX)"))
        self._rng = rng
        self._test = AbxTest(a, b, rng)
        self._playing: AbxSound | None = None
        self.first = self._variant_combo(self.tr("Version A"), a)
        self.second = self._variant_combo(self.tr("Version B"), b)
        self._build_players()
        self._build_answers()
        self._lay_out()
        FocusKeys(self)
        self._show_score()
        self._show_playing(None)

    @property
    def test(self) -> AbxTest:
        """The test under way."""
        return self._test

    @property
    def pair(self) -> tuple[Variant, Variant]:
        """The versions that are compared."""
        return _chosen(self.first), _chosen(self.second)

    def show_stretch(self, start: float, end: float) -> None:
        """Say what of the clip is heard, in seconds."""
        self._stretch.setText(
            self.tr("{stretch} is heard again and again, A and B equally loud.").format(
                stretch=clock_range(start, end)
            )
        )

    def show_stopped(self) -> None:
        """The sound ended or was stopped elsewhere."""
        self._show_playing(None)

    def done(self, result: int) -> None:
        if self._playing is not None:
            self._stop()
        super().done(result)

    def _variant_combo(self, name: str, chosen: Variant) -> QComboBox:
        combo = QComboBox()
        combo.setAccessibleName(name)
        for variant in Variant:
            combo.addItem(variant_name(variant), variant.value)
        combo.setCurrentIndex(combo.findData(chosen.value))
        combo.activated.connect(self._restart)
        return combo

    def _build_players(self) -> None:
        self.players: dict[AbxSound, QPushButton] = {}
        self._exclusive = QButtonGroup(self)
        self._exclusive.setExclusive(False)
        for sound in AbxSound:
            button = QPushButton(sound.value)
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setMinimumSize(96, 56)
            button.setStyleSheet(SOUNDING)
            button.setAccessibleName(self.tr("Play {sound}").format(sound=sound.value))
            button.setToolTip(
                self.tr("Play {sound}, or stop it ({sound})").format(sound=sound.value)
            )
            font = button.font()
            font.setPointSizeF(font.pointSizeF() * 1.5)
            button.setFont(font)
            button.clicked.connect(lambda _checked, sound=sound: self._toggle(sound))
            QShortcut(QKeySequence(sound.value), self, lambda sound=sound: self._toggle(sound))
            self.players[sound] = button
        QShortcut(QKeySequence(Qt.Key.Key_Space), self, self._stop_or_play_again)

    def _build_answers(self) -> None:
        self.answers: dict[AbxSound, QPushButton] = {}
        for sound, key in ((AbxSound.A, "Shift+A"), (AbxSound.B, "Shift+B")):
            button = QPushButton(self.tr("X is {sound}").format(sound=sound.value))
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
            keys = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
            button.setToolTip(
                self.tr("Answer that X is {sound} ({keys})").format(sound=sound.value, keys=keys)
            )
            button.clicked.connect(lambda _checked, sound=sound: self._answer(sound))
            QShortcut(QKeySequence(key), self, lambda sound=sound: self._answer(sound))
            self.answers[sound] = button

    def _lay_out(self) -> None:
        question = QLabel(
            self.tr(
                "X is A or B, drawn anew for each answer. Listen as often as you like, then say "
                "which. Decide beforehand how many answers you will give: 10 or more."
            )
        )
        question.setWordWrap(True)
        self._stretch = QLabel()
        self._stretch.setObjectName("muted")
        self._stretch.setWordWrap(True)
        choice = QGridLayout()
        for column, (letter, combo) in enumerate((("A", self.first), ("B", self.second))):
            choice.addWidget(QLabel(letter), 0, 2 * column)
            choice.addWidget(combo, 0, 2 * column + 1)
            choice.setColumnStretch(2 * column + 1, 1)
        choice.setHorizontalSpacing(10)
        playing = QHBoxLayout()
        for sound in (AbxSound.A, AbxSound.X, AbxSound.B):
            playing.addWidget(self.players[sound], 1)
        answering = QHBoxLayout()
        for button in self.answers.values():
            button.setMinimumHeight(34)
            answering.addWidget(button, 1)
        self._score = QLabel()
        self._verdict = QLabel()
        self._verdict.setObjectName("muted")
        self._verdict.setWordWrap(True)
        scoring = QHBoxLayout()
        scoring.addWidget(self._score)
        scoring.addWidget(HelpButton("abx"))
        scoring.addStretch(1)
        buttons = QDialogButtonBox()
        close = buttons.addButton(QDialogButtonBox.StandardButton.Close)
        self.restart = buttons.addButton(
            self.tr("Start again"), QDialogButtonBox.ButtonRole.ResetRole
        )
        self.restart.clicked.connect(self._restart)
        for button in (close, self.restart):  # Enter belongs to the button with the keyboard
            button.setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(14)
        layout.addWidget(question)
        for part in (choice, playing):
            layout.addLayout(part)
        layout.addWidget(self._stretch)
        for part in (answering, scoring):
            layout.addLayout(part)
        layout.addWidget(self._verdict)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.setMinimumWidth(440)

    def _toggle(self, sound: AbxSound) -> None:
        if self._playing is sound:
            self._stop()
        else:
            self._play(sound)

    def _play(self, sound: AbxSound) -> None:
        self._show_playing(sound)
        self.play_requested.emit(self._test.variant(sound))

    def _stop(self) -> None:
        self._show_playing(None)
        self.stop_requested.emit()

    def _stop_or_play_again(self) -> None:
        self._toggle(self._playing or AbxSound.X)

    def _answer(self, sound: AbxSound) -> None:
        if not self.answers[sound].isEnabled():
            return
        if self._playing is not None:  # the next X would go on under the ear
            self._stop()
        self._test.answer(sound)
        self._show_score()

    def _restart(self) -> None:
        if self._playing is not None:
            self._stop()
        self._test = AbxTest(*self.pair, self._rng)
        self._show_score()

    def _show_playing(self, sound: AbxSound | None) -> None:
        self._playing = sound
        for letter, button in self.players.items():
            with QSignalBlocker(button):
                button.setChecked(letter is sound)

    def _show_score(self) -> None:
        score = self._test.score
        same = self.pair[0] is self.pair[1]
        for button in self.answers.values():
            button.setEnabled(not same)
        self._score.setText(
            self.tr("{correct} of {trials} right, p = {p}").format(
                correct=score.correct, trials=score.trials, p=f"{score.p_value:.3f}"
            )
        )
        if same:
            self._verdict.setText(self.tr("A and B are the same version: choose two."))
        elif not score.trials:
            self._verdict.setText(self.tr("No answer yet."))
        elif score.p_value < CONVINCING:
            self._verdict.setText(self.tr("Guessing would hardly do as well: you hear it."))
        else:
            self._verdict.setText(self.tr("Guessing could do as well."))


def _chosen(combo: QComboBox) -> Variant:
    return Variant(combo.currentData())

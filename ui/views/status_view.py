"""The strip below the window: where the work is done, what came of it, notices, progress."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QToolButton,
    QWidget,
)

from ui.icons import icon
from ui.keys import FocusKeys
from ui.timers import timer
from ui.views.eliding_label import ElidingLabel
from ui.views.icon_label import IconLabel

PATIENCE_MS = 500  # work that is done sooner shows no progress
INFO_MS = 8_000  # an information goes by itself; warnings and errors are dismissed


class ShownNotice(Protocol):
    """What the strip needs to know of a notice. level: "info", "warning" or "error".

    details: for a report, e.g. a traceback; empty where there is no more to say.
    """

    @property
    def level(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def details(self) -> str: ...


class StatusStrip(QFrame):
    """Signals: cancel_requested(); details_requested(notice); notice_dismissed(notice).

    The newest notice is shown; those before it come back when it is dismissed. Notices and the end
    of the work are announced to screen readers.
    """

    cancel_requested = Signal()
    details_requested = Signal(object)
    notice_dismissed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self._notices: list[ShownNotice] = []
        self._device = ElidingLabel()
        self._device.setObjectName("muted")
        self._summary = ElidingLabel()
        self._build_notice()
        self._build_progress()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 3, 6, 3)
        layout.setSpacing(14)
        layout.addWidget(self._device)
        layout.addWidget(self._summary)
        layout.addStretch(1)
        layout.addWidget(self._notice_row, 10)
        layout.addWidget(self._progress_row)
        self._patience = timer(self, PATIENCE_MS, once=True)
        self._patience.timeout.connect(self._progress_row.show)
        self._fading = timer(self, INFO_MS, once=True)
        self._fading.timeout.connect(self._dismiss)
        FocusKeys(self)
        self.setFixedHeight(max(30, self.sizeHint().height()))
        self.show_finished()
        self._show_notice()

    def show_place(self, device: str, codec: str) -> None:
        """Where the models run ("CPU") and the codec in use."""
        self._device.setText(" · ".join(part for part in (device, codec) if part))

    def show_summary(self, text: str) -> None:
        """What the last explanation took: "explained in 84 ms, completeness gap 0.8 %"."""
        self._summary.setText(text)

    def show_progress(self, share: float, stage: str) -> None:
        """Work is under way. share: 0…1 done; seen once it has taken `PATIENCE_MS`."""
        percent = round(100 * min(max(share, 0.0), 1.0))
        self._bar.setValue(percent)
        self._stage.setText(self.tr("{stage} {percent} %").format(stage=stage, percent=percent))
        if not self._progress_row.isVisibleTo(self) and not self._patience.isActive():
            self._cancel.setEnabled(True)
            self._patience.start()

    def show_finished(self) -> None:
        """No work is under way."""
        self._patience.stop()
        self._progress_row.hide()

    def show_notice(self, notice: ShownNotice) -> None:
        """Add a notice, in front of those not dismissed yet; the same one only once."""
        if notice in self._notices:
            self._notices.remove(notice)
        self._notices.append(notice)
        self._show_notice()
        self.announce(notice.text, urgent=notice.level == "error")

    def announce(self, sentence: str, urgent: bool = False) -> None:
        """Have a screen reader say a sentence, at once if it is urgent."""
        event = QAccessibleAnnouncementEvent(self, sentence)
        manners = QAccessible.AnnouncementPoliteness
        event.setPoliteness(manners.Assertive if urgent else manners.Polite)
        QAccessible.updateAccessibility(event)

    def _build_notice(self) -> None:
        self._notice_row = QFrame()
        self._notice_row.setObjectName("notice")
        self._notice_icon = IconLabel(icon("info"), 16)
        self._sentence = ElidingLabel()
        self._more = QLabel()
        self._more.setObjectName("muted")
        self._details = QToolButton()
        self._details.setText(self.tr("Details"))
        self._details.setAccessibleName(self.tr("Details of the notice"))
        self._details.setToolTip(self.tr("Show what a report should contain"))
        self._details.clicked.connect(lambda: self.details_requested.emit(self._notices[-1]))
        dismiss = QToolButton()
        dismiss.setIcon(icon("close"))
        dismiss.setAutoRaise(True)
        dismiss.setAccessibleName(self.tr("Dismiss the notice"))
        dismiss.setToolTip(self.tr("Dismiss"))
        dismiss.clicked.connect(self._dismiss)
        self._dismiss_button = dismiss
        layout = QHBoxLayout(self._notice_row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addStretch(1)
        for widget in (self._notice_icon, self._sentence, self._more, self._details, dismiss):
            layout.addWidget(widget)

    def _build_progress(self) -> None:
        self._progress_row = QWidget()
        self._stage = QLabel()
        self._stage.setMinimumWidth(
            self.fontMetrics().horizontalAdvance("Comparing with random masks 00 %")
        )
        self._stage.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._bar = QProgressBar()
        self._bar.setRange(0, 100)
        self._bar.setTextVisible(False)
        self._bar.setFixedSize(120, 6)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._cancel = QToolButton()
        self._cancel.setIcon(icon("close"))
        self._cancel.setAutoRaise(True)
        self._cancel.setAccessibleName(self.tr("Cancel"))
        self._cancel.setToolTip(self.tr("Cancel (Esc)"))
        self._cancel.clicked.connect(self.cancel_requested)
        layout = QHBoxLayout(self._progress_row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self._stage, self._bar, self._cancel):
            layout.addWidget(widget)

    def _dismiss(self) -> None:
        notice = self._notices.pop()
        self._show_notice()
        self.notice_dismissed.emit(notice)

    def _show_notice(self) -> None:
        self._fading.stop()
        self._notice_row.setVisible(bool(self._notices))
        if not self._notices:
            return
        notice = self._notices[-1]
        role = "muted" if notice.level == "info" else notice.level  # the theme names it alike
        self._notice_icon.show_icon(icon(notice.level, role))
        self._sentence.setText(notice.text)
        waiting = len(self._notices) - 1
        self._more.setText(self.tr("+{count}").format(count=waiting))
        self._more.setVisible(waiting > 0)
        self._details.setVisible(bool(notice.details))
        if notice.level == "info":
            self._fading.start()

"""Opening, saving and closing: dialogs, the File menu and the window's title ↔ the document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog

from app.bootstrap import Application
from app.document_controller import is_session
from app.session import SessionState
from core.audio_io import SUFFIXES
from core.file_names import plain
from core.session_file import SUFFIX
from core.session_manifest import SavedLook
from ui.dialogs.save_place import SavePlace
from ui.dialogs.save_question import SaveQuestion
from ui.parts import Parts
from ui.wiring.view_choices import NAMES, SWITCHES


class Documents(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        self._connect()
        self._show_state(app.session.state)
        parts.window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window closes only when nothing is lost, or nobody minds."""
        if event.type() != QEvent.Type.Close or self._is_safe():
            return False
        event.ignore()
        self._when_safe(self._parts.window.close)
        return True

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open sounds and sessions, as if they had been dropped on the window."""
        documents = self._app.documents
        if any(is_session(path) for path in paths):
            self._when_safe(lambda: documents.open_paths(paths))
        else:
            documents.open_paths(paths)

    def _connect(self) -> None:
        parts, app, actions = self._parts, self._app, self._parts.actions
        documents, session = app.documents, app.session
        actions["open"].triggered.connect(lambda _: self._ask_what_to_open())
        actions["save_session"].triggered.connect(lambda _: self._save())
        actions["save_session_as"].triggered.connect(lambda _: self._ask_where_to_save())
        actions["close_clip"].triggered.connect(lambda _: self._close_current())
        parts.clips.files_dropped.connect(self.open_paths)
        parts.clips.remove_requested.connect(documents.close_item)
        parts.status.cancel_requested.connect(documents.cancel)
        documents.progressed.connect(parts.status.show_progress)
        documents.idle.connect(parts.status.show_finished)
        documents.opened.connect(self._show_look)
        documents.changed.connect(lambda: self._show_state(session.state))
        session.clip_changed.connect(self._show_state)
        session.items_changed.connect(self._show_state)

    def _show_state(self, state: SessionState) -> None:
        documents, window = self._app.documents, self._parts.window
        names = [] if documents.path is None else [f"{_plain(documents.path.name)}[*]"]
        names += [] if state.item is None else [_plain(state.item.name)]
        window.setWindowModified(False)  # a title without a place for the mark has none
        window.setWindowTitle(" – ".join([*names, "HearWhy"]))
        window.setWindowModified(documents.path is not None and documents.is_modified)
        closable = state.item is not None and state.item.group != "samples"
        self._parts.actions["close_clip"].setEnabled(closable)

    def _close_current(self) -> None:
        if (key := self._app.session.state.current) is not None:
            self._app.documents.close_item(key)

    # ── opening ──────────────────────────────────────────────────────────────────────────────────

    def _ask_what_to_open(self) -> None:
        dialog = self._dialog(self.tr("Open sounds or a session"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        sounds = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        dialog.setNameFilters(
            [
                self.tr("Sounds and sessions ({suffixes})").format(suffixes=f"{sounds} *{SUFFIX}"),
                self.tr("Sounds ({suffixes})").format(suffixes=sounds),
                self.tr("Sessions ({suffixes})").format(suffixes=f"*{SUFFIX}"),
                self.tr("All files (*)"),
            ]
        )
        dialog.filesSelected.connect(
            lambda names: self._open_chosen([Path(name) for name in names])
        )
        dialog.open()

    def _open_chosen(self, paths: list[Path]) -> None:
        self._app.settings.change(open_folder=paths[0].parent)
        self.open_paths(paths)

    def _show_look(self, look: SavedLook) -> None:
        """Bring back how the session was looked at; names of another version are passed over."""
        actions = self._parts.actions
        for name in NAMES if look.view else ():
            wanted = name in look.view
            if wanted != actions[name].isChecked() and (wanted or name in SWITCHES):
                actions[name].trigger()
        if self._app.session.state.clip is not None:
            if look.span is not None:
                self._parts.spectrogram.show_range(*look.span)
            self._app.playback.seek(look.position)

    # ── saving ───────────────────────────────────────────────────────────────────────────────────

    def _look(self) -> SavedLook:
        start, end = self._parts.spectrogram.canvas.time_range
        seen = self._app.session.state.clip is not None and 0.0 <= start < end
        return SavedLook(
            view=tuple(name for name in NAMES if self._parts.actions[name].isChecked()),
            span=(start, end) if seen else None,
            position=max(self._app.playback.position, 0.0),
        )

    def _save(self, after: Callable[[], object] | None = None) -> None:
        """Save where the document is, or ask for a place. after: called once it is saved."""
        path = self._app.documents.path
        if path is None:
            self._ask_where_to_save()
        else:
            self._app.documents.save(path, self._look())
            if after is not None:
                self._app.documents.when_idle(after)

    def _ask_where_to_save(self) -> None:
        state, path = self._app.session.state, self._app.documents.path
        if path is None:
            name = "session" if state.item is None else Path(state.item.path.name).stem
            path = self._folder() / f"{name}{SUFFIX}"
        dialog = SavePlace(
            self.tr("Save the session"), path, self.tr("Sessions"), SUFFIX, self._parts.window
        )
        dialog.chosen.connect(self._save_as)
        dialog.open()

    def _save_as(self, path: Path) -> None:
        self._app.settings.change(open_folder=path.parent)
        self._app.documents.save(path, self._look())

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._parts.window, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setOption(QFileDialog.Option.HideNameFilterDetails)
        dialog.setDirectory(str(self._folder()))
        return dialog

    def _folder(self) -> Path:
        folder = self._app.settings.settings.open_folder
        if folder is None or not folder.is_dir():
            places = QStandardPaths.StandardLocation
            folder = Path(QStandardPaths.writableLocation(places.DocumentsLocation))
        return folder

    # ── losing nothing ───────────────────────────────────────────────────────────────────────────

    def _is_safe(self) -> bool:
        return not self._app.documents.is_busy and not self._app.documents.is_modified

    def _when_safe(self, do: Callable[[], object]) -> None:
        """Call `do` once what is under way is done and the user was asked, if there is a need."""
        self._app.documents.when_idle(lambda: self._ask_or(do))

    def _ask_or(self, do: Callable[[], object]) -> None:
        documents = self._app.documents
        if documents.path is None or not documents.is_modified:
            do()
            return
        question = SaveQuestion(plain(documents.path.name), self._parts.window)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.save_chosen.connect(lambda: self._save(after=do))
        question.discard_chosen.connect(lambda: self._discard(do))
        question.open()

    def _discard(self, do: Callable[[], object]) -> None:
        self._app.documents.forget_changes()
        do()


def _plain(name: str) -> str:
    """A name as part of a window's title, in which "[*]" stands for the mark of changes."""
    return plain(name).replace("[*]", "[*][*]")

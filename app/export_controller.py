"""Writing what was found to files, beside everything else that goes on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.audio.levels_match import match_levels
from app.export_wish import ExportPreview, ExportWish
from app.jobs import JobRunner
from app.notices import Notices
from app.paths import exports_folder
from app.session import Session
from app.settings import ExportHabits, SettingsStore
from core.errors import CoreError
from core.export import Exported, export_files, planned_files, proposed_base, settled
from core.exporters import EXPORTERS, Subject
from core.folders import require_writable
from core.job import CancelToken, Report, part
from core.types import Variant


class ExportController(QObject):
    """Exports the session's result on a thread of its own, one export at a time.

    Signals: progressed(share, stage); exported(Exported); idle(): nothing is being written any
    more; busy_changed(bool).
    """

    progressed = Signal(float, str)
    exported = Signal(object)
    idle = Signal()
    busy_changed = Signal(bool)

    def __init__(
        self,
        session: Session,
        runner: JobRunner,
        settings: SettingsStore,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = runner
        self._settings = settings
        self._notices = notices
        self._wish: ExportWish | None = None
        runner.progressed.connect(self.progressed)
        runner.succeeded.connect(self._on_succeeded)
        runner.failed.connect(self._on_failed)
        runner.cancelled.connect(self._on_ended)

    @property
    def is_busy(self) -> bool:
        return self._runner.is_busy

    def proposed(self) -> ExportWish | None:
        """A wish like the last one, for the result there is; None without one."""
        result = self._session.state.result
        if result is None:
            return None
        settings = self._settings.settings
        habits = settings.export
        known = {spec.id for spec in EXPORTERS.specs()}
        folder = settings.export_folder
        return ExportWish(
            folder=folder if folder is not None and folder.is_dir() else exports_folder(),
            base=proposed_base(result),
            formats=tuple(name for name in habits.formats if name in known),
            variants=habits.variants,
            level_match=habits.level_match,
            separate_pictures=habits.separate_pictures,
            sample_format=habits.sample_format,
        )

    def preview(self, wish: ExportWish) -> ExportPreview:
        """What `export` would write."""
        try:
            options = settled(wish.formats, wish.options, wish.folder, overwrite=wish.overwrite)
            names = [file.name for file in planned_files(wish.formats, options)]
            require_writable(wish.folder)
        except CoreError as error:
            return ExportPreview(problem=str(error))
        return ExportPreview(tuple((name, (wish.folder / name).exists()) for name in names))

    def export(self, wish: ExportWish) -> None:
        """Write what is wished for. A second export waits for no one: it is refused."""
        state = self._session.state
        result = state.result
        if result is None or self.is_busy:
            return
        source = None if state.item is None else state.item.path

        def work(report: Report, cancel: CancelToken) -> Exported:
            gains = None
            if wish.level_match:
                report(0.0, "Matching levels")
                gains = match_levels(result.audio, cancel=cancel).equal(tuple(Variant))
            return export_files(
                Subject(result, source, gains),
                wish.formats,
                wish.options,
                wish.folder,
                overwrite=wish.overwrite,
                report=part(report, 0.1 if wish.level_match else 0.0, 1.0),
                cancel=cancel,
            )

        self._wish = wish
        self._runner.submit(work)
        self.busy_changed.emit(True)

    def cancel(self) -> None:
        """Stop writing; nothing of it stays."""
        self._runner.cancel()

    def _on_succeeded(self, exported: object) -> None:
        if isinstance(exported, Exported) and self._wish is not None:
            self._remember(self._wish)
            for note in exported.notes:
                self._notices.warning(note)
            self._notices.info(_told(exported.files))
            self.exported.emit(exported)
        self._on_ended()

    def _on_failed(self, error: BaseException) -> None:
        self._notices.error(error)
        self._on_ended()

    def _on_ended(self) -> None:
        self.busy_changed.emit(False)
        self.idle.emit()

    def _remember(self, wish: ExportWish) -> None:
        habits = ExportHabits(
            formats=wish.formats,
            variants=wish.variants,
            level_match=wish.level_match,
            separate_pictures=wish.separate_pictures,
            sample_format=wish.sample_format,
        )
        self._settings.change(export_folder=wish.folder, export=habits)


def _told(files: tuple[Path, ...]) -> str:
    what = f"“{files[0].name}”" if len(files) == 1 else f"{len(files)} files"
    return f"Wrote {what} to “{files[0].parent}”."

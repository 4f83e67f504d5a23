"""What is remembered from one start to the next."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from PySide6.QtCore import QObject, Signal

from app.paths import takes_folder
from core.errors import ExportError
from core.exporters import SampleFormat
from core.files import replacing
from core.types import Variant

log = logging.getLogger(__name__)

MOST_RECENT = 12


class ExportHabits(BaseModel):
    """What was chosen when files were exported last; see `app.export_wish.ExportWish`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    formats: tuple[str, ...] = ("wav", "png", "json")
    variants: tuple[Variant, ...] = tuple(Variant)
    level_match: bool = False
    separate_pictures: bool = False
    sample_format: SampleFormat = "FLOAT"


class ConceptHabits(BaseModel):
    """How concepts are looked for. embedder, vocabulary: ids, folders, or a file of words.

    penalty, at_most, centred: see `core.concepts.types.How`. words: added to any vocabulary.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    embedder: str = "sounds-and-voices"
    vocabulary: str = "everyday"
    penalty: float = Field(default=0.10, gt=0.0, le=2.0)
    at_most: int | None = Field(default=None, ge=1)
    centred: bool = False
    words: tuple[str, ...] = ()


class Settings(BaseModel):
    """input_device, output_device: keys of `DeviceInfo`, None for the system's choice.

    recent: files opened last, the newest first. open_folder, export_folder: where files were opened
    and written last; export: how.
    geometry, layout, heights: of the window, its panels and the parts of the picture area, base64
    as Qt gives them. live_gain_db: see `LiveController`. view: names of actions of the View menu
    that are switched on.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    theme: Literal["system", "light", "dark"] = "system"
    input_device: str | None = None
    output_device: str | None = None
    level_match: bool = True
    automatic: bool = True
    take_folder: Path = Field(default_factory=takes_folder)
    open_folder: Path | None = None
    export_folder: Path | None = None
    export: ExportHabits = ExportHabits()
    recent: tuple[Path, ...] = ()
    geometry: str = ""
    layout: str = ""
    heights: str = ""
    live_gain_db: float = Field(default=0.0, ge=-20.0, le=40.0)
    view: tuple[str, ...] = ()
    concepts: ConceptHabits = ConceptHabits()


class SettingsStore(QObject):
    """The settings and the file they are kept in.

    Signals: changed(Settings).
    """

    changed = Signal(object)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        """A file that is missing, damaged or from another version costs what it cannot say."""
        super().__init__(parent)
        self._path = path
        self._settings = self._written = _read(path)
        # The disk may take its time, and the window must not. While there is something to write:
        self._writing: threading.Thread | None = None
        self._lock = threading.Lock()
        self._failure = ""  # the last one

    @property
    def settings(self) -> Settings:
        return self._settings

    def change(self, **fields: Any) -> None:
        """Change fields of `Settings`; they are written down soon. A full disk is logged, no more.

        Raises: pydantic.ValidationError for a field that does not exist or a value it cannot have.
        """
        wanted = self._settings.model_dump() | fields
        if unknown := fields.keys() - Settings.model_fields.keys():
            raise KeyError(f"There is no setting {sorted(unknown)}.")
        changed = Settings.model_validate(wanted)
        if changed == self._settings:
            return
        with self._lock:
            self._settings = changed
            if self._writing is None:
                self._writing = threading.Thread(target=self._write, name="settings")
                self._writing.start()
        self.changed.emit(changed)

    def settle(self) -> None:
        """Wait until the file is as the settings are. The end of the program does so, too."""
        writing = self._writing
        if writing is not None:
            writing.join()

    def add_recent(self, path: Path) -> None:
        """Put a file in front of the list of recent ones."""
        path = path.resolve()
        others = [known for known in self._settings.recent if known != path]
        self.change(recent=(path, *others)[:MOST_RECENT])

    def _write(self) -> None:
        """The newest settings until they are written, in the thread for it."""
        while True:
            with self._lock:
                newest = self._settings
                if newest is self._written:
                    self._writing = None
                    return
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with replacing(self._path) as temporary:
                    # In ASCII, for names of files may be no text; they come back as they were.
                    text = json.dumps(newest.model_dump(mode="json"), indent=1)
                    temporary.write_text(text, encoding="utf-8")
            except (ExportError, OSError) as error:
                self._log_once(error)
            self._written = newest

    def _log_once(self, error: Exception) -> None:
        if str(error) != self._failure:
            self._failure = str(error)
            log.error("settings were not saved: %s", error)


def _read(path: Path) -> Settings:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        log.error("the settings could not be read: %s", error)
        return Settings()
    if not isinstance(values, dict):
        return Settings()
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        bad = {str(mistake["loc"][0]) for mistake in error.errors()}
        log.warning("settings that could not be used: %s", ", ".join(sorted(bad)))
        return Settings.model_validate({k: v for k, v in values.items() if k not in bad})

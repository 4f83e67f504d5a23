"""Where HearWhy keeps what belongs to the user: settings, logs, recordings; and its guide.

Each of the user's places can be moved with an environment variable, which tests and portable
installations use.
"""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_documents_path, user_log_path

from core.resources import resources_folder

APP = "hearwhy"


def settings_file() -> Path:
    """`HEARWHY_SETTINGS` or the system's place for settings."""
    return _named("HEARWHY_SETTINGS") or user_config_path(APP, appauthor=False) / "settings.json"


def log_folder() -> Path:
    """`HEARWHY_LOGS` or the system's place for logs."""
    return _named("HEARWHY_LOGS") or user_log_path(APP, appauthor=False)


def takes_folder() -> Path:
    """`HEARWHY_TAKES` or a folder among the user's documents."""
    return _named("HEARWHY_TAKES") or user_documents_path() / "HearWhy takes"


def exports_folder() -> Path:
    """`HEARWHY_EXPORTS` or a folder among the user's documents, for exports until another is
    chosen."""
    return _named("HEARWHY_EXPORTS") or user_documents_path() / "HearWhy exports"


def scratch_folder() -> Path:
    """`HEARWHY_SCRATCH` or a folder for what can be made again; on a disk, not in memory."""
    return _named("HEARWHY_SCRATCH") or cache_folder() / "open sounds"


def cache_folder() -> Path:
    """The system's place for what can be made again."""
    return user_cache_path(APP, appauthor=False)


def guide_file() -> Path:
    """The guide, with its pictures beside it: `docs/` beside `resources/`, in the bundle too."""
    return resources_folder().parent / "docs" / "guide.md"


def _named(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value) if value else None

"""Where HearWhy keeps what belongs to the user: settings, logs, recordings.

Each can be moved with an environment variable, which tests and portable installations use.
"""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_config_path, user_documents_path, user_log_path

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


def _named(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value) if value else None

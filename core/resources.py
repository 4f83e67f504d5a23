"""Where the files that ship with HearWhy lie: sample clips, bundled models."""

from __future__ import annotations

import sys
from pathlib import Path


def resources_folder() -> Path:
    """`resources/` beside `core/` when run from source, inside the bundle when frozen, and below
    `hearwhy_data/` beside `core/` where HearWhy was installed.
    """
    bundle = getattr(sys, "_MEIPASS", None)  # PyInstaller's name for the unpacked bundle
    if bundle:
        return Path(bundle) / "resources"
    root = Path(__file__).resolve().parents[1]
    installed = root / "hearwhy_data" / "resources"
    return installed if installed.is_dir() else root / "resources"

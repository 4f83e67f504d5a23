"""Where the files that ship with HearWhy lie: sample clips, bundled models."""

from __future__ import annotations

import sys
from pathlib import Path


def resources_folder() -> Path:
    """`resources/` beside `core/` when run from source, inside the bundle when frozen."""
    bundle = getattr(sys, "_MEIPASS", None)  # PyInstaller's name for the unpacked bundle
    root = Path(bundle) if bundle else Path(__file__).resolve().parents[1]
    return root / "resources"

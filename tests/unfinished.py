"""What a killed process leaves of a folder that it was writing."""

from __future__ import annotations

import os
from pathlib import Path

from core.workspaces import notes_folder, unfinished_name

NOBODY = 999_999_999  # a number that no process has


def died(unfinished: Path) -> Path:
    """As if another process had made it, and were gone. Returns its name of now."""
    notes = notes_folder()
    assert notes is not None
    name = unfinished.name.replace(f"-{os.getpid()}-", f"-{NOBODY}-")
    (notes / unfinished.name).rename(notes / name)
    return unfinished.rename(unfinished.with_name(name))


def leave_unfinished(folder: Path) -> Path:
    """Half a folder in `folder`, with the note of it, of a process that is gone."""
    unfinished = unfinished_name(folder)
    (unfinished / "new").mkdir(parents=True)
    (unfinished / "new" / "half.wav").write_bytes(bytes(1000))
    return died(unfinished)

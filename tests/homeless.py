"""Programs of a user of whom the system knows a number and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

NUMBER = 54321
KNOWN = ("HOME", "USER", "LOGNAME", "USERNAME")


@cache
def _namespaces() -> bool:
    """Whether the system lets one be such a user."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*_as_nobody(), "true"], capture_output=True, check=False).returncode == 0


def _as_nobody() -> list[str]:
    return ["unshare", "--user", f"--map-user={NUMBER}"]


def homeless(folder: Path) -> tuple[list[str], dict[str, str]]:
    """How a command of such a user begins, and its environment. folder: for temporary files."""
    if not _namespaces():
        pytest.skip("needs user namespaces")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in KNOWN and not name.startswith(("XDG_", "HEARWHY_", "HF_", "MPL"))
    }
    return _as_nobody(), environment | {"TMPDIR": str(folder), "QT_QPA_PLATFORM": "offscreen"}

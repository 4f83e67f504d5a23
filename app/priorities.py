"""Which threads the system lets go first."""

from __future__ import annotations

import os
import sys
import threading

from PySide6.QtCore import QThread

NICENESS = 5


def give_way() -> None:
    """Let the window, and what must keep up with a sound, go before the calling thread.

    Several busy workers on two processors keep them waiting otherwise.
    """
    if sys.platform == "linux":  # where Qt's own priorities do nothing
        thread = threading.get_native_id()
        # Never back up, which only an administrator may.
        lower = max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread))
        os.setpriority(os.PRIO_PROCESS, thread, lower)
    else:
        QThread.currentThread().setPriority(QThread.Priority.LowPriority)

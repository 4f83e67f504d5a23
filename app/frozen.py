"""What a process arranges before anything else of it runs; most of it only in the packaged program.

PyInstaller's loader changes the environment for its own ends, and what is started from here, a
file manager or a browser, would inherit that.
"""

from __future__ import annotations

import os
import sys

LIBRARY_PATH = "LD_LIBRARY_PATH"
SPLASH = "_PYI_SPLASH_IPC"  # set by PyInstaller's loader while it shows a picture
APPLICATION_ID = "io.github.hearwhy.HearWhy"


def arrange() -> None:
    """Who we are to Windows; in the packaged program also libraries, environment and caches."""
    if sys.platform == "win32":  # else its windows stand in the taskbar as the interpreter's
        import ctypes

        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(APPLICATION_ID)
    if not getattr(sys, "frozen", False):
        return
    if sys.platform.startswith("linux"):
        find_own_libraries()
        give_back_library_path()
    keep_matplotlib_cache()


def find_own_libraries() -> None:
    """sounddevice asks the system for PortAudio, which may have none: the package brings one."""
    import ctypes.util

    from core.resources import resources_folder

    folder, system_finds = resources_folder().parent, ctypes.util.find_library

    def find_library(name: str) -> str | None:
        own = sorted(folder.glob(f"lib{name}.so*"))
        return str(own[0]) if own else system_finds(name)

    ctypes.util.find_library = find_library


def give_back_library_path() -> None:
    """Programs of the system must find the system's libraries, not ours.

    Our own were found when the process began; the variable is not read again.
    """
    before = os.environ.pop(f"{LIBRARY_PATH}_ORIG", None)
    os.environ.pop(LIBRARY_PATH, None)
    if before is not None:
        os.environ[LIBRARY_PATH] = before


def keep_matplotlib_cache() -> None:
    """In one place: PyInstaller's hook makes a new one at each start, with a new list of fonts."""
    from app.paths import cache_folder

    os.environ["MPLCONFIGDIR"] = str(cache_folder() / "matplotlib")


def close_splash() -> None:
    """Take away the picture that the packaged program shows on Windows until there is a window."""
    if SPLASH in os.environ:
        import pyi_splash  # PyInstaller puts it into the package

        pyi_splash.close()

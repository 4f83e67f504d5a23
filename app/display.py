"""Whether a window can be shown here: Qt ends the process where it finds that it cannot."""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from core.errors import CoreError

INSTALL = "pip install 'hearwhy[app]'"


class WindowError(CoreError):
    """The window, or a picture of it, cannot be made here."""


def require_display() -> None:
    """Raises: WindowError saying why no window can be shown. Elsewhere than on Linux one can,
    where what draws it is installed.
    """
    _require_qt()
    if not sys.platform.startswith("linux"):
        return
    chosen = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if chosen:
        _require_plugin(chosen)
    elif os.environ.get("WAYLAND_DISPLAY"):
        _require_plugin("wayland")
    elif os.environ.get("DISPLAY"):
        _require_plugin("xcb")
        _require_x_server()
    else:
        raise WindowError(
            "There is no display to show a window on (neither DISPLAY nor WAYLAND_DISPLAY is set)."
        )


def choose_offscreen() -> None:
    """Draw into memory from here on, unless another platform is asked for.

    Raises: WindowError when a library that drawing needs is missing.
    """
    _require_qt()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if sys.platform.startswith("linux"):
        _require_plugin(os.environ["QT_QPA_PLATFORM"].partition(":")[0])


def has_window() -> bool:
    """Whether what draws the window is installed; a library needs none."""
    return find_spec("PySide6") is not None


def _require_qt() -> None:
    if not has_window():
        raise WindowError(f"The window needs PySide6, which is not installed: {INSTALL}.")


def _require_plugin(platform: str) -> None:
    """That what ties Qt to the platform can be loaded with every library it needs."""
    package = find_spec("PySide6")
    places = list(package.submodule_search_locations or ()) if package else []
    plugin = Path(places[0], "Qt", "plugins", "platforms", f"libq{platform}.so")
    if not plugin.is_file():
        return  # one that is not ours: Qt knows where to look
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        missing = str(error).partition(":")[0]
        raise WindowError(
            f"The system lacks {missing}, which the window needs; install the system libraries "
            "that the README lists."
        ) from error


def _require_x_server() -> None:
    """That the X server which DISPLAY names answers."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if failed:
        raise WindowError(f"The display {os.environ['DISPLAY']} does not answer.")

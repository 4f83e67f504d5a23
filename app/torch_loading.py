"""Loading torch while a window is open, without holding it up.

Python loads libraries while it holds the lock that all its threads share: for torch's, which are
large, the window would stand still for half a second or more. Here the system loads them first,
without that lock; the import then finds them there.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from core.libraries import loading

LIBRARIES = (
    "torch_global_deps",
    "torch_cpu",
    "torch",
)  # in the order in which they need each other
SUFFIXES = {"linux": ".so", "darwin": ".dylib"}  # elsewhere torch is loaded before the window


def load_torch() -> None:
    """Import torch, from any thread but that of the window. Nothing happens when it is there."""
    if "torch" in sys.modules:
        return
    with loading(), without_collecting():
        _load_libraries()
        import torch  # noqa: F401


@contextmanager
def without_collecting() -> Iterator[None]:
    """For loading a large library: so many new objects would have the collector look through all
    of them again and again, and the window with it.

    They stay: afterwards it passes over them, and its looks are short.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
        gc.freeze()


def _load_libraries() -> None:
    """Errors are left to the import, which knows how to tell them."""
    spec, suffix = find_spec("torch"), SUFFIXES.get(sys.platform)
    if spec is None or suffix is None or not spec.submodule_search_locations:
        return
    system = ctypes.CDLL(None)  # called through it, dlopen does not hold the lock
    system.dlopen.restype = ctypes.c_void_p
    system.dlopen.argtypes = [ctypes.c_char_p, ctypes.c_int]
    for name in LIBRARIES:
        path = Path(spec.submodule_search_locations[0], "lib", f"lib{name}{suffix}")
        if path.is_file():
            system.dlopen(os.fsencode(path), os.RTLD_NOW | os.RTLD_GLOBAL)

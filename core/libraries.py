"""Libraries that are loaded when they are first needed, one at a time.

Two threads that load parts of one library at once may each find the other's part half made. And
while one loads, another that waits for the system's loader may hold the interpreter's lock, so that
every thread stands still.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LOOK = 0.02  # s between two looks whether another thread has loaded it
_LOADING = threading.RLock()


def loaded(name: str) -> Any:
    """The module of this name; while another thread loads something, it is waited for."""
    while True:
        module = sys.modules.get(name)
        specification = getattr(module, "__spec__", None)
        if module is not None and not getattr(specification, "_initializing", False):
            return module
        if _LOADING.acquire(timeout=LOOK):
            try:
                return importlib.import_module(name)
            finally:
                _LOADING.release()


@contextmanager
def loading() -> Iterator[None]:
    """While this thread loads a library in its own way."""
    with _LOADING:
        yield

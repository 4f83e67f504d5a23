"""With how many processor threads a model computes: its own matter, not that of who calls it.

torch keeps the number for each thread, and another number sums in another order: the same request
from a worker of the window and on the command line would differ in the last digits.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

_asking = threading.Lock()


@contextmanager
def alone() -> Iterator[None]:
    """What torch computes in here it computes in the calling thread and in no other.

    For the models of HearWhy, which are small: waking helpers costs more than they bring (a new
    share took twice as long with two), and on a busy computer one waits for the slowest.
    """
    with _with(1):
        yield


@contextmanager
def together() -> Iterator[None]:
    """What torch computes in here it computes with all threads: for models that gain by it."""
    with _with(all_threads()):
        yield


def all_threads() -> int:
    """As many as torch took of itself, or was told to, before the first model computed."""
    with _asking:
        return _all_threads()


@cache
def _all_threads() -> int:
    import torch

    return torch.get_num_threads()


@contextmanager
def _with(threads: int) -> Iterator[None]:
    import torch

    all_threads()  # before anything is changed: a number set here is where new threads start
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)

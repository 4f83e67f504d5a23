"""How much of the processors a thread takes for what torch computes in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


def compute_alone() -> None:
    """From here on torch computes in the calling thread and in no other.

    Windows are small: waking helpers costs more than they bring, and on a busy computer one waits
    for the slowest. The number is the thread's own, but it becomes the start value of threads to
    come as well; another thread sets that back.
    """
    import torch

    usual = torch.get_num_threads()
    torch.set_num_threads(1)
    restoring = threading.Thread(target=torch.set_num_threads, args=(usual,), name="threads")
    restoring.start()
    restoring.join()


@contextmanager
def computing_alone() -> Iterator[None]:
    """The same for a short piece of work in the calling thread.

    No other thread sets the start value back, as it is soon as it was; waiting for one would also
    have Python keep a thread of Qt's in its list for ever.
    """
    import torch

    usual = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(usual)

"""A disk that fills up while a file is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def full_disk(n_bytes: int) -> Iterator[None]:
    """No file of this process grows beyond `n_bytes`; skips where that cannot be arranged.

    It holds for the file pytest's own output may go to as well: use it inside a test, around as
    little as possible, never in a fixture.
    """
    resource = pytest.importorskip("resource", reason="only Unix limits the size of a file")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

"""How a command shows that it is working, and how it is stopped."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from core.file_names import plain
from core.job import CancelToken, Report, silent


@contextmanager
def progress(what: str) -> Iterator[Report]:
    """A `Report` drawn as a bar on stderr while the block runs; silent where that is no terminal.

    The bar is gone afterwards. Print nothing inside the block.
    """
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,  # it would turn up on stderr
    ) as bar:
        task = bar.add_task(plain(what), total=1.0)

        def report(share: float, stage: str) -> None:
            bar.update(task, completed=share, description=plain(f"{what}  {stage}"))

        yield report


@contextmanager
def stopping_on_interrupt() -> Iterator[CancelToken]:
    """A token that the first Ctrl+C inside the block sets; the second stops at once.

    An exception raised in the middle of libsndfile would be lost, and the file taken for damaged.
    """
    token = CancelToken()
    before = signal.getsignal(signal.SIGINT)

    def ask(signal_number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        token.set()

    signal.signal(signal.SIGINT, ask)
    try:
        yield token
    finally:
        signal.signal(signal.SIGINT, before)

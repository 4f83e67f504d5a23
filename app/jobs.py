"""One worker thread for models: one job at a time, the newest wins, each gets one final reply.

A busy thread reads no signals, so cancelling is a flag that the work looks at between forward
calls. Replies of jobs that were replaced or cancelled are dropped here and seen by no one else.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QThread, Signal, Slot

from app.priorities import give_way
from app.turns import in_a_turn_of_its_own
from core.errors import Cancelled, CoreError
from core.job import CancelToken, Report

log = logging.getLogger(__name__)

Work = Callable[[Report, CancelToken], object]


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A piece of work under way."""

    id: int
    work: Work
    cancel: CancelToken = field(default_factory=CancelToken)


class _Worker(QObject):
    """Lives in the runner's thread.

    Signals: progressed(job id, share done, stage); exactly one of succeeded(job id, result),
    failed(job id, exception), cancelled(job id) ends each job.
    """

    progressed = Signal(int, float, str)
    succeeded = Signal(int, object)
    failed = Signal(int, object)
    cancelled = Signal(int)

    @Slot(object)
    def run(self, job: Job) -> None:
        try:
            job.cancel.raise_if_set()
            result = job.work(partial(self.progressed.emit, job.id), job.cancel)
            job.cancel.raise_if_set()
        except Cancelled:
            self.cancelled.emit(job.id)
        except Exception as error:
            if not isinstance(error, CoreError):  # foreseen ones are sentences, not defects
                log.exception("job %d failed", job.id)
            self.failed.emit(job.id, error)
        else:
            self.succeeded.emit(job.id, result)


class _Thread(QThread):
    """A thread whose Python state lives as long as it does.

    Without this override Python's state of the thread is made anew for every job. PyTorch keeps
    hold of the one it is imported in, and waits forever when that is gone.

    numpy keeps something for each thread that uses it. Made while another thread loads a library,
    that waits for the system's loader with the interpreter's lock in hand, and the window with it:
    so it is made now.
    """

    def run(self) -> None:
        np.log10(np.ones(2, dtype=np.float32).astype(np.float64))
        give_way()
        self.exec()


class JobRunner(QObject):
    """Runs work in its own thread and hands the outcome of the newest job to this thread.

    Signals: started(); progressed(share, stage); succeeded(result); failed(exception);
    cancelled(). After `started` exactly one of the last three follows, unless the job is replaced.
    """

    started = Signal()
    progressed = Signal(float, str)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    _submitted = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids = itertools.count(1)
        self._current: Job | None = None
        self._thread = _Thread()
        self._thread.setObjectName(name)
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._submitted.connect(self._worker.run)
        self._worker.progressed.connect(self._on_progressed)
        self._worker.succeeded.connect(self._on_succeeded)
        self._worker.failed.connect(self._on_failed)
        self._worker.cancelled.connect(self._on_cancelled)
        self._thread.start()

    @property
    def is_busy(self) -> bool:
        return self._current is not None

    def submit(self, work: Work) -> None:
        """Start `work`; what is under way is cancelled and its reply dropped."""
        self._drop()
        self._current = Job(next(self._ids), work)
        self.started.emit()
        self._submitted.emit(self._current)

    def cancel(self) -> None:
        """Stop what is under way; `cancelled` follows at once."""
        if self._drop():
            self.cancelled.emit()

    def shut_down(self) -> None:
        """Cancel, and wait until the thread has ended. The runner is of no use afterwards."""
        self._drop()
        self._thread.quit()
        self._thread.wait()

    def _drop(self) -> bool:
        if self._current is None:
            return False
        self._current.cancel.set()
        self._current = None
        return True

    def _is_current(self, job_id: int) -> bool:
        return self._current is not None and self._current.id == job_id

    @Slot(int, float, str)
    def _on_progressed(self, job_id: int, share: float, stage: str) -> None:
        if self._is_current(job_id):
            self.progressed.emit(share, stage)

    @Slot(int, object)
    def _on_succeeded(self, job_id: int, result: object) -> None:
        in_a_turn_of_its_own(self, lambda: self._succeed(job_id, result))

    def _succeed(self, job_id: int, result: object) -> None:
        if self._is_current(job_id):
            self._current = None
            self.succeeded.emit(result)

    @Slot(int, object)
    def _on_failed(self, job_id: int, error: Exception) -> None:
        if self._is_current(job_id):
            self._current = None
            self.failed.emit(error)

    @Slot(int)
    def _on_cancelled(self, job_id: int) -> None:
        if self._is_current(job_id):
            self._current = None
            self.cancelled.emit()

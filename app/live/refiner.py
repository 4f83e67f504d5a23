"""Explains captured events in full, one after the other, beside the live thread."""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from app.priorities import give_way
from core.errors import Cancelled, CoreError
from core.job import CancelToken, silent
from core.live.frames import LiveEvent
from core.models import Toolbox
from core.pipeline import explain
from core.types import ExplanationRequest, ExplanationResult

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Refined:
    """An event with its full explanation, or the reason why there is none."""

    event: LiveEvent
    result: ExplanationResult | None
    error: Exception | None = None


class Refiner:
    """`add` events, `take` what is explained; used from one thread."""

    def __init__(
        self,
        open_toolbox: Callable[[], Toolbox],
        request: ExplanationRequest,
        capture: Callable[[LiveEvent], None] | None = None,
        keep: Callable[[LiveEvent, ExplanationResult], None] | None = None,
    ) -> None:
        """open_toolbox: called once. capture: what to do with each event before it is explained,
        keep: with each result; such as writing it down.

        All are called in the thread of the work; a CoreError of theirs is the event's error.
        """
        self._open_toolbox, self._request = open_toolbox, request
        self._capture, self._keep = capture, keep
        self._events: queue.SimpleQueue[LiveEvent | None] = queue.SimpleQueue()
        self._done: deque[Refined] = deque()
        self._cancel = CancelToken()
        self._open = 0
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """Events that were added and not taken yet."""
        return self._open

    def add(self, event: LiveEvent) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="refiner", daemon=True)
            self._thread.start()
        self._open += 1
        self._events.put(event)

    def take(self) -> list[Refined]:
        """What was finished since the last call. Never blocks."""
        found = []
        while self._done:
            found.append(self._done.popleft())
        self._open -= len(found)
        return found

    def finish(self) -> list[Refined]:
        """Wait for all that was added, the last ever. → what was not taken yet."""
        self._events.put(None)
        self.join()
        return self.take()

    def stop(self) -> None:
        """End soon; events that wait are captured, and stay unexplained. Waits for nothing."""
        self._cancel.set()
        self._events.put(None)

    def join(self) -> None:
        """Wait until the thread has ended, after `stop`."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        toolbox: Toolbox | None = None
        give_way()
        while (event := self._events.get()) is not None:
            try:
                if self._capture is not None:
                    self._capture(event)
                self._cancel.raise_if_set()
                if toolbox is None:
                    toolbox = self._open_toolbox()
                request = event.request(self._request)
                result = explain(event.clip, request, toolbox, silent, self._cancel)
                if self._keep is not None:
                    self._keep(event, result)
                self._done.append(Refined(event, result))
            except Cancelled:
                continue
            except Exception as error:
                if not isinstance(error, CoreError):
                    log.exception("event %d was not explained", event.number)
                self._done.append(Refined(event, None, error))

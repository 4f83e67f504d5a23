"""Stopping live listening while its models are being opened."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from app.live.microphone import LiveMicrophone
from core.types import ExplanationRequest
from tests.fake_audio import MICROPHONE
from tests.pitch import pitch_toolbox


class Gate:
    """Models that open when the test says so."""

    def __init__(self) -> None:
        self.entered, self.open = threading.Semaphore(0), threading.Event()
        self.waiting = 0

    def __call__(self, request: ExplanationRequest):
        self.waiting += 1
        self.entered.release()
        self.open.wait(10)
        self.waiting -= 1
        return pitch_toolbox()


@pytest.fixture
def gate(bench, monkeypatch) -> Iterator[Gate]:
    gate = Gate()
    monkeypatch.setattr("app.live.microphone.open_toolbox", gate)
    yield gate
    gate.open.set()


def test_stopping_while_the_models_open_waits_for_nothing(bench, backend, gate):
    bench.live.start()
    assert gate.entered.acquire(timeout=30)
    bench.live.stop()
    assert gate.waiting == 1
    assert not bench.live.running
    assert backend.open == []
    bench.live.start()
    assert gate.entered.acquire(timeout=30)
    assert bench.live.running
    gate.open.set()
    bench.until(lambda: bench.states and bench.states[-1].ready)
    assert bench.newest(MICROPHONE).active
    bench.live.stop()
    bench.until(lambda: not bench.live._timer.isActive())
    assert not [thread for thread in threading.enumerate() if thread.name == "live"]


def test_what_was_let_go_of_ends_with_the_application(bench, gate, monkeypatch):
    wait = LiveMicrophone.wait

    def open_and_wait(microphone: LiveMicrophone) -> None:
        gate.open.set()
        wait(microphone)

    monkeypatch.setattr(LiveMicrophone, "wait", open_and_wait)
    bench.live.start()
    assert gate.entered.acquire(timeout=30)
    bench.live.stop()
    bench.app.shut_down()
    assert not [thread for thread in threading.enumerate() if thread.name == "live"]

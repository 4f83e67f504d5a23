from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.app.live.beside import Bench
from tests.fake_audio import HEADPHONES, HEADSET, MICROPHONE, SPEAKER, FakeBackend
from tests.pitch import pitch_toolbox


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend(SPEAKER, MICROPHONE, HEADSET, HEADPHONES)


@pytest.fixture
def bench(qtbot, backend, tmp_path, monkeypatch) -> Iterator[Bench]:
    monkeypatch.setattr("app.live.microphone.open_toolbox", lambda request: pitch_toolbox())
    bench = Bench(qtbot, backend, tmp_path)
    yield bench
    bench.app.shut_down()
    for thread, ended in backend.restarts:
        assert thread != threading.main_thread().ident
        assert ended == []


@pytest.fixture
def waiting_soon(monkeypatch) -> None:
    """A lost microphone is looked for at every look."""
    monkeypatch.setattr("app.live.microphone.RETRY", 0.0)

"""Libraries are loaded one at a time, and only once they are whole."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from core.libraries import loaded, loading

SLOW = """
import {gate}
{gate}.begun.set()
{gate}.go_on.wait(20)
whole = True
"""


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """A module that takes until the event, and then has an attribute."""
    (tmp_path / "slow_gate.py").write_text(
        "import threading\nbegun, go_on = threading.Event(), threading.Event()\n"
    )
    (tmp_path / "slow_library.py").write_text(SLOW.format(gate="slow_gate"))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield __import__("slow_gate")
    for name in ("slow_gate", "slow_library"):
        sys.modules.pop(name, None)


def test_a_module_is_given_when_it_is_whole(slow) -> None:
    found: list[bool] = []
    threads = [
        threading.Thread(target=lambda: found.append(loaded("slow_library").whole))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    assert slow.begun.wait(20) and not found
    slow.go_on.set()
    for thread in threads:
        thread.join(20)
    assert found == [True] * 3


def test_what_is_there_is_not_waited_for(slow) -> None:
    thread = threading.Thread(target=lambda: loaded("slow_library"))
    thread.start()
    assert slow.begun.wait(20)
    assert loaded("threading") is threading
    slow.go_on.set()
    thread.join(20)


def test_nothing_is_loaded_while_a_thread_loads_in_its_own_way(slow) -> None:
    slow.go_on.set()
    thread = threading.Thread(target=lambda: loaded("slow_library"))
    with loading():
        thread.start()
        assert not slow.begun.wait(0.1)
    thread.join(20)
    assert slow.begun.is_set()


def test_what_is_missing_is_missing() -> None:
    with pytest.raises(ModuleNotFoundError):
        loaded("there_is_no_such_library")

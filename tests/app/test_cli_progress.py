from __future__ import annotations

import io
import os
import signal
import sys

import pytest

from app.cli._progress import progress, stopping_on_interrupt
from core.job import silent


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_drawn_on_a_terminal_beside_the_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress("1/2 [yes].wav") as report:
        report(0.5, "Attributing")
        print("result")
    drawn = terminal.getvalue()
    assert "1/2 [yes].wav" in drawn  # brackets are no markup
    assert "Attributing" in drawn
    assert "50 %" in drawn
    assert capsys.readouterr().out == "result\n"


def test_progress_is_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("yes.wav") as report:
        assert report is silent
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_the_first_interrupt_asks_and_the_second_stops() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stopping_on_interrupt() as token:
        assert not token.is_set
        os.kill(os.getpid(), signal.SIGINT)
        assert token.is_set
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before

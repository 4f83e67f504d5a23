"""Devices as another process sees them."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import pytest

from app.audio import listing
from app.audio.listing import as_json, from_json, listed_by_another_process, listing_command
from app.audio.ports import AppAudioError
from core.errors import Cancelled
from core.job import CancelToken
from tests.fake_audio import MICROPHONE, SPEAKER


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_devices_survive_the_journey_through_any_encoding():
    devices = (SPEAKER, replace(MICROPHONE, name="Mikrofon “ä” 🎤"))
    assert as_json(devices).isascii()
    assert from_json(as_json(devices)) == devices


def test_what_another_process_prints_is_what_there_is():
    printing = python(f"print({as_json([SPEAKER, MICROPHONE])!r})")
    assert listed_by_another_process(CancelToken(), printing) == (SPEAKER, MICROPHONE)


@pytest.mark.parametrize(
    "command",
    [
        python("raise SystemExit(1)"),
        python("print('[1]')"),
        python("print('[{}]')"),
        ["/nowhere/hearwhy"],
    ],
)
def test_one_that_gives_no_list_is_told(command):
    with pytest.raises(AppAudioError, match="could not be looked for beside what plays"):
        listed_by_another_process(CancelToken(), command)


def test_one_that_hangs_is_ended_when_its_time_is_over(monkeypatch):
    monkeypatch.setattr(listing, "PATIENCE", 0.0)
    with pytest.raises(AppAudioError, match="could not be looked for"):
        listed_by_another_process(
            CancelToken(), python("import threading; threading.Event().wait()")
        )


def test_one_that_hangs_is_ended_when_nobody_wants_the_list_any_more():
    cancel = CancelToken()
    cancel.set()
    with pytest.raises(Cancelled):
        listed_by_another_process(cancel, python("import threading; threading.Event().wait()"))


def test_this_program_is_asked():
    program, script, command = listing_command()
    assert (program, command) == (sys.executable, "devices")
    assert script.endswith("main.py")


def test_the_packaged_program_is_asked_by_the_one_that_can_print(monkeypatch):
    monkeypatch.setattr(listing, "own_command", lambda: ["/opt/HearWhy/hearwhy.exe"])
    monkeypatch.setattr(sys, "platform", "win32")
    assert listing_command() == ["/opt/HearWhy/hearwhy-cli.exe", "devices"]
    monkeypatch.setattr(sys, "platform", "linux")
    assert listing_command() == ["/opt/HearWhy/hearwhy.exe", "devices"]


def test_the_command_prints_one_line_that_is_such_a_list(cli, monkeypatch):
    monkeypatch.setattr(
        "app.audio.portaudio.PortAudioBackend.devices", lambda backend: (SPEAKER, MICROPHONE)
    )
    outcome = cli("devices")
    assert (outcome.code, outcome.err) == (0, "")
    assert json.loads(outcome.out)[0]["key"] == SPEAKER.key
    assert from_json(outcome.out) == (SPEAKER, MICROPHONE)

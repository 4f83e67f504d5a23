"""The sound devices as another process sees them, which ends nothing that is open here."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from app.audio.ports import AppAudioError, DeviceInfo
from app.desktop_entry import own_command
from core.job import CancelToken

COMMAND = "devices"  # see app/cli/devices.py
PATIENCE = 20.0  # s that it may take on a computer that is busy
LOOK = 0.05  # s between looks whether the list is still wanted
CONSOLE_PROGRAM = "hearwhy-cli.exe"  # on Windows the window's program cannot print


def as_json(devices: Iterable[DeviceInfo]) -> str:
    """One line of ASCII, whatever the output's encoding."""
    return json.dumps([asdict(device) for device in devices])


def from_json(text: str) -> tuple[DeviceInfo, ...]:
    """The inverse of `as_json`. Raises: ValueError, TypeError where it is something else."""
    return tuple(DeviceInfo(**fields) for fields in json.loads(text))


def listed_by_another_process(
    cancel: CancelToken, command: Sequence[str] | None = None
) -> tuple[DeviceInfo, ...]:
    """What a process of this program finds, which starts PortAudio for itself.

    command: what to run instead, which prints `as_json`.
    Raises: AppAudioError when it ends without a list, or not in time; Cancelled.
    """
    try:
        process = subprocess.Popen(
            command or listing_command(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # ALSA tells there of every device that it does not have
            text=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # of Windows
        )
    except OSError as error:
        raise _not_listed() from error
    end = time.monotonic() + PATIENCE
    try:
        while True:
            cancel.raise_if_set()
            try:
                printed, _ = process.communicate(timeout=LOOK)
                break
            except subprocess.TimeoutExpired as error:
                if time.monotonic() > end:
                    raise _not_listed() from error
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    try:
        return from_json(printed)
    except (ValueError, TypeError) as error:
        raise _not_listed() from error


def listing_command() -> list[str]:
    """This program, asked for its devices."""
    program, *rest = own_command()
    if sys.platform == "win32" and not rest:
        program = str(Path(program).with_name(CONSOLE_PROGRAM))
    return [program, *rest, COMMAND]


def _not_listed() -> AppAudioError:
    return AppAudioError(
        "Sound devices could not be looked for beside what plays or records; try again when "
        "nothing does."
    )

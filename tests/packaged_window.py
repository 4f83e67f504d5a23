"""The packaged window on a screen of its own, used by keys: see `tests.packaged`.

Needs Xvfb, xdotool and gtk-launch, which reads a desktop entry as desktops do.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

SAMPLES = Path(__file__).resolve().parents[1] / "resources" / "samples"
PATIENCE = 120.0  # s
LOOK = 0.05
Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class FromTheWindow:
    """clip: what was explained. folder: where its files were exported."""

    clip: Path
    folder: Path


class Screen:
    """An X server without a screen. Gives what must be in the environment to use it."""

    def __enter__(self) -> dict[str, str]:
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._server.stdout is not None
        return {"DISPLAY": f":{self._server.stdout.readline().strip()}"}

    def __exit__(self, *_: object) -> None:
        self._server.terminate()
        self._server.wait()
        assert self._server.stdout is not None
        self._server.stdout.close()


class Keys:
    """What xdotool sees and presses. No window manager runs, so windows are given the focus."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment

    def window(self, title: str) -> str | None:
        """Number of the window that shows this in its title."""
        found = self.ask("search", "--onlyvisible", "--name", title).split()
        return found[-1] if found else None

    def press(self, window: str, keys: str) -> None:
        self.ask("windowfocus", "--sync", window)
        self.ask("key", keys)

    def ask(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words], env=self._environment, text=True, capture_output=True, check=False
        )
        return done.stdout.strip()


def awaited(look: Callable[[], Seen], what: str) -> Seen:
    """The first true thing that is seen."""
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE:
        if seen := look():
            return seen
        time.sleep(LOOK)
    sys.exit(f"{what} did not come within {PATIENCE:g} s")


def try_window(program: str, bare: dict[str, str], work: Path) -> FromTheWindow:
    """Install the entry; start by it with a sound; hand over a second one, export it; end."""
    subprocess.run([program, "--install-desktop"], env=bare, check=True, stdout=subprocess.DEVNULL)
    entry = Path(bare["XDG_DATA_HOME"]) / "applications" / "hearwhy.desktop"
    first, second = work / "a first word.wav", work / "a second word.wav"
    shutil.copy(SAMPLES / "yes.wav", first)
    shutil.copy(SAMPLES / "stop.wav", second)
    exports = work / "from the window"
    with Screen() as display:
        environment = bare | display | {"HEARWHY_EXPORTS": str(exports)}
        keys = Keys({**os.environ, **display})
        begun = time.monotonic()
        launch(first, environment)
        window = awaited(lambda: keys.window("a first word"), "a window with the first sound")
        print(f"started by its entry: window with the sound after {time.monotonic() - begun:.2f} s")
        process = int(keys.ask("getwindowpid", window))
        (name,) = re.findall("^StartupWMClass=(.+)$", entry.read_text(encoding="utf-8"), re.M)
        if window not in keys.ask("search", "--class", f"^{name}$").split():
            sys.exit(f"the window's class is not {name}, as the entry says")
        launch(second, environment)
        if awaited(lambda: keys.window("a second word"), "the second sound") != window:
            sys.exit("the second sound came in a window of its own")
        dialog = awaited(lambda: opened_export(keys, window), "the export dialog")
        keys.press(dialog, "Return")
        awaited(lambda: is_complete(exports), "the exported files")
        print(f"exported from the window: {sorted(file.name for file in exports.iterdir())}")
        os.kill(process, signal.SIGTERM)
        awaited(lambda: not Path(f"/proc/{process}").exists(), "the end of the program")
    log = next(Path(bare["HOME"]).rglob("hearwhy.log")).read_text(encoding="utf-8")
    if not log.rstrip().endswith("ended") or "CRITICAL" in log or "Traceback" in log:
        sys.exit(f"the log does not say that all went well:\n{log}")
    subprocess.run([program, "--remove-desktop"], env=bare, check=True, stdout=subprocess.DEVNULL)
    if entry.exists():
        sys.exit("the desktop entry was not removed")
    return FromTheWindow(second, exports)


def is_complete(exports: Path) -> bool:
    """Whether the four sounds are there, and nothing is being written any more."""
    names = [file.name for file in exports.glob("*")]
    sounds = [name for name in names if name.endswith(".wav")]
    return len(sounds) == 4 and not [name for name in names if name.startswith(".")]


def launch(sound: Path, environment: dict[str, str]) -> None:
    """As a file manager does that opens a sound with HearWhy."""
    subprocess.run(["gtk-launch", "hearwhy", str(sound)], env=environment, check=True)


def opened_export(keys: Keys, window: str) -> str | None:
    """The export dialog, asked for again and again: until a sound is explained none opens."""
    if (dialog := keys.window("^Export")) is None:
        keys.press(window, "ctrl+shift+e")
        time.sleep(10 * LOOK)
    return dialog

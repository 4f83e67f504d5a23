"""Proves a packaged program: python tests/packaged.py PATH/TO/hearwhy. Run by .ci/package.

It compares the package with the source tree it was made from: the same plug-ins, the same numbers
and samples; and starts it by its desktop entry on a screen of its own.
"""

from __future__ import annotations

import configparser
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

ROOT = Path(__file__).resolve().parents[1]
TOLERANCE = 1e-5  # of samples, full scale 1; other threads may sum in another order
PATIENCE = 120.0  # s


def run(command: list[str], environment: dict[str, str], cwd: Path) -> str:
    done = subprocess.run(
        command, env=environment, cwd=cwd, text=True, capture_output=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def bare_environment(home: Path) -> dict[str, str]:
    """No virtual environment on the path, no Python settings, an empty home."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "XDG_DATA_HOME": str(home / "share"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
    }


def compare_self_tests(program: str, bare: dict[str, str], work: Path) -> None:
    packaged: dict[str, Any] = json.loads(run([program, "self-test"], bare, work))
    source: dict[str, Any] = json.loads(
        run([sys.executable, str(ROOT / "main.py"), "self-test"], dict(os.environ), work)
    )
    for name in ("plugins", "commands"):
        if packaged[name] != source[name]:
            sys.exit(f"{name} differ: {packaged[name]} in the package, {source[name]} in source")
    if not packaged["ok"]:
        sys.exit(f"the package has problems: {packaged['problems']}")
    print(f"self-test: ok, {packaged['seconds']} s; window {packaged['window']['seconds']} s")


def compare_exports(program: str, bare: dict[str, str], work: Path) -> None:
    clip = ROOT / "resources" / "samples" / "stop.wav"
    source = [sys.executable, str(ROOT / "main.py")]
    run([program, "explain", str(clip), "--out", "packaged"], bare, work)
    run([*source, "explain", str(clip), "--out", "source"], dict(os.environ), work)
    worst = 0.0
    for file in sorted((work / "source" / "stop").glob("*.wav")):
        expected, _ = soundfile.read(file)
        found, _ = soundfile.read(work / "packaged" / "stop" / file.name)
        worst = max(worst, float(np.abs(expected - found).max()))
    if worst > TOLERANCE:
        sys.exit(f"the exported samples differ by up to {worst:g}")
    print(f"exports: the same to {worst:.1e}")


def start_by_desktop_entry(program: str, bare: dict[str, str], work: Path) -> None:
    """Install the entry, start what it says with a WAV, see the window, remove the entry."""
    run([program, "--install-desktop"], bare, work)
    entry = configparser.RawConfigParser(interpolation=None)
    file = Path(bare["XDG_DATA_HOME"]) / "applications" / "hearwhy.desktop"
    entry.read(file, encoding="utf-8")
    clip = work / "a word.wav"
    shutil.copy(ROOT / "resources" / "samples" / "yes.wav", clip)
    command = [
        str(clip) if word == "%F" else word for word in shlex.split(entry["Desktop Entry"]["Exec"])
    ]
    with subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as screen:
        assert screen.stdout is not None
        display = {"DISPLAY": f":{screen.stdout.readline().strip()}"}
        begun = time.monotonic()
        with subprocess.Popen(command, env=bare | display, cwd=work) as started:
            visible = wait_for_title("a word", display, begun)
            print(f"started by its entry: window with the clip after {visible:.1f} s")
            run(["xdotool", "search", "--name", "a word"], dict(os.environ) | display, work)
            started.terminate()
            if started.wait(PATIENCE) != 0:
                sys.exit(f"the window ended with {started.returncode}")
        screen.terminate()
    run([program, "--remove-desktop"], bare, work)
    if file.exists():
        sys.exit("the desktop entry was not removed")


def wait_for_title(text: str, display: dict[str, str], begun: float) -> float:
    """Seconds until a window shows whose title holds `text`."""
    while time.monotonic() - begun < PATIENCE:
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", text],
            env=dict(os.environ) | display,
            capture_output=True,
            check=False,
        )
        if found.stdout.strip():
            return time.monotonic() - begun
        time.sleep(0.05)
    sys.exit(f"no window with “{text}” in its title within {PATIENCE} s")


def main() -> None:
    program = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory(prefix="packaged-") as folder:
        work = Path(folder)
        bare = bare_environment(work / "home")
        (work / "home").mkdir()
        begun = time.monotonic()
        run([program, "--help"], bare, work)
        print(f"--help: {time.monotonic() - begun:.1f} s")
        compare_self_tests(program, bare, work)
        compare_exports(program, bare, work)
        start_by_desktop_entry(program, bare, work)
    print("the package stands on its own")


if __name__ == "__main__":
    main()

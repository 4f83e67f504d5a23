"""Proves a packaged program: python -m tests.packaged PATH/TO/hearwhy. Run by .ci/package.

It compares the package with the source tree it was made from: the same plug-ins, models, numbers
and samples; and uses it as someone does who starts it by its desktop entry.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from tests.core.concepts.clap_folder import write_small_clap
from tests.packaged_window import Screen, try_window

ROOT = Path(__file__).resolve().parents[1]
SOURCE = [sys.executable, str(ROOT / "main.py")]
TOLERANCE = 1e-5  # of samples, full scale 1, and of probabilities; threads sum in another order
ENCODEC, CLAP = "facebook--encodec_24khz", "laion--clap-htsat-unfused"
STARTS = 5


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


def add_small_models(caches: Path) -> None:
    """EnCodec and CLAP with random weights where the hub's library would have put public ones."""
    from transformers import EncodecConfig, EncodecModel

    config = EncodecConfig(hidden_size=16, num_filters=4, num_lstm_layers=1, codebook_size=16)
    hub = caches / "huggingface" / "hub"
    EncodecModel(config).save_pretrained(hub / f"models--{ENCODEC}" / "snapshots" / "1")
    write_small_clap(hub / f"models--{CLAP}" / "snapshots" / "1")
    for name in (ENCODEC, CLAP):
        refs = hub / f"models--{name}" / "refs"
        refs.mkdir()
        (refs / "main").write_text("1", encoding="utf-8")


def compare_self_tests(program: str, bare: dict[str, str], work: Path) -> None:
    packaged: dict[str, Any] = json.loads(run([program, "self-test"], bare, work))
    source: dict[str, Any] = json.loads(
        run([*SOURCE, "self-test"], {**os.environ, "XDG_CACHE_HOME": bare["XDG_CACHE_HOME"]}, work)
    )
    for model in (*packaged["models"], *source["models"]):
        del model["folder"]
    for name in ("plugins", "commands", "models", "versions"):
        if packaged[name] != source[name]:
            sys.exit(f"{name} differ: {packaged[name]} in the package, {source[name]} in source")
    own = [each["concepts"].pop("words_of_ones_own") for each in (packaged, source)]
    for each in (packaged, source):
        del each["concepts"]["seconds"]
    if packaged["concepts"] != source["concepts"] or "packaged program lacks" not in own[0]:
        sys.exit(f"concepts: {packaged['concepts']}, words of one's own: {own[0]}")
    problems = [*packaged["problems"], packaged["sound"]["problem"]]
    absent = "is not in the local model cache"
    stated = [model["problem"] or "" for model in packaged["models"]]
    problems += [problem for problem in stated if absent not in problem]
    if any(problems):
        sys.exit(f"the package has problems: {problems}")
    print(f"self-test: ok, {packaged['seconds']} s; window {packaged['window']['seconds']} s")
    loading = [model["id"] for model in packaged["models"] if model["loads"]]
    if not {ENCODEC.replace("--", "/"), CLAP.replace("--", "/")} <= set(loading):
        sys.exit(f"of the public models only these load: {loading}")
    print(f"models that load: {', '.join(loading)}")
    print(f"concepts: {packaged['concepts']}")
    print(f"sound devices: {packaged['sound']}")


def compare_exports(program: str, bare: dict[str, str], work: Path) -> None:
    clip = ROOT / "resources" / "samples" / "stop.wav"
    run([program, "explain", str(clip), "--out", "packaged"], bare, work)
    run([*SOURCE, "explain", str(clip), "--out", "source"], dict(os.environ), work)
    compare_sounds(work / "source" / "stop", work / "packaged" / "stop", "the command line")
    records = [
        json.loads((work / each / "stop" / "explanation.json").read_text(encoding="utf-8"))
        for each in ("source", "packaged")
    ]
    worst = max(
        abs(one - other)
        for one, other in zip(*(list(numbers(r["predictions"])) for r in records), strict=True)
    )
    if worst > TOLERANCE:
        sys.exit(f"the probabilities differ by up to {worst:g}")
    print(f"numbers from the command line: the same to {worst:.1e}")


def compare_sounds(source: Path, packaged: Path, where: str) -> None:
    """Each sound of one folder with the one in the other whose name ends as its own does."""
    worst = 0.0
    for file in sorted(source.glob("*.wav")):
        (other,) = packaged.glob(f"*{file.name}")
        expected, found = soundfile.read(file)[0], soundfile.read(other)[0]
        worst = max(worst, float(np.abs(expected - found).max()))
    if worst > TOLERANCE:
        sys.exit(f"the samples exported from {where} differ by up to {worst:g}")
    print(f"sounds from {where}: the same to {worst:.1e}")


def numbers(record: Any) -> list[float]:
    """All numbers of a record, in its order."""
    if isinstance(record, dict):
        return [number for value in record.values() for number in numbers(value)]
    if isinstance(record, list):
        return [number for value in record for number in numbers(value)]
    return [float(record)] if isinstance(record, (int, float)) else []


def measure_starts(program: str, bare: dict[str, str], work: Path) -> None:
    """Medians of what `bench --gui` measures of fresh processes, after one that is not counted."""
    found = []
    with Screen() as display:
        for _ in range(STARTS + 1):
            command = [program, "bench", "--gui", "--began", repr(time.time())]
            found.append(json.loads(run(command, bare | display, work).splitlines()[-1]))
    print(f"first start: {found[0]}")
    medians = {name: statistics.median(each[name] for each in found[1:]) for name in found[0]}
    print(
        "window visible after {visible:.2f} s, complete after {complete:.2f} s, first explanation "
        "after {explained:.2f} s; longest block {block:.3f} s".format(**medians)
    )


def main() -> None:
    program = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory(prefix="packaged-") as folder:
        work = Path(folder)
        bare = bare_environment(work / "home")
        (work / "home").mkdir()
        begun = time.monotonic()
        run([program, "--help"], bare, work)
        print(f"--help: {time.monotonic() - begun:.1f} s")
        add_small_models(Path(bare["XDG_CACHE_HOME"]))
        compare_self_tests(program, bare, work)
        compare_exports(program, bare, work)
        exported = try_window(program, bare, work)
        run([*SOURCE, "explain", str(exported.clip), "--out", "source"], dict(os.environ), work)
        compare_sounds(work / "source" / exported.clip.stem, exported.folder, "the window")
        measure_starts(program, bare, work)
    print("the package stands on its own")


if __name__ == "__main__":
    main()

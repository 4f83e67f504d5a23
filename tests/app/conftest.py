from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from app.cli import run
from tests.models import RATE, SmallModels


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left: its exit status and its two streams."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """Standard output as JSON, one object a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def sentence(self) -> str:
        """The one sentence of a foreseen error: nothing else may have been printed."""
        assert (self.code, self.out) == (2, "")
        assert self.err.count("\n") == 1
        assert self.err.endswith((".\n", "?\n"))
        assert "Traceback" not in self.err
        return self.err


Cli = Callable[..., Outcome]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """The command line, in this process."""

    def call(*arguments: object) -> Outcome:
        code = run([str(argument) for argument in arguments])
        streams = capsys.readouterr()
        return Outcome(code, streams.out, streams.err)

    return call


@pytest.fixture
def explain(cli: Cli, small_models: SmallModels, tmp_path: Path) -> Cli:
    """`explain` with the small models into `tmp_path / "out"`, unless told otherwise."""

    def call(*arguments: object) -> Outcome:
        return cli("explain", *small_models.options, "--out", tmp_path / "out", *arguments)

    return call


@pytest.fixture
def bundled(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As if the small models were the bundled ones, and the user had none, public ones neither."""
    monkeypatch.setattr(
        "core.models.model_folders", lambda: [("bundled", bundle), ("user", tmp_path / "user")]
    )
    monkeypatch.setattr("core.models.cached_folder", lambda hub_id: None)
    return bundle


@pytest.fixture
def word(tmp_path: Path) -> Path:
    """One second of sound."""
    return write_sound(tmp_path / "clips" / "word.wav")


def noise(seconds: float = 1.0, rate: int = RATE, channels: int = 1) -> np.ndarray:
    """Noise that gets softer with frequency, shape (N, C)."""
    rng = np.random.default_rng(round(1000 * seconds) + rate + channels)
    steps = rng.standard_normal((round(seconds * rate), channels)) * 0.01
    return np.asarray(0.3 * np.sin(steps.cumsum(axis=0)))


def write_sound(
    path: Path,
    seconds: float = 1.0,
    rate: int = RATE,
    channels: int = 1,
    subtype: str | None = None,
) -> Path:
    """A sound file with noise in it; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, noise(seconds, rate, channels), rate, subtype=subtype)
    return path

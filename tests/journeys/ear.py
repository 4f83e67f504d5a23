"""What comes out of the loudspeaker, as another program hears it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType

import numpy as np
from scipy.signal import correlate

from tests.sound_server import SoundServer, until

PAREC = shutil.which("parec")
RATE = 44_100
HOLE = 32  # frames of zeros amid a sound: the server had nothing to play
LEAD = 4 * RATE // 10  # frames that are recorded before anything is played


class Ear:
    """Records the monitor of a server's loudspeaker into a file, while it is a context."""

    def __init__(self, server: SoundServer, folder: Path, loudspeaker: str = "speaker") -> None:
        self._loudspeaker = loudspeaker
        self._environment = os.environ | server.environment
        self._path = folder / f"heard-{len(list(folder.iterdir()))}.raw"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Ear:
        assert PAREC is not None
        command = [
            PAREC,
            f"--device={self._loudspeaker}.monitor",
            "--format=float32le",
            f"--rate={RATE}",
        ]
        command += ["--channels=1", "--latency-msec=20", "--raw"]
        with self._path.open("wb") as file:
            self._process = subprocess.Popen(command, stdout=file, env=self._environment)
        until(lambda: self.frames > LEAD, "recording what is heard")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait()

    @property
    def frames(self) -> int:
        """How many were written so far."""
        return self._path.stat().st_size // 4

    def heard(self) -> np.ndarray:
        """Shape (n,)."""
        return np.fromfile(self._path, dtype=np.float32, count=self.frames)


def holes(heard: np.ndarray) -> int:
    """How often the sound breaks off for a moment."""
    return int(np.count_nonzero(np.diff(np.flatnonzero(heard)) > HOLE))


def place_of(sound: np.ndarray, heard: np.ndarray) -> int:
    """Where in `heard` a sound begins."""
    return int(np.argmax(correlate(heard, sound, mode="valid", method="fft")))

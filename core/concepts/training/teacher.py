"""YAMNet as a teacher: its scores for 521 AudioSet classes (Gemmeke et al. 2017, Apache-2.0).

Only training asks it. The network is a TensorFlow Lite file that takes log-mel patches; the steps
from samples to these follow its published description.
"""

from __future__ import annotations

import csv
import importlib
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import DataError
from core.extras import missing
from core.types import FloatArray

RATE = 16_000
WINDOW, STEP, SIZE = 400, 160, 512  # samples of a spectrum, between two, of its transform
BANDS, LOWEST, HIGHEST = 64, 125.0, 7500.0  # Hz
PATCH, PATCH_STEP = 96, 96  # frames; the published step is 48, at twice the work
OFFSET = 1e-3
RUNTIMES = ("ai_edge_litert.interpreter", "tflite_runtime.interpreter")


class Yamnet:
    """names: of its classes, as AudioSet writes them."""

    def __init__(self, folder: Path) -> None:
        """Raises: DataError when the folder lacks its two files; ModelError without a runtime."""
        networks = sorted(folder.glob("[!.]*.tflite"))
        tables = sorted(folder.glob("[!.]*class_map.csv"))
        if not (networks and tables):
            raise DataError(f"“{folder}” holds no YAMNet: a .tflite file and its class_map.csv.")
        with tables[0].open(encoding="utf-8", newline="") as file:
            self.names = tuple(row["display_name"] for row in csv.DictReader(file))
        self._interpreter = _interpreter(networks[0])
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._bands = mel_weights()

    def scores(self, samples: FloatArray) -> FloatArray:
        """Mean scores over the patches of one sound, (N,) at 16 kHz → (521,), each in 0…1."""
        found = []
        for patch in patches(samples, self._bands):
            self._interpreter.set_tensor(self._input, patch[None])
            self._interpreter.invoke()
            found.append(self._interpreter.get_tensor(self._output)[0])
        mean: FloatArray = np.mean(found, axis=0, dtype=np.float32)
        return mean


def patches(samples: FloatArray, bands: FloatArray) -> FloatArray:
    """Log-mel patches (n, 96, 64) of a sound, which is padded to fill the first."""
    least = (PATCH - 1) * STEP + WINDOW
    padded = np.pad(samples, (0, max(0, least - len(samples))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::STEP]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    spectra = np.abs(np.fft.rfft(frames * window, SIZE))
    log_mel = np.log(spectra @ bands + OFFSET).astype(np.float32)
    starts = range(0, len(log_mel) - PATCH + 1, PATCH_STEP)
    return np.stack([log_mel[start : start + PATCH] for start in starts])


def mel_weights() -> FloatArray:
    """Triangles that rise and fall linearly in mel, (SIZE/2 + 1, BANDS)."""
    mel = 1127.0 * np.log1p(np.linspace(0, RATE / 2, SIZE // 2 + 1) / 700.0)
    ends = 1127.0 * np.log1p(np.array([LOWEST, HIGHEST]) / 700.0)
    corners = np.linspace(ends[0], ends[1], BANDS + 2)
    rise = (mel[:, None] - corners[:-2]) / (corners[1:-1] - corners[:-2])
    fall = (corners[2:] - mel[:, None]) / (corners[2:] - corners[1:-1])
    weights = np.maximum(0.0, np.minimum(rise, fall))
    weights[0] = 0.0  # the mean of a sound is no pitch
    triangles: FloatArray = weights.astype(np.float32)
    return triangles


def plain_name(name: str) -> str:
    """An AudioSet name as one would say it: “Crowing, cock-a-doodle-doo” → crowing."""
    first = name.split(",")[0]
    return first.lower().replace("(", "").replace(")", "").strip()


def _interpreter(network: Path) -> Any:
    for runtime in RUNTIMES:
        try:
            module = importlib.import_module(runtime)
        except ImportError:
            continue
        return module.Interpreter(str(network), num_threads=1)
    raise missing("The teacher needs a TensorFlow Lite runtime", "ai-edge-litert")

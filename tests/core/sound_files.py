"""Sound files that tests write, and the sentences they are refused with."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

RATE = 16_000


def tones(n: int, channels: int = 1) -> np.ndarray:
    """(n, channels), a different sine in each channel, with a little noise; within ±0.5."""
    time = np.arange(n)[:, None] / RATE
    sines = 0.4 * np.sin(2 * np.pi * 220.0 * np.arange(1, channels + 1) * time)
    noise = np.random.default_rng(0).uniform(-0.05, 0.05, (n, channels))
    return (sines + noise).astype(np.float32)


def write(path: Path, samples: np.ndarray, rate: int = RATE, **how: str) -> Path:
    how.setdefault("format", path.suffix[1:].upper())
    soundfile.write(path, samples, rate, **how)
    return path


def sentence(error: pytest.ExceptionInfo[Exception]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


FORMATS = {
    "u8.wav": ({"subtype": "PCM_U8"}, 8e-3),
    "16.wav": ({"subtype": "PCM_16"}, 4e-5),
    "24.wav": ({"subtype": "PCM_24"}, 1e-6),
    "float.wav": ({"subtype": "FLOAT"}, 0.0),
    "double.wav": ({"subtype": "DOUBLE"}, 0.0),
    "extensible.wav": ({"format": "WAVEX", "subtype": "PCM_24"}, 1e-6),
    "long.wav": ({"format": "RF64", "subtype": "PCM_16"}, 4e-5),
    "adpcm.wav": ({"subtype": "IMA_ADPCM"}, 0.4),
    "a.w64": ({"subtype": "PCM_16"}, 4e-5),
    "a.aiff": ({"subtype": "PCM_16"}, 4e-5),
    "a.au": ({"subtype": "PCM_16"}, 4e-5),
    "a.caf": ({"subtype": "PCM_16"}, 4e-5),
    "alac.caf": ({"subtype": "ALAC_16"}, 4e-5),
    "a.flac": ({"subtype": "PCM_24"}, 1e-6),
    "a.ogg": ({"subtype": "VORBIS"}, 0.2),
    "a.opus": ({"format": "OGG", "subtype": "OPUS"}, 0.2),
    "a.mp3": ({"subtype": "MPEG_LAYER_III"}, 0.2),
}


def wav(samples: np.ndarray, riff: int, data: int, tail: bytes = b"") -> bytes:
    body = (samples * 32767).astype("<i2").tobytes()
    head = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", riff, b"WAVE", b"fmt ", 16, 1, 1, RATE, 32_000, 2, 16
    )
    return head + struct.pack("<4sI", b"data", data) + body + tail

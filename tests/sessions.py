"""Sessions made up for tests, what it means that two are the same, and how files are tampered with.

Needs no torch.
"""

from __future__ import annotations

import dataclasses
import json
import zipfile
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from core.audio_io import write_wav
from core.session_file import SavedItem, SavedSession
from core.session_manifest import SavedLook
from core.timeline import Timeline
from core.types import AudioClip, ExplanationRequest, Variant
from tests.results import LABELS, RATE, made_up_result, summary


def recording(n_samples: int = 8_000, seed: int = 7, name: str = "word") -> AudioClip:
    """Whole numbers of 16 bits, as a sound card gives them."""
    whole = np.random.default_rng(seed).integers(-(2**15), 2**15, n_samples)
    return AudioClip((whole / 2**15).astype(np.float32), 16_000, name, ("mixed down",))


def made_up_session(folder: Path, **changes: Any) -> SavedSession:
    """Three entries, the second is current: a take and two files, all of them on disk."""
    paths = [folder / f"{name}.wav" for name in ("take", "word", "other")]
    for seed, path in enumerate(paths):
        write_wav(path, recording(seed=seed, name=path.stem), "PCM_16")
    items = [
        SavedItem(path, path.name, group)
        for path, group in zip(paths, ("takes", "files", "files"), strict=True)
    ]
    result = made_up_result(
        timeline=Timeline(LABELS, 2_667 * np.arange(5), np.full((5, 3), 1 / 3), RATE, 2_667, RATE),
        windows=(summary(0.1, 0.7, "yes", 0.8, "yes", 0.8, 0.75, 0.7, 0.1, None),),
    )
    fields: dict[str, Any] = {
        "request": ExplanationRequest(keep=0.31, target="yes", start=0.1, end=0.35),
        "items": tuple(items),
        "current": 1,
        "clip": recording(seed=1, name="word"),
        "result": result,
        "active": Variant.REMOVED,
        "selection": (0.1, 0.2 + 0.1),
        "look": SavedLook(("view_all", "grey"), (0.0, 0.4), (0.1, 0.3), 0.123456789),
    }
    return SavedSession(**(fields | changes))


def differences(one: Any, other: Any, place: str = "it") -> list[str]:
    """Where two values differ; arrays must be equal bit by bit and of one type."""
    if type(one) is not type(other) and not isinstance(one, Mapping):
        return [f"{place}: {type(one).__name__} is not {type(other).__name__}"]
    if isinstance(one, np.ndarray):
        same = (one.dtype, one.shape) == (other.dtype, other.shape)
        return [] if same and one.tobytes() == other.tobytes() else [place]
    if dataclasses.is_dataclass(one):
        parts = [
            (f.name, getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one)
        ]
    elif isinstance(one, Mapping):
        if list(one) != list(other):
            return [f"{place}: {list(one)} are not {list(other)}"]
        parts = [(str(key), one[key], other[key]) for key in one]
    elif isinstance(one, tuple):
        if len(one) != len(other):
            return [f"{place}: {len(one)} are not {len(other)}"]
        parts = [(str(i), a, b) for i, (a, b) in enumerate(zip(one, other, strict=True))]
    else:
        same = one is other if isinstance(one, Enum) else one == other
        return [] if same else [f"{place}: {one!r} is not {other!r}"]
    return [text for key, a, b in parts for text in differences(a, b, f"{place}.{key}")]


def entries(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def repack(path: Path, contents: Mapping[str, bytes]) -> None:
    """Write a zip as HearWhy does, but of anything."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in contents.items():
            archive.writestr(zipfile.ZipInfo(name), data)


def tamper(path: Path, change: Callable[[Any], object]) -> None:
    """Change the manifest of a session file; everything around it stays right."""
    contents = entries(path)
    manifest = json.loads(contents["manifest.json"])
    change(manifest)
    contents["manifest.json"] = json.dumps(manifest).encode()
    repack(path, contents)

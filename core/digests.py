"""Digests: short names for what numbers depend on, the same on every machine.

Two models have one digest when they have the same weights *and* the same configuration: either
alone changes what they say of a sound. Two clips have one digest when they have the same samples at
the same rate, whatever they are called and whichever file they came from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import ModelError
from core.file_names import shown
from core.job import CancelToken
from core.scratch import passing
from core.types import AudioClip, FloatArray

LENGTH = 16  # hex digits: enough to tell models apart
SAMPLES_LENGTH = 32  # hex digits: one is never taken for another
BLOCK = 2**18  # samples a channel, hashed between two looks at a cancel

# What a library writes into a configuration and does not compute with: its version, where the
# model once lay, in which precision it was saved, which class saved it.
NOT_COMPUTED_WITH = frozenset(
    {
        "architectures",
        "dtype",
        "feature_extractor_type",
        "processor_class",
        "tokenizer_class",
        "torch_dtype",
        "transformers_version",
    }
)


def digest_of(files: Iterable[Path], facts: Any) -> str:
    """The first 16 hex digits of a sha256 over the content of `files`, in this order, and `facts`.

    facts: anything that JSON holds. Neither the order of keys nor how a number is written (1 or
    1.0) makes a difference.
    Raises: OSError.
    """
    whole = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    whole.update(_canonical(facts))
    return whole.hexdigest()[:LENGTH]


def samples_digest(clip: AudioClip, cancel: CancelToken | None = None) -> str:
    """The digest of a clip's rate, shape and samples, as little-endian float32.

    Looks at every sample: about a second for each hour of a recording. Raises: Cancelled.
    """
    digest = SamplesDigest(clip.sample_rate, clip.n_channels, clip.n_samples)
    for block in passing(clip.samples, BLOCK):
        if cancel is not None:
            cancel.raise_if_set()
        digest.add(block)
    return digest.text


class SamplesDigest:
    """`samples_digest` of a sound that comes in block by block, however it is cut into blocks."""

    def __init__(self, sample_rate: int, n_channels: int, n_samples: int) -> None:
        self._hash = hashlib.sha256(f"{sample_rate} {n_channels} {n_samples}".encode())

    def add(self, block: FloatArray) -> None:
        """block: (n, C), what is heard next."""
        self._hash.update(np.ascontiguousarray(block).astype("<f4", copy=False).data)

    @property
    def text(self) -> str:
        return self._hash.hexdigest()[:SAMPLES_LENGTH]


def configuration_of(path: Path) -> dict[str, Any]:
    """A configuration as transformers writes it, without what only its version changes.

    Raises: ModelError when the file is missing or no JSON object.
    """
    try:
        configuration = _computed_with(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        configuration = None
    if not isinstance(configuration, dict):
        raise ModelError(f"“{shown(path.parent)}” has no readable {path.name}.")
    return configuration


def _computed_with(value: Any) -> Any:
    if isinstance(value, list):
        return [_computed_with(each) for each in value]
    if isinstance(value, dict):
        return {
            key: _computed_with(each)
            for key, each in value.items()
            if key not in NOT_COMPUTED_WITH and not key.startswith("_")
        }
    return value


def _canonical(value: Any) -> bytes:
    text = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"))
    return text.encode("ascii")


def _plain(value: Any) -> Any:
    """The same value with every whole number as an integer."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value

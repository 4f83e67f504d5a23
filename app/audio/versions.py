"""All versions of a sound as the deck plays them: at the device's rate, as (frames, channels)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from core.prepare import prepare
from core.types import AudioClip, FloatArray, Variant


class OutputFormat(NamedTuple):
    """Of an open output; rate in Hz."""

    rate: int
    channels: int


@dataclass(frozen=True, slots=True, eq=False)
class PreparedVersions:
    """Clips and, per version, their samples in `format`: float32 (frames, channels or 1)."""

    clips: Mapping[Variant, AudioClip]
    format: OutputFormat
    samples: Mapping[Variant, FloatArray]

    def __post_init__(self) -> None:
        object.__setattr__(self, "clips", MappingProxyType(dict(self.clips)))
        object.__setattr__(self, "samples", MappingProxyType(dict(self.samples)))


def prepare_versions(
    clips: Mapping[Variant, AudioClip],
    output: OutputFormat,
    known: PreparedVersions | None = None,
) -> PreparedVersions:
    """The versions for an output; long ones take time, so any thread may do this.

    Clips that `known` has in the same format are not done again. A clip with neither one channel
    nor those of the output is mixed down.
    Raises: ValueError when the clips differ in rate or length.
    """
    if len({(clip.sample_rate, clip.n_samples) for clip in clips.values()}) > 1:
        raise ValueError("versions of different rate or length cannot be switched between")
    samples = {}
    for variant, clip in clips.items():
        if known and known.format == output and known.clips.get(variant) is clip:
            samples[variant] = known.samples[variant]
        else:
            channels = clip.n_channels if clip.n_channels == output.channels else 1
            prepared = prepare(clip, sample_rate=output.rate, channels=channels)
            samples[variant] = np.ascontiguousarray(prepared.samples.T)
    return PreparedVersions(clips, output, samples)

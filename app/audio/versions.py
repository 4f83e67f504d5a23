"""What can be switched between: a clip, and versions of a window of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.audio.tape import OutputFormat, Tape
from app.audio.track import Track
from core.levels import db_to_amplitude
from core.types import AudioClip, Variant


@dataclass(frozen=True, slots=True, eq=False)
class Versions:
    """One sound and what was made of it.

    clip: the original as it came in, also where models take less of it, mixed down or at a lower
    rate; outside the window it is heard in every version. windows: what the other versions have
    there. start: of the window, in seconds of the clip; what of it reaches beyond the clip is
    padding and not heard.
    Raises: ValueError when the windows differ in rate or length, do not begin in the clip, or would
    replace the original.
    """

    clip: AudioClip
    windows: Mapping[Variant, AudioClip] = field(default_factory=dict)
    start: float = 0.0

    def __post_init__(self) -> None:
        if len({(clip.sample_rate, clip.n_samples) for clip in self.windows.values()}) > 1:
            raise ValueError("versions of different rate or length cannot be switched between")
        if self.windows and not 0.0 <= self.start < max(self.clip.seconds, 1e-9):
            raise ValueError(f"no window begins at {self.start:g} s of {self.clip.seconds:g} s")
        if Variant.ORIGINAL in self.windows:
            raise ValueError("the original is the clip itself")
        object.__setattr__(self, "windows", MappingProxyType(dict(self.windows)))

    @property
    def variants(self) -> tuple[Variant, ...]:
        return (Variant.ORIGINAL, *self.windows)


class PreparedVersions:
    """The same for an output: tapes, of which tracks are made with the gains that are wanted."""

    def __init__(
        self, versions: Versions, output: OutputFormat, known: Collection[Tape] = ()
    ) -> None:
        """known: tapes for that output; those of clips that are still there are used again."""
        self.versions, self.format = versions, output
        tapes = {id(tape.clip): tape for tape in known}  # a tape keeps its clip, and so the number
        for clip in (versions.clip, *versions.windows.values()):
            if id(clip) not in tapes:
                tapes[id(clip)] = Tape(clip, output)
        self._whole = tapes[id(versions.clip)]
        self._windows = {variant: tapes[id(clip)] for variant, clip in versions.windows.items()}

    @property
    def tapes(self) -> Collection[Tape]:
        return (self._whole, *self._windows.values())

    def tracks(self, gain_db: Mapping[Variant, float]) -> dict[Variant, Track]:
        """gain_db: 0 for a version that is not named. Outside the window the original's holds."""
        around = db_to_amplitude(gain_db.get(Variant.ORIGINAL, 0.0))
        first = round(self.versions.start * self.format.rate)
        tracks = {Variant.ORIGINAL: Track(self._whole, around)}
        for variant, tape in self._windows.items():
            gain = db_to_amplitude(gain_db.get(variant, 0.0))
            tracks[variant] = Track(self._whole, around, tape, first, gain)
        return tracks

"""`manifest.json` of a session: everything but samples and tensors, checked field by field."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from core.codecs import CodecSpec
from core.origin import Origin
from core.session_archive import SessionFileError, damaged
from core.session_sounds import MOST_SAMPLES, SoundRecord
from core.timeline import WindowSummary
from core.types import ExplanationRequest, RandomControls, Variant

FORMAT: Final = "hearwhy.session"
VERSION: Final = 2
MOST_JSON = 2**24  # bytes
LARGEST_SEED = 2**31 - 1
MOST_MASKS = 10_000

Group = Literal["samples", "takes", "events", "files"]
Text = Annotated[str, Field(max_length=4_096)]
Probability = Annotated[float, Field(ge=0.0, le=1.0 + 1e-5)]  # as float32 rounds it
Probabilities = Annotated[tuple[Probability, ...], Field(max_length=100_000)]


@dataclass(frozen=True, slots=True)
class SavedLook:
    """How the session was looked at and listened to.

    view: names of what was switched on in the View menu. span: what was seen of the time axis;
    loop: what was repeated; both start and end, position too, in seconds.
    """

    view: tuple[str, ...] = ()
    span: tuple[float, float] | None = None
    loop: tuple[float, float] | None = None
    position: float = 0.0


class _Record(BaseModel):
    # Built at the first use: most runs neither read nor write a session.
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True
    )


class ClipRecord(_Record):
    """A recording as it is used in one place: which sound, and what it is called there."""

    sound: str
    name: Text
    notes: tuple[Text, ...] = ()


class ItemRecord(_Record):
    """One entry of the list. path: where its file was; `core.elsewhere` says whether to ask for it.
    beside: the same, from the session's folder, where it lies in or below that. clip: None when
    only the file has it."""

    path: Text
    beside: Text | None
    name: Text
    group: Group
    clip: ClipRecord | None


class SpaceRecord(_Record):
    """Probabilities in latent space and by round trip."""

    latent: Probabilities
    round_trip: Probabilities


class AttributionRecord(_Record):
    """An `Attribution` but for its values."""

    method: Text
    completeness_gap: float | None
    steps: int | None
    explained: Text


class TimelineRecord(_Record):
    """A `Timeline` but for its arrays."""

    labels: tuple[Text, ...]
    n_window: int = Field(ge=1)
    n_hop: int = Field(ge=1)
    sample_rate: int = Field(ge=1)


class ResultRecord(_Record):
    """An `ExplanationResult` but for its arrays. Predictions are in the order of `labels`."""

    request: ExplanationRequest
    origin: Origin
    clip_name: Text
    device: Text
    target: Text
    first: int = Field(ge=0)
    last: int
    n_samples: int = Field(ge=0, le=MOST_SAMPLES)
    attribution: AttributionRecord
    audio: dict[Variant, ClipRecord]
    labels: tuple[Text, ...]
    original: Probabilities
    reconstruction: Probabilities
    explanation: SpaceRecord
    removed: SpaceRecord
    random_explanation: RandomControls | None
    random_removed: RandomControls | None
    level_db: dict[Variant, float | None]
    seconds: dict[Text, float]
    notes: tuple[Text, ...]
    timeline: TimelineRecord | None
    windows: tuple[WindowSummary, ...]

    @model_validator(mode="after")
    def _agrees(self) -> ResultRecord:
        spaces = (self.explanation, self.removed)
        predictions = [self.original, self.reconstruction]
        predictions += [values for space in spaces for values in (space.latent, space.round_trip)]
        if not self.labels or any(len(values) != len(self.labels) for values in predictions):
            raise ValueError("a prediction has other classes")
        if self.target not in self.labels or len(set(self.labels)) != len(self.labels):
            raise ValueError("its target is no class")
        if set(self.audio) != set(Variant) or set(self.level_db) != set(Variant):
            raise ValueError("a version is missing")
        if not self.first <= self.last:
            raise ValueError("it ends before it starts")
        if any(window.sample_rate < 1 for window in self.windows):
            raise ValueError("a window is of no sample rate")
        if not _makes_sense(self.origin.codec):
            raise ValueError("the codec's facts do not agree")
        return self


class SessionRecord(_Record):
    """All of `manifest.json`. current: index in `items`. sounds: each sound once, by its id."""

    format: Literal["hearwhy.session"] = FORMAT
    version: Literal[2] = VERSION
    application: Text
    request: ExplanationRequest
    active: Variant
    selection: tuple[float, float] | None
    look: SavedLook
    items: Annotated[tuple[ItemRecord, ...], Field(max_length=100_000)]
    current: int | None = Field(ge=0)
    sounds: tuple[SoundRecord, ...]
    result: ResultRecord | None

    @property
    def clips(self) -> list[ClipRecord]:
        """Every use of a sound."""
        used = [item.clip for item in self.items if item.clip is not None]
        return used + ([] if self.result is None else list(self.result.audio.values()))

    @model_validator(mode="after")
    def _agrees(self) -> SessionRecord:
        if self.current is not None and self.current >= len(self.items):
            raise ValueError("the current clip is not in the list")
        ids = {sound.id for sound in self.sounds}
        if len(ids) != len(self.sounds) or ids != {clip.sound for clip in self.clips}:
            raise ValueError("sounds are missing, or belong to nothing")
        if sum(sound.size for sound in self.sounds) > MOST_SAMPLES:
            raise ValueError("it claims to hold more sound than a session does")
        spans = (self.selection, self.look.span, self.look.loop)
        if any(span is not None and not 0.0 <= span[0] <= span[1] for span in spans):
            raise ValueError("a stretch ends before it starts")
        requests = [self.request, *([] if self.result is None else [self.result.request])]
        if any(
            not (0 <= request.seed <= LARGEST_SEED and request.random_masks <= MOST_MASKS)
            for request in requests
        ):
            raise ValueError("a request is beyond what HearWhy takes")
        return self


def _makes_sense(codec: CodecSpec) -> bool:
    if min(codec.sample_rate, codec.latent_dim, codec.channels, codec.frame_rate) <= 0:
        return False
    bands, edges = codec.bands, codec.band_edges
    if bands is None or edges is None:
        return bands is None and edges is None
    rising = all(low < high for low, high in pairwise(edges))
    named = len(bands) == codec.latent_dim and all(0 <= band < len(edges) - 1 for band in bands)
    return rising and named


class _Heading(BaseModel):
    """What every version of the format says of itself."""

    model_config = ConfigDict(extra="ignore", strict=True, defer_build=True)

    format: Literal["hearwhy.session"]
    version: int = Field(ge=1)
    application: Text


def read_manifest(name: str, data: bytes) -> SessionRecord:
    """The manifest of the session file `name`.

    Raises: SessionFileError when it is damaged or of another version of HearWhy; RequestError when
    what it asks for makes no sense.
    """
    try:
        heading = TypeAdapter(_Heading).validate_json(data)
        if heading.version > VERSION:
            raise SessionFileError(
                f"“{name}” was made by a newer HearWhy ({heading.application}); install that "
                "version to open it."
            )
        if heading.version < VERSION:
            raise SessionFileError(
                f"“{name}” was saved by an older HearWhy ({heading.application}), whose sessions "
                "this one does not read; open its sound files and explain them again."
            )
        return SessionRecord.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])[:80] or "its structure"
        raise damaged(name, f"in {place}: {first['msg'].removeprefix('Value error, ')}") from None


def finite(value: float | None) -> float | None:
    """A number as JSON has it; None for one that does not exist."""
    return value if value is not None and math.isfinite(value) else None


def finite_values(values: Mapping[Variant, float | None]) -> dict[Variant, float | None]:
    return {key: finite(value) for key, value in values.items()}

"""What live listening is told and what it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from core.frozen import Frozen
from core.latents import LatentCode
from core.live.detector import DetectorSettings
from core.types import (
    Attribution,
    AudioClip,
    ExplanationRequest,
    FloatArray,
    Prediction,
    frozen_copy,
)


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """hop: s between decisions. explain_every: s between quick explanations; 0: none.

    method: of the quick explanations; captured events get the request's own.
    detector: None takes the usual settings at the threshold that the classifier states.
    """

    hop: float = 0.1
    explain_every: float = 0.1
    method: str = "integrated_gradients_quick"
    detector: DetectorSettings | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LiveEvent(Frozen):
    """A moment that was captured.

    number: counted from 1. time: s of the stream in the middle of what spoke for the label.
    start, end: the window that was decided on, in s of the stream. clip: that window with what was
    before and after it, at the codec's rate; begins at `clip_start` s of the stream.
    """

    number: int
    label: str
    probability: float
    time: float
    start: float
    end: float
    clip: AudioClip
    clip_start: float

    def request(self, base: ExplanationRequest) -> ExplanationRequest:
        """What explains this event's window for its label."""
        start = self.start - self.clip_start
        return replace(
            base,
            target=self.label,
            start=start,
            end=start + self.end - self.start,
            every_window=False,
        )


@dataclass(frozen=True, slots=True, eq=False)
class LiveFrame(Frozen):
    """One decision.

    start, end: the window in s of the stream; the parts before the stream began are silence.
    captured: when its last sample was captured, on the clock of `Listener.feed`. skipped: windows
    left out since the decision before, because deciding took too long. seconds: per stage.
    hearing: the label of an event that is under way. events: those completed with this decision.
    sound: what came in since the decision before, float32 (n,) at `rate` Hz, to draw.
    background: the classes that are no event.
    """

    start: float
    end: float
    captured: float
    prediction: Prediction
    skipped: int
    seconds: Mapping[str, float]
    hearing: str | None
    events: tuple[LiveEvent, ...]
    sound: FloatArray
    rate: int
    background: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "seconds", MappingProxyType(dict(self.seconds)))
        object.__setattr__(self, "sound", frozen_copy(self.sound))


@dataclass(frozen=True, slots=True, eq=False)
class LiveExplanation(Frozen):
    """The quick explanation of one decision, for the class it named.

    start, end: the window in s of the stream. captured: when its last sample was, as in
    `LiveFrame`. background: whether that class is no event. code: its latents; fill: what they were
    measured against, (D, F). bands: relevance summed over each of the bands between `band_edges`
    [Hz], (bands, F); of a codec without bands one band holds all. seconds: that it took.
    """

    start: float
    end: float
    captured: float
    attribution: Attribution
    background: bool
    bands: FloatArray
    band_edges: tuple[float, ...]
    code: LatentCode
    fill: FloatArray
    seconds: float

    def __post_init__(self) -> None:
        for name in ("bands", "fill"):
            object.__setattr__(self, name, frozen_copy(getattr(self, name)))

"""A stream that is decided on while it comes in."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from core.attribute import attribute
from core.coding import classify_batch, encode
from core.fills import FILLS
from core.job import CancelToken
from core.live.detector import Detection, Detector, DetectorSettings
from core.live.history import History
from core.models import Toolbox
from core.prepare import Conversion
from core.types import Attribution, AudioClip, ExplanationRequest, FloatArray, Prediction

MEMORY = 30.0  # s of the stream that events can be cut from
PRE_ROLL, POST_ROLL = 0.5, 0.3  # s around the window of a captured event


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """hop: s between decisions. explain_every: of so many decisions one is explained; 0: none.

    method: of the quick explanations; captured events get the request's own.
    """

    hop: float = 0.1
    explain_every: int = 2
    method: str = "integrated_gradients_quick"
    detector: DetectorSettings = field(default_factory=DetectorSettings)


@dataclass(frozen=True, slots=True, eq=False)
class LiveEvent:
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
class LiveFrame:
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
    attribution: Attribution | None
    skipped: int
    seconds: Mapping[str, float]
    hearing: str | None
    events: tuple[LiveEvent, ...]
    sound: FloatArray
    rate: int
    background: tuple[str, ...]


class Listener:
    """Used by one thread: `feed` what came in, then `decide` while that gives frames."""

    def __init__(
        self, toolbox: Toolbox, request: ExplanationRequest, settings: LiveSettings | None = None
    ) -> None:
        """toolbox: models of the request, whose fill the quick explanations are measured against.

        Raises: RequestError when the classifier looks at longer stretches than are remembered.
        """
        self.settings = settings or LiveSettings()
        self._toolbox, self._request = toolbox, request
        spec = toolbox.classifier.spec
        self._rate = toolbox.codec.spec.sample_rate
        self._window = round(spec.window * self._rate)
        self._hop = max(1, round(self.settings.hop * self._rate))
        memory = MEMORY + self.settings.detector.longest + spec.window
        self._history = History(round(memory * self._rate))
        self._background = frozenset(spec.labels.index(label) for label in spec.background)
        self._detector = self._fresh_detector()
        self._conversion: Conversion | None = None
        self._format: tuple[int, int] | None = None
        self._captured = 0.0
        self._decided = 0  # sample at the end of the last window decided on
        self._decisions = self._events = 0
        self._waiting: list[Detection] = []

    @property
    def seconds(self) -> float:
        """Of the stream, so far."""
        return self._history.count / self._rate

    def use(self, settings: DetectorSettings) -> None:
        """What makes an event, from the next decision on."""
        self.settings = replace(self.settings, detector=settings)
        self._detector.settings = settings

    def feed(self, block: FloatArray, rate: int, captured: float) -> None:
        """The next of the stream, float32 (n, C) at `rate` Hz.

        captured: when its last sample was, in s of a clock that never goes back. Another rate or
        number of channels than before is another device, after a gap.
        """
        if not len(block):
            return
        if self._format != (rate, block.shape[1]):
            self.interrupt()
            self._format = (rate, block.shape[1])
            self._conversion = Conversion((block.shape[1], 1), (rate, self._rate))
        assert self._conversion is not None
        self._history.append(self._conversion.feed(block)[:, 0])
        self._captured = captured - self._conversion.lag

    def interrupt(self) -> None:
        """The stream stopped for a while: what follows does not continue what was before."""
        if self._format is None:
            return  # nothing came in since
        self._waiting += self._detector.finish()
        self._detector = self._fresh_detector()
        self._conversion, self._format = None, None
        self._history.append(np.zeros(self._window, dtype=np.float32))  # no window spans the gap
        self._decided = self._history.count

    def decide(self, *, everything: bool = False) -> LiveFrame | None:
        """Decide on the newest window, if a hop's worth has come in since the last one.

        everything: on the window one hop after the last one instead of on the newest, as for a
        recording, where nothing need be skipped.
        """
        hops = (self._history.count - self._decided) // self._hop
        if hops < 1:
            return None
        taken = 1 if everything else hops
        end = self._decided + taken * self._hop
        behind = (self._history.count - end) / self._rate
        skipped, before, self._decided = taken - 1, self._decided, end
        return self._frame(before, end, self._captured - behind, skipped)

    def finish(self) -> list[LiveEvent]:
        """The stream is over: events that were still waiting to be certain."""
        self._waiting += self._detector.finish()
        return self._captured_events(ended=True)

    def _frame(self, before: int, end: int, captured: float, skipped: int) -> LiveFrame:
        seconds: dict[str, float] = {}
        spec, codec = self._toolbox.classifier.spec, self._toolbox.codec
        begun = time.perf_counter()
        clip = self._cut(end - self._window, end)
        code = encode(codec, clip)
        seconds["encode"] = time.perf_counter() - begun
        prediction = classify_batch(self._toolbox.classifier, codec, code.values[None])[0]
        seconds["classify"] = time.perf_counter() - begun - seconds["encode"]
        end_seconds = end / self._rate
        self._waiting += self._detector.take(end_seconds, prediction.probabilities)
        attribution = None
        every = self.settings.explain_every
        if every and self._decisions % every == 0:
            explaining = time.perf_counter()
            attribution = self._explained(code.values, prediction)
            seconds["attribute"] = time.perf_counter() - explaining
        self._decisions += 1
        capturing = time.perf_counter()
        events = tuple(self._captured_events())
        seconds["capture"] = time.perf_counter() - capturing
        hearing = self._detector.hearing
        return LiveFrame(
            end_seconds - spec.window,
            end_seconds,
            captured,
            prediction,
            attribution,
            skipped,
            seconds,
            None if hearing is None else spec.labels[hearing],
            events,
            self._history.stretch(max(before, self._history.first), end),
            self._rate,
            spec.background,
        )

    def _explained(self, latents: FloatArray, prediction: Prediction) -> Attribution:
        from core.types import LatentCode

        code = LatentCode(latents, self._window)
        fill = FILLS.builder(self._request.fill)(self._toolbox.codec, code, self._request.seed)
        return attribute(
            self.settings.method,
            self._toolbox.classifier,
            latents,
            fill,
            prediction.index,
            device=self._toolbox.device,
            seed=self._request.seed,
            cancel=CancelToken(),
        )

    def _captured_events(self, *, ended: bool = False) -> list[LiveEvent]:
        """Those of the waiting detections whose post-roll has come in."""
        captured: list[LiveEvent] = []
        window, rate = self._window / self._rate, self._rate
        waiting = self._waiting
        self._waiting = []
        for detection in waiting:
            start = round((detection.middle - window / 2) * rate)
            stop = start + self._window
            last = stop + round(POST_ROLL * rate)
            if last > self._history.count and not ended:
                self._waiting.append(detection)
                continue
            self._events += 1
            captured.append(self._event(detection, start, min(last, self._history.count)))
        return captured

    def _event(self, detection: Detection, start: int, last: int) -> LiveEvent:
        label = self._toolbox.classifier.spec.labels[detection.index]
        first = start - round(PRE_ROLL * self._rate)
        stop = start + self._window
        name = f"{label} {self._events}"
        return LiveEvent(
            number=self._events,
            label=label,
            probability=detection.probability,
            time=(start + sounding_middle(self._history.stretch(start, stop))) / self._rate,
            start=start / self._rate,
            end=stop / self._rate,
            clip=AudioClip(self._history.stretch(first, last)[None], self._rate, name),
            clip_start=first / self._rate,
        )

    def _cut(self, start: int, end: int) -> AudioClip:
        return AudioClip(self._history.stretch(start, end)[None], self._rate, "live")

    def _fresh_detector(self) -> Detector:
        return Detector(self.settings.detector, self._background, self._window / self._rate)


def sounding_middle(samples: FloatArray) -> float:
    """The sample in the middle of the energy above the quietest part of a stretch, (N,)."""
    block = max(1, len(samples) // 100)
    energy = np.square(samples[: len(samples) // block * block].reshape(-1, block)).mean(axis=1)
    above = np.maximum(energy.astype(np.float64) - 2 * np.quantile(energy, 0.2), 0.0)
    if not above.sum() > 0:
        return len(samples) / 2
    loudness = above**0.3  # as loud as it is heard: a vowel must not outweigh the rest of the word
    return float(((np.arange(len(above)) + 0.5) * block * loudness).sum() / loudness.sum())

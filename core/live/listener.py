"""A stream that is decided on while it comes in."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

from core.attribute import attribute
from core.classifiers.targets import usual_target
from core.coding import classify_batch, decode_batch, encode
from core.conversion import Conversion
from core.fills import FILLS
from core.job import CancelToken
from core.latents import LatentCode
from core.live.detector import USUAL_THRESHOLD, Detection, Detector, DetectorSettings
from core.live.frames import LiveEvent, LiveExplanation, LiveFrame, LiveSettings
from core.live.history import History
from core.live.isolation import span, stands_alone
from core.live.mixing import RunningMix
from core.masking import keep, most_relevant, remove
from core.mixing import taken_note
from core.models import Toolbox
from core.types import AudioClip, ExplanationRequest, FloatArray, Prediction, Variant

MEMORY = 30.0  # s of the stream that events can be cut from
PRE_ROLL, POST_ROLL = 0.5, 0.3  # s around the window of a captured event
TOLERATED = 3  # windows that may be due at once before all but the newest are skipped


class _Decided(NamedTuple):
    end: int  # sample of the stream
    captured: float
    code: LatentCode
    prediction: Prediction


class Listener:
    """Used by one thread: `feed` what came in, then `decide` while that gives frames."""

    def __init__(
        self, toolbox: Toolbox, request: ExplanationRequest, settings: LiveSettings | None = None
    ) -> None:
        """toolbox: models of the request, whose fill the quick explanations are measured against.

        `gain`, a factor for all that comes in, may be set at any time.
        Raises: RequestError when the classifier looks at longer stretches than are remembered.
        """
        self.settings = settings or LiveSettings()
        self.gain = 1.0
        self._toolbox, self._request = toolbox, request
        spec = toolbox.classifier.spec
        self.detector = self.settings.detector or usual_detector(spec.threshold)
        self._rate = toolbox.codec.spec.sample_rate
        self._window = round(spec.window * self._rate)
        self._hop = max(1, round(self.settings.hop * self._rate))
        self._history = History(self._memory())
        self._background = frozenset(spec.labels.index(label) for label in spec.background)
        self._detector = self._fresh_detector()
        self._mix: RunningMix | None = None
        self._conversion: Conversion | None = None
        self._format: tuple[int, int] | None = None
        self._captured = 0.0
        self._decided = 0  # sample at the end of the last window decided on
        self._events = 0
        self._every = round(self.settings.explain_every * self._rate)
        self._explained = 0  # sample from which on the next decision is to be explained
        self._newest: _Decided | None = None  # to be explained
        self._waiting: list[Detection] = []
        self._ended: list[LiveEvent] = []  # with what was heard by another device

    @property
    def seconds(self) -> float:
        """Of the stream, so far."""
        return self._history.count / self._rate

    def use(self, settings: DetectorSettings) -> None:
        """What makes an event, from the next decision on: any of the settings may have changed."""
        self.detector = self._detector.settings = settings
        self._history.remember(self._memory())

    def feed(self, block: FloatArray, rate: int, captured: float) -> None:
        """The next of the stream, float32 (n, C) at `rate` Hz.

        captured: when its last sample was, in s of a clock that never goes back. Another rate or
        number of channels than before is another device, after a gap.
        """
        if not len(block):
            return
        if self._format != (rate, block.shape[1]):
            self._ended += self.interrupt()
            self._format = (rate, block.shape[1])
            self._mix = RunningMix(block.shape[1], rate)
            self._conversion = Conversion((1, 1), (rate, self._rate))
        assert self._conversion is not None
        assert self._mix is not None
        if self.gain != 1.0:
            block = block * np.float32(self.gain)
        self._history.append(self._conversion.feed(self._mix.feed(block))[:, 0])
        self._captured = captured - self._conversion.lag - self._mix.waiting / rate

    def interrupt(self) -> list[LiveEvent]:
        """The stream stopped for a while: what follows does not continue what was before.

        → events that were waiting to be certain.
        """
        if self._format is None:
            return []  # nothing came in since
        events = self.finish()
        self._detector = self._fresh_detector()
        self._mix, self._conversion, self._format, self._newest = None, None, None, None
        self._history.append(np.zeros(self._window, dtype=np.float32))  # no window spans the gap
        self._decided = self._history.count
        return events

    def decide(self, *, everything: bool = False) -> LiveFrame | None:
        """Decide on the next window, if a hop's worth has come in since the last one.

        Where more windows are due than are tolerated, on the newest; the others are skipped.
        everything: skip none, as for a recording.
        """
        hops = (self._history.count - self._decided) // self._hop
        if hops < 1:
            return None
        taken = 1 if everything or hops <= TOLERATED else hops
        end = self._decided + taken * self._hop
        behind = (self._history.count - end) / self._rate
        skipped, before, self._decided = taken - 1, self._decided, end
        return self._frame(before, end, self._captured - behind, skipped)

    def explain(self, cancel: CancelToken | None = None) -> LiveExplanation | None:
        """Explain the newest decision, if it is to be explained and has not been.

        Raises: Cancelled.
        """
        if self._newest is None:
            return None
        (end, captured, code, prediction), self._newest = self._newest, None
        self._explained = max(self._explained + self._every, end)
        begun = time.perf_counter()
        fill = FILLS.builder(self._request.fill)(self._toolbox.codec, code, self._request.seed)
        attribution = attribute(
            self.settings.method,
            self._toolbox.classifier,
            code.values,
            fill,
            usual_target(prediction.label, self._toolbox.classifier.spec),
            bands=self._toolbox.codec.spec.bands,
            device=self._toolbox.device,
            seed=self._request.seed,
            cancel=cancel,
        )
        bands, edges = self._in_bands(attribution.values)
        return LiveExplanation(
            start=(end - self._window) / self._rate,
            end=end / self._rate,
            captured=captured,
            attribution=attribution,
            background=prediction.index in self._background,
            bands=bands,
            band_edges=edges,
            code=code,
            fill=fill,
            seconds=time.perf_counter() - begun,
        )

    def version(self, explained: LiveExplanation, variant: Variant) -> AudioClip:
        """How the explained window sounds as explanation or removed, at the request's share."""
        request, codec = self._request, self._toolbox.codec
        taken_out = variant is Variant.REMOVED
        share, masked = (request.remove, remove) if taken_out else (request.keep, keep)
        values, bands = explained.attribution.values, codec.spec.bands
        mask = most_relevant(values, share, request.granularity, bands)
        latents = masked(explained.code.values, explained.fill, mask)
        sound = decode_batch(codec, latents[None], explained.code.n_samples)[0]
        return AudioClip(sound, self._rate, variant)

    def finish(self) -> list[LiveEvent]:
        """The stream is over: events that were still waiting to be certain."""
        self._waiting += self._detector.finish()
        events, self._ended = [*self._ended, *self._captured_events(ended=True)], []
        return events

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
        if self._every and end >= self._explained:
            self._newest = _Decided(end, captured, code, prediction)
        capturing = time.perf_counter()
        events = (*self._ended, *self._captured_events())
        self._ended = []
        seconds["capture"] = time.perf_counter() - capturing
        hearing = self._detector.hearing
        return LiveFrame(
            end_seconds - spec.window,
            end_seconds,
            captured,
            prediction,
            skipped,
            seconds,
            None if hearing is None else spec.labels[hearing],
            events,
            self._history.stretch(max(before, self._history.first), end),
            self._rate,
            spec.background,
        )

    def _in_bands(self, values: FloatArray) -> tuple[FloatArray, tuple[float, ...]]:
        spec = self._toolbox.codec.spec
        if spec.bands is None or spec.band_edges is None:
            return values.sum(axis=0, keepdims=True), (0.0, spec.sample_rate / 2)
        summed = np.zeros((len(spec.band_edges) - 1, values.shape[1]), dtype=np.float32)
        np.add.at(summed, np.asarray(spec.bands), values)
        return summed, tuple(spec.band_edges)

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
        heard = AudioClip(self._history.stretch(first, last)[None], self._rate, name, self._notes())
        return LiveEvent(
            number=self._events,
            label=label,
            probability=detection.probability,
            time=(start + sounding_middle(self._history.stretch(start, stop))) / self._rate,
            start=start / self._rate,
            end=stop / self._rate,
            clip=heard,
            clip_start=first / self._rate,
        )

    def _notes(self) -> tuple[str, ...]:
        if self._mix is None or self._mix.taken is None:
            return ()
        return (taken_note(self._mix.taken, self._mix.channels),)

    def _cut(self, start: int, end: int) -> AudioClip:
        return AudioClip(self._history.stretch(start, end)[None], self._rate, "live")

    def _memory(self) -> int:
        """Samples that have to be looked back at for events to be cut from."""
        seconds = MEMORY + self.detector.longest + self._window / self._rate
        return round(seconds * self._rate)

    def _fresh_detector(self) -> Detector:
        window = self._window / self._rate
        return Detector(self.detector, self._background, window, self._stands_alone)

    def _stands_alone(self, middle: float) -> bool:
        window, history = self._window / self._rate, self._history
        start, end = (round(seconds * self._rate) for seconds in span(middle, window))
        start, end = max(start, history.first), min(end, history.count)
        around = history.stretch(start, end)
        return stands_alone(around, self._rate, middle - start / self._rate, window)


def usual_detector(threshold: float | None) -> DetectorSettings:
    """The usual settings at the threshold that a classifier states; None: it states none."""
    return DetectorSettings().at(USUAL_THRESHOLD if threshold is None else threshold)


def sounding_middle(samples: FloatArray) -> float:
    """The sample in the middle of the energy above the quietest part of a stretch, (N,)."""
    block = max(1, len(samples) // 100)
    energy = np.square(samples[: len(samples) // block * block].reshape(-1, block)).mean(axis=1)
    above = np.maximum(energy.astype(np.float64) - 2 * np.quantile(energy, 0.2), 0.0)
    if not above.sum() > 0:
        return len(samples) / 2
    loudness = above**0.5  # a vowel must not outweigh the rest of the word
    return float(((np.arange(len(above)) + 0.5) * block * loudness).sum() / loudness.sum())

"""How live listening does on this computer: through a real sound server, and against a file."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import psutil

from app.audio.devices import find_again
from app.audio.portaudio import PortAudioBackend
from app.audio.recorder import Recorder
from app.audio.sound_server import SoundServer
from app.live.microphone import LiveMicrophone
from app.live.sequence import NOISE, Word
from core.job import CancelToken, Report, silent
from core.live.frames import LiveEvent, LiveFrame, LiveSettings
from core.live.listener import Listener
from core.models import Toolbox
from core.prepare import prepare
from core.types import AudioClip, ExplanationRequest, FloatArray, Probabilities
from core.windowing import timeline

RATE = 44_100  # Hz at which the private sound server passes samples on untouched
TICK = 0.033  # s between two looks of a window
SETTLING = 2.0  # s that are not counted
NEAR = 0.6  # s from a word within which an event is taken for it
ON_TIME = 0.1  # s


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """seconds: measured. decisions, explanations: a second. age_ms, age_99_ms: of the decision
    shown, whenever a window would look: median and 99th percentile. cpu: share of all processors.
    xruns: gaps the sound system reported. memory_mb: growth over the run. stage_ms: medians.
    """

    seconds: float
    decisions: float
    explanations: float
    age_ms: float
    age_99_ms: float
    skipped: int
    cpu: float
    xruns: int
    memory_mb: float
    stage_ms: dict[str, float]

    def record(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class WordFigures:
    """words: played. right: events with the label of the word that was said. wrong: with another.

    false_per_minute: events where no word was. on_time: share of the right ones within 100 ms.
    """

    words: int
    right: int
    wrong: int
    false: int
    minutes: float
    on_time: float
    worst_ms: float

    @property
    def false_per_minute(self) -> float:
        return self.false / self.minutes

    def record(self) -> dict[str, Any]:
        return {**asdict(self), "false_per_minute": self.false_per_minute}


def listen_to(
    clip: AudioClip,
    seconds: float,
    request: ExplanationRequest,
    settings: LiveSettings | None = None,
    report: Report = silent,
    *,
    again: bool = True,
) -> tuple[LiveFigures, list[LiveEvent], float]:
    """Play a clip on a private sound server, and listen to it. again: or silence follows it.

    → figures; the events; and when the clip began to sound, in s of the stream.
    Raises: AppAudioError where there is no PulseAudio.
    """
    sound = prepare(clip, sample_rate=RATE, channels=2).samples.T
    with SoundServer() as server, _environment(server.environment):
        backend = PortAudioBackend()
        backend.restart()
        recorder = Recorder(backend, server.folder)
        microphone = LiveMicrophone(
            recorder, lambda: find_again(backend, recorder), request, settings
        )
        device = next(device for device in backend.devices() if device.channels_out)
        tape = _Tape(sound, again)
        stream = backend.open_output(device, RATE, 2, tape.fill)
        try:
            microphone.start()
            while not microphone.poll().update.opened:
                time.sleep(TICK)
            begun = microphone.poll().update.seconds
            stream.start()
            figures, events = _measured(microphone, recorder, stream, seconds, report)
        finally:
            stream.close()
            last = microphone.stop(refine=False)
            recorder.close()
            microphone.wait()
    return figures, [*events, *last.update.events], begun


def judged(events: Iterable[LiveEvent], words: Iterable[Word], minutes: float) -> WordFigures:
    """Which of the words were found. Times of both are of one clock, but for a shift.

    The shift, what the sound system takes from player to microphone, is the median difference.
    """
    heard, said = list(events), list(words)
    shift = 0.0
    for _ in range(3):
        pairs = _pairs(heard, said, shift)
        near = [event.time - word.time for word, event in pairs if event is not None]
        shift = float(np.median(near)) if near else 0.0
    pairs = _pairs(heard, said, shift)
    found = [(word, event) for word, event in pairs if event is not None]
    right = [(word, event) for word, event in found if word.label == event.label]
    late = np.array([abs(event.time - shift - word.time) for word, event in right] or [0.0])
    return WordFigures(
        len(said),
        len(right),
        len(found) - len(right),
        len(heard) - len(found),
        minutes,
        float((late <= ON_TIME).mean()),
        1000 * float(late.max()),
    )


def against_file(
    clip: AudioClip, toolbox: Toolbox, request: ExplanationRequest, rate: int
) -> float:
    """Largest difference of a probability between the live path and the file path, same samples.

    clip: played at `rate` Hz; the live path gets it in blocks of 10 ms.
    """
    codec, spec = toolbox.codec.spec, toolbox.classifier.spec
    playing = prepare(clip, sample_rate=rate)
    prepared, played = prepare(playing, sample_rate=codec.sample_rate), playing.samples
    known = timeline(prepared, toolbox, silent, CancelToken())
    listener = Listener(toolbox, request, LiveSettings(hop=known.hop, explain_every=0))
    by_start: dict[int, Probabilities] = {}
    for first in range(0, played.shape[1], rate // 100):
        listener.feed(played[:, first : first + rate // 100].T, rate, first / rate)
        while (frame := listener.decide(everything=True)) is not None:
            by_start[round(1000 * frame.start)] = frame.prediction.probabilities
    worst = 0.0
    for start, probabilities in zip(known.starts, known.probabilities, strict=True):
        live = by_start.get(round(1000 * float(start)))
        if live is not None:
            worst = max(worst, float(np.abs(live - probabilities).max()))
    if not by_start or spec.window > prepared.seconds:
        raise ValueError("the clip is shorter than a window")
    return worst


def growth_over(
    clip: AudioClip, seconds: float, toolbox: Toolbox, request: ExplanationRequest, report: Report
) -> float:
    """MB that the process grew between minute one and the end of a stream fed faster than real."""
    listener = Listener(toolbox, request, LiveSettings(hop=0.5, explain_every=5.0))
    process, rate = psutil.Process(), clip.sample_rate
    sound, block = clip.samples.T, rate // 2
    early = 0
    fed = 0
    while fed < seconds * rate:
        first = fed % max(len(sound) - block, 1)
        listener.feed(sound[first : first + block], rate, fed / rate)
        fed += len(sound[first : first + block])
        while listener.decide() is not None:
            listener.explain()
        if not early and fed >= 60 * rate:
            early = process.memory_info().rss
        report(fed / rate / seconds, "An hour of sound")
    return float(process.memory_info().rss - early) / 1e6


class _Tape:
    """Plays a sound, again and again or followed by a silence that is not digital."""

    def __init__(self, sound: FloatArray, again: bool) -> None:
        self._sound, self._again, self._position = sound, again, 0
        self._quiet = np.random.default_rng(0).normal(0.0, NOISE, (RATE, 2)).astype(np.float32)

    def fill(self, out: FloatArray) -> None:
        done = 0
        while done < len(out):
            piece = self._sound[self._position : self._position + len(out) - done]
            out[done : done + len(piece)] = piece
            done += len(piece)
            self._position += len(piece)
            if self._position == len(self._sound):
                self._sound = self._sound if self._again else self._quiet
                self._position = 0


def _measured(
    microphone: LiveMicrophone,
    recorder: Recorder,
    stream: Any,
    seconds: float,
    report: Report,
) -> tuple[LiveFigures, list[LiveEvent]]:
    process, clock = psutil.Process(), microphone.clock
    frames: list[LiveFrame] = []
    events: list[LiveEvent] = []
    ages: list[float] = []
    spent: list[float] = []  # ms for an explanation
    newest: LiveFrame | None = None
    begun, counted = clock(), False
    xruns = explained = 0
    cpu, memory, started = 0.0, 0, begun
    while clock() - begun < SETTLING + seconds:
        status = microphone.poll()
        if status.update.error is not None:
            raise status.update.error
        now = clock()
        events += status.update.events
        if status.update.frames:
            newest = status.update.frames[-1]
        if not counted and now - begun >= SETTLING:
            counted, started = True, now
            times = process.cpu_times()
            cpu, memory = times.user + times.system, process.memory_info().rss
            xruns = stream.xruns + recorder.poll().overflows
        elif counted:
            frames += status.update.frames
            explained += len(status.update.explanations)
            spent += [1000 * each.seconds for each in status.update.explanations]
            if newest is not None:
                ages.append(1000 * (now - newest.captured))
        report((now - begun) / (SETTLING + seconds), "Listening")
        time.sleep(TICK)
    elapsed = clock() - started
    times = process.cpu_times()
    stages: dict[str, list[float]] = {"attribute": spent} if spent else {}
    for frame in frames:
        for name, seconds_spent in frame.seconds.items():
            stages.setdefault(name, []).append(1000 * seconds_spent)
    return (
        LiveFigures(
            elapsed,
            _rate([frame.end for frame in frames]),
            explained / elapsed,
            float(np.median(ages)),
            float(np.quantile(ages, 0.99)),
            sum(frame.skipped for frame in frames),
            (times.user + times.system - cpu) / elapsed / (os.cpu_count() or 1),
            stream.xruns + recorder.poll().overflows - xruns,
            (process.memory_info().rss - memory) / 1e6,
            {name: float(np.median(each)) for name, each in stages.items()},
        ),
        events,
    )


def _pairs(
    events: list[LiveEvent], words: list[Word], shift: float
) -> list[tuple[Word, LiveEvent | None]]:
    """Each word with the event nearest to it, which no other word has."""
    free = sorted(events, key=lambda event: event.time)
    pairs: list[tuple[Word, LiveEvent | None]] = []
    for word in words:
        near = [event for event in free if abs(event.time - shift - word.time) < NEAR]
        best = min(near, key=lambda event: abs(event.time - shift - word.time), default=None)
        if best is not None:
            free.remove(best)
        pairs.append((word, best))
    return pairs


def _rate(ends: list[float]) -> float:
    """Decisions a second of sound, of windows that end then: no more is counted at either edge."""
    if len(ends) < 2:
        return 0.0
    return round((len(ends) - 1) / (ends[-1] - ends[0]), 6)


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

"""False alarms on running sound: minutes of speech without keywords, and of rooms.

A head that says the right thing about single words may still hear keywords in ordinary talk. Its
threshold is chosen on streams made of training clips and judged on streams of the held-out ones,
both through the detector that listens to the microphone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.classifiers import Classifier
from core.codecs import Codec
from core.coding import classify_batch, encode_batch
from core.errors import DataError
from core.job import CancelToken, Report
from core.live.detector import Detection, Detector, DetectorSettings, StandsAlone
from core.live.frames import LiveSettings
from core.live.isolation import span, stands_alone
from core.training.augment import coloured_noise
from core.training.data import ClipEntry, ClipSet
from core.training.data_folder import DataFolder
from core.types import FloatArray, Probabilities

MINUTES = 10.0  # of each stream
CHUNK = 64  # windows judged at a time
PAUSE = (0.05, 0.6)  # s between two clips of speech
ROOM_DBFS = (-60.0, -25.0)  # RMS of the synthetic noise between the sounds of a room
THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.99)
AIM = 1.0  # false keywords a minute on the training streams


@dataclass(frozen=True, slots=True)
class LiveDesign:
    """What the streams are made of: data sets, and of them clips of other labels than `without`.

    speech: sets of words and sentences. rooms: sets of sounds and noises; `rooms_only` are the
    labels that serve of a set which also holds words.
    without: words that are keywords (a clip's label or what it says).
    keywords: set that holds clips of them, to see how many are still found.
    """

    speech: tuple[str, ...]
    rooms: tuple[str, ...]
    rooms_only: tuple[str, ...]
    without: tuple[str, ...]
    keywords: str


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What a head says of a stream, decision by decision.

    probabilities: (decisions, K). hop: s between decisions; window: s that each looks at.
    background: classes that are no event. stands_alone: see `core.live.detector`.
    """

    probabilities: Probabilities
    hop: float
    window: float
    background: frozenset[int]
    stands_alone: StandsAlone

    @property
    def minutes(self) -> float:
        return (self.window + self.hop * (len(self.probabilities) - 1)) / 60


def streams(
    data: DataFolder,
    design: LiveDesign,
    split: str,
    sample_rate: int,
    seed: int,
    report: Report,
    cancel: CancelToken,
) -> dict[str, FloatArray]:
    """Ten minutes of `speech` and of `rooms` from one split, each (N,)."""
    rng = np.random.default_rng(seed)
    entries = data.entries(design.speech, split)
    silent_or_keyword = {*design.without, *design.rooms_only}
    entries = [e for e in entries if not {e.label, e.extra} & silent_or_keyword]
    speech = _clips(data, entries, sample_rate, report, cancel)
    sounds = data.entries(design.rooms, split)
    mixed = set(design.speech) & set(design.rooms)
    sounds = [e for e in sounds if e.dataset not in mixed or e.label in design.rooms_only]
    rooms = _clips(data, sounds, sample_rate, report, cancel)
    return {
        "speech": _talk(speech, rng),
        "rooms": _rooms(rooms, rng, torch.Generator().manual_seed(seed)),
    }


def listen(classifier: Classifier, codec: Codec, stream: FloatArray, cancel: CancelToken) -> Heard:
    """What the head says of each window that live listening would decide on."""
    spec, rate = classifier.spec, codec.spec.sample_rate
    hop, window = LiveSettings().hop, round(spec.window * rate)
    starts = range(0, len(stream) - window + 1, round(hop * rate))
    rows: list[Probabilities] = []
    for first in range(0, len(starts), CHUNK):
        cancel.raise_if_set()
        chunk = np.stack([stream[s : s + window] for s in starts[first : first + CHUNK]])
        latents = encode_batch(codec, chunk[:, None])
        rows += [p.probabilities for p in classify_batch(classifier, codec, latents)]
    background = frozenset(spec.labels.index(label) for label in spec.background)

    def alone(middle: float) -> bool:
        first, last = (round(max(0.0, s) * rate) for s in span(middle, spec.window))
        return stands_alone(stream[first:last], rate, middle - first / rate, spec.window)

    return Heard(np.stack(rows), hop, spec.window, background, alone)


def detected(heard: Heard, settings: DetectorSettings) -> list[Detection]:
    """What live listening would report of a stream."""
    detector = Detector(settings, heard.background, heard.window, heard.stands_alone)
    events: list[Detection] = []
    for number, probabilities in enumerate(heard.probabilities):
        events += detector.take(heard.window + number * heard.hop, probabilities)
    return events + detector.finish()


def false_keywords(heard: Heard, threshold: float) -> float:
    """Keywords a minute that live listening would report of a stream that holds none."""
    return len(detected(heard, DetectorSettings().at(threshold))) / heard.minutes


def choose_threshold(heard: Sequence[Heard]) -> float:
    """The lowest of `THRESHOLDS` that keeps every stream within `AIM`; the highest if none does."""
    for threshold in THRESHOLDS:
        if all(false_keywords(stream, threshold) <= AIM for stream in heard):
            return threshold
    return THRESHOLDS[-1]


def _clips(
    data: DataFolder,
    entries: Sequence[ClipEntry],
    sample_rate: int,
    report: Report,
    cancel: CancelToken,
) -> ClipSet:
    if not entries:
        raise DataError("There are no clips to make running sound of.")
    return data.load(entries, sample_rate, report, cancel)


def _talk(clips: ClipSet, rng: np.random.Generator) -> FloatArray:
    """Clips in random order with short pauses between them."""
    wanted = round(60 * MINUTES * clips.sample_rate)
    pieces: list[FloatArray] = []
    length = 0
    while length < wanted:
        for index in rng.permutation(len(clips)):
            pause = np.zeros(round(rng.uniform(*PAUSE) * clips.sample_rate), np.float32)
            pieces += [clips.clip(int(index)), pause]
            length += len(pieces[-2]) + len(pause)
            if length >= wanted:
                break
    return np.concatenate(pieces)[:wanted]


def _rooms(clips: ClipSet, rng: np.random.Generator, generator: torch.Generator) -> FloatArray:
    """Recorded sounds, each followed by as long a noise of some colour and level."""
    wanted = round(60 * MINUTES * clips.sample_rate)
    pieces: list[FloatArray] = []
    length = 0
    while length < wanted:
        for index in rng.permutation(len(clips)):
            piece = clips.clip(int(index))
            level = 10 ** (rng.uniform(*ROOM_DBFS) / 20)
            noise = coloured_noise(1, len(piece), generator)[0].numpy() * level
            pieces += [piece, noise.astype(np.float32)]
            length += 2 * len(piece)
            if length >= wanted:
                break
    return np.concatenate(pieces)[:wanted]

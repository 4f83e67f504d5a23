"""What the detector finds and falsely hears, threshold by threshold, in streams made of clips.

The classifier decides once, far faster than the sound would play; the detector then goes through
its decisions as often as one likes. Settings are chosen on training clips, never on test clips.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.live.sequence import Word, word_sequence
from core.job import CancelToken, Report, part
from core.live.detector import Detection, DetectorSettings
from core.models import Toolbox
from core.prepare import prepare
from core.training.data_folder import DataFolder
from core.training.judging import listened
from core.training.live import Heard, LiveDesign, detected, listen

WORDS = {"train": 300, "test": 100}
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97)
NEAR = 0.6  # s from a word within which a detection is taken for it


@dataclass(frozen=True, slots=True)
class DetectorFigures:
    """At one threshold: shares of the words found with the right and with a wrong label, and false
    events a minute between the words, in speech without keywords, and in rooms.
    """

    threshold: float
    right: float
    wrong: float
    false_between: float
    false_speech: float
    false_rooms: float

    def record(self) -> dict[str, Any]:
        return asdict(self)


def detector_figures(
    toolbox: Toolbox,
    data: DataFolder,
    design: LiveDesign,
    split: str,
    thresholds: Sequence[float],
    report: Report,
    cancel: CancelToken,
) -> list[DetectorFigures]:
    """design: of the streams of speech and rooms. Raises: DataError, AudioError, Cancelled."""
    spec = toolbox.classifier.spec
    labels = tuple(label for label in spec.labels if label not in spec.background)
    said = word_sequence(data, labels, WORDS[split], split=split)
    report(0.0, "Deciding on words")
    rate = toolbox.codec.spec.sample_rate
    samples = prepare(said.clip, sample_rate=rate).samples[0]
    words = listen(toolbox.classifier, toolbox.codec, samples, cancel)
    others = listened(
        toolbox.classifier, toolbox.codec, data, design, split, part(report, 0.3, 1.0), cancel
    )
    return [_figures(threshold, words, said.words, others, spec.labels) for threshold in thresholds]


def _figures(
    threshold: float,
    words: Heard,
    said: Sequence[Word],
    others: dict[str, Heard],
    labels: Sequence[str],
) -> DetectorFigures:
    settings = DetectorSettings().at(threshold)
    free = detected(words, settings)
    right = wrong = 0
    for word in said:
        found = _nearest(free, word)
        if found is not None:
            free.remove(found)
            is_right = labels[found.index] == word.label
            right, wrong = right + is_right, wrong + (not is_right)
    false = {name: len(detected(heard, settings)) / heard.minutes for name, heard in others.items()}
    return DetectorFigures(
        threshold,
        right / len(said),
        wrong / len(said),
        len(free) / words.minutes,
        false["speech"],
        false["rooms"],
    )


def _nearest(detections: Sequence[Detection], word: Word) -> Detection | None:
    near = [each for each in detections if abs(each.middle - word.time) < NEAR]
    return min(near, key=lambda each: abs(each.middle - word.time), default=None)

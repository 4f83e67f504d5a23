"""Synthetic keyword speech for training: many voices, tempos and sizes of vocal tract.

These clips are not part of HearWhy. The voices of the sample clips are left out, so that the
samples stay unheard speakers for a model that learnt from these.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sound import RATE, centred, room_noise, speech, to_peak, write_bytes, write_wav
from synthesiser import SAMPLE_RATE, Kokoro

SPEEDS = (0.85, 1.0, 0.7, 1.15)
MARKS = ".!?"

# Everyday words of many shapes; among them neighbours of the keywords ("snow", "lift", "cup"), but
# no homophone of one ("know", "write").
UNKNOWN_WORDS = """
    zero one two three four five six seven eight nine bed bird cat dog happy house tree wow
    backward forward follow learn visual marvin sheila snow low toe bow goat god gone good goal
    gold grow glow note nose none nine new now nod knock low load yet yeah yesterday guess chess
    yellow dress less ten pup cup hub us oven shut jump sun supper puppy town gown noun brown round
    doubt dawn den lift laugh leaf lest leg loft felt self light ride rice rise bright night white
    fight rat rock orange honest onion john want dot bond often of cough officer soft author stock
    step stem start star store shop drop top spot stuff steep
    water table window music paper river mother father doctor garden kitchen yellow purple silver
    summer winter monday friday morning evening apple banana coffee sugar pencil button camera
    picture computer telephone radio letter number question answer minute second hundred thousand
    please hello thanks sorry maybe never always open close begin finish louder quiet faster slow
    play pause record volume weather alarm timer kitchen lamp door fan heat cool bright dark
    people children woman man friend teacher city village mountain ocean island forest flower
"""


@dataclass(frozen=True, slots=True)
class Take:
    """One clip to be made."""

    label: str
    word: str
    voice: str
    speed: float

    @property
    def path(self) -> str:
        said = "" if self.label == self.word else f"_{self.word}"
        return f"{self.label}/{self.voice}{said}_{self.speed:g}.wav"


def rounds(keywords: list[str], voices: list[str]) -> Iterator[list[Take]]:
    """Every keyword once in every voice, a tempo a round, and half of the unknown words.

    Shuffled, so that work stopped at any moment leaves a balanced set.
    """
    unknown = list(dict.fromkeys(UNKNOWN_WORDS.split()))
    for number, speed in enumerate(SPEEDS):
        rng = np.random.default_rng(number)
        some = rng.permutation(unknown)[: len(unknown) // 2]
        takes = [Take(word, word, voice, speed) for voice in voices for word in keywords]
        takes += [Take("unknown", str(w), str(rng.choice(voices)), speed) for w in some]
        yield [takes[i] for i in rng.permutation(len(takes))]


def make_training_clips(
    kokoro: Kokoro, folder: Path, keywords: list[str], sample_voices: set[str]
) -> Iterator[str]:
    """Write the clips that are not there yet, and keep `clips.csv` up to date.

    Yields a line for each new clip. A take longer than a second is left out.
    """
    voices = [voice for voice in kokoro.voices if voice not in sample_voices]
    kept: list[Take] = []
    for number, wanted in enumerate(rounds(keywords, voices), start=1):
        for done, take in enumerate(wanted, start=1):
            path = folder / take.path
            if path.exists():
                kept.append(take)
                continue
            clip = _record(kokoro, take)
            if clip is not None:
                write_wav(path, clip)
                kept.append(take)
                _write_index(folder, kept)
            remark = " left out" if clip is None else ""
            yield f"round {number}, {done}/{len(wanted)}: {take.path}{remark}"
    _write_index(folder, kept)


def _write_index(folder: Path, kept: list[Take]) -> None:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["path", "dataset", "label", "speaker", "split", "extra", "seconds"])
    for take in kept:
        word = take.word if take.label == "unknown" else ""
        writer.writerow([take.path, "kokoro", take.label, take.voice, "train", word, 1.0])
    write_bytes(folder / "clips.csv", table.getvalue().encode())


def _record(kokoro: Kokoro, take: Take) -> np.ndarray | None:
    """One second, shape (RATE,): a varied voice, place, level and noise; None if it is too long."""
    rng = np.random.default_rng(zlib.crc32(take.path.encode()))
    spoken = kokoro.say_word(take.word, take.voice, take.speed, str(rng.choice(list(MARKS))))
    size = rng.uniform(0.9, 1.12)  # a tape played faster or slower: pitch and formants together
    word = speech(spoken, round(SAMPLE_RATE * size))
    if word.size > RATE:
        return None
    room = (RATE - word.size) // 2
    shift = int(rng.integers(-min(room, RATE // 8), min(room, RATE // 8) + 1))
    level = 10 ** (rng.uniform(-15.0, -3.0) / 20)
    noise = room_noise(RATE, rng.uniform(-65.0, -45.0), rng)
    return np.asarray(to_peak(centred(word, RATE, shift), level) + noise, np.float32)

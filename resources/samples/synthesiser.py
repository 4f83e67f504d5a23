"""English speech from the Kokoro-82M model in ONNX form, with a say in its melody.

Kokoro (a StyleTTS 2 descendant, Apache-2.0) first plans how long each sound lasts, its pitch and
its energy, and then renders that plan. `Kokoro` puts an input between the planned pitch and its
rendering, so that the model itself speaks a bent melody; nothing is pitch-shifted afterwards.
(The planned energy is left alone: shifting it by a factor of e changes the level by 0.4 dB only.)
The model holds no random numbers: the same call gives the same samples on the same machine.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime

FloatArray = npt.NDArray[np.float32]

SAMPLE_RATE = 24_000  # Hz
PLAN_RATE = 80.0  # pitch values a second
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"

_PITCH = "/encoder/F0_proj/Conv_output_0"  # Hz, (1, 1, 2 × frames); below 10 is unvoiced
_ENERGY = "/encoder/N_proj/Conv_output_0"  # natural log of energy, same shape; pauses are < 0
_VOICE = re.compile(r"[a-z][fm]_[a-z]+$")
_ENGLISH = ("a", "b")  # how the ids of English voices start
_DURATIONS = "/encoder/Clip_output_0"  # frames of each token, (1, tokens)
_FRAME = 600  # samples
_VOICED = 50.0  # Hz; the plan glides from and to 0 around voiced stretches

# Kokoro's alphabet as far as English needs it: the number of the first symbol of each run.
_RUNS = {
    1: ";:,.!?",
    9: "—…",
    16: " ",
    24: "AI",
    31: "O",
    33: "Q",
    39: "W",
    41: "Yᵊabcdef",
    50: "hijklmnopqrstuvwxyzɑɐɒæ",
    76: "ɔ",
    81: "ðʤə",
    86: "ɛɜ",
    92: "ɡ",
    102: "ɪ",
    112: "ŋ",
    119: "θ",
    123: "ɹ",
    125: "ɾ",
    131: "ʃ",
    133: "ʧ",
    135: "ʊ",
    138: "ʌ",
    147: "ʒ",
    156: "ˈˌː",
    177: "ᵻ",
}
_TOKENS = {symbol: first + i for first, run in _RUNS.items() for i, symbol in enumerate(run)}

# Stretched pauses fill with murmur, so only the sounds between them change tempo; but the colon is
# always drawn out, to make a silence in which `say_word` can cut.
_TEMPO = {_TOKENS[mark]: 1.0 for mark in ";,.!?—… "} | {_TOKENS[":"]: 0.15}

# Spoken before a lone word and cut off again: without it the model ends many short words in a
# vowel that is not theirs ("up" becomes "uppa").
_LEAD_IN = "It is"

# espeak-ng writes IPA with ties; Kokoro learnt single letters for diphthongs and affricates.
_COMMON = (
    ("ʔn̩", "tᵊn"),
    ("a^ɪ", "I"),
    ("a^ʊ", "W"),
    ("e^ɪ", "A"),
    ("ɔ^ɪ", "Y"),
    ("d^ʒ", "ʤ"),
    ("t^ʃ", "ʧ"),
    ("ə^l", "ᵊl"),
    ("ʔ", "t"),
    ("ɚ", "əɹ"),
    ("r", "ɹ"),
    ("ɐ", "ə"),
)
_ACCENTS = {
    "a": ("en-us", (("o^ʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ː", ""))),
    "b": ("en-gb", (("ə^ʊ", "Q"), ("e^ə", "ɛː"), ("iə", "ɪə"))),
}


@dataclass(frozen=True, slots=True)
class Prosody:
    """How the model's own plan is bent before it is rendered.

    semitones: added to the pitch; values at even distances from the first to the last voiced
        moment, linear in between.
    liveliness: factor on the plan's own excursions from its median pitch; 0 is a monotone.
    tremor: depth in semitones and rate in Hz of a wavering pitch.
    """

    semitones: tuple[float, ...] = (0.0,)
    liveliness: float = 1.0
    tremor: tuple[float, float] = (0.0, 5.0)


class Kokoro:
    """The model and its voices.

    folder: holds, at any depth, the four `part.bin` of the model and the voices' `*.bin`.
    Raises: FileNotFoundError, ValueError when the folder does not hold exactly these.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        model = b"".join(part.read_bytes() for part in sorted(folder.rglob("part.bin")))
        if not model:
            raise FileNotFoundError(f"There is no Kokoro model (four part.bin) in {folder}.")
        if hashlib.sha256(model).hexdigest() != MODEL_SHA256:
            raise ValueError(f"The Kokoro model in {folder} is incomplete or another version.")
        self._voices = {
            path.stem: np.fromfile(path, np.float32).reshape(-1, 1, 256)
            for path in folder.rglob("*.bin")
            if _VOICE.match(path.stem)
        }
        if not self.voices:
            raise FileNotFoundError(f"There are no Kokoro voices (af_heart.bin, …) in {folder}.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads  # one thread also fixes the order of sums
        self._session = onnxruntime.InferenceSession(
            _with_bendable_pitch(model), options, providers=["CPUExecutionProvider"]
        )

    @property
    def voices(self) -> list[str]:
        """Ids of the English voices: accent (a US, b UK), sex (f, m), name; "af_heart"."""
        return [voice for voice in self.speakers if voice.startswith(_ENGLISH)]

    @property
    def speakers(self) -> list[str]:
        """Ids of all voices; those of other languages lend an English one their manner."""
        return sorted(voice for voice in self._voices if "+" not in voice)

    def blend(self, first: str, second: str, share: float) -> str:
        """Id of a new voice: `first`, and `share` of the way to `second`, in first's accent."""
        blended = f"{first}+{second}_{share:.2f}"
        styles = (1 - share) * self._voices[first] + share * self._voices[second]
        self._voices[blended] = styles.astype(np.float32)
        return blended

    def say(
        self, text: str, voice: str, speed: float = 1.0, prosody: Prosody | None = None
    ) -> FloatArray:
        """Speech at 24 kHz, shape (N,), about full scale ±1.

        text: ends in the punctuation mark that is to colour its intonation.
        """
        feeds = self._feeds(phonemes(text, voice), voice, speed)
        if prosody is not None:
            pitch, energy = self._session.run([_PITCH, _ENERGY], feeds)
            feeds["pitch_factor"] = _bend(pitch, energy, prosody)
        return np.asarray(self._session.run(["audio"], feeds)[0], np.float32).reshape(-1)

    def say_word(self, word: str, voice: str, speed: float = 1.0, mark: str = ".") -> FloatArray:
        """One word and the silence around it, as `say`; `mark` colours its intonation."""
        return self.say_words([word], voice, speed, mark)[0]

    def say_words(
        self, words: list[str], voice: str, speed: float = 1.0, mark: str = "."
    ) -> list[FloatArray]:
        """Words of a list, each with the silence around it, as `say`; `mark` ends the list."""
        sounds = [phonemes(text, voice) for text in (_LEAD_IN, *words[:-1], words[-1] + mark)]
        feeds = self._feeds(": ".join(sounds), voice, speed)
        audio, durations = self._session.run(["audio", _DURATIONS], feeds)
        starts = np.concatenate([[0], np.cumsum(durations)]).astype(int) * _FRAME
        # The sound is up to 75 ms ahead of the plan, and a long pause may hold some murmur: look
        # for the silence before a word in the last 200 ms of the colon. (The silent token in
        # front shifts all numbers by one.)
        cuts = []
        colon = 0
        for before in sounds[:-1]:
            colon += len(before) + 1
            begin, end = max(starts[colon], starts[colon + 1] - 8 * _FRAME), starts[colon + 1]
            width = SAMPLE_RATE // 50
            level = np.convolve(audio[begin:end] ** 2, np.ones(width) / width, mode="same")
            cuts.append(begin + int(level.argmin()))
            colon += 1
        return [np.asarray(piece, np.float32) for piece in np.split(audio, cuts)[1:]]

    def _feeds(self, sounds: str, voice: str, speed: float) -> dict[str, npt.NDArray[Any]]:
        tokens = [_TOKENS[symbol] for symbol in sounds]
        return {
            "tokens": np.array([[0, *tokens, 0]]),
            "style": self._voices[voice][len(tokens) - 1],
            "speed": np.array([1.0, *(_TEMPO.get(t, speed) for t in tokens), 1.0], "f4"),
            "pitch_factor": np.ones((1, 1, 1), np.float32),
        }


def phonemes(text: str, voice: str) -> str:
    """`text` in Kokoro's alphabet, through the program espeak-ng, in the voice's accent.

    Raises: ValueError for a sound outside the alphabet.
    """
    language, accent = _ACCENTS[voice[0]]
    words = text.rstrip(".!?…:")
    sounds = subprocess.run(
        ["espeak-ng", "-q", "--ipa", "--tie=^", "-v", language, words],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    for theirs, ours in (*_COMMON, *accent):
        sounds = sounds.replace(theirs, ours)
    sounds = sounds.replace("^", "").replace("\u0329", "")
    if "ˈ" not in sounds:  # a lone function word ("on") still carries the sentence's stress
        sounds = sounds.replace("ˌ", "ˈ", 1)
    sounds += text[len(words) :]
    strange = sorted(set(sounds) - set(_TOKENS))
    if strange:
        raise ValueError(f"Kokoro has no symbol for {' '.join(strange)} in “{text}” ({sounds}).")
    return sounds


def _with_bendable_pitch(model: bytes) -> bytes:
    """The model with an input `pitch_factor`, a speed per token, and the plan as outputs."""
    edited = onnx.load_model_from_string(model)
    graph, helper, number = edited.graph, onnx.helper, onnx.TensorProto.FLOAT
    place, reader = next((i, n) for i, n in enumerate(graph.node) if _PITCH in n.input)
    reader.input[list(reader.input).index(_PITCH)] = "bent_pitch"
    graph.node.insert(place, helper.make_node("Mul", [_PITCH, "pitch_factor"], ["bent_pitch"]))
    graph.input.append(helper.make_tensor_value_info("pitch_factor", number, [1, 1, "plan"]))
    speed = next(value for value in graph.input if value.name == "speed")
    speed.type.tensor_type.shape.dim[0].dim_param = "sequence_length"
    for plan in (_PITCH, _ENERGY, _DURATIONS):
        graph.output.append(helper.make_tensor_value_info(plan, number, None))
    return bytes(edited.SerializeToString())


def _bend(pitch: FloatArray, energy: FloatArray, prosody: Prosody) -> FloatArray:
    """The factor on the planned pitch that `prosody` asks for; all of shape (1, 1, plan)."""
    spoken = np.flatnonzero((pitch > _VOICED) & (energy > 0.0))
    if not spoken.size:
        return np.ones_like(pitch)
    frames = np.arange(pitch.size)
    place = np.clip((frames - spoken[0]) / max(spoken[-1] - spoken[0], 1), 0.0, 1.0)
    points = np.linspace(0.0, 1.0, len(prosody.semitones))
    own = 12.0 * np.log2(np.maximum(pitch, _VOICED) / np.median(pitch.flat[spoken]))
    depth, rate = prosody.tremor
    bend = np.interp(place, points, prosody.semitones) + (prosody.liveliness - 1.0) * own
    bend += depth * np.sin(2.0 * np.pi * rate * frames / PLAN_RATE)
    factor = np.where(pitch > _VOICED, 2.0 ** (bend / 12.0), 1.0)
    return np.asarray(factor, np.float32)

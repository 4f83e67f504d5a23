"""The bundled models' recipes: which clips, which design, which licence.

Weights that anyone may use learn from freely licensed audio only; the emotion head learns from
recordings that forbid commercial use and says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from core.errors import unknown_id
from core.training.augment import Augmentation
from core.training.codec import CodecDesign
from core.training.design import HeadDesign
from core.training.live import LiveDesign
from core.training.loop import Schedule
from core.training.neural import NeuralDesign
from core.training.pictures import Variation
from core.training.spectral import SpectralDesign

FREE = "CC BY 4.0 (attribution to the data sets named in the model card)"
NON_COMMERCIAL = "CC BY-NC-SA 4.0: not for commercial use"


@dataclass(frozen=True, slots=True)
class CodecRecipe:
    """datasets: of the data folder's list; None takes all of it. measured: held-out sets.

    schedule: of a family that is trained; of the others only its seed counts.
    """

    id: str
    family: str
    label: str
    licence: str
    datasets: tuple[str, ...] | None
    measured: tuple[str, ...]
    design: CodecDesign | SpectralDesign | NeuralDesign = field(default_factory=CodecDesign)
    schedule: Schedule = field(default_factory=lambda: Schedule(steps=0, batch=1, rate=1e-3))


@dataclass(frozen=True, slots=True)
class HeadRecipe:
    """measured: the data sets of the test split that accuracy is reported on.

    live: what running sound is made of to choose the threshold and count false alarms; None for
    heads that are not asked to find anything in it.
    """

    id: str
    label: str
    licence: str
    design: HeadDesign
    schedule: Schedule
    datasets: tuple[str, ...] | None
    measured: tuple[str, ...]
    live: LiveDesign | None = None


_SPEECH_AND_SOUNDS = ("speech_commands", "speech_commands_v1", "esc10")
_EVERYTHING = ("speech_commands", "tess", "ravdess", "esc10", "instruments")
KEYWORDS = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
SOUNDS = (  # of ESC-10
    "baby_cry",
    "chainsaw",
    "clock_tick",
    "dog_bark",
    "fire_crackling",
    "helicopter",
    "person_sneeze",
    "rain",
    "rooster",
    "sea_waves",
)
EMOTIONS = ("neutral", "happy", "sad", "angry", "fear", "disgust", "pleasant_surprise")
EMOTIONS_OF_ACTORS = (
    "neutral",
    "calm",
    "happy",
    "sad",
    "angry",
    "fear",
    "disgust",
    "surprised",
)
CODEC_RECIPES = (
    CodecRecipe(
        id="banded-16k",
        family="banded",
        label="Banded 16 kHz",
        licence=FREE,
        datasets=_SPEECH_AND_SOUNDS,
        measured=_EVERYTHING,
    ),
    CodecRecipe(
        id="linear-16k",
        family="linear",
        label="Linear 16 kHz (baseline)",
        licence=FREE,
        datasets=_SPEECH_AND_SOUNDS,
        measured=_EVERYTHING,
    ),
    CodecRecipe(
        id="neural-16k",
        family="neural",
        label="Neural 16 kHz",
        licence=FREE,
        datasets=_SPEECH_AND_SOUNDS,
        measured=_EVERYTHING,
        design=NeuralDesign(),
        # A step takes about 0.1 s of one processor core.
        schedule=Schedule(steps=6500, batch=12, rate=1e-3, checkpoint_every=50),
    ),
)

SPECTRAL = CodecRecipe(
    id="spectral-16k",
    family="spectral",
    label="Spectral 16 kHz",
    licence=FREE,
    datasets=_SPEECH_AND_SOUNDS,
    measured=_EVERYTHING,
    design=SpectralDesign(),
    schedule=Schedule(steps=900, batch=12, rate=1e-3),
)
OTHER_CODECS = (  # that the bundled ones are compared with
    SPECTRAL,
    replace(
        SPECTRAL,
        id="spectral-16k-unmasked",
        label="Spectral 16 kHz, no masks in training",
        design=SpectralDesign(returning=0.0),
    ),
)

ACTED = HeadRecipe(
    id="emotions-8",
    label="Eight emotions (RAVDESS and TESS)",
    licence=NON_COMMERCIAL,
    design=HeadDesign(
        labels=EMOTIONS_OF_ACTORS,
        family="logmel",
        config={"mels": 64, "width": 64, "judges": 2, "relative": True},
        synonyms={"pleasant_surprise": "surprised"},
        window=3.0,
        minimum=2.2,
        held=("actor05", "actor16"),
        drawn_by="speaker",
        pool=7_000,
        # Loudness says much about an emotion: it is hardly varied.
        augmentation=Augmentation(
            speed=0.15, gain_db=(-6.0, 6.0), noise=0.3, snr_db=(10.0, 40.0), room=0.2, mask=0.1
        ),
        variation=Variation(shift=20, warp=0.1, gap=30, gap_rows=6, mixup=0.1),
    ),
    schedule=Schedule(steps=2200, batch=32, rate=2e-3, weight_decay=0.05),
    datasets=("ravdess", "tess"),
    measured=("ravdess", "tess"),
)
HEAD_RECIPES = (
    HeadRecipe(
        id="keywords-12",
        label="Ten keywords, unknown, silence",
        licence=FREE,
        design=HeadDesign(
            labels=(*KEYWORDS, "unknown", "silence"),
            family="logmel",
            config={"width": 80},
            synonyms=dict.fromkeys(SOUNDS, "silence"),
            other="unknown",
            background=("unknown", "silence"),
            weights={"unknown": 2.5, "silence": 1.0},
            sources={
                "speech_commands": 1.0,
                "speech_commands_v1": 0.5,
                "esc10": 1.0,
                "kokoro": 0.4,
                "kokoro_sentences": 0.2,
                "espeak": 0.4,
            },
            joined=0.3,
            held=20,
            pool=40_000,
            variation=Variation(shift=4, warp=0.05, gap=10, gap_rows=4),
        ),
        schedule=Schedule(steps=3600, batch=64, rate=3e-3, weight_decay=0.05),
        datasets=("speech_commands", "speech_commands_v1", "esc10"),
        measured=("speech_commands",),
        live=LiveDesign(
            speech=("tess", "ravdess", "speech_commands", "speech_commands_v1"),
            rooms=("esc10", "speech_commands"),
            rooms_only=("silence",),
            without=KEYWORDS,
            keywords="speech_commands",
        ),
    ),
    HeadRecipe(
        id="emotions-7",
        label="Seven emotions (TESS)",
        licence=NON_COMMERCIAL,
        design=HeadDesign(
            labels=EMOTIONS,
            family="logmel",
            config={"width": 64},
            window=3.0,
            minimum=1.0,
            pool=6_000,
            augmentation=Augmentation(speed=0.05, noise=0.4, room=0.2),
        ),
        schedule=Schedule(steps=500, batch=32, rate=2e-3, weight_decay=0.05),
        datasets=("tess",),
        measured=("tess",),
    ),
    ACTED,
)

PLAIN = HeadRecipe(
    id="keywords-plain",
    label="Ten keywords, unknown, silence; convolutions on the latents",
    licence=FREE,
    design=replace(
        HEAD_RECIPES[0].design,
        family="cnn",
        config={"width": 128, "layers": 3},
        pool=4_000,
        variation=Variation(shift=2, gap=8, mixup=0.3),
    ),
    schedule=Schedule(steps=500, batch=64, rate=2e-3, weight_decay=0.05),
    datasets=("speech_commands", "speech_commands_v1", "esc10"),
    measured=("speech_commands",),
)
TEACHER = replace(
    HEAD_RECIPES[0],
    id="keywords-teacher",
    label="Ten keywords, unknown, silence; several networks",
    design=replace(HEAD_RECIPES[0].design, config={"width": 64, "judges": 3}),
    schedule=replace(HEAD_RECIPES[0].schedule, steps=3000),
)
OTHER_HEADS = (
    PLAIN,  # for any codec, to compare them by
    TEACHER,  # for the bundled head to learn from
)


def codec_recipe(recipe_id: str) -> CodecRecipe:
    """Raises: RequestError for an unknown recipe."""
    known = {recipe.id: recipe for recipe in (*CODEC_RECIPES, *OTHER_CODECS)}
    if recipe_id not in known:
        raise unknown_id("codec recipe", recipe_id, list(known))
    return known[recipe_id]


def head_recipe(recipe_id: str) -> HeadRecipe:
    """Raises: RequestError for an unknown recipe."""
    known = {recipe.id: recipe for recipe in (*HEAD_RECIPES, *OTHER_HEADS)}
    if recipe_id not in known:
        raise unknown_id("head recipe", recipe_id, list(known))
    return known[recipe_id]

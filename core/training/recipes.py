"""The bundled models' recipes: which clips, which design, which licence.

Weights that anyone may use learn from freely licensed audio only; the emotion head learns from
recordings that forbid commercial use and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import unknown_id
from core.training.augment import Augmentation
from core.training.head import HeadDesign
from core.training.live import LiveDesign
from core.training.loop import Schedule

FREE = "CC BY 4.0 (attribution to the data sets named in the model card)"
NON_COMMERCIAL = "CC BY-NC-SA 4.0: not for commercial use"


@dataclass(frozen=True, slots=True)
class CodecRecipe:
    """datasets: of the data folder's list; None takes all of it. measured: held-out sets."""

    id: str
    family: str
    label: str
    licence: str
    datasets: tuple[str, ...] | None
    measured: tuple[str, ...]


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
)

HEAD_RECIPES = (
    HeadRecipe(
        id="keywords-12",
        label="Ten keywords, unknown, silence",
        licence=FREE,
        design=HeadDesign(
            labels=(*KEYWORDS, "unknown", "silence"),
            family="logmel",
            config={"width": 64},
            synonyms=dict.fromkeys(SOUNDS, "silence"),
            other="unknown",
            background=("unknown", "silence"),
            weights={"unknown": 2.5, "silence": 1.0},
            joined=0.3,
            held=20,
        ),
        schedule=Schedule(steps=3500, batch=64, rate=3e-3, weight_decay=0.05),
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
            augmentation=Augmentation(speed=0.05, noise=0.4, room=0.2),
        ),
        schedule=Schedule(steps=500, batch=32, rate=2e-3, weight_decay=0.05),
        datasets=("tess",),
        measured=("tess",),
    ),
)


def codec_recipe(recipe_id: str) -> CodecRecipe:
    """Raises: RequestError for an unknown recipe."""
    for recipe in CODEC_RECIPES:
        if recipe.id == recipe_id:
            return recipe
    raise unknown_id("codec recipe", recipe_id, [recipe.id for recipe in CODEC_RECIPES])


def head_recipe(recipe_id: str) -> HeadRecipe:
    """Raises: RequestError for an unknown recipe."""
    for recipe in HEAD_RECIPES:
        if recipe.id == recipe_id:
            return recipe
    raise unknown_id("head recipe", recipe_id, [recipe.id for recipe in HEAD_RECIPES])

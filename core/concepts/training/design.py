"""What is chosen before a tower is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import unknown_id
from core.training.augment import Augmentation
from core.training.loop import Schedule
from core.training.pictures import Variation


@dataclass(frozen=True, slots=True)
class TowerDesign:
    """How a tower is built and what it learns from.

    config: of the network, see `Tower`. sources: how often a data set is drawn.
    seconds: of a stretch; shortest: share of it that a step looks at, at least.
    pool: varied stretches made before training; joint: share of them that are two clips at once.
    softness: temperature of the choice among the tags of a subject. near: weight of the distance
    to the words of a clip, taught: of the teacher's scores, named: of the choice among the words of
    the teacher's classes, beside that choice.
    told: teacher's score from which a class is one of the words of a clip; aside: how much they
    count beside what the data set says.
    """

    config: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 2.0
    shortest: float = 0.6
    pool: int = 9_000
    joint: float = 0.25
    softness: float = 0.05
    near: float = 1.0
    taught: float = 1.0
    named: float = 0.5
    told: float = 0.2
    aside: float = 0.5
    augmentation: Augmentation = field(
        default_factory=lambda: Augmentation(
            shift=0.0, gain_db=(-8.0, 6.0), noise=0.2, snr_db=(10.0, 30.0), room=0.2
        )
    )
    variation: Variation = field(
        default_factory=lambda: Variation(shift=6, warp=0.1, gap=50, gap_rows=12, mixup=0.4)
    )


@dataclass(frozen=True, slots=True)
class TowerRecipe:
    """A tower's design, its schedule and what its card says of it.

    window, minimum: seconds, see `EmbedderSpec`; a tower hears best in windows of what it learnt
    from.
    """

    id: str
    label: str
    licence: str
    design: TowerDesign
    schedule: Schedule
    window: float = 2.0
    minimum: float = 1.0


SOUNDS_AND_VOICES = TowerRecipe(
    id="sounds-and-voices",
    label="Sounds and voices in words",
    licence="CC BY-NC-SA 4.0: not for commercial use",
    design=TowerDesign(
        sources={
            "esc10": 0.30,
            "free_sounds": 0.25,
            "instruments": 0.08,
            "speech_commands": 0.14,
            "speech_commands_v1": 0.03,
            "kokoro": 0.04,
            "tess": 0.05,
            "ravdess": 0.11,
        },
        pool=24_000,
    ),
    schedule=Schedule(steps=6000, batch=48, rate=3e-3, weight_decay=0.05, checkpoint_every=100),
)


def tower_recipe(recipe_id: str) -> TowerRecipe:
    """Raises: RequestError for an unknown recipe."""
    known = {recipe.id: recipe for recipe in (SOUNDS_AND_VOICES,)}
    if recipe_id not in known:
        raise unknown_id("tower recipe", recipe_id, known)
    return known[recipe_id]

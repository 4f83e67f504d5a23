"""Which of the notes on a clip tell of something out of the ordinary."""

from __future__ import annotations

from core.types import AudioClip

# What is done to many sounds, so that a model can take them, and peaks that decoding MP3 makes.
ROUTINE = ("mixed ", "copied ", "resampled ", "padded ", "peaks ")


def remarks(clip: AudioClip) -> list[str]:
    """A sentence for each note that a user should see without looking for it."""
    return [f"“{clip.name}”: {note}." for note in clip.notes if not note.startswith(ROUTINE)]

"""What is known of a clip, in words: the tags a tower learns to place its sound at.

A clip says something on some subjects: which sound it is, which word is said, with what emotion, by
whom. On the others it says nothing, and nothing is learnt of it there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.training.data import ClipEntry

SUBJECTS = ("sound", "word", "emotion", "voice")
PROMPTS: Mapping[str, str] = {
    "sound": "This is a sound of {}.",
    "word": "This is a sound of {}.",
    "emotion": "This is a sound of {}.",
    "voice": "This is a sound of {}.",
}
SPEECH = frozenset(("speech_commands", "speech_commands_v1", "kokoro", "tess", "ravdess"))
UNLABELLED = frozenset(("free_sounds",))
COMMANDS = frozenset(("speech_commands", "speech_commands_v1", "kokoro"))
EMOTIONS = {
    "angry": "angry voice",
    "happy": "happy voice",
    "sad": "sad voice",
    "fear": "fearful voice",
    "disgust": "disgusted voice",
    "neutral": "neutral voice",
    "calm": "calm voice",
    "surprised": "surprised voice",
    "pleasant_surprise": "surprised voice",
}
SOUNDS = {
    "baby_cry": "baby cry",
    "person_sneeze": "sneeze",
    "clock_tick": "clock ticking",
    "fire_crackling": "fire crackling",
    "dog_bark": "dog bark",
    "sea_waves": "sea waves",
    "violin_or_fiddle": "violin",
}
WOMAN, MAN = "woman speaking", "man speaking"
LEAST = 15  # clips of a word, for it to be learnt


@dataclass(frozen=True, slots=True)
class Bank:
    """Every tag there is, and the subject of each."""

    tags: tuple[str, ...]
    subjects: tuple[str, ...]

    def members(self, subject: str) -> list[int]:
        """The numbers of a subject's tags."""
        return [number for number, of in enumerate(self.subjects) if of == subject]

    def prompts(self) -> list[str]:
        """The sentence of each tag."""
        pairs = zip(self.tags, self.subjects, strict=True)
        return [PROMPTS[subject].format(tag) for tag, subject in pairs]


def said_of(entry: ClipEntry) -> dict[str, str]:
    """Subject → tag of one clip; nothing where only a teacher can say what it is."""
    if entry.dataset in UNLABELLED:
        return {}
    if entry.dataset not in SPEECH:
        return {"sound": sound_tag(entry.label)}
    if entry.label == "silence":
        return {"sound": "background noise"}
    said = {"sound": "speech"}
    if entry.dataset in COMMANDS:
        said["word"] = word_tag(entry.extra if entry.label == "unknown" else entry.label)
    else:
        said["emotion"] = EMOTIONS.get(entry.label, f"{entry.label} voice")
    voice = voice_of(entry)
    if voice is not None:
        said["voice"] = voice
    return said


def sound_tag(label: str) -> str:
    """A label of a data set as people write it: baby_cry → baby cry."""
    return SOUNDS.get(label, label.replace("_", " "))


def word_tag(word: str) -> str:
    """The tag of a spoken word, which is not that of what the word means."""
    return f"the word {word}"


def voice_of(entry: ClipEntry) -> str | None:
    """Who speaks, where the name of the speaker says it."""
    speaker = entry.speaker
    if entry.dataset == "tess":
        return WOMAN
    if entry.dataset == "ravdess" and speaker[-2:].isdigit():
        return WOMAN if int(speaker[-2:]) % 2 == 0 else MAN
    if entry.dataset == "kokoro" and "+" not in speaker:
        return {"f": WOMAN, "m": MAN}.get(speaker[1:2])
    return None


def bank_of(entries: Sequence[ClipEntry]) -> Bank:
    """All tags of the clips; of words only those with enough clips to learn them from."""
    counts: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        counts.update(said_of(entry).items())
    known = sorted(
        (subject, tag)
        for (subject, tag), count in counts.items()
        if subject != "word" or count >= LEAST
    )
    return Bank(tuple(tag for _, tag in known), tuple(subject for subject, _ in known))

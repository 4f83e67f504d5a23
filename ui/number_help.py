"""What each number on the screen means, in plain words; behind every "?" and in the guide."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication


class Better(StrEnum):
    """Which way a number should go."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class NumberHelp:
    """One number. meaning: one sentence. source: the paper or standard it comes from."""

    name: str
    meaning: str
    better: Better
    source: str


BETTER_WORDS = {
    Better.UP: QT_TRANSLATE_NOOP("NumberHelp", "Higher is better."),
    Better.DOWN: QT_TRANSLATE_NOOP("NumberHelp", "Lower is better."),
    Better.NEITHER: QT_TRANSLATE_NOOP("NumberHelp", "Neither high nor low is better."),
}
LATENT_EXPLANATION = QT_TRANSLATE_NOOP("NumberHelp", "Akman et al. 2024, arXiv 2410.07530")
CONCEPTS = QT_TRANSLATE_NOOP(
    "NumberHelp", "arXiv 2504.14076; SpLiCE, Bhalla et al. 2024, arXiv 2402.10376"
)

# fmt: off
NUMBER_HELP: dict[str, NumberHelp] = {
    "probability": NumberHelp(
        QT_TRANSLATE_NOOP("NumberHelp", "Probability"),
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "How sure the classifier is of a class, from 0 to 1; over all classes it sums to 1, "
            "and it is calibrated, so of many answers given at 0.8 about eight in ten are right."),
        Better.NEITHER,
        QT_TRANSLATE_NOOP(
            "NumberHelp", "softmax; calibration by temperature, Guo et al. 2017")),
    "latent": NumberHelp(
        QT_TRANSLATE_NOOP("NumberHelp", "In the latents"),
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "The probability of the class when the classifier is given the masked latents "
            "directly, before they are made into sound."),
        Better.NEITHER, LATENT_EXPLANATION),
    "round_trip": NumberHelp(
        QT_TRANSLATE_NOOP("NumberHelp", "Round trip"),
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "The probability of the class for the sound you hear: the masked latents are decoded, "
            "and that sound is encoded and classified again."),
        Better.NEITHER,
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "HearWhy's own check; the papers stop at the latents")),
    "explanation": NumberHelp(
        QT_TRANSLATE_NOOP("NumberHelp", "Probability of the explanation"),
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "How sure the classifier still is when only the most relevant cells are left: close to "
            "that of all cells (in the latents the original, by round trip the codec's version) "
            "means that these cells suffice."),
        Better.UP,
        QT_TRANSLATE_NOOP("NumberHelp", "sufficiency, DeYoung et al. 2020")),
    "removed": NumberHelp(
        QT_TRANSLATE_NOOP("NumberHelp", "Probability of the removed version"),
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "How sure the classifier still is when the most relevant cells are replaced by the "
            "fill: far below that of all cells (in the latents the original, by round trip the "
            "codec's version) means that these cells were needed."),
        Better.DOWN,
        QT_TRANSLATE_NOOP("NumberHelp", "comprehensiveness, DeYoung et al. 2020")),
    "random": NumberHelp(
        QT_TRANSLATE_NOOP("NumberHelp", "Random control"),
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "Mean of the same probability when equally many cells of this clip are chosen at "
            "random, and its standard deviation from mask to mask (n − 1): an explanation that is "
            "no better has explained nothing."),
        Better.NEITHER, LATENT_EXPLANATION),
    "level": NumberHelp(
        QT_TRANSLATE_NOOP("NumberHelp", "Level"),
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "How loud a version is against the original, as the ratio of their effective values "
            "(RMS) in dB, before any level match."),
        Better.NEITHER,
        QT_TRANSLATE_NOOP("NumberHelp", "20·log10 of the RMS ratio")),
    "level_match": NumberHelp(
        QT_TRANSLATE_NOOP("NumberHelp", "Matched level"),
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "How many dB the version you hear is turned up or down to be as loud as the original; "
            "it changes neither the numbers nor the exported files."),
        Better.NEITHER,
        QT_TRANSLATE_NOOP("NumberHelp", "loudness by ITU-R BS.1770")),
    "completeness_gap": NumberHelp(
        QT_TRANSLATE_NOOP("NumberHelp", "Completeness gap"),
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "By what share the relevance of all cells together misses the score that it should add "
            "up to, the score of the sound minus that of the fill; above a few per cent the "
            "relevance is not to be trusted."),
        Better.DOWN,
        QT_TRANSLATE_NOOP(
            "NumberHelp", "completeness of Integrated Gradients, Sundararajan et al. 2017")),
    "share": NumberHelp(
        QT_TRANSLATE_NOOP("NumberHelp", "Share kept or removed"),
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "How much of all latent cells, bands, frames or channels (whatever is chosen) is kept "
            "in the explanation, or replaced in the removed version, the most relevant first."),
        Better.NEITHER, LATENT_EXPLANATION),
    "concept_weight": NumberHelp(
        QT_TRANSLATE_NOOP("NumberHelp", "Weight of a concept"),
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "How much of a word there is in the mixture of words that comes nearest to what the "
            "embedder heard; it names what the sound resembles to that model, right or wrong."),
        Better.NEITHER, CONCEPTS),
    "concept_l0": NumberHelp(
        QT_TRANSLATE_NOOP("NumberHelp", "Concepts (L0)"),
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "How many words of the vocabulary have a weight above zero; a larger λ leaves fewer of "
            "them, which are easier to read and tell less of the sound."),
        Better.NEITHER, CONCEPTS),
    "concept_cosine": NumberHelp(
        QT_TRANSLATE_NOOP("NumberHelp", "Cosine of concepts and sound"),
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "How well the mixture of words points where the sound lies, 1 at best; where it is "
            "low, the heaviest concept can sound right and be wrong."),
        Better.UP, CONCEPTS),
    "concept_residual": NumberHelp(
        QT_TRANSLATE_NOOP("NumberHelp", "Residual of the concepts"),
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "The distance between the mixture of words and the embedding of the sound, which has "
            "length 1: what no word of the vocabulary says."),
        Better.DOWN, CONCEPTS),
    "zero_shot": NumberHelp(
        QT_TRANSLATE_NOOP("NumberHelp", "Zero-shot score"),
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "The cosine between the mixture of words of the original and the sentence “This is a "
            "sound of …” with a label in it; the classifier has no part in it."),
        Better.NEITHER, CONCEPTS),
    "abx": NumberHelp(
        QT_TRANSLATE_NOOP("NumberHelp", "Blind test, p-value"),
        QT_TRANSLATE_NOOP(
            "NumberHelp",
            "How often someone who only guesses would get at least as many answers right; below "
            "0.05 it is usual to say that the difference can be heard."),
        Better.NEITHER,
        QT_TRANSLATE_NOOP(
            "NumberHelp", "exact one-sided binomial test; Clark 1982 on ABX")),
}
# fmt: on


def number_help(number: str) -> NumberHelp:
    """The explanation of a number by its id, translated."""
    entry = NUMBER_HELP[number]
    return NumberHelp(
        _translated(entry.name), _translated(entry.meaning), entry.better, _translated(entry.source)
    )


def better_words(better: Better) -> str:
    """Which way a number should go, as a translated sentence."""
    return _translated(BETTER_WORDS[better])


def _translated(text: str) -> str:
    return QCoreApplication.translate("NumberHelp", text)

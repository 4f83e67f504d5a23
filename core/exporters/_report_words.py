"""The sentences of the report, and numbers as it writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.stretches import Stretch
from core.types import ExplanationResult, Prediction, RandomControl, RandomControls, Variant

NAMES = {
    Variant.ORIGINAL: "Original",
    Variant.EXPLANATION: "Explanation",
    Variant.REMOVED: "Removed",
    Variant.RECONSTRUCTION: "Codec",
}
MEANINGS = {
    Variant.ORIGINAL: "The sound as the classifier was given it.",
    Variant.EXPLANATION: (
        "Only the {keep} of the latent cells that spoke most for “{target}”; the others are "
        "replaced by the fill “{fill}”."
    ),
    Variant.REMOVED: (
        "Everything but the {remove} of the latent cells that spoke most for “{target}”, which "
        "are replaced by the fill. This is not original − explanation."
    ),
    Variant.RECONSTRUCTION: (
        "The sound through the codec and back, nothing taken out: what all versions sound like."
    ),
}
GLOSSARY = (
    (
        "Probability, p",
        "How sure the classifier is of a class, from 0 to 1; over all classes it sums to 1.",
    ),
    (
        "In the latents",
        "The classifier is given the codec's numbers as they were masked, before they are sound.",
    ),
    (
        "Round trip",
        "The classifier is given what you hear: the masked latents are decoded, and that sound is "
        "encoded and classified again.",
    ),
    (
        "Random cells",
        "Mean of the same probability when equally many cells of this clip are chosen at random, ± "
        "its standard deviation from mask to mask (n − 1). An explanation that does no better has "
        "explained nothing.",
    ),
    (
        "Explanation",
        "A probability close to that of all cells says that these cells suffice for the decision. "
        "All cells are the original in the latents and the codec's version by round trip.",
    ),
    (
        "Removed",
        "A probability far below that of all cells says that these cells were needed for it.",
    ),
    (
        "Level",
        "How loud a version is against the original: the ratio of their effective values (RMS) "
        "in dB, before any matching.",
    ),
    (
        "Relevance",
        "How much a latent cell spoke for the class (above zero) or against it, in log-odds.",
    ),
    (
        "Relevant stretches",
        "The moments that hold four fifths of the relevance the explanation keeps, and the "
        "frequencies between which nine tenths of its energy lie there.",
    ),
    (
        "Completeness gap",
        "By what share the relevance of all cells together misses the score that it should add up "
        "to (Integrated Gradients only); above 2 % be careful.",
    ),
)


def heard_in(result: ExplanationResult, variant: Variant) -> Prediction:
    """What the classifier makes of a version as it sounds."""
    return {
        Variant.ORIGINAL: result.original,
        Variant.RECONSTRUCTION: result.reconstruction,
        Variant.EXPLANATION: result.explanation.round_trip,
        Variant.REMOVED: result.removed.round_trip,
    }[variant]


def verdict(result: ExplanationResult) -> list[str]:
    """The outcome in three sentences. The versions are judged by round trip; so is what they are
    compared with."""
    target, request, whole = result.target, result.request, result.reconstruction
    kept, removed = result.explanation.round_trip, result.removed.round_trip
    decided = f"The classifier hears “{result.original.label}”"
    if target == result.original.label:
        decided += f", {_p_of(target, result.original)}"
    else:
        decided += f"; this page explains “{target}”, {_p_of(target, result.original)}"
    decided += f"; through the codec alone “{whole.label}”, {_p_of(target, whole)}."
    sufficing = (
        f"Alone, the {100 * request.keep:g} % of the sound's latent cells that spoke most for "
        f"“{target}” are heard as “{kept.label}”, {_p_of(target, kept)}"
        f"{_against(result.random_explanation)}."
    )
    needed = (
        f"Without the {100 * request.remove:g} % that spoke most for it, the rest is heard as "
        f"“{removed.label}”, {_p_of(target, removed)}{_against(result.random_removed)}."
    )
    return [decided, sufficing, needed]


def stretch_words(stretch: Stretch, begin: float) -> str:
    """ "0.28–0.46 s at 188–1,891 Hz: 50 %". begin: what the stretches' second 0 is called."""
    words = f"{begin + stretch.start:.2f}–{begin + stretch.end:.2f} s"
    if stretch.low is not None and stretch.high is not None:
        words += f" at {stretch.low:,.0f}–{stretch.high:,.0f} Hz"
    return f"{words}: {100 * stretch.share:.0f} %"


def level_words(
    result: ExplanationResult, variant: Variant, gain_db: Mapping[Variant, float]
) -> str:
    """ "−8.2 dB against the original, matched by +8.0 dB"; nothing for the original."""
    level = result.level_db[variant]
    if variant is Variant.ORIGINAL:
        return ""
    words = "silent" if level is None else f"{decibels(level)} against the original"
    if gain_db.get(variant):
        words += f", matched by {decibels(gain_db[variant])}"
    return words


def facts(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How the result came about, row by row. record: as `core.record.result_record` makes it."""
    stretch, gap = record["stretch"], record["completeness_gap"]
    digests, options = record["digests"], record["options"]
    rows = [
        ("File", record["file"] or record["clip"]),
        ("Samples", f"{record['clip_seconds']:.3f} s, digest {digests['samples']}"),
        ("Stretch", f"{stretch['start']:.3f}–{stretch['end']:.3f} s"),
        ("Classifier", f"{record['classifier']}, digest {digests['classifier']}"),
        ("Codec", f"{record['codec']}, digest {digests['codec']}"),
        ("Sample rate", f"{record['sample_rate']:,} Hz"),
        ("Latents", "{} channels × {} frames".format(*record["latent_shape"])),
        ("Class explained", f"{record['target']} ({record['explained']})"),
        ("Attribution", _with_options(record["method"], options["method"], record["steps"])),
        ("Completeness gap", "–" if gap is None else f"{100 * gap:.2f} %"),
        ("Fill", _with_options(record["fill"], options["fill"])),
        ("Granularity", record["granularity"]),
        ("Kept, removed", f"{100 * record['keep']:g} %, {100 * record['remove']:g} %"),
        ("Random masks", str(record["random_masks"])),
        ("Seed", str(record["seed"])),
        ("Device", record["device"]),
        ("Time taken", f"{record['seconds'].get('total') or 0.0:.2f} s"),
    ]
    software = ", ".join(f"{name} {text}" for name, text in record["versions"].items() if text)
    return [*rows, ("Software", software)]


def probability(value: float) -> str:
    """With two figures; what is not quite 0 or 1 does not read so."""
    if 0.0 < value < 0.005:
        return "< 0.01"
    if 0.995 <= value < 1.0:
        return "> 0.99"
    return f"{value:.2f}"


def plus_minus(control: RandomControl) -> str:
    """ "0.40 ± 0.05"; of one mask "0.40"."""
    spread = "" if control.std is None else f" ± {control.std:.2f}"
    return f"{control.probability:.2f}{spread}"


def decibels(level: float) -> str:
    """ "−8.2 dB", signed, but for "0.0 dB"."""
    rounded = round(level, 1)
    return f"{rounded:+.1f} dB".replace("-", "−") if rounded else "0.0 dB"


def _against(controls: RandomControls | None) -> str:
    if controls is None:
        return ""
    return f"; as many random cells give {plus_minus(controls.round_trip)}"


def _p_of(label: str, prediction: Prediction) -> str:
    text = probability(prediction.probability_of(label))
    return f"p(“{label}”) {text if text[0] in '<>' else f'= {text}'}"


def _with_options(of: str, options: Mapping[str, Any], steps: int | None = None) -> str:
    """ "smoothgrad (samples 16, noise 0.15)"."""
    numbers = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in options.items())
    words = f"{of} ({numbers})" if numbers else of
    return words if steps is None else f"{words}, {steps} steps"

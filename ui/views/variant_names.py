"""What the versions of a sound are called, and the key that calls each."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from core.types import Variant

VARIANT_KEYS = {
    Variant.ORIGINAL: "1",
    Variant.EXPLANATION: "2",
    Variant.REMOVED: "3",
    Variant.RECONSTRUCTION: "4",
}
_NAMES = {
    Variant.ORIGINAL: QT_TRANSLATE_NOOP("Variants", "Original"),
    Variant.EXPLANATION: QT_TRANSLATE_NOOP("Variants", "Explanation"),
    Variant.REMOVED: QT_TRANSLATE_NOOP("Variants", "Removed"),
    Variant.RECONSTRUCTION: QT_TRANSLATE_NOOP("Variants", "Codec"),
}
_MEANINGS = {
    Variant.ORIGINAL: QT_TRANSLATE_NOOP("Variants", "The sound as it came in"),
    Variant.EXPLANATION: QT_TRANSLATE_NOOP(
        "Variants", "Only the cells that spoke most for the class, the rest is the fill"
    ),
    Variant.REMOVED: QT_TRANSLATE_NOOP(
        "Variants", "The most relevant cells are replaced by the fill, the rest is as it was"
    ),
    Variant.RECONSTRUCTION: QT_TRANSLATE_NOOP(
        "Variants", "What the codec alone makes of the sound: nothing kept back, nothing removed"
    ),
}


def variant_name(variant: Variant) -> str:
    """One translated word: "Explanation"."""
    return QCoreApplication.translate("Variants", _NAMES[variant])


def variant_meaning(variant: Variant) -> str:
    """What is heard, translated."""
    return QCoreApplication.translate("Variants", _MEANINGS[variant])

"""What can be chosen, as plain words for the window."""

from __future__ import annotations

from dataclasses import dataclass

from core.attribution import ATTRIBUTORS
from core.fills import FILLS
from core.models import catalogue

Entry = tuple[str, str, str]
"""Id, label, and a note on what it is."""


@dataclass(frozen=True, slots=True)
class Options:
    """Everything the method panel offers; models that are not on this computer are left out."""

    codecs: tuple[Entry, ...]
    classifiers: tuple[Entry, ...]
    methods: tuple[Entry, ...]
    fills: tuple[Entry, ...]


def read_options() -> Options:
    """Reads the registries and the folders of models; loads none."""
    codecs, classifiers = (
        tuple((entry.id, entry.id, entry.source) for entry in catalogue(kind) if entry.folder)
        for kind in ("codec", "classifier")
    )
    methods, fills = (
        tuple((spec.id, spec.label, spec.reference) for spec in registry.specs())
        for registry in (ATTRIBUTORS, FILLS)
    )
    return Options(codecs, classifiers, methods, fills)

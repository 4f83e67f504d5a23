"""Libraries that only some work needs, and what to say where they are not installed."""

from __future__ import annotations

import sys

from core.errors import ModelError

FROM_SOURCE = "run HearWhy from its source for that"


def missing(need: str, *packages: str, packaged: str = FROM_SOURCE) -> ModelError:
    """The error for work that needs packages which are not installed.

    need: what needs what, e.g. "Clustering needs scikit-learn". packages: as pip knows them.
    packaged: what to do in the packaged program, where nothing can be installed.
    """
    if is_packaged():
        return ModelError(f"{need}, which the packaged program lacks; {packaged}.")
    return ModelError(f"{need}: pip install {' '.join(packages)}.")


def is_packaged() -> bool:
    """Whether this is the packaged program, which brings its own Python."""
    return bool(getattr(sys, "frozen", False))

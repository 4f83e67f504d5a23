"""Seeds that belong to a sound, so that what is drawn for one clip is not drawn for all of them."""

from __future__ import annotations

import hashlib

from core.digests import samples_digest
from core.types import AudioClip


def seed_of(clip: AudioClip, seed: int) -> int:
    """A seed for everything random about `clip`, from its samples and the request's seed.

    0 … 2⁶³ − 1; the same samples and seed give the same one in every process and on every machine.
    Name and notes of the clip play no part.
    """
    digest = hashlib.sha256(f"{seed} {samples_digest(clip)}".encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1

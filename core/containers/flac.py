"""FLAC: whatever its header says of its length, it is read to its end."""

from __future__ import annotations

import struct
from typing import BinaryIO

from core.containers.pieces import Piece, replaced
from core.containers.tags import start_of_tags

TOTAL = 18  # where the 8 bytes begin whose last 36 bits are the number of samples
UNKNOWN = (1 << 36) - 1


def flac(file: BinaryIO, start: int, size: int) -> list[Piece]:
    """The sound whose mark, "fLaC", is at `start`.

    libsndfile would read no further than the header says, so it is told that the length is not
    known.
    """
    file.seek(start)
    head = file.read(TOTAL + 8)
    without, total = counted(head)
    # libFLAC takes a tag behind the sound for a damaged frame.
    stop = start_of_tags(file, size)
    parts = replaced(start, stop, [(start + TOTAL, without[TOTAL:])])
    return [Piece(parts, frames=total or None)]


def counted(head: bytes) -> tuple[bytes, int]:
    """The first bytes of a FLAC stream without the number of samples, and that number."""
    kind, facts = struct.unpack_from(">4xB13xQ", head)
    if kind & 0x7F:
        raise struct.error("FLAC begins with its stream's facts")
    without = head[:TOTAL] + struct.pack(">Q", facts & ~UNKNOWN) + head[TOTAL + 8 :]
    return without, facts & UNKNOWN

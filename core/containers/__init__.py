"""What sound files hold, whatever their headers say of it, read from the bytes themselves.

libsndfile takes a header at its word: it reads no further than the header says, refuses a length
that is not known, shortens in silence what was cut off, and hears only the first of sounds that
were joined end to end. So the header is compared with the file before libsndfile sees it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from core.containers.flac import flac
from core.containers.mpeg import mpeg
from core.containers.ogg import ogg
from core.containers.pieces import MOST, Piece
from core.containers.tags import end_of_tag, start_of_tags
from core.containers.waves import aiff, au, caf, riff, wave64

__all__ = ["Piece", "behind_junk", "pieces"]

JUNK = 2**16  # bytes in which an MP3 file's first frame is looked for, besides zeros and tags

_READERS: dict[bytes, Callable[[BinaryIO, int, int], list[Piece]]] = {
    b"RIFF": riff,
    b"RIFX": riff,
    b"RF64": riff,
    b"BW64": riff,
    b"riff": wave64,
    b"FORM": aiff,
    b"caff": caf,
    b".snd": au,
    b"fLaC": flac,
    b"OggS": ogg,
    b"\xff": mpeg,
}


def pieces(file: BinaryIO, size: int) -> list[Piece]:
    """The sounds in an open file of `size` bytes, whatever it holds: one, or more end to end."""
    start = end_of_tag(file, 0, size)
    file.seek(start)
    head = file.read(4)
    found: list[Piece] = []
    for magic, reader in _READERS.items():
        if head.startswith(magic):
            found = _read(partial(reader, file, start, size))
    if not found and start:
        found = _read(partial(mpeg, file, 0, start_of_tags(file, size), searched=size))
    whole: tuple[range] = (range(size),)
    if len(found) > MOST:
        why = f"is more than {MOST:,} sounds joined end to end; read them one by one"
        return [Piece(whole, refused=why)]
    return found or [Piece(whole)]


def behind_junk(file: BinaryIO, size: int) -> list[Piece]:
    """The MP3 sounds in a file that begins as none does; none where there are none either."""
    return _read(partial(mpeg, file, 0, start_of_tags(file, size), searched=JUNK))


def _read(reader: Callable[[], list[Piece]]) -> list[Piece]:
    """Nothing for what is too short or senseless: libsndfile will say so."""
    try:
        return reader()
    except (struct.error, ZeroDivisionError, OverflowError):
        return []

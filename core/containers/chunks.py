"""Chunks that each state their size, one of which is the sound: how much of it there really is.

Programs that send sound through a pipe cannot know its size, those that are stopped leave an older
one behind, and those that write more than 4 GB of WAV or AIFF state what is left over of it.
"""

from __future__ import annotations

import string
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

from core.containers.pieces import FORGIVEN, MOST, cut_off
from core.containers.tags import start_of_tags

MAX_CHUNKS = 4096  # a file with more is made to keep a reader busy
# From here up, 32 bits of size are what programs write that cannot know it: 0x7F000000 or
# 0x7FFFF000 (SoX), 0x80000000 (arecord), 0xFFFFFFFF (FFmpeg). Of 64 bits it is half of them or all.
PLACEHOLDERS = {4: 0x7F00_0000, 8: 2**62}
# Chunks that follow a sound, by which they are known where they are cut off themselves.
FOLLOWERS = (b"LIST", b"id3 ", b"ID3 ", b"bext", b"iXML", b"cue ", b"smpl", b"fact", b"_PMX")
PRINTABLE = frozenset(string.printable[:95].encode())


@dataclass(frozen=True, slots=True)
class Form:
    """How a family of formats writes chunks.

    head: a chunk's kind and size, in `struct`'s terms. first: where the first chunk is. align: the
    bytes of which places are multiples. own: the bytes of its head that a size counts.
    """

    head: str
    first: int
    align: int
    own: int = 0


class Chunk(NamedTuple):
    """start, n_bytes: of its content. size_at, size_form: where and how its size is stated."""

    kind: bytes
    start: int
    n_bytes: int
    size_at: int
    size_form: str


class Extent(NamedTuple):
    """n_bytes: how much there is of a sound. stated: the share that its header knows of, where that
    is not all. refused: as in `Piece`."""

    n_bytes: int
    stated: float | None = None
    refused: str | None = None


def read(file: BinaryIO, form: str, position: int) -> tuple[Any, ...]:
    """What stands there, in `struct`'s terms. Raises: struct.error where the file is too short."""
    file.seek(position)
    return struct.unpack(form, file.read(struct.calcsize(form)))


def chunks(
    file: BinaryIO, form: Form, start: int, size: int, position: int | None = None
) -> Iterator[Chunk]:
    """Those of a sound that begins at `start`, from `position` on. A negative size is the last."""
    head, size_form = struct.Struct(form.head), form.head[0] + form.head[-1]
    position = start + form.first if position is None else position
    for _ in range(MAX_CHUNKS):
        position += (start - position) % form.align
        if position + head.size > size:
            return
        file.seek(position)
        kind, n_bytes = head.unpack(file.read(head.size))
        position += head.size
        yield Chunk(
            kind, position, n_bytes - form.own, position - struct.calcsize(size_form), size_form
        )
        if n_bytes < form.own:
            return
        position += n_bytes - form.own


def joined(file: BinaryIO, form: Form, start: int, size: int) -> Iterator[tuple[int, int]]:
    """Where files begin and end that were joined end to end, by what each says of its size."""
    sizes = form.head[0] + "4s" + form.head[-1] + "4s"
    for _ in range(MOST):
        magic, n_bytes, kind = read(file, sizes, start)
        stop = start + 8 + n_bytes + n_bytes % 2
        file.seek(stop)
        following = file.read(12)
        if len(following) < 12 or (following[:4], following[8:]) != (magic, kind):
            break
        yield start, stop
        start = stop
    yield start, size


def extent(
    file: BinaryIO, form: Form, start: int, size: int, chunk: Chunk, byte_rate: float
) -> Extent:
    """How much there is of the sound in a chunk of a file, `start`…`size`.

    byte_rate: bytes a second, 0 where that is not known.
    """
    stated, room = chunk.n_bytes, size - chunk.start
    width = struct.calcsize(chunk.size_form)
    if 0 <= stated <= room + FORGIVEN:
        if stated and room - stated <= FORGIVEN:
            return Extent(stated)
        if _goes_on(file, form, start, size, chunk.start + stated):
            return Extent(stated)
        if width == 4:
            for wrapped in range(stated + 2**32, room + 1, 2**32):
                if room - wrapped <= FORGIVEN or _goes_on(
                    file, form, start, size, chunk.start + wrapped
                ):
                    return Extent(wrapped, stated / wrapped)
    elif 0 <= stated < PLACEHOLDERS[width]:
        if byte_rate:
            return Extent(
                room, refused=cut_off(f"{stated / byte_rate:.2f} s", f"{room / byte_rate:.2f} s")
            )
        return Extent(room, refused=cut_off(f"{stated:,} bytes of sound", f"{room:,}"))
    else:
        stated = 0
    n_bytes = max(start_of_tags(file, size) - chunk.start, stated)
    return Extent(n_bytes, stated / n_bytes if 0 < stated < n_bytes else None)


def _goes_on(file: BinaryIO, form: Form, start: int, size: int, position: int) -> bool:
    """Whether chunks, and nothing else, lie from `position` to the end."""
    for chunk in chunks(file, form, start, size, position):
        if not PRINTABLE.issuperset(chunk.kind[:4]) or chunk.n_bytes < 0:
            return False
        position = chunk.start + chunk.n_bytes
        if position > size:
            return chunk.kind[:4] in FOLLOWERS
    return size - position <= FORGIVEN

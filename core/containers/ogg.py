"""Ogg: pages, and links of a chain, one sound behind the other."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from core.containers.flac import TOTAL, counted
from core.containers.pieces import Piece
from core.streams import Part

MARK = b"OggS"
HEAD = 27  # bytes, then as many as the last of them says
FIRST, LAST = 2, 4  # flags of a page
CHECKSUM = slice(22, 26)
FLAC_HEAD = 9  # bytes before the FLAC stream in the first packet of FLAC in Ogg
REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class _Page:
    start: int
    body: int
    stop: int
    flags: int
    stream: int


@dataclass(slots=True)
class _Link:
    pages: list[_Page] = field(default_factory=list)

    @property
    def streams(self) -> int:
        return len({page.stream for page in self.pages})


def ogg(file: BinaryIO, start: int, size: int) -> list[Piece]:
    """The links of a chain. Ogg states no length: a file that stops within a page is cut off."""
    links: list[_Link] = []
    for page in _pages(file, start, size):
        if not links or (page.flags & FIRST and not links[-1].pages[-1].flags & FIRST):
            links.append(_Link())
        links[-1].pages.append(page)
    if not links or links[-1].pages[-1].stop > size:
        cut = "is cut off amid its data; copy or export it again"
        return [Piece((range(start, size),), refused=cut)]
    return [_piece(file, link, is_last=link is links[-1]) for link in links]


def codec(file: BinaryIO, start: int = 0) -> bytes:
    """The first bytes of the first packet, which name the encoding."""
    file.seek(start + HEAD - 1)
    n_lacing = file.read(1)
    file.seek(start + HEAD + (n_lacing[0] if n_lacing else 0))
    return file.read(16)


def _pages(file: BinaryIO, start: int, size: int) -> Iterator[_Page]:
    """All of them; the last may reach beyond the end of the file."""
    while True:
        file.seek(start)
        head = file.read(HEAD)
        if not head.startswith(MARK):
            start = _next_mark(file, start, size)
            if start < 0:
                return
            continue
        lacing = file.read(head[26]) if len(head) == HEAD else b""
        if len(head) < HEAD or len(lacing) < head[26]:
            yield _Page(start, size, size + 1, 0, -1)
            return
        body = start + HEAD + len(lacing)
        (stream,) = struct.unpack_from("<I", head, 14)
        yield _Page(start, body, body + sum(lacing), head[5], stream)
        start = body + sum(lacing)


def _next_mark(file: BinaryIO, start: int, size: int) -> int:
    """Where the next page begins behind `start`, where none does; −1 if nowhere."""
    while start < size:
        file.seek(start)
        block = file.read(2**16)
        found = block.find(MARK)
        if found >= 0:
            return start + found
        start += max(len(block) - len(MARK) + 1, 1)
    return -1


def _piece(file: BinaryIO, link: _Link, is_last: bool) -> Piece:
    first, last = link.pages[0], link.pages[-1]
    kind = codec(file, first.start)
    endless = link.streams == 1 and not last.flags & LAST
    if kind.startswith(b"\x7fFLAC") and link.streams == 1:
        return replace(_flac(file, link), endless=endless and is_last)
    parts: tuple[Part, ...] = (range(first.start, last.stop),)
    if endless and kind.startswith(b"OpusHead"):  # libsndfile would fail on the last page
        file.seek(last.start)
        page = file.read(last.stop - last.start)
        parts = (range(first.start, last.start), _marked_last(page))
    return Piece(parts, endless=endless and is_last)


def _flac(file: BinaryIO, link: _Link) -> Piece:
    """libsndfile does not read FLAC in Ogg; what is in the pages is plain FLAC."""
    first, *others = link.pages
    file.seek(first.body + FLAC_HEAD)
    head, total = counted(file.read(TOTAL + 8))
    rest = range(first.body + FLAC_HEAD + len(head), first.stop)
    bodies = (range(page.body, page.stop) for page in others)
    return Piece((head, rest, *bodies), frames=total or None)


def _marked_last(page: bytes) -> bytes:
    """A page as the last one of its stream."""
    changed = bytearray(page)
    changed[5] |= LAST
    changed[CHECKSUM] = bytes(4)
    changed[CHECKSUM] = struct.pack("<I", checksum(bytes(changed)))
    return bytes(changed)


def checksum(page: bytes) -> int:
    """CRC-32 of a page whose checksum is 0, as Ogg has it: highest bit first, from 0 on.

    zlib's takes the lowest bit first, and begins and ends with all bits turned.
    """
    crc = zlib.crc32(page.translate(REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{crc:032b}"[::-1], 2)

"""WAV with its other forms, Wave64, AIFF, CAF and AU: the size of the sound put right."""

from __future__ import annotations

import struct
from typing import BinaryIO

from core.containers.chunks import Chunk, Extent, Form, chunks, extent, joined, read
from core.containers.mpeg import mpeg
from core.containers.pieces import Piece, replaced

WAV, WAV_BIG_ENDIAN = Form("<4sI", 12, 2), Form(">4sI", 12, 2)
WAVE64, AIFF, CAF = Form("<16sQ", 40, 8, own=24), Form(">4sI", 12, 2), Form(">4sq", 8, 1)
MPEG_TAGS = (0x50, 0x55)  # layer II, layer III
FULL = 0xFFFF_FFFF
AU_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}  # bytes a sample, by encoding


def riff(file: BinaryIO, start: int, size: int) -> list[Piece]:
    """WAV, its big-endian and its 64-bit forms, and such files joined end to end."""
    file.seek(start)
    form = WAV_BIG_ENDIAN if file.read(4) == b"RIFX" else WAV
    return [
        piece
        for first, last in joined(file, form, start, size)
        for piece in _wav(file, form, first, last)
    ]


def _wav(file: BinaryIO, form: Form, start: int, size: int) -> list[Piece]:
    order, tag, byte_rate = form.head[0], 0, 0
    facts, long_size = range(0), 0  # where the chunk lies, and where the size
    for chunk in chunks(file, form, start, size):
        if chunk.kind == b"fmt ":
            tag, byte_rate = read(file, order + "H6xI", chunk.start)
            facts = range(chunk.start - 8, chunk.start + chunk.n_bytes)
        elif chunk.kind == b"ds64":
            long_size = chunk.start + 8
        elif chunk.kind == b"data":
            if long_size and chunk.n_bytes == FULL:
                (n_bytes,) = read(file, "<Q", long_size)
                chunk = chunk._replace(n_bytes=n_bytes, size_at=long_size, size_form="<Q")
            found = extent(file, form, start, size, chunk, byte_rate)
            if tag in MPEG_TAGS and found.refused is None:
                pieces = mpeg(file, chunk.start, chunk.start + found.n_bytes)
                if pieces:
                    return pieces
            if found.n_bytes >= FULL and chunk.size_form == "<I" and found.refused is None:
                return [_as_rf64(chunk, facts, found)]
            return [_corrected(form, start, size, chunk, found)]
    return [Piece((range(start, size),))]


def _as_rf64(chunk: Chunk, facts: range, found: Extent) -> Piece:
    """A WAV file that is longer than WAV can say, in the form that can."""
    full = struct.pack("<I", FULL)
    sizes = struct.pack("<4sI3QI", b"ds64", 28, 0, found.n_bytes, 0, 0)
    sound = range(chunk.start, chunk.start + found.n_bytes)
    parts = (b"RF64" + full + b"WAVE" + sizes, facts, b"data" + full, sound)
    return Piece(parts, stated=found.stated)


def wave64(file: BinaryIO, start: int, size: int) -> list[Piece]:
    """Sony's Wave64."""
    byte_rate = 0
    for chunk in chunks(file, WAVE64, start, size):
        if chunk.kind.startswith(b"fmt "):
            (byte_rate,) = read(file, "<8xI", chunk.start)
        elif chunk.kind.startswith(b"data"):
            found = extent(file, WAVE64, start, size, chunk, byte_rate)
            return [_corrected(WAVE64, start, size, chunk, found)]
    return [Piece((range(start, size),))]


def aiff(file: BinaryIO, start: int, size: int) -> list[Piece]:
    """AIFF and AIFF-C, and such files joined end to end."""
    return [_aiff(file, first, last) for first, last in joined(file, AIFF, start, size)]


def _aiff(file: BinaryIO, start: int, size: int) -> Piece:
    seconds = 0.0
    for chunk in chunks(file, AIFF, start, size):
        if chunk.kind == b"COMM":
            frames, exponent, mantissa = read(file, ">2xI2xHQ", chunk.start)
            seconds = frames / (mantissa * 2.0 ** (exponent - 16383 - 63))  # 80-bit float
        elif chunk.kind == b"SSND":
            byte_rate = chunk.n_bytes / seconds if seconds else 0.0
            found = extent(file, AIFF, start, size, chunk, byte_rate)
            return _corrected(AIFF, start, size, chunk, found)
    return Piece((range(start, size),))


def caf(file: BinaryIO, start: int, size: int) -> list[Piece]:
    """Apple's Core Audio Format. A size of −1 is its way to say that it is not known."""
    byte_rate = 0.0
    for chunk in chunks(file, CAF, start, size):
        if chunk.kind == b"desc":
            rate, packet_bytes, packet_frames = read(file, ">d8xII", chunk.start)
            byte_rate = rate * packet_bytes / packet_frames if packet_frames else 0.0
        elif chunk.kind == b"data":
            found = extent(file, CAF, start, size, chunk, byte_rate)
            return [_corrected(CAF, start, size, chunk, found)]
    return [Piece((range(start, size),))]


def au(file: BinaryIO, start: int, size: int) -> list[Piece]:
    """AU, of Sun and NeXT. Nothing follows its sound; a size of all ones is not known."""
    first, stated, encoding, rate, channels = read(file, ">5I", start + 4)
    first += start
    byte_rate = rate * channels * AU_WIDTHS.get(encoding, 0)
    chunk = Chunk(b"", first, stated, start + 8, ">I")
    found = extent(file, AIFF, start, size, chunk, byte_rate)
    if found.n_bytes > FULL:
        return [Piece(replaced(start, size, [(start + 8, struct.pack(">I", FULL))]))]
    return [_corrected(AIFF, start, size, chunk, found)]


def _corrected(form: Form, start: int, size: int, chunk: Chunk, found: Extent) -> Piece:
    """The file start…size with the size of its sound put right."""
    if found.refused or found.n_bytes == chunk.n_bytes:
        return Piece((range(start, size),), refused=found.refused)
    try:
        n_bytes = struct.pack(chunk.size_form, found.n_bytes + form.own)
    except struct.error:
        why = "is longer than 4 GB, which its header cannot say; convert it to WAV or FLAC"
        return Piece((range(start, size),), refused=why)
    return Piece(replaced(start, size, [(chunk.size_at, n_bytes)]), stated=found.stated)

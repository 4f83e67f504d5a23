"""What a sound file's header promises, read from the bytes themselves.

libsndfile silently shortens a WAV, AIFF, AU or Wave64 file that was cut off, and prints its own
complaints about such an MP3. So the promise is read here, and compared with the file, before
libsndfile sees it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAX_CHUNKS = 4096  # a file with more is made to keep a reader busy

# Sizes from here up are what programs write that send WAV through a pipe and cannot know the
# length: 0x7FFFF000 (SoX), 0x80000000 (arecord), 0xFFFFFFFF (FFmpeg).
PLACEHOLDER = 0x7FFFF000


@dataclass(frozen=True, slots=True)
class Promise:
    """Where a file's header says the sound lies.

    start, n_bytes: the stretch of the file. seconds: the time it lasts, None when not stated.
    """

    start: int
    n_bytes: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Layout:
    """What the header states.

    promise: None for a stream whose length is not stated and for formats without such a field.
    blank_size: where a zero stands for "length unknown" that libsndfile would take as "no
        sound"; None where libsndfile understands the file as it is.
    """

    promise: Promise | None = None
    blank_size: int | None = None


@dataclass(frozen=True, slots=True)
class _Chunk:
    kind: bytes
    start: int  # of its content
    n_bytes: int


def layout(file: BinaryIO, size: int) -> Layout:
    """The promise in the header of an open file of `size` bytes, whatever it holds."""
    file.seek(0)
    head = file.read(16)
    for magic, read in _READERS.items():
        if head.startswith(magic):
            try:
                return read(file, size)
            except (struct.error, ZeroDivisionError, OverflowError):
                return Layout()  # too short or senseless: libsndfile will say so
    return Layout()


def ends_within_ogg_page(file: BinaryIO, size: int) -> bool:
    """Whether an Ogg file stops before its last page does; Ogg states no length in its header."""
    file.seek(0)
    if file.read(4) != b"OggS":
        return False
    start = max(0, size - 2 * 65307)  # the longest page there can be, twice
    file.seek(start)
    tail = file.read()
    page = tail[tail.rfind(b"OggS") :]
    if len(page) < 27:
        return True
    lacing = page[27 : 27 + page[26]]
    return len(lacing) < page[26] or len(page) < 27 + len(lacing) + sum(lacing)


def foreign_format(file: BinaryIO) -> str | None:
    """Name of a known sound format that libsndfile cannot read, by content."""
    file.seek(0)
    head = file.read(16)
    if head[4:8] == b"ftyp":
        return "MP4 (M4A, AAC)"
    if head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xF6 == 0xF0:
        return "AAC"
    for magic, name in (
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMA"),
        (b"#!AMR", "AMR"),
        (b"\x1a\x45\xdf\xa3", "Matroska or WebM"),
        (b"wvpk", "WavPack"),
        (b"MAC ", "Monkey's Audio"),
        (b"DSD ", "DSD"),
    ):
        if head.startswith(magic):
            return name
    return None


FOREIGN_SUFFIXES = {
    **dict.fromkeys((".m4a", ".m4b", ".mp4", ".mov", ".3gp"), "MP4 (M4A, AAC)"),
    **dict.fromkeys((".mkv", ".webm"), "Matroska or WebM"),
    **dict.fromkeys((".wma", ".asf"), "WMA"),
    ".aac": "AAC",
    ".amr": "AMR",
    ".wv": "WavPack",
    ".ape": "Monkey's Audio",
    ".dsf": "DSD",
}


def foreign_suffix(path: Path) -> str | None:
    """Name of a known sound format that libsndfile cannot read, by the file's extension."""
    return FOREIGN_SUFFIXES.get(path.suffix.lower())


def _chunks(
    file: BinaryIO, start: int, size: int, header: str, *, counts_itself: bool = False, align: int
) -> Iterator[_Chunk]:
    """The chunks of a RIFF-like file. header: struct format of (kind, size)."""
    length = struct.calcsize(header)
    for _ in range(MAX_CHUNKS):
        if start + length > size:
            return
        file.seek(start)
        kind, n_bytes = struct.unpack(header, file.read(length))
        n_bytes -= length if counts_itself else 0
        if n_bytes < 0:
            return
        yield _Chunk(kind, start + length, n_bytes)
        start += length + n_bytes
        start += -start % align


def _riff(file: BinaryIO, size: int) -> Layout:
    """WAV and its 64-bit forms RF64 and BW64, which put the true size into a `ds64` chunk."""
    file.seek(4)
    (riff_bytes,) = struct.unpack("<I", file.read(4))
    byte_rate, long_size = 0, None
    for chunk in _chunks(file, 12, size, "<4sI", align=2):
        file.seek(chunk.start)
        if chunk.kind == b"fmt ":
            (byte_rate,) = struct.unpack("<8xI", file.read(12))
        elif chunk.kind == b"ds64":
            (long_size,) = struct.unpack("<8xQ", file.read(16))
        elif chunk.kind == b"data":
            n_bytes = chunk.n_bytes
            if long_size is not None and n_bytes == 0xFFFFFFFF:
                n_bytes = long_size
            elif n_bytes >= PLACEHOLDER and chunk.start + n_bytes > size:
                return Layout()
            # A closed file without sound states its own length rightly; a stream does not.
            if n_bytes == 0 and size > chunk.start and riff_bytes + 8 != size:
                return Layout(blank_size=chunk.start - 4)
            return Layout(Promise(chunk.start, n_bytes, n_bytes / byte_rate if byte_rate else None))
    return Layout()


def _wave64(file: BinaryIO, size: int) -> Layout:
    byte_rate = 0
    for chunk in _chunks(file, 40, size, "<16sQ", counts_itself=True, align=8):
        file.seek(chunk.start)
        if chunk.kind.startswith(b"fmt "):
            (byte_rate,) = struct.unpack("<8xI", file.read(12))
        elif chunk.kind.startswith(b"data"):
            seconds = chunk.n_bytes / byte_rate if byte_rate else None
            return Layout(Promise(chunk.start, chunk.n_bytes, seconds))
    return Layout()


def _aiff(file: BinaryIO, size: int) -> Layout:
    seconds = None
    for chunk in _chunks(file, 12, size, ">4sI", align=2):
        file.seek(chunk.start)
        if chunk.kind == b"COMM":
            frames, exponent, mantissa = struct.unpack(">2xI2xHQ", file.read(18))
            seconds = frames / (mantissa * 2.0 ** (exponent - 16383 - 63))  # 80-bit float
        elif chunk.kind == b"SSND":
            return Layout(Promise(chunk.start, chunk.n_bytes, seconds))
    return Layout()


def _caf(file: BinaryIO, size: int) -> Layout:
    seconds_a_byte = None
    for chunk in _chunks(file, 8, size, ">4sq", align=1):  # a size of -1 ends the walk: a stream
        file.seek(chunk.start)
        if chunk.kind == b"desc":
            rate, packet_bytes, packet_frames = struct.unpack(">d8xII", file.read(24))
            seconds_a_byte = packet_frames / packet_bytes / rate if packet_bytes else None
        elif chunk.kind == b"data":
            seconds = chunk.n_bytes * seconds_a_byte if seconds_a_byte is not None else None
            return Layout(Promise(chunk.start, chunk.n_bytes, seconds))
    return Layout()


_AU_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}  # bytes a sample, by encoding


def _au(file: BinaryIO, size: int) -> Layout:
    file.seek(4)
    start, n_bytes, encoding, rate, channels = struct.unpack(">5I", file.read(20))
    if n_bytes == 0xFFFFFFFF:
        return Layout()
    width = _AU_WIDTHS.get(encoding)
    return Layout(Promise(start, n_bytes, n_bytes / (rate * channels * width) if width else None))


def _mpeg(file: BinaryIO, size: int) -> Layout:
    """MPEG layer III whose first frame is a Xing / Info header; others state no length."""
    start = 0
    file.seek(0)
    head = file.read(10)
    if head.startswith(b"ID3") and len(head) == 10:
        for digit in head[6:10]:  # 7 bits each
            start = start << 7 | digit & 0x7F
        start += 20 if head[5] & 0x10 else 10  # with a footer or without
    file.seek(start)
    frame = file.read(64)
    (bits,) = struct.unpack(">I", frame[:4])
    version, layer, rate_index, mode = bits >> 19 & 3, bits >> 17 & 3, bits >> 10 & 3, bits >> 6 & 3
    if bits >> 21 != 0x7FF or version == 1 or layer != 1 or rate_index == 3:
        return Layout()
    rate = (44100, 48000, 32000)[rate_index] >> {3: 0, 2: 1, 0: 2}[version]
    side_info = {(3, True): 17, (3, False): 32}.get((version, mode == 3), 9 if mode == 3 else 17)
    tag, flags, frames, n_bytes = struct.unpack(">4s3I", frame[4 + side_info : 20 + side_info])
    if tag not in (b"Xing", b"Info") or flags & 3 != 3:
        return Layout()
    return Layout(Promise(start, n_bytes, frames * (1152 if version == 3 else 576) / rate))


_READERS: dict[bytes, Callable[[BinaryIO, int], Layout]] = {
    b"RIFF": _riff,
    b"RF64": _riff,
    b"BW64": _riff,
    b"riff": _wave64,
    b"FORM": _aiff,
    b"caff": _caf,
    b".snd": _au,
    b"ID3": _mpeg,
    b"\xff": _mpeg,
}

"""MP3 and its older layers: frames, counted, whatever a header says of their number.

mpg123, which reads them for libsndfile, estimates the length from the first frame's where no header
states it, and libsndfile reads no further than that. So the frames are walked through here, in
about a hundredth of the time that decoding them takes.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO, NamedTuple

from core.containers.pieces import MOST, Piece, cut_off, replaced
from core.containers.tags import end_of_tag
from core.streams import Part

SLACK = 2  # frames; encoders differ in whether they count their header as one
LONGEST = 2881  # bytes of a frame; none is longer
SEARCHED = 2**16  # bytes of junk in which a first frame is looked for, besides zeros and tags
SURE = 3  # frames in a row that are no accident
BLOCK = 2**16  # bytes that are looked through at once
RATES = (44_100, 48_000, 32_000)  # Hz, of MPEG 1
BITRATES = {  # kbit/s, by whether it is MPEG 1, and layer
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
SYNC = re.compile(rb"\xff[\xe2-\xff]")
TELLING = 0xFFFE_FEC0  # the bits before a frame that tell its length and its kind
HEAD = 40  # bytes in which a header shows
WHOLE_HEAD = 192  # bytes in which it lies


class _Kind(NamedTuple):
    """What stays the same throughout a sound. header: where in a frame a header may stand."""

    rate: int
    layer: int
    is_mono: bool
    samples: int  # a channel and frame
    header: int


class _Frame(NamedTuple):
    n_bytes: int
    kind: _Kind


@dataclass(frozen=True, slots=True)
class _Sound:
    """runs: where its frames lie. is_cut: the file ends within the one after them."""

    kind: _Kind
    head: bytes
    runs: tuple[range, ...]
    frames: int
    is_cut: bool

    @property
    def first_bytes(self) -> int:
        """Of the first frame."""
        frame = _frame_of(self.head)
        return 0 if frame is None else frame.n_bytes


def mpeg(file: BinaryIO, start: int, stop: int, searched: int = 0) -> list[Piece]:
    """The sounds in a stretch of a file, joined end to end; none where there are no frames.

    searched: in how many bytes of junk the first frame is looked for, besides zeros and tags.
    """
    pieces: list[Piece] = []
    position = _next_frame(file, start, stop, searched)
    while position is not None and len(pieces) <= MOST:
        file.seek(position)
        head = file.read(WHOLE_HEAD)
        first = _frame_of(head)
        if first is None:
            break
        sound, position = _sound(file, position, stop, head, first.kind)
        pieces.append(_piece(sound))
    return pieces


def _sound(
    file: BinaryIO, start: int, stop: int, whole_head: bytes, kind: _Kind
) -> tuple[_Sound, int | None]:
    """The sound whose first frame, of a kind, is at `start`, and where the next one begins."""
    runs: list[range] = []
    position, count, is_cut = start, 0, False
    following: int | None = None
    while True:
        file.seek(position)
        head = file.read(HEAD)
        frame = _frame_of(head)
        if frame is not None and frame.kind == kind and position + frame.n_bytes <= stop:
            if not (count and _is_header(head, kind)):
                position += frame.n_bytes
                count += 1
                continue
            following = position
        else:
            is_cut = frame is not None and frame.kind == kind
            following = None if is_cut else _next_frame(file, position, stop, stop)
        runs.append(range(start, position))
        if following is None or following == position:
            break
        file.seek(following)
        head = file.read(HEAD)
        frame = _frame_of(head)
        if frame is None or frame.kind != kind or _is_header(head, kind):
            break
        start = position = following
    return _Sound(kind, whole_head, tuple(runs), count, is_cut), following


def _next_frame(file: BinaryIO, start: int, stop: int, searched: int) -> int | None:
    """Where the next frame begins, behind tags, zeros and junk; None where no more come."""
    position = -1
    while position != start:
        position = start
        start = _end_of_zeros(file, end_of_tag(file, start, stop), stop)
    if _row(file, start, stop) >= SURE - 1:
        return start
    while start < stop and searched > 0:
        file.seek(start)
        block = file.read(min(BLOCK, stop - start))
        for match in SYNC.finditer(block):
            if _row(file, start + match.start(), stop) >= SURE:
                return start + match.start()
        start += max(len(block) - 1, 1)
        searched -= len(block)
    return None


def _row(file: BinaryIO, start: int, stop: int) -> int:
    """How many frames of one kind follow each other, if enough; those at the very end are."""
    kind: _Kind | None = None
    for count in range(SURE):
        if count and stop - start < 4:
            return SURE
        file.seek(start)
        frame = _frame_of(file.read(4))
        if frame is None or kind not in (None, frame.kind) or start + frame.n_bytes > stop:
            return count
        kind = frame.kind
        start += frame.n_bytes
    return SURE


def _end_of_zeros(file: BinaryIO, start: int, stop: int) -> int:
    while start < stop:
        file.seek(start)
        block = file.read(min(BLOCK, stop - start))
        rest = block.lstrip(b"\0")
        if rest or not block:
            return start + len(block) - len(rest)
        start += len(block)
    return start


def _frame_of(head: bytes) -> _Frame | None:
    """The frame that begins so."""
    return _frame(int.from_bytes(head[:4]) & TELLING)


@lru_cache(maxsize=2**12)
def _frame(bits: int) -> _Frame | None:
    """The frame that begins with these telling bits; None where none does.

    A frame of free format, which does not tell how long it is, counts as none.
    """
    version, layer = bits >> 19 & 3, 4 - (bits >> 17 & 3)
    bitrate, rate = bits >> 12 & 15, bits >> 10 & 3
    if bits >> 21 != 0x7FF or version == 1 or layer == 4 or bitrate in (0, 15) or rate == 3:
        return None
    is_first, is_mono = version == 3, bits >> 6 & 3 == 3
    hertz = RATES[rate] >> (0 if is_first else 1 if version == 2 else 2)
    samples = {1: 384, 2: 1152, 3: 1152 if is_first else 576}[layer]
    slot = 4 if layer == 1 else 1  # bytes
    slots = samples // 8 // slot * 1000 * BITRATES[is_first, layer][bitrate - 1] // hertz
    header = {(True, False): 36, (False, True): 13}.get((is_first, is_mono), 21)
    kind = _Kind(hertz, layer, is_mono, samples, header if layer == 3 else 0)
    return _Frame(slot * (slots + (bits >> 9 & 1)), kind)


def _is_header(head: bytes, kind: _Kind) -> bool:
    """Whether a frame is a header of Xing's kind: it says how many others follow."""
    place = kind.header
    return place > 0 and head[place : place + 4] in (b"Xing", b"Info") and not any(head[6:place])


def _piece(sound: _Sound) -> Piece:
    if _is_header(sound.head, sound.kind):
        return _with_header(sound)
    vbri = sound.head[36:40] == b"VBRI" and struct.unpack_from(">I", sound.head, 50)[0]
    if vbri > sound.frames + SLACK:
        return _refused(sound, vbri, sound.frames)
    return _uncounted(sound, sound.frames)


def _with_header(sound: _Sound) -> Piece:
    """A sound that begins with a header, which is put right where it is wrong."""
    head, count = sound.head, sound.frames - 1
    start, n_bytes = sound.runs[0].start, sum(map(len, sound.runs))
    (flags,) = struct.unpack_from(">I", head, sound.kind.header + 4)
    place = sound.kind.header + 8
    if not flags & 1:
        return _uncounted(sound, count)
    (stated,) = struct.unpack_from(">I", head, place)
    if stated > count + SLACK:
        return _refused(sound, stated, count)
    changes: list[tuple[int, bytes]] = []
    if stated < count:
        changes.append((start + place, struct.pack(">I", count)))
    if flags & 2:  # mpg123 complains aloud of another number of bytes than it finds
        changes.append((start + place + 4, struct.pack(">I", n_bytes & 0xFFFF_FFFF)))
    encoder = place + 4 + sum(size for bit, size in ((2, 4), (4, 100), (8, 4)) if flags & bit)
    padding = encoder + 22  # its last 12 bits
    if stated < count and padding + 2 <= min(len(head), sound.first_bytes):
        # The samples to be left out at the end are those of another end.
        changes.append((start + padding, bytes([head[padding] & 0xF0, 0])))
    return Piece(
        _parts(sound, changes),
        slack=SLACK * sound.kind.samples,
        stated=stated / count if 0 < stated < count else None,
    )


def _uncounted(sound: _Sound, count: int) -> Piece:
    """A sound of so many frames, made so long that no estimate of their number is too small."""
    return Piece(
        _parts(sound),
        blank=LONGEST * sound.frames,
        frames=count * sound.kind.samples,
        slack=math.inf,
        endless=sound.is_cut,
    )


def _refused(sound: _Sound, promised: int, count: int) -> Piece:
    seconds = sound.kind.samples / sound.kind.rate
    why = cut_off(f"{promised * seconds:.2f} s", f"{count * seconds:.2f} s")
    return Piece(sound.runs, refused=why)


def _parts(sound: _Sound, changes: Sequence[tuple[int, bytes]] = ()) -> tuple[Part, ...]:
    first, *others = sound.runs
    return (*replaced(first.start, first.stop, changes), *others)

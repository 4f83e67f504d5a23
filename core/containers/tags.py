"""Tags around a sound: ID3 and APE. They are no part of it, and may be wrong about their size."""

from __future__ import annotations

import struct
from typing import BinaryIO

ID3V1 = 128  # bytes
APE_HEAD = 32


def end_of_tag(file: BinaryIO, start: int, stop: int) -> int:
    """Where the tag ends that begins at `start`; `start` itself where none does."""
    file.seek(start)
    head = file.read(APE_HEAD)
    if head[:3] == b"ID3" and len(head) >= 10:
        size = 0
        for digit in head[6:10]:  # 7 bits each
            size = size << 7 | digit & 0x7F
        return min(start + size + (20 if head[5] & 0x10 else 10), stop)  # with a footer or without
    if head[:8] == b"APETAGEX" and len(head) == APE_HEAD:
        (n_bytes,) = struct.unpack_from("<I", head, 12)
        return min(start + APE_HEAD + int(n_bytes), stop)
    if head[:3] == b"TAG" and stop - start == ID3V1:
        return stop
    return start


def start_of_tags(file: BinaryIO, size: int) -> int:
    """Where the tags at the end of a file begin; its size where it has none there."""
    stop = size
    if stop >= ID3V1:
        file.seek(stop - ID3V1)
        stop -= ID3V1 if file.read(3) == b"TAG" else 0
    if stop >= APE_HEAD:
        file.seek(stop - APE_HEAD)
        foot = file.read(APE_HEAD)
        if foot.startswith(b"APETAGEX"):
            n_bytes, _, flags = struct.unpack_from("<III", foot, 12)
            n_bytes += APE_HEAD if flags >> 31 else 0
            stop -= n_bytes if n_bytes <= stop else 0
    return stop

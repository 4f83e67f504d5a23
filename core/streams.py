"""Files as libsndfile takes them: without a name or exceptions, and put together from parts."""

from __future__ import annotations

import errno
import os
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import BinaryIO, Protocol

Part = bytes | range
"""Bytes as they are, or a stretch of a file: its first byte, and the one after its last."""

TAG = 128  # bytes at the end of an MP3 file in which mpg123 looks for an ID3v1 tag


class _File(Protocol):
    def read(self, n_bytes: int, /) -> bytes: ...
    def write(self, data: bytes, /) -> int: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


class Stream:
    """A file as libsndfile sees it: without a name, and without exceptions.

    With a name it would guess what the bytes do not tell from the extension, and take any text
    called .au for sound. Exceptions do not pass through C; the first is kept in `error`.
    """

    def __init__(self, file: _File | BinaryIO) -> None:
        self.error: OSError | None = None
        self._file = file

    def read(self, n_bytes: int) -> bytes:
        try:
            return self._file.read(n_bytes)
        except OSError as error:
            self.error = self.error or error
            return b""

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = self.error or error
            return 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> None:
        try:
            self._file.seek(offset, whence)
        except OSError as error:
            if error.errno != errno.EINVAL:  # before the start: a damaged header, not a bad disk
                self.error = self.error or error

    def tell(self) -> int:
        return self._file.tell()


class Splice:
    """Parts, one behind the other, as one file to read: no byte of the file itself is copied."""

    def __init__(self, file: BinaryIO, parts: Sequence[Part], blank: int = 0) -> None:
        """blank: by how much more the whole is said to be than it is. There is nothing to read
        there, but for zeros at the very end, where a tag would be."""
        self._file, self._parts = file, parts
        self._ends = list(accumulate(map(len, parts)))
        self._size = (self._ends[-1] if parts else 0) + blank
        self._position = 0

    def read(self, n_bytes: int) -> bytes:
        pieces = []
        while n_bytes > 0 and (piece := self._next(n_bytes)):
            pieces.append(piece)
            self._position += len(piece)
            n_bytes -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def write(self, data: bytes) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def _next(self, n_bytes: int) -> bytes:
        """Up to so many of the bytes that follow, of one part."""
        number = bisect_right(self._ends, self._position)
        if number == len(self._parts):
            left = self._size - self._position
            return bytes(min(n_bytes, left)) if 0 < left <= TAG else b""
        part = self._parts[number]
        first = len(part) - (self._ends[number] - self._position)
        if isinstance(part, bytes):
            return part[first : first + n_bytes]
        self._file.seek(part.start + first)
        return self._file.read(min(n_bytes, len(part) - first))

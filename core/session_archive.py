"""The zip that a session is: read only when it is laid out exactly as HearWhy writes it.

Every entry is stored as it is, so nothing in it unpacks to more than the file itself holds. Entries
have the few names HearWhy gives them, follow each other without gaps, and are read where they lie:
no name in the file ever becomes a name on disk.
"""

from __future__ import annotations

import errno
import io
import os
import re
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, cast

from core.errors import CoreError
from core.file_names import shown
from core.job import CancelToken

MANIFEST = "manifest.json"
TENSORS = "result.safetensors"
NAME = re.compile(r"manifest\.json|result\.safetensors|sounds/[0-9a-f]{32}\.(?:flac|wav)")
MOST_ENTRIES = 4_096
MOST_DIRECTORY = 2**20  # bytes; about 70 an entry
BLOCK = 2**20  # bytes

START = b"PK\x03\x04"  # of an entry, and so of the file
LOCAL_HEADER = 30  # bytes before an entry's name
END = struct.Struct("<4s4HLLH")  # magic, four counts of disks and entries, size, offset, comment
END_MAGIC = b"PK\x05\x06"
LARGE_END = struct.Struct("<4sLQL")  # what stands before the end of a zip beyond 4 GB
LARGE_END_MAGIC = b"PK\x06\x07"
UTF8_NAMES = 0x800
ENCRYPTED = 0x1


class SessionFileError(CoreError):
    """A file is no session, is damaged, or was made by another version."""


class SessionArchive:
    """The entries of an open session file; made by `open_archive`."""

    def __init__(self, name: str, file: BinaryIO, entries: zipfile.ZipFile) -> None:
        self.name = name
        self._file = file
        self._zip = entries
        self._ends = _ends(entries)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._zip.namelist())

    def size(self, name: str) -> int:
        """Bytes of an entry."""
        return self._zip.getinfo(name).file_size

    def read(self, name: str, most: int) -> bytes:
        """All of an entry. Raises: SessionFileError when it is missing, damaged, or above `most`
        bytes."""
        if name in self.names and self.size(name) > most:
            raise damaged(self.name, f"{name} has {self.size(name):,} bytes")
        return self.open(name, CancelToken()).read()

    def open(self, name: str, cancel: CancelToken) -> BinaryIO:
        """An entry to read from, once all of it has been found to be whole.

        Raises: SessionFileError when it is missing or damaged; Cancelled.
        """
        if name not in self.names:
            raise damaged(self.name, f"{name} is missing")
        info = self._zip.getinfo(name)
        self._file.seek(info.header_offset)
        header = self._file.read(LOCAL_HEADER).ljust(LOCAL_HEADER, b"\0")
        start = info.header_offset + LOCAL_HEADER + sum(struct.unpack_from("<HH", header, 26))
        # Before it is read: some of Python's versions refuse such an entry in words of their own.
        if start + info.file_size > self._ends[name]:
            raise damaged(self.name, f"{name} reaches into what follows it")
        try:
            with self._zip.open(info) as stream:
                while stream.read(BLOCK):
                    cancel.raise_if_set()
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError) as bad:
            raise damaged(self.name, f"{name} is not what was written") from bad
        return cast(BinaryIO, _Part(self._file, start, info.file_size))


@contextmanager
def open_archive(path: Path) -> Iterator[SessionArchive]:
    """The session file at `path`, for the length of a `with` block.

    Raises: SessionFileError for everything that is not laid out as HearWhy does, or cannot be read.
    """
    name = shown(path)
    try:
        if path.is_dir() or (path.exists() and not path.is_file()):
            raise SessionFileError(f"“{path}” is no file, and so no session.")
        with path.open("rb") as file:
            _check_layout(name, file)
            try:
                entries = zipfile.ZipFile(file)
            except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
                raise damaged(name, "its list of contents cannot be read") from error
            with entries:
                _check_entries(name, entries)
                yield SessionArchive(name, file, entries)
    except FileNotFoundError as error:
        raise SessionFileError(f"There is no file “{path}”; check its name and folder.") from error
    except OSError as error:
        raise SessionFileError(
            f"“{path}” could not be read ({error.strerror or error})."
        ) from error


def damaged(name: str, reason: str) -> SessionFileError:
    """The sentence for a session file that is not as it was written."""
    return SessionFileError(
        f"“{name}” is a damaged session ({reason}); take a copy of it from where it was whole."
    )


class ArchiveWriter:
    """Writes entries to a new session file, each once.

    Raises: zipfile.LargeZipFile when they come to more than 2 GB; OSError.
    """

    def __init__(self, entries: zipfile.ZipFile) -> None:
        self._zip = entries

    def write(self, name: str, data: bytes) -> None:
        self.copy(name, io.BytesIO(data), CancelToken())

    def copy(self, name: str, file: BinaryIO, cancel: CancelToken) -> None:
        """All of `file`, from its start. Raises: Cancelled."""
        info = zipfile.ZipInfo(name)  # of 1980: when it was written is the file's own date
        info.external_attr = 0o100644 << 16  # a plain file
        info.file_size = file.seek(0, os.SEEK_END)
        file.seek(0)
        with self._zip.open(info, "w") as entry:
            while block := file.read(BLOCK):
                cancel.raise_if_set()
                entry.write(block)


@contextmanager
def new_archive(path: Path) -> Iterator[ArchiveWriter]:
    """A session file that is being written at `path`, which must not exist."""
    with zipfile.ZipFile(path, "x", zipfile.ZIP_STORED, allowZip64=False) as entries:
        yield ArchiveWriter(entries)


class _Part:
    """A stretch of an open file, as far as readers of sounds need files."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._start, self._size = file, start, size
        self._position = 0

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._position = base + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._size - self._position)
        self._file.seek(self._start + self._position)
        data = self._file.read(left if size < 0 else min(size, left))
        self._position += len(data)
        return data


def _check_layout(name: str, file: BinaryIO) -> None:
    """That it is a zip from its first byte to its last, with a short list of contents.

    Python's zipfile reads the whole list before anyone can look at it, and looks for it in more
    places than one.
    """
    size = file.seek(0, os.SEEK_END)
    tail_size = min(size, END.size + LARGE_END.size)
    file.seek(0)
    start = file.read(len(START))
    if start != START:
        raise SessionFileError(f"“{name}” is no session of HearWhy; choose one that it saved.")
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    if len(tail) < END.size or not tail[-END.size :].startswith(END_MAGIC):
        raise damaged(name, "its end is missing")
    _, _, _, here, entries, length, offset, comment = END.unpack(tail[-END.size :])
    if tail.startswith(LARGE_END_MAGIC) or comment or here != entries:
        raise damaged(name, "it was packed by another program")
    if entries > MOST_ENTRIES or length > MOST_DIRECTORY:
        raise damaged(name, f"it claims to hold {entries:,} parts")
    if offset + length != size - END.size:
        raise damaged(name, "parts of it are missing")


def _check_entries(name: str, entries: zipfile.ZipFile) -> None:
    """That each entry is one HearWhy writes, and stands in the list once."""
    seen: set[str] = set()
    for info in entries.infolist():
        if info.flag_bits & ENCRYPTED:
            raise SessionFileError(f"“{name}” is encrypted; HearWhy saves sessions without that.")
        if not NAME.fullmatch(info.orig_filename) or info.orig_filename in seen:
            raise damaged(name, "it holds files that are not part of a session")
        seen.add(info.orig_filename)
        kind = info.external_attr >> 28  # of file, as Unix has it: 8 is a plain one, 0 is unsaid
        plain = info.compress_type == zipfile.ZIP_STORED and info.compress_size == info.file_size
        if not plain or info.flag_bits & ~UTF8_NAMES or kind not in (0, 8):
            raise damaged(name, "it was packed by another program")
    spans = sorted(
        (info.header_offset, info.header_offset + LOCAL_HEADER + info.file_size)
        for info in entries.infolist()
    )
    spans.append((entries.start_dir, entries.start_dir))
    if spans[0][0] != 0 or any(end > start for (_, end), (start, _) in pairwise(spans)):
        raise damaged(name, "its parts overlap")


def _ends(entries: zipfile.ZipFile) -> dict[str, int]:
    """For each entry where at the latest it ends."""
    infos = sorted(entries.infolist(), key=lambda info: info.header_offset)
    starts = [*(info.header_offset for info in infos[1:]), entries.start_dir]
    return {info.filename: start for info, start in zip(infos, starts, strict=True)}

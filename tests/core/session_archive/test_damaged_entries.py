"""Session files whose entries someone damaged or made up."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from core.job import CancelToken
from core.session_archive import SessionFileError, open_archive
from tests.core.session_archive.refusal import refused
from tests.sessions import entries, repack


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd", "../outside", "sounds/../../outside.wav", "C:\\outside", "..\\outside",
        "sounds/", "sounds/a.wav", "result.pkl", "archive/data.pkl", "MANIFEST.JSON", "con", "",
        "sounds/" + "0" * 32 + ".wav.exe", "ü",
    ],
)  # fmt: skip
def test_no_other_name_is_taken(path: Path, tmp_path: Path, name: str) -> None:
    repack(path, {**entries(path), name: b"x"})
    refused(path, "not part of a session|does not hold|packed by another")
    assert [file.name for file in tmp_path.iterdir()] == ["mine.hearwhy"]


def test_a_name_that_ends_early(path: Path) -> None:
    repack(path, {**entries(path), "manifest.jsonX.txt": b"x"})
    path.write_bytes(path.read_bytes().replace(b"manifest.jsonX.txt", b"manifest.json\0.txt"))
    refused(path, "not part of a session")


def test_a_missing_entry(path: Path) -> None:
    contents = entries(path)
    for name in contents:
        repack(path, {key: data for key, data in contents.items() if key != name})
        refused(path, "missing|does not hold")


def test_an_unused_sound(path: Path) -> None:
    repack(path, {**entries(path), f"sounds/{'0' * 32}.wav": b"x"})
    refused(path, "does not hold what its manifest says")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice(path: Path) -> None:
    contents = entries(path)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in [*contents.items(), ("manifest.json", b"{}")]:
            archive.writestr(zipfile.ZipInfo(name), data)
    refused(path, "not part of a session")


def changed_entries(
    path: Path, change: Callable[[zipfile.ZipInfo], object], compression: int = zipfile.ZIP_STORED
) -> None:
    contents = entries(path)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in contents.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = compression
            change(info)
            archive.writestr(info, data)


def test_a_link(path: Path) -> None:
    changed_entries(path, lambda info: setattr(info, "external_attr", 0o120777 << 16))
    refused(path, "another program")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_would_have_to_be_unpacked(path: Path, method: int) -> None:
    changed_entries(path, lambda info: None, method)
    refused(path, "another program")


def test_a_bomb_is_not_unpacked(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b" " * 2**27)  # to 130 kB
    tracemalloc.start()
    refused(path, "another program")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**21


def test_an_encrypted_entry(path: Path, whole: bytes) -> None:
    """The flag is the third number of a local header and the fourth of one in the list."""
    data = bytearray(whole)
    for magic, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(magic) + place] |= 1
    path.write_bytes(data)
    refused(path, "encrypted")


def listed(data: bytes, number: int) -> int:
    """Where the entry of this number stands in the list of contents."""
    start = -1
    for _ in range(number + 1):
        start = data.index(b"PK\1\2", start + 1)
    return start


@pytest.mark.parametrize("size", [0, 2**31, 2**32 - 1])
def test_a_size_that_is_not_true(path: Path, whole: bytes, size: int) -> None:
    data = bytearray(whole)
    struct.pack_into("<LL", data, listed(whole, 0) + 20, size, size)
    path.write_bytes(data)
    refused(path)


@pytest.mark.parametrize("place", [20, 24])  # the packed size, the real one
def test_two_sizes_that_differ(path: Path, whole: bytes, place: int) -> None:
    data = bytearray(whole)
    struct.pack_into("<L", data, listed(whole, 0) + place, 10)
    path.write_bytes(data)
    refused(path, "another program")


def test_an_entry_that_borrows_the_bytes_of_the_next_one(path: Path) -> None:
    """Its own extra field is said to be so long that its data begin within the entry behind it."""
    first, second = (f"sounds/{digit * 32}.wav" for digit in "ab")
    repack(path, {first: bytes(100), second: bytes(range(200)), "manifest.json": b"{}"})
    data = bytearray(path.read_bytes())
    begin = 30 + len(first) + 100 + 30 + len(second) + 50
    checksum = zlib.crc32(data[begin : begin + 100])
    struct.pack_into("<H", data, 28, begin - 30 - len(first))
    struct.pack_into("<L", data, 14, checksum)
    struct.pack_into("<L", data, listed(bytes(data), 0) + 16, checksum)
    path.write_bytes(data)
    with open_archive(path) as archive:
        assert archive.open(second, CancelToken()).read(3) == b"\0\1\2"
        with pytest.raises(SessionFileError, match="reaches into what follows"):
            archive.open(first, CancelToken())


def test_entries_that_lie_over_each_other(path: Path, whole: bytes) -> None:
    data = bytearray(whole)
    struct.pack_into("<L", data, listed(whole, 1) + 42, 0)
    path.write_bytes(data)
    refused(path, "overlap")


def test_a_local_header_that_points_elsewhere(path: Path, whole: bytes) -> None:
    data = bytearray(whole)
    struct.pack_into("<H", data, 28, 60_000)  # the length of its extra field
    path.write_bytes(data)
    refused(path)


def test_more_entries_than_a_session_has(path: Path) -> None:
    repack(path, {f"sounds/{number:032x}.wav": b"" for number in range(5_000)})
    refused(path, "5,000 parts")


def test_the_ends_of_larger_zips_are_not_believed(path: Path, whole: bytes) -> None:
    end = whole[-22:]
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
    length, offset = struct.unpack_from("<LL", end, 12)
    patched = end[:12] + struct.pack("<LL", length + len(locator), offset) + end[20:]
    path.write_bytes(whole[:-22] + locator + patched)
    refused(path, "another program")

"""Session files that someone damaged or made up: each is a sentence, none does any harm."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save

from core.errors import CoreError
from core.job import CancelToken
from core.session_archive import SessionFileError, open_archive
from core.session_file import read_session
from core.session_writer import write_session
from tests.sessions import differences, entries, made_up_session, repack, tamper


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("whole")
    write_session(folder / "whole.hearwhy", made_up_session(folder))
    return (folder / "whole.hearwhy").read_bytes()


@pytest.fixture
def path(tmp_path: Path, whole: bytes) -> Path:
    path = tmp_path / "mine.hearwhy"
    path.write_bytes(whole)
    return path


def refused(path: Path, words: str = ".") -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(SessionFileError, match=words) as caught:
        read_session(path)
    sentence = str(caught.value)
    assert path.name in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_the_whole_file_opens(path: Path) -> None:
    assert read_session(path).result is not None


# ── the file ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"P",
        b"RIFF....WAVE",
        b"\x80\x04\x95",
        b"\x1f\x8b\x08",
        b"%PDF-1.7",
        b"<html>",
        b"\0" * 99,
    ],
)
def test_another_kind_of_file_is_no_session(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    refused(path, "no session of HearWhy")


def test_a_folder_and_nothing_are_no_sessions(tmp_path: Path) -> None:
    refused(tmp_path, "no file")
    refused(tmp_path / "nowhere.hearwhy", "There is no file")


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off(path: Path, whole: bytes, share: float) -> None:
    path.write_bytes(whole[: 4 + int(share * len(whole))])
    refused(path, "damaged|no session")


@pytest.mark.parametrize("where", ["front", "middle", "end"])
def test_foreign_bytes_anywhere(path: Path, whole: bytes, where: str) -> None:
    at = {"front": 0, "middle": len(whole) // 2, "end": len(whole)}[where]
    path.write_bytes(whole[:at] + b"#!/bin/sh\n" + whole[at:])
    refused(path)


def test_a_zip_within_a_zip_and_a_zip_behind_a_zip(path: Path, whole: bytes) -> None:
    repack(path, {"inner.zip": whole})
    refused(path, "not part of a session")
    path.write_bytes(whole + whole)
    refused(path)


# ── its entries ──────────────────────────────────────────────────────────────────────────────────


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


# ── the manifest ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        b"", b"null", b"[]", b"{", b"\xff\xfe", b"1e999", b"NaN", b'"x"', b"[" * 10**6,
        b'{"a":' * 10**5, b'{"format": "hearwhy.session", "version": 0, "application": "0"}',
        b'{"format": "hearwhy.session", "version": 1, "application": "0"}',
        b'{"format": "other", "version": 1, "application": "0"}', b"\x80\x04\x95.",
    ],
)  # fmt: skip
def test_another_manifest(path: Path, text: bytes) -> None:
    repack(path, {**entries(path), "manifest.json": text})
    assert len(refused(path, "damaged")) < 400


def test_a_manifest_that_is_too_long(path: Path) -> None:
    repack(path, {**entries(path), "manifest.json": b" " * (2**24 + 1)})
    refused(path, "manifest.json has 16,777,217 bytes")


def test_a_newer_version_is_named(path: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest.update(version=2, application="9.1", something=["new"])

    tamper(path, change)
    assert "made by a newer HearWhy (9.1)" in refused(path)


def test_latents_of_another_codec(path: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["codec"].update(latent_dim=5, bands=None, band_edges=None)

    tamper(path, change)
    refused(path, "not of its codec")


def change_of(*place: str | int, to: object) -> Callable[[Any], None]:
    def change(manifest: Any) -> None:
        for key in place[:-1]:
            manifest = manifest[key]
        manifest[place[-1]] = to

    return change


@pytest.mark.parametrize(
    "change",
    [
        change_of("extra", to=1),
        change_of("current", to=-1),
        change_of("current", to=3),
        change_of("current", to=True),
        change_of("active", to="louder"),
        change_of("selection", to=[0.3, 0.1]),
        change_of("selection", to=[-1.0, 0.1]),
        change_of("selection", to=[float("nan"), 1.0]),
        change_of("look", "position", to=float("inf")),
        change_of("request", "keep", to="0.5"),
        change_of("request", "seed", to=2**31),
        change_of("request", "seed", to=-1),
        change_of("request", "random_masks", to=10**9),
        change_of("request", "start", to=float("-inf")),
        change_of("items", 0, "group", to="live"),
        change_of("items", 0, "clip", "sound", to="../../outside"),
        change_of("items", 0, "name", to="x" * 5_000),
        change_of("sounds", 0, "id", to="../../../../../../../outside0000"),
        change_of("sounds", 0, "kind", to="pkl"),
        change_of("sounds", 0, "samples", to=-1),
        change_of("sounds", 0, "samples", to=2**60),
        change_of("sounds", 0, "samples", to=2**29),
        change_of("sounds", 0, "channels", to=0),
        change_of("sounds", 0, "sample_rate", to=0),
        change_of("sounds", to=[]),
        change_of("result", "target", to="maybe"),
        change_of("result", "labels", to=["yes", "no"]),
        change_of("result", "labels", to=["yes", "yes", "no"]),
        change_of("result", "labels", to=[]),
        change_of("result", "original", to=[0.5, 0.5]),
        change_of("result", "original", to=[0.5, 0.4, -0.1]),
        change_of("result", "original", to=[0.5, 0.4, float("nan")]),
        change_of("result", "n_samples", to=-1),
        change_of("result", "start", to=9.0),
        change_of("result", "level_db", to={}),
        change_of("result", "audio", to={}),
        change_of("result", "timeline", "window", to=0.0),
        change_of("result", "timeline", "labels", to=["yes"]),
        change_of("result", to=None),
        change_of("codec", to="small-codec"),
        change_of("codec", "bands", to=[0, 0, 1]),
        change_of("codec", "bands", to=[0, 0, 1, 2]),
        change_of("codec", "bands", to=[0, 0, -1, 1]),
        change_of("codec", "bands", to=None),
        change_of("codec", "band_edges", to=[0.0, 9.0, 8.0]),
        change_of("codec", "band_edges", to=[0.0]),
        change_of("codec", to={"latent_dim": 5}),
    ],
)
def test_a_field_that_cannot_be(path: Path, change: Callable[[Any], None]) -> None:
    tamper(path, change)
    assert len(refused(path, "damaged")) < 400


def test_more_sound_than_there_can_be(path: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        for sound in manifest["sounds"]:
            sound["samples"] = 2**28

    tamper(path, change)
    refused(path, "more sound than a session does")


def test_shares_outside_of_what_there_is_have_their_own_sentence(path: Path) -> None:
    tamper(path, change_of("request", "keep", to=3.0))
    with pytest.raises(CoreError, match="between 0 and 1"):
        read_session(path)


@pytest.mark.parametrize("beside", ["../outside.wav", "/etc/passwd", "a/../../b"])
def test_a_path_beside_the_session_stays_beside_it(path: Path, beside: str) -> None:
    tamper(path, change_of("items", 2, "path", to="/nowhere/x.wav"))
    tamper(path, change_of("items", 2, "beside", to=beside))
    assert read_session(path).items[2].path == Path("/nowhere/x.wav")


# ── the tensors ──────────────────────────────────────────────────────────────────────────────────


def with_tensors(path: Path, change: Callable[[dict[str, np.ndarray]], object]) -> None:
    contents = entries(path)
    arrays = load(contents["result.safetensors"])
    change(arrays)
    repack(path, {**contents, "result.safetensors": save(arrays)})


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.update(latents=a["latents"][:, :5].copy()),
        lambda a: a.update(keep_mask=a["keep_mask"].T.copy()),
        lambda a: a.update(remove_mask=a["remove_mask"].astype(np.float32)),
        lambda a: a.update(relevance=a["relevance"].astype(np.float64)),
        lambda a: a.update({k: v.ravel() for k, v in a.items()}),
        lambda a: a.update(latents=np.full_like(a["latents"], np.nan)),
        lambda a: a.update(relevance=np.full_like(a["relevance"], np.inf)),
        lambda a: a.update(timeline_starts=a["timeline_starts"][:4].copy()),
        lambda a: a.update(more=np.zeros(3)),
        lambda a: a.pop("latents"),
        lambda a: a.pop("timeline_probabilities"),
    ],
)
def test_tensors_that_do_not_agree(path: Path, change: Callable[[Any], object]) -> None:
    with_tensors(path, change)
    refused(path, "damaged")


def test_a_mask_of_other_bytes_is_no_mask(path: Path) -> None:
    contents = entries(path)
    arrays = load(contents["result.safetensors"])
    data = contents["result.safetensors"].replace(arrays["keep_mask"].tobytes(), b"\7" * 24)
    repack(path, {**contents, "result.safetensors": data})
    refused(path, "no mask")


HEADER = b'{"latents":{"dtype":"%s","shape":%s,"data_offsets":%s}}'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94.",
        b"PK\3\4",
        b"\xff" * 8 + b"{}",
        struct.pack("<Q", 2) + b"[]",
        *(
            struct.pack("<Q", len(head)) + head + bytes(16)
            for head in (
                HEADER % (b"F32", b"[4]", b"[0,999]"),
                HEADER % (b"F32", b"[4]", b"[16,0]"),
                HEADER % (b"F32", b"[-4]", b"[0,16]"),
                HEADER % (b"F32", b"[99999999999,99999999999]", b"[0,16]"),
                HEADER % (b"BF16", b"[8]", b"[0,16]"),
                HEADER % (b"F8_E4M3", b"[16]", b"[0,16]"),
                HEADER % (b"X", b"[4]", b"[0,16]"),
            )
        ),
    ],
)
def test_other_tensors(path: Path, data: bytes) -> None:
    repack(path, {**entries(path), "result.safetensors": data})
    refused(path, "tensors cannot be read|is missing")


# ── at random ────────────────────────────────────────────────────────────────────────────────────

fuzz = settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def opens_or_is_refused(path: Path, data: bytes) -> bool:
    path.write_bytes(data)
    try:
        read_session(path)
    except CoreError:
        return False
    return True


@fuzz
@given(st.floats(0.0, 1.0))
def test_cut_off_anywhere(path: Path, whole: bytes, share: float) -> None:
    cut = int(share * len(whole))
    assert opens_or_is_refused(path, whole[:cut]) is (cut == len(whole))


@fuzz
@given(st.data())
def test_bytes_changed_anywhere(path: Path, whole: bytes, data: st.DataObject) -> None:
    """The list of contents and the headers are a small part, and so are drawn more often."""
    heads = whole.index(b"PK\1\2")
    places = st.one_of(
        st.integers(0, len(whole) - 1), st.integers(heads, len(whole) - 1), st.integers(0, 60)
    )
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(places)] = data.draw(st.integers(0, 255))
    opens_or_is_refused(path, bytes(changed))


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from([-1, 0, 2**31, "flac", "../x", [], {}, [0.1, 0.2]]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@fuzz
@given(st.data())
def test_a_manifest_with_any_values_and_right_sums(
    path: Path, whole: bytes, data: st.DataObject
) -> None:
    contents = entries_of(whole)
    manifest = json.loads(contents["manifest.json"])
    for _ in range(data.draw(st.integers(1, 3))):
        place: Any = manifest
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(place[key], (dict, list)) or not place[key]:
                break
            if data.draw(st.integers(0, 3)) == 0:
                break
            place = place[key]
        place[key] = deepcopy(data.draw(json_values))  # some are lists that come again
        if not manifest:
            break
    repack(path, {**contents, "manifest.json": json.dumps(manifest).encode("utf-8", "replace")})
    opens_or_is_refused(path, path.read_bytes())


@fuzz
@given(
    st.sampled_from(["result.safetensors", "sounds"]),
    st.integers(0, 9),
    st.lists(
        st.tuples(st.floats(0.0, 1.0) | st.floats(0.0, 0.02), st.integers(0, 255)), max_size=4
    ),
    st.just(1.0) | st.floats(0.0, 1.0),
)
def test_sounds_and_tensors_with_any_bytes_and_right_sums(
    path: Path,
    whole: bytes,
    kind: str,
    number: int,
    changes: list[tuple[float, int]],
    share: float,
) -> None:
    contents = entries_of(whole)
    names = [name for name in contents if name.startswith(kind)]
    name = names[number % len(names)]
    changed = bytearray(contents[name])
    for place, value in changes:
        changed[int(place * (len(changed) - 1))] = value
    repack(path, {**contents, name: bytes(changed[: int(share * len(changed))])})
    if opens_or_is_refused(path, path.read_bytes()) and kind == "sounds":
        path.with_name("whole.hearwhy").write_bytes(whole)
        there = read_session(path.with_name("whole.hearwhy"))
        assert differences(there.clip, read_session(path).clip) == []


def entries_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}

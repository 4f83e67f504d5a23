"""Session files with damage at random: each opens or is refused with a sentence."""

from __future__ import annotations

import io
import json
import zipfile
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import CoreError
from core.session_file import read_session
from tests.sessions import differences, repack

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

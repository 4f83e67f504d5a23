"""Files put together from parts, as libsndfile reads them."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.streams import TAG, Splice, Stream

CONTENT = bytes(range(256)) * 4

PARTS = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.tuples(st.integers(0, 1024), st.integers(0, 1024)).map(
            lambda ends: range(*sorted(ends))
        ),
    ),
    max_size=6,
)


@given(
    parts=PARTS, reads=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 500)), max_size=8)
)
def test_parts_read_as_one_file_does(parts, reads):
    whole = b"".join(p if isinstance(p, bytes) else CONTENT[p.start : p.stop] for p in parts)
    splice, known = Splice(io.BytesIO(CONTENT), parts), io.BytesIO(whole)
    assert splice.seek(0, os.SEEK_END) == len(whole)
    for position, n_bytes in reads:
        assert splice.seek(position) == known.seek(position)
        assert splice.read(n_bytes) == known.read(n_bytes)
        assert splice.tell() == known.tell()


def test_what_is_blank_is_size_and_nothing_to_read():
    splice = Splice(io.BytesIO(CONTENT), (b"abc", range(10)), blank=1000)
    assert splice.seek(0, os.SEEK_END) == 1013
    splice.seek(1)
    assert splice.read(500) == b"bc" + CONTENT[:10]
    assert splice.read(500) == b""
    assert splice.seek(-TAG, os.SEEK_END) == 1013 - TAG
    assert splice.read(TAG) == bytes(TAG)
    assert splice.read(1) == b""


def test_places_before_the_start_are_damage_and_no_bad_disk():
    splice = Splice(io.BytesIO(CONTENT), (range(10),))
    with pytest.raises(OSError, match="Invalid argument"):
        splice.seek(-1)
    stream = Stream(splice)
    stream.seek(-11, os.SEEK_END)
    assert (stream.error, stream.tell()) == (None, 0)


def test_a_file_that_ends_within_a_part_ends_there(tmp_path: Path):
    (tmp_path / "short").write_bytes(b"abc")
    with (tmp_path / "short").open("rb") as file:
        assert Splice(file, (range(1, 100), b"xyz")).read(100) == b"bc"


def test_nothing_is_written_into_parts():
    stream = Stream(Splice(io.BytesIO(CONTENT), (range(10),)))
    assert stream.write(b"a") == 0
    assert stream.error is not None

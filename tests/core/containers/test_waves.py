"""WAV and its kin whose headers state a size that is wrong, old, left over, or none."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.audio_io import probe, read_clip
from core.errors import AudioError
from tests.core.sound_files import RATE, sentence, tones, wav, write

SAMPLES = tones(3 * RATE)
SIZE = 2 * 3 * RATE  # bytes of their sound

Changed = Callable[[bytes, int], bytes]


def change(form: str, mark: bytes, offset: int, own: int = 0) -> Changed:
    """How a size in a header becomes another: it lies `offset` bytes behind a mark."""

    def changed(content: bytes, size: int) -> bytes:
        at = content.index(mark) + offset
        packed = struct.pack(form, size + own)
        return content[:at] + packed + content[at + len(packed) :]

    return changed


def rf64(content: bytes, size: int) -> bytes:
    return change("<Q", b"ds64", 16)(content, size)


FORMS: dict[str, tuple[dict[str, str], Changed, tuple[int, ...]]] = {
    # how to write it, how to change its size, and what stands there when it is not known
    "a.wav": ({}, change("<I", b"data", 4), (0, 0x7F000000, 0x7FFFF000, 0x80000000, 0xFFFFFFFF)),
    "b.wav": ({"format": "RF64"}, rf64, (0, 2**63 - 1, 2**64 - 1)),
    "a.rifx": ({"format": "WAV", "endian": "BIG"}, change(">I", b"data", 4), (0, 0xFFFFFFFF)),
    "a.w64": ({}, change("<Q", b"data", 16), (0, 24, 2**63 - 1, 2**64 - 1)),
    "a.aiff": ({}, change(">I", b"SSND", 4), (0, 0x7F000000, 0xFFFFFFFF)),
    "a.caf": ({}, change(">q", b"data", 4), (-1, 0, 2**63 - 1)),
    "a.au": ({}, change(">I", b".snd", 8), (0, 0xFFFFFFFF)),
}


def written(path: Path, name: str) -> bytes:
    return write(path / name, SAMPLES, subtype="PCM_16", **FORMS[name][0]).read_bytes()


def heard_whole(path: Path) -> tuple[str, ...]:
    """The notes of a file that holds `SAMPLES`, and no less."""
    clip = read_clip(path)
    assert clip.n_samples == probe(path).frames == len(SAMPLES)
    np.testing.assert_allclose(clip.samples[0], SAMPLES[:, 0], atol=5e-5)
    return clip.notes


@pytest.mark.parametrize(
    ("name", "size"), [(n, s) for n, (_, _, sizes) in FORMS.items() for s in sizes]
)
def test_a_size_that_is_not_known_is_no_size(tmp_path: Path, name: str, size: int):
    content = written(tmp_path, name)
    (tmp_path / name).write_bytes(FORMS[name][1](content, size))
    assert heard_whole(tmp_path / name) == ()


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("share", [0.01, 1 / 3, 0.99])
def test_a_size_that_is_out_of_date_hides_nothing(tmp_path: Path, name: str, share: float):
    content = written(tmp_path, name)
    stated = 2 * round(share * SIZE / 2)
    (tmp_path / name).write_bytes(FORMS[name][1](content, stated))
    (note,) = heard_whole(tmp_path / name)
    assert note == f"its header says {3 * share:.2f} s, but it holds 3.00 s"


@pytest.mark.parametrize("name", FORMS)
def test_a_size_that_is_too_large_means_that_it_was_cut_off(tmp_path: Path, name: str):
    content = written(tmp_path, name)
    (tmp_path / name).write_bytes(FORMS[name][1](content, 2 * SIZE))
    with pytest.raises(AudioError, match="is cut off: its header promises") as error:
        read_clip(tmp_path / name)
    if name != "a.aiff":  # which states its length a second time
        assert "promises 6.00 s but only 3.00 s can be read" in sentence(error)


CHUNKS = b"LIST" + struct.pack("<I", 4) + b"INFO" + b"abcd" + struct.pack("<I", 3) + b"xyz\0"


@pytest.mark.parametrize(
    "tail", [CHUNKS, CHUNKS[:-1], b"id3 " + struct.pack("<I", 999) + bytes(50)]
)
@pytest.mark.parametrize("size", [SIZE, 0xFFFFFFFF])
def test_chunks_behind_the_sound_are_no_sound(tmp_path: Path, tail: bytes, size: int):
    path = tmp_path / "a.wav"
    if size == SIZE:
        path.write_bytes(wav(SAMPLES[:, 0], 36 + SIZE + len(tail), size, tail))
        assert heard_whole(path) == ()
    else:
        path.write_bytes(wav(SAMPLES[:, 0], size, size, b"TAG" + bytes(125)))
        assert heard_whole(path) == ()  # nor are tags, where the size is not known


def test_silence_behind_a_stated_size_is_read_as_well(tmp_path: Path):
    (tmp_path / "a.wav").write_bytes(wav(SAMPLES[:, 0], 36 + SIZE, SIZE, bytes(2 * RATE)))
    clip = read_clip(tmp_path / "a.wav")
    assert clip.seconds == 4.0
    assert clip.notes == ("its header says 3.00 s, but it holds 4.00 s",)


@pytest.mark.parametrize("name", ["a.wav", "a.rifx", "a.aiff"])
def test_files_joined_end_to_end_are_heard_one_after_the_other(tmp_path: Path, name: str):
    content = written(tmp_path, name)
    (tmp_path / name).write_bytes(2 * content)
    clip = read_clip(tmp_path / name)
    assert (clip.seconds, clip.notes) == (6.0, ())
    np.testing.assert_allclose(clip.samples[0], np.tile(SAMPLES[:, 0], 2), atol=5e-5)


@pytest.mark.parametrize("tail", [b"", CHUNKS])
def test_a_size_that_is_left_over_from_four_gigabytes_is_made_whole(tmp_path: Path, tail: bytes):
    path, size = tmp_path / "long.wav", 2**32 + SIZE
    with path.open("wb") as file:
        file.write(wav(np.zeros(0), (36 + size) % 2**32, size % 2**32))
        file.seek(44 + size - SIZE)  # nothing is written before: it takes no room on the disk
        file.write(wav(SAMPLES[:, 0], 0, 0)[44:] + tail)
    seconds = size / 2 / RATE
    assert probe(path).seconds == pytest.approx(seconds)
    clip = read_clip(path, start=seconds - 3)
    assert clip.n_samples == len(SAMPLES)
    np.testing.assert_allclose(clip.samples[0], SAMPLES[:, 0], atol=5e-5)
    assert clip.notes == (f"its header says 3.00 s, but it holds {seconds:.2f} s",)


def test_what_no_header_of_its_kind_can_state_is_refused(tmp_path: Path):
    path = tmp_path / "long.aiff"
    write(path, SAMPLES, subtype="PCM_16")
    with path.open("r+b") as file:
        file.truncate(2**32 + SIZE)
    with pytest.raises(AudioError, match="is longer than 4 GB") as error:
        probe(path)
    sentence(error)


def test_an_au_file_of_any_length_is_read(tmp_path: Path):
    path = tmp_path / "long.au"
    write(path, SAMPLES, subtype="PCM_16")
    with path.open("r+b") as file:
        file.truncate(2**32 + SIZE)
    assert probe(path).seconds > 2**32 / 2 / RATE


def test_more_joined_sounds_than_anyone_joins_are_refused(tmp_path: Path):
    path = tmp_path / "many.wav"
    path.write_bytes(5000 * wav(SAMPLES[:10, 0], 36 + 20, 20))
    with pytest.raises(AudioError, match="more than 4,096 sounds") as error:
        read_clip(path)
    sentence(error)


@pytest.mark.parametrize("size", [0, 7, 40, 0x7FFF0000, 0xFFFFFFFF])
def test_a_header_alone_is_no_sound(tmp_path: Path, size: int):
    (tmp_path / "a.wav").write_bytes(wav(np.zeros(0), 36, size))
    with pytest.raises(AudioError, match=r"holds no samples|is cut off") as error:
        read_clip(tmp_path / "a.wav")
    sentence(error)

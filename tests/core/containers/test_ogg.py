"""Ogg files: chains, ends without a mark, FLAC inside, and what is cut off."""

from __future__ import annotations

import io
import struct
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.audio_io import probe, read_clip
from core.containers.ogg import checksum
from core.errors import AudioError
from tests.core.sound_files import RATE, sentence, tones, write

KINDS = {"VORBIS": 44_100, "OPUS": 48_000}


def ogg(seconds: float, kind: str, channels: int = 1, rate: int | None = None) -> bytes:
    rate = rate or KINDS[kind]
    file = io.BytesIO()
    soundfile.write(file, tones(round(seconds * rate), channels), rate, kind, format="OGG")
    return file.getvalue()


def pages(content: bytes) -> list[bytes]:
    found = []
    while content:
        n_lacing = content[26]
        size = 27 + n_lacing + sum(content[27 : 27 + n_lacing])
        found.append(content[:size])
        content = content[size:]
    return found


def page(flags: int, stream: int, number: int, packets: list[bytes]) -> bytes:
    lacing = b"".join(b"\xff" * (len(p) // 255) + bytes([len(p) % 255]) for p in packets)
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, 0, stream, number, 0, len(lacing))
    whole = head + lacing + b"".join(packets)
    return whole[:22] + struct.pack("<I", checksum(whole)) + whole[26:]


def unmarked(content: bytes) -> bytes:
    """Without the mark of the last page."""
    *others, last = pages(content)
    changed = last[:5] + bytes([last[5] & ~4]) + last[6:22] + bytes(4) + last[26:]
    return b"".join(others) + changed[:22] + struct.pack("<I", checksum(changed)) + changed[26:]


def test_the_checksum_is_that_of_ogg():
    for one in pages(ogg(1.0, "VORBIS")):
        assert struct.unpack("<I", one[22:26])[0] == checksum(one[:22] + bytes(4) + one[26:])


@pytest.mark.parametrize("kind", KINDS)
def test_a_chain_is_heard_link_after_link(tmp_path: Path, kind: str):
    seconds = (1.0, 0.5, 2.0)
    links = [ogg(length, kind) for length in seconds]
    path = tmp_path / "chain.ogg"
    path.write_bytes(b"".join(links))
    clip = read_clip(path)
    assert clip.seconds == pytest.approx(sum(seconds)) == probe(path).seconds
    ends = [round(end * KINDS[kind]) for end in accumulate(seconds)]
    for link, part in zip(links, np.split(clip.samples[0], ends), strict=False):
        np.testing.assert_array_equal(part, soundfile.read(io.BytesIO(link), dtype="float32")[0])
    inside = read_clip(path, start=0.75, end=1.75)
    np.testing.assert_allclose(
        inside.samples, clip.samples[:, round(0.75 * KINDS[kind]) :][:, : KINDS[kind]], atol=1e-3
    )
    assert clip.notes == ()


def test_links_of_one_file_twice_are_two(tmp_path: Path):
    (tmp_path / "a.ogg").write_bytes(2 * ogg(1.0, "VORBIS"))
    assert read_clip(tmp_path / "a.ogg").seconds == 2.0


def test_links_of_another_kind_are_left_out_and_said_so(tmp_path: Path):
    (tmp_path / "a.ogg").write_bytes(ogg(1.0, "VORBIS") + ogg(2.0, "OPUS", 2) + ogg(1.0, "VORBIS"))
    clip = read_clip(tmp_path / "a.ogg", mono=True)
    assert clip.seconds == 1.0
    assert clip.notes == ("left out 3.00 s at its end, which have another rate or other channels",)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_without_a_mark_at_its_end_is_read_to_its_end(tmp_path: Path, kind: str):
    content = ogg(2.0, kind)
    (tmp_path / "a.ogg").write_bytes(content)
    (tmp_path / "b.ogg").write_bytes(unmarked(content))
    clip = read_clip(tmp_path / "b.ogg")
    np.testing.assert_array_equal(clip.samples, read_clip(tmp_path / "a.ogg").samples)
    assert clip.notes == ("its end is not marked as one: it may have been cut off",)


def test_an_unmarked_link_amid_a_chain_is_whole(tmp_path: Path):
    (tmp_path / "a.opus").write_bytes(unmarked(ogg(1.0, "OPUS")) + ogg(1.0, "OPUS"))
    clip = read_clip(tmp_path / "a.opus")
    assert (clip.seconds, clip.notes) == (2.0, ())


def test_a_stream_cut_between_pages_is_read_and_noted(tmp_path: Path):
    (tmp_path / "a.opus").write_bytes(b"".join(pages(ogg(5.0, "OPUS"))[:-2]))
    clip = read_clip(tmp_path / "a.opus")
    assert 2.0 < clip.seconds < 5.0
    assert clip.notes == ("its end is not marked as one: it may have been cut off",)


def test_junk_around_pages_is_passed_over(tmp_path: Path):
    content = ogg(1.0, "VORBIS")
    (tmp_path / "a.ogg").write_bytes(content + b"TAG" + bytes(125))
    assert read_clip(tmp_path / "a.ogg").seconds == 1.0
    (tmp_path / "a.ogg").write_bytes(content + b"junk" * 30_000 + content)
    assert read_clip(tmp_path / "a.ogg").seconds == 2.0


def test_a_link_that_is_cut_off_is_refused(tmp_path: Path):
    content = ogg(1.0, "VORBIS") + ogg(1.0, "VORBIS")
    (tmp_path / "a.ogg").write_bytes(content[:-100])
    with pytest.raises(AudioError, match="cut off amid its data") as error:
        read_clip(tmp_path / "a.ogg")
    sentence(error)


def flac_in_ogg(path: Path, known: bool = True, cut: int = 0) -> tuple[bytes, np.ndarray]:
    """As the FLAC project puts it into Ogg: the first packet, one a further block, then frames."""
    samples = tones(RATE, 2)
    content = write(path, samples, subtype="PCM_16").read_bytes()
    blocks, at, is_last = [], 4, False
    while not is_last:
        size = 4 + int.from_bytes(content[at + 1 : at + 4])
        is_last = bool(content[at] & 0x80)
        blocks.append(content[at : at + size])
        at += size
    facts = blocks[0] if known else blocks[0][:17] + b"\xf0\0\0\0\0" + blocks[0][22:]
    first = b"\x7fFLAC\1\0" + struct.pack(">H", len(blocks) - 1) + b"fLaC" + facts
    packets = [[block] for block in blocks[1:]]
    packets += [[content[n : n + 2500]] for n in range(at, len(content), 2500)]
    written = page(2, 7, 0, [first])
    for number, packet in enumerate(packets):
        written += page(4 if number == len(packets) - 1 else 0, 7, number + 1, packet)
    return written, samples


@pytest.mark.parametrize("known", [True, False])
def test_flac_in_ogg_is_read(tmp_path: Path, known: bool):
    content, samples = flac_in_ogg(tmp_path / "plain.flac", known)
    path = tmp_path / "a.oga"
    path.write_bytes(content)
    np.testing.assert_allclose(read_clip(path).samples, samples.T, atol=4e-5)
    assert probe(path).frames == RATE
    path.write_bytes(2 * content)
    assert read_clip(path).n_samples == 2 * RATE
    path.write_bytes(b"".join(pages(content)[:-3]))
    with pytest.raises(AudioError, match="cut off") as error:
        read_clip(path)
    sentence(error)

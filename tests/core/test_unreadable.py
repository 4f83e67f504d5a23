"""What is wrong with a file, and advice that works."""

from __future__ import annotations

import re
import shlex
import struct
from pathlib import Path

import numpy as np
import pytest

from core.audio_io import probe, read_clip
from core.errors import AudioError
from tests.core.sound_files import RATE, sentence, tones, wav, write

WEBM = b"\x1a\x45\xdf\xa3" + bytes(40)


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    said = set()
    for read in (read_clip, probe):
        with pytest.raises(AudioError) as error:
            read(path)
        said.add(sentence(error))
    (text,) = said
    return text


def in_wav(tag: int, extensible: bool = False) -> bytes:
    content = bytearray(wav(tones(2000)[:, 0], 4036, 4000))
    if extensible:
        content[16:20] = struct.pack("<I", 40)
        content[20:22] = struct.pack("<H", 0xFFFE)
        guid = struct.pack("<H", tag) + bytes.fromhex("000000001000800000aa00389b71")
        content[36:36] = struct.pack("<HHI", 22, 16, 4) + guid
    else:
        content[20:22] = struct.pack("<H", tag)
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.wav", in_wav(0xFF), "is AAC in WAV, which"),
        ("a.wav", in_wav(0x1610), "is AAC in WAV, which"),
        ("a.wav", in_wav(0x161), "is WMA in WAV, which"),
        ("a.wav", in_wav(0x2000), "is AC-3 in WAV, which"),
        ("a.wav", in_wav(0xF1AC), "is FLAC in WAV, which"),
        ("a.wav", in_wav(0x55), "is MP3 in WAV, which"),  # not that it were
        ("a.wav", in_wav(0x92, extensible=True), "is AC-3 in WAV, which"),
        ("a.wav", in_wav(0x1234), "is encoding 0x1234 in WAV, which"),
        ("a.wav", b"RIFF\x24\0\0\0AVI LIST" + bytes(40), "is AVI video, which"),
        ("a.oga", None, "is Speex in Ogg, which"),
        ("a.wav", WEBM, "is Matroska or WebM, which"),
        ("a.wav", WEBM + b"\x86\x86A_OPUSV", "is Opus in Matroska or WebM, which"),
        ("a.mka", WEBM + b"\x86\x8fA_AAC/MPEG4/LC:", "is AAC in Matroska or WebM, which"),
        ("a.dsf", b"DSD " + bytes(90), "is DSD, which"),
        ("a.mp3", b"ID3\x03\0\0\0\0\0\x02ab" + b"\xff\xf1\x50\x80" + bytes(99), "is AAC, which"),
        ("a.mpc", b"MPCK" + bytes(90), "is Musepack, which"),
    ],
)
def test_an_encoding_that_cannot_be_read_is_named(
    tmp_path: Path, name: str, content: bytes | None, says: str
):
    if content is None:
        packet = b"Speex   " + bytes(72)
        content = struct.pack("<4sBBqIIIB", b"OggS", 0, 6, 0, 1, 0, 0, 1) + b"\x50" + packet
    text = refused(tmp_path / name, content)
    assert says in text
    assert "damaged" not in text


@pytest.mark.parametrize(
    ("kind", "says"), [(b"aac ", "AAC in CAF"), (b"qaac", "encoding “qaac” in CAF")]
)
def test_encodings_in_caf_are_named(tmp_path: Path, kind: bytes, says: str):
    content = write(tmp_path / "a.caf", tones(2000), subtype="PCM_16").read_bytes()
    assert says in refused(tmp_path / "a.caf", content.replace(b"lpcm", kind))


@pytest.mark.parametrize(
    ("kind", "says"), [(b"QDM2", "QDesign in AIFF"), (b"MAC6", "MACE in AIFF")]
)
def test_encodings_in_aiff_are_named(tmp_path: Path, kind: bytes, says: str):
    content = write(tmp_path / "a.aiff", tones(2000), subtype="FLOAT").read_bytes()
    for known in (b"fl32", b"FL32"):
        content = content.replace(known, kind)
    assert says in refused(tmp_path / "a.aiff", content)


def test_a_damaged_file_of_a_known_encoding_is_damaged(tmp_path: Path):
    content = bytearray(wav(tones(RATE)[:, 0], 36 + 2 * RATE, 2 * RATE))
    content[22:24] = bytes(2)  # no channels
    assert "is damaged" in refused(tmp_path / "a.wav", bytes(content))


@pytest.mark.parametrize(
    "name",
    [
        "a.wav",
        "a.webm",
        "my sound.wav",
        "it's.wav",
        "-y.wav",
        "a:b.wav",
        '$HOME `x` "q".wav',
        "ä.wav",
    ],
)
def test_the_command_that_is_advised_works_as_it_stands(tmp_path: Path, name: str):
    (tmp_path / f"{Path(name).stem}.converted.wav").touch()
    text = refused(tmp_path / name, WEBM)
    command = re.search(r"in its folder, with `(.*)`\.$", text)
    assert command is not None
    program, option, source, target = shlex.split(command[1])
    assert (program, option) == ("ffmpeg", "-i")
    assert (tmp_path / source).samefile(tmp_path / name)
    assert not (tmp_path / target).exists()
    assert target.endswith(".wav")
    for given in (source, target):
        assert not given.startswith("-")
        assert ":" not in given or given.startswith("./")


def test_a_name_that_cannot_be_shown_gets_no_command(tmp_path: Path):
    text = refused(tmp_path / "a\nb.wav", WEBM)
    assert "Audacity" in text
    assert "ffmpeg" not in text


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
PAGE = b"\xef\xbb\xbf\n<!DOCTYPE html><html><head><title>404 Not Found</title></head></html>"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (LFS, "git lfs pull"),
        (PAGE, "is a web page and no sound"),
        (b"<HTML><body>sign in</body></HTML>", "is a web page and no sound"),
        (bytes(100_000), "holds nothing but zeros"),
        (b"Dear diary", "is not a sound file HearWhy can read"),
    ],
)
def test_what_lies_there_in_place_of_a_sound_is_said(tmp_path: Path, content: bytes, says: str):
    for name in ("a.wav", "a.mp3", "a.flac"):
        assert says in refused(tmp_path / name, content)


def test_random_bytes_are_no_mp3(tmp_path: Path):
    for seed in range(5):
        content = np.random.default_rng(seed).bytes(300_000)
        assert "is not a sound file" in refused(tmp_path / "a.mp3", b"\0" + content)

"""What is no sound, or a bad one, is refused with a sentence."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.audio_io import probe, read_clip
from core.errors import AudioError
from tests.core.sound_files import FORMATS, RATE, sentence, tones, wav, write


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers_are_refused(tmp_path: Path, wrong: float):
    samples = tones(2 * RATE, 2)
    samples[24_000, 1] = wrong
    path = write(tmp_path / "a.wav", samples, subtype="FLOAT")
    with pytest.raises(
        AudioError, match=r"NaN or infinite samples, the first at 1\.500 s"
    ) as error:
        read_clip(path, sample_rate=8_000, mono=True)
    sentence(error)


MP4 = b"\0\0\0\x20ftypM4A \0\0\0\0" + bytes(200)
WMA = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + bytes(200)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.wav", b"", "is empty"),
        ("text.wav", b"Dear diary, today I heard a sound.\n" * 50, "not a sound file HearWhy can"),
        ("text.au", b"Dear diary, today I heard a sound.\n" * 50, "not a sound file HearWhy can"),
        ("text.raw", b"Dear diary, today I heard a sound.\n" * 50, "not a sound file HearWhy can"),
        ("text.mp3", b"Dear diary, today I heard a sound.\n" * 50, "not a sound file HearWhy can"),
        ("model.pt", b"\x80\x02}q\x00(X\x01\x00\x00\x00aq\x01K\x01u.", "not a sound file HearWhy"),
        ("model.wav", b"PK\x03\x04" + bytes(500), "not a sound file HearWhy can"),
        ("song.m4a", MP4, "is MP4 .* WAV or FLAC.*ffmpeg -i song.m4a song.wav"),
        ("song.wav", MP4, "is MP4"),
        ("my song.m4a", b"what is this", "ffmpeg -i 'my song.m4a' 'my song.wav'"),
        ("song.wma", WMA, "is WMA"),
        ("song.aac", b"\xff\xf1\x50\x80" + bytes(200), "is AAC"),
        ("call.amr", b"#!AMR\n" + bytes(200), "is AMR"),
        ("film.webm", b"\x1a\x45\xdf\xa3" + bytes(200), "is Matroska or WebM"),
        ("head.flac", b"fLaC\0\0", "."),
        ("head.ogg", b"OggS", "cut off"),
        ("head.wav", b"RIFF\x24\0\0\0WAVE", "damaged, cut off or"),
    ],
)
def test_what_is_no_sound_gets_one_helpful_sentence(
    tmp_path: Path, name: str, content: bytes, says: str
):
    (tmp_path / name).write_bytes(content)
    for read in (read_clip, probe):
        with pytest.raises(AudioError, match=says) as error:
            read(tmp_path / name)
        assert name in sentence(error)


def test_a_header_that_sends_the_reader_before_the_start_is_only_damage(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    path = write(tmp_path / "a.aiff", tones(1000))
    path.write_bytes(path.read_bytes().replace(b"SSND", b"XSND"))
    with pytest.raises(AudioError, match="is damaged"):
        read_clip(path)
    assert capfd.readouterr().err == ""


def test_a_path_that_is_no_readable_file_gets_one_helpful_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(AudioError, match=r"There is no file “.*nothing\.wav”") as error:
        read_clip(tmp_path / "nothing.wav")
    sentence(error)
    with pytest.raises(AudioError, match="is a folder") as error:
        read_clip(tmp_path)
    sentence(error)
    with pytest.raises(AudioError, match="could not be read") as error:
        read_clip(tmp_path / ("long" * 100))
    sentence(error)
    path = write(tmp_path / "a.wav", tones(10))

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(AudioError, match=r"You may not read “.*a\.wav”") as error:
        read_clip(path)
    sentence(error)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(AudioError, match="no ordinary file"):
        read_clip(tmp_path / "pipe.wav")


def test_a_rate_no_sound_has_is_refused(tmp_path: Path):
    path = tmp_path / "a.wav"
    path.write_bytes(wav(tones(RATE)[:, 0], 36 + 2 * RATE, 2 * RATE))
    content = bytearray(path.read_bytes())
    content[24:28] = struct.pack("<I", 3)
    path.write_bytes(content)
    with pytest.raises(AudioError, match="sample rate is 3 Hz"):
        read_clip(path)


def test_a_disk_that_fails_while_reading_gets_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = write(tmp_path / "a.wav", tones(5 * RATE))

    class Failing:
        def __init__(self, file) -> None:
            self._file = file

        def __enter__(self):
            return self

        def __exit__(self, *_: object) -> None:
            self._file.close()

        def read(self, n: int = -1) -> bytes:
            if self._file.tell() > 20_000:
                raise OSError(5, "Input/output error")
            return self._file.read(n)

        def __getattr__(self, name: str):
            return getattr(self._file, name)

    real_open = Path.open
    monkeypatch.setattr(Path, "open", lambda self, *how: Failing(real_open(self, *how)))
    with pytest.raises(AudioError, match=r"could not be read .Input/output error") as error:
        read_clip(path)
    sentence(error)


REAL_FILES: dict[str, bytes] = {}


def real_files(folder: Path) -> dict[str, bytes]:
    if not REAL_FILES:
        for name, (how, _) in FORMATS.items():
            REAL_FILES[name] = write(folder / name, tones(3_000), **how).read_bytes()
    return REAL_FILES


SUFFIXES = ["", ".wav", ".raw", ".au", ".gsm", ".vox", ".sd2", ".mp3", ".m4a", ".pt"]


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=300), suffix=st.sampled_from(SUFFIXES))
def test_no_bytes_raise_anything_but_an_audio_error(tmp_path_factory, content, suffix):
    path = tmp_path_factory.mktemp("bytes") / f"random{suffix}"
    path.write_bytes(content)
    try:
        read_clip(path)
    except AudioError as error:
        assert "\n" not in str(error)


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(sorted(FORMATS)),
    suffix=st.sampled_from(SUFFIXES),
    length=st.floats(0, 1),
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8),
    mono=st.booleans(),
)
def test_no_damage_to_a_real_file_raises_anything_but_an_audio_error(
    tmp_path_factory, name, suffix, length, changes, mono
):
    folder = tmp_path_factory.mktemp("damaged")
    content = bytearray(real_files(folder)[name])
    content = content[: int(length * len(content))] if length < 0.5 else content
    for position, value in changes:
        if position < len(content):
            content[position] = value
    path = folder / f"damaged{suffix}"
    path.write_bytes(content)
    try:
        clip = read_clip(path, sample_rate=RATE, mono=mono)
    except AudioError as error:
        assert "\n" not in str(error)
    else:
        assert clip.n_samples > 0

"""The road of audio in and out, on real files that the tests write."""

from __future__ import annotations

import os
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from core import audio_io
from core.audio_io import audio_files, probe, read_clip, write_wav
from core.errors import AudioError, Cancelled, ExportError, RequestError
from core.job import CancelToken
from core.prepare import cut, prepare
from core.types import AudioClip

RATE = 16_000


def tones(n: int, channels: int = 1) -> np.ndarray:
    """(n, channels), a different sine in each channel, with a little noise; within ±0.5."""
    time = np.arange(n)[:, None] / RATE
    sines = 0.4 * np.sin(2 * np.pi * 220.0 * np.arange(1, channels + 1) * time)
    noise = np.random.default_rng(0).uniform(-0.05, 0.05, (n, channels))
    return (sines + noise).astype(np.float32)


def write(path: Path, samples: np.ndarray, rate: int = RATE, **how: str) -> Path:
    how.setdefault("format", path.suffix[1:].upper())
    soundfile.write(path, samples, rate, **how)
    return path


def sentence(error: pytest.ExceptionInfo[Exception]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


FORMATS = {
    "u8.wav": ({"subtype": "PCM_U8"}, 8e-3),
    "16.wav": ({"subtype": "PCM_16"}, 4e-5),
    "24.wav": ({"subtype": "PCM_24"}, 1e-6),
    "float.wav": ({"subtype": "FLOAT"}, 0.0),
    "double.wav": ({"subtype": "DOUBLE"}, 0.0),
    "extensible.wav": ({"format": "WAVEX", "subtype": "PCM_24"}, 1e-6),
    "long.wav": ({"format": "RF64", "subtype": "PCM_16"}, 4e-5),
    "adpcm.wav": ({"subtype": "IMA_ADPCM"}, 0.4),
    "a.w64": ({"subtype": "PCM_16"}, 4e-5),
    "a.aiff": ({"subtype": "PCM_16"}, 4e-5),
    "a.au": ({"subtype": "PCM_16"}, 4e-5),
    "a.caf": ({"subtype": "PCM_16"}, 4e-5),
    "alac.caf": ({"subtype": "ALAC_16"}, 4e-5),
    "a.flac": ({"subtype": "PCM_24"}, 1e-6),
    "a.ogg": ({"subtype": "VORBIS"}, 0.2),
    "a.opus": ({"format": "OGG", "subtype": "OPUS"}, 0.2),
    "a.mp3": ({"subtype": "MPEG_LAYER_III"}, 0.2),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_comes_in_with_its_rate_channels_and_samples(tmp_path: Path, name: str):
    how, tolerance = FORMATS[name]
    samples = tones(20_000, 2)
    clip = read_clip(write(tmp_path / name, samples, **how))
    assert (clip.sample_rate, clip.n_channels, clip.name, clip.notes) == (
        RATE,
        2,
        Path(name).stem,
        (),
    )
    assert abs(clip.n_samples - 20_000) <= (1024 if "adpcm" in name else 0)
    np.testing.assert_allclose(clip.samples[:, :20_000], samples.T, atol=tolerance)
    facts = probe(tmp_path / name)
    assert (facts.sample_rate, facts.channels, facts.frames) == (RATE, 2, clip.n_samples)
    assert facts.seconds == pytest.approx(clip.seconds)


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_rate_and_channels_become_what_is_asked_for(tmp_path: Path, rate: int, channels: int):
    samples = tones(rate // 2 + 7, channels)
    clip = read_clip(write(tmp_path / "a.wav", samples, rate), sample_rate=RATE, mono=True)
    mixed = read_clip(tmp_path / "a.wav").samples.mean(axis=0, dtype=np.float64)
    whole = soxr.resample(mixed.astype(np.float32), rate, RATE, quality="VHQ")
    assert clip.samples.shape == (1, int(np.floor(len(samples) * RATE / rate + 0.5)))
    np.testing.assert_allclose(clip.samples[0], whole, atol=1e-5)
    assert (f"mixed {channels} channels down to mono" in clip.notes) == (channels > 1)
    assert f"resampled from {rate:,} to 16,000 Hz" in clip.notes


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3", "a.ogg", "gsm.wav"])
@pytest.mark.parametrize("stretch", [(None, None), (0.5, 1.7), (1.03, None), (None, 0.01)])
def test_reading_prepared_is_preparing_what_was_read(tmp_path: Path, name: str, stretch):
    how = {"subtype": "GSM610"} if name == "gsm.wav" else {}  # libsndfile cannot seek in it
    path = write(tmp_path / name, tones(2 * RATE, 1 if how else 2), **how)
    start, end = stretch
    streamed = read_clip(path, sample_rate=11_025, mono=True, start=start, end=end)
    whole = prepare(cut(read_clip(path), start, end), sample_rate=11_025)
    assert streamed.samples.shape == whole.samples.shape
    np.testing.assert_allclose(streamed.samples, whole.samples, atol=1e-5)
    assert streamed.notes == whole.notes


def test_a_stretch_outside_the_file_is_refused(tmp_path: Path):
    path = write(tmp_path / "a.wav", tones(RATE))
    for start, end in [(0.5, 1.5), (2.0, None), (-1.0, 0.5), (0.5, 0.5), (float("nan"), None)]:
        with pytest.raises(RequestError, match=r"a\.wav.* lasts 1\.000 s") as error:
            read_clip(path, start=start, end=end)
        sentence(error)


def test_mp3_read_in_blocks_is_mp3_read_whole(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    path = write(tmp_path / "a.mp3", tones(5 * RATE))
    with soundfile.SoundFile(path) as sound:
        whole = sound.read(dtype="float32")
    capfd.readouterr()
    np.testing.assert_allclose(read_clip(path).samples[0], whole, atol=1e-6)
    assert capfd.readouterr().err == ""


def test_peaks_beyond_full_scale_are_kept_and_noted(tmp_path: Path):
    samples = tones(RATE)
    samples[100] = -1.4454
    clip = read_clip(write(tmp_path / "a.wav", samples, subtype="FLOAT"))
    assert clip.samples.min() == np.float32(-1.4454)
    assert clip.notes == ("peaks at +3.2 dBFS",)


def test_a_long_file_needs_no_more_memory_than_its_result(tmp_path: Path):
    path, minute = tmp_path / "long.wav", np.zeros((48_000 * 60, 2), dtype=np.int16)
    minute[::100] = 1000
    with soundfile.SoundFile(path, "w", 48_000, 2, "PCM_16") as sound:
        for _ in range(5):
            sound.write(minute)
    read_clip(path, sample_rate=RATE, mono=True, end=0.1)  # imports and caches
    tracemalloc.start()
    try:
        clip = read_clip(path, sample_rate=RATE, mono=True)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert clip.seconds == 300
    assert most < clip.samples.nbytes + 2e6


TRUNCATED = [name for name in FORMATS if name not in ("adpcm.wav",)]


@pytest.mark.parametrize("name", TRUNCATED)
@pytest.mark.parametrize("share", [0.4, 0.9])
def test_a_file_that_was_cut_off_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, share: float
):
    path = write(tmp_path / name, tones(3 * RATE), **FORMATS[name][0])
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(AudioError, match=r"is (damaged or )?cut off") as error:
        read_clip(path)
    text = sentence(error)
    if name not in ("a.ogg", "a.opus", "a.mp3", "alac.caf"):
        assert "promises 3.00 s" in text
    if name in ("16.wav", "a.w64", "a.aiff", "a.au", "long.wav"):
        assert f"only {3 * share:.2f} s can be read" in text
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("frames", [0, 5])
def test_a_wav_cut_off_in_or_right_after_its_header_is_refused(tmp_path: Path, frames: int):
    path = write(tmp_path / "a.wav", tones(RATE))
    path.write_bytes(path.read_bytes()[: 44 + 2 * frames])
    with pytest.raises(AudioError, match=r"promises 1\.00 s but only 0\.00 s can be read"):
        read_clip(path)
    path.write_bytes(path.read_bytes()[:30])
    with pytest.raises(AudioError) as error:
        read_clip(path)
    sentence(error)


def wav(samples: np.ndarray, riff: int, data: int, tail: bytes = b"") -> bytes:
    body = (samples * 32767).astype("<i2").tobytes()
    head = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", riff, b"WAVE", b"fmt ", 16, 1, 1, RATE, 32_000, 2, 16
    )
    return head + struct.pack("<4sI", b"data", data) + body + tail


@pytest.mark.parametrize("riff", [0, 8, 36, 0x7FFFF024, 0xFFFFFFFF])
@pytest.mark.parametrize("data", [0, 0x7FFFF000, 0x80000000, 0xFFFFFFFF])
def test_a_wav_from_a_pipe_states_no_length_and_reads_whole(tmp_path: Path, riff: int, data: int):
    samples = tones(RATE)[:, 0]
    path = tmp_path / "pipe.wav"
    path.write_bytes(wav(samples, riff, data))
    np.testing.assert_allclose(read_clip(path).samples[0], samples, atol=1e-4)


def test_a_closed_wav_without_sound_is_not_taken_for_a_pipe(tmp_path: Path):
    tail = b"LIST" + struct.pack("<I", 4) + b"INFO"
    path = tmp_path / "empty.wav"
    path.write_bytes(wav(np.zeros(0), 36 + len(tail), 0, tail))
    with pytest.raises(AudioError, match="holds no samples"):
        read_clip(path)


def test_a_wav_whose_writer_counted_the_header_still_reads(tmp_path: Path):
    path = tmp_path / "sloppy.wav"
    path.write_bytes(wav(tones(RATE)[:, 0], 36 + 2 * RATE, 44 + 2 * RATE))
    assert read_clip(path).n_samples == RATE


def test_an_mp3_without_a_stated_length_reads(tmp_path: Path):
    quiet = np.zeros(3 * RATE, dtype=np.float32)
    with soundfile.SoundFile(
        tmp_path / "a.mp3", "w", RATE, 1, format="MP3", bitrate_mode="VARIABLE"
    ) as sound:
        sound.write(np.concatenate([quiet, tones(3 * RATE)[:, 0]]))
    content = (tmp_path / "a.mp3").read_bytes()
    second_frame = content.index(content[:2], 4)
    (tmp_path / "a.mp3").write_bytes(content[second_frame:])  # the first states the length
    assert probe(tmp_path / "a.mp3").seconds > 7  # an estimate from the first, quiet frames
    assert read_clip(tmp_path / "a.mp3").seconds == pytest.approx(6, abs=0.2)


def test_tags_do_not_hide_that_an_mp3_was_cut_off(tmp_path: Path):
    path = write(tmp_path / "a.mp3", tones(3 * RATE))
    tag = b"ID3\x03\0\0\0\0\x10\0" + bytes(2048)
    content = tag + path.read_bytes()
    path.write_bytes(content)
    assert read_clip(path).n_samples == 3 * RATE
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(AudioError, match="is cut off"):
        read_clip(path)


def test_a_header_that_lies_claims_no_memory(tmp_path: Path):
    path = write(tmp_path / "a.flac", tones(RATE))
    content = bytearray(path.read_bytes())
    content[21] |= 0x0F  # the upper bits of the number of samples, in STREAMINFO
    path.write_bytes(content)
    assert probe(path).seconds > 1e6
    tracemalloc.start()
    try:
        with pytest.raises(AudioError, match="damaged or cut off"):
            read_clip(path)
        assert tracemalloc.get_traced_memory()[1] < 2e8
    finally:
        tracemalloc.stop()


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


def test_the_loudest_floats_mix_without_overflow(tmp_path: Path):
    path = write(tmp_path / "a.wav", np.full((10, 2), 3e38, dtype=np.float32), subtype="FLOAT")
    np.testing.assert_allclose(read_clip(path, mono=True).samples, 3e38, rtol=1e-6)


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


def test_the_content_counts_and_not_the_extension(tmp_path: Path):
    samples = tones(RATE)
    for name in ("a.mp3", "a.raw", "a.m4a", "a.gsm", "a"):
        path = write(tmp_path / name, samples, format="WAV", subtype="FLOAT")
        np.testing.assert_array_equal(read_clip(path).samples[0], samples[:, 0])


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


def test_folders_give_their_sound_files_in_order(tmp_path: Path):
    for name in ("b/2.wav", "b/1.FLAC", "a/deep/er/x.mp3", "c.opus", "notes.txt", "b/._2.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    given_first = tmp_path / "notes.txt"
    assert audio_files([given_first, str(tmp_path)]) == [
        given_first,
        *(tmp_path / name for name in ("a/deep/er/x.mp3", "b/1.FLAC", "b/2.wav", "c.opus")),
    ]
    assert audio_files([tmp_path / "gone.wav"]) == [tmp_path / "gone.wav"]
    (tmp_path / "none").mkdir()
    with pytest.raises(AudioError, match="holds no sound files") as error:
        audio_files([tmp_path / "none"])
    sentence(error)


@pytest.mark.parametrize(("name", "step"), [("a.wav", 0.0), ("a.flac", 2.0**-23)])
def test_what_is_written_reads_back_the_same(tmp_path: Path, name: str, step: float):
    clip = AudioClip(tones(20_000, 2).T, 44_100)
    (tmp_path / name).write_bytes(b"an older file")
    write_wav(tmp_path / name, clip)
    back = read_clip(tmp_path / name)
    assert back.sample_rate == 44_100
    np.testing.assert_allclose(back.samples, clip.samples, rtol=0, atol=step)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_integer_formats_clip_and_float_does_not(tmp_path: Path):
    clip = AudioClip(np.array([[0.5, 1.5, -1.5]]), RATE)
    for name, how, loudest in [
        ("16.wav", {"subtype": "PCM_16"}, 1.0),
        ("24.flac", {}, 1.0),
        ("float.wav", {}, 1.5),
    ]:
        write_wav(tmp_path / name, clip, **how)
        expected = [0.5, loudest, -loudest]
        np.testing.assert_allclose(read_clip(tmp_path / name).samples[0], expected, atol=1e-4)


def test_sounds_too_long_for_wav_become_rf64(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    clip = AudioClip(tones(1000).T, RATE)
    monkeypatch.setattr(audio_io, "RF64_FROM", 100)
    write_wav(tmp_path / "a.wav", clip)
    assert probe(tmp_path / "a.wav").format == "RF64, FLOAT"
    np.testing.assert_array_equal(read_clip(tmp_path / "a.wav").samples, clip.samples)


def test_what_cannot_be_written_gets_one_sentence_and_leaves_nothing(tmp_path: Path):
    clip = AudioClip(tones(100).T, RATE)
    many = AudioClip(np.zeros((9, 100)), RATE)
    (tmp_path / "file").touch()
    (tmp_path / "folder.wav").mkdir()
    before = sorted(tmp_path.iterdir())
    for path, what, says in [
        (tmp_path / "missing" / "a.wav", clip, "could not be written"),
        (tmp_path / "file" / "a.wav", clip, "could not be written"),
        (tmp_path / "folder.wav", clip, "could not be written"),
        (tmp_path / "a.mp3", clip, "must end in .wav or .flac"),
        (tmp_path / "a.flac", many, "FLAC does not hold 9 channels"),
    ]:
        with pytest.raises(ExportError, match=says) as error:
            write_wav(path, what)
        sentence(error)
    with pytest.raises(ExportError, match="VORBIS"):
        write_wav(tmp_path / "a.wav", clip, subtype="VORBIS")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_a_full_disk_leaves_the_older_file(tmp_path: Path, name: str):
    resource = pytest.importorskip("resource")
    (tmp_path / name).write_bytes(b"an older file")
    noise = np.random.default_rng(0).uniform(-1, 1, (1, 200_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))  # files end here, as on a full disk
    try:
        with pytest.raises(ExportError, match="has room") as error:
            write_wav(tmp_path / name, AudioClip(noise, RATE))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    sentence(error)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes() == b"an older file"


def test_a_gain_turns_a_clip_up_and_leaves_it_as_it_is_without(tmp_path: Path) -> None:
    clip = AudioClip(np.random.default_rng(0).uniform(-1, 1, (2, 20_000)), RATE)
    write_wav(tmp_path / "a.wav", clip, gain_db=-20.0)
    np.testing.assert_allclose(read_clip(tmp_path / "a.wav").samples, 0.1 * clip.samples, rtol=1e-6)
    write_wav(tmp_path / "b.wav", clip, gain_db=0.0)
    np.testing.assert_array_equal(read_clip(tmp_path / "b.wav").samples, clip.samples)


def test_writing_says_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    clip = AudioClip(np.zeros(2_000_000, dtype=np.float32), RATE)
    token, told = CancelToken(), []

    def report(share: float, stage: str) -> None:
        told.append((share, stage))
        if share > 0.5:
            token.set()

    with pytest.raises(Cancelled):
        write_wav(tmp_path / "a.wav", clip, report=report, cancel=token)
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert 0.5 < shares[-1] < 1.0
    assert list(tmp_path.iterdir()) == []

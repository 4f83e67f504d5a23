"""MP3 files whose headers say too little, too much or nothing: all that is there is heard."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.audio_io import probe, read_clip
from core.errors import AudioError
from tests.core.sound_files import RATE, sentence, tones, wav, write

PLACE = 13 + 8  # of the number of frames in a mono MPEG-2 file's first frame, which is a header
SECONDS = 5


def mp3(samples: np.ndarray, rate: int = RATE) -> bytes:
    """As LAME writes it: the first frame is a header. VBR, at first much smaller frames."""
    file = io.BytesIO()
    with soundfile.SoundFile(
        file, "w", rate, samples.shape[1], format="MP3", bitrate_mode="VARIABLE"
    ) as sound:
        sound.write(samples)
    return file.getvalue()


def noisy(rate: int = RATE, channels: int = 1) -> np.ndarray:
    """A second of loud noise and four of a soft tone: large frames first."""
    samples = 0.05 * tones(SECONDS * rate, channels)
    noise = np.random.default_rng(1).uniform(-0.4, 0.4, (rate, channels))
    samples[:rate] = noise
    return samples.astype(np.float32)


def without_header(content: bytes) -> bytes:
    return content[content.index(content[:2], 4) :]


def saying(content: bytes, frames: int) -> bytes:
    return content[:PLACE] + struct.pack(">I", frames) + content[PLACE + 4 :]


def test_an_mp3_without_a_header_is_heard_to_its_end(tmp_path: Path):
    content = without_header(mp3(noisy()))
    with soundfile.SoundFile(io.BytesIO(content)) as sound:
        assert sound.frames < 3 * RATE  # as libsndfile estimates
    path = tmp_path / "a.mp3"
    path.write_bytes(content)
    clip = read_clip(path)
    assert clip.seconds == pytest.approx(SECONDS, abs=0.2)
    assert probe(path).frames == clip.n_samples
    assert clip.notes == ()


@pytest.mark.parametrize("frames", [0, 1, 20, 100])
def test_a_header_that_counts_too_few_frames_hides_nothing(
    tmp_path: Path, frames: int, capfd: pytest.CaptureFixture[str]
):
    content = mp3(noisy())
    (tmp_path / "right.mp3").write_bytes(content)
    (tmp_path / "wrong.mp3").write_bytes(saying(content, frames))
    right, wrong = read_clip(tmp_path / "right.mp3"), read_clip(tmp_path / "wrong.mp3")
    assert right.n_samples == SECONDS * RATE
    np.testing.assert_array_equal(wrong.samples[:, : right.n_samples], right.samples)
    assert 0 <= wrong.n_samples - right.n_samples < 2 * 1152  # without what to leave out at the end
    assert probe(tmp_path / "wrong.mp3").frames == wrong.n_samples
    assert len(wrong.notes) == (frames > 0)
    assert all("but it holds 5.0" in note for note in wrong.notes)
    assert capfd.readouterr().err == ""


def test_a_header_that_counts_too_many_frames_means_that_it_was_cut_off(tmp_path: Path):
    (tmp_path / "a.mp3").write_bytes(saying(mp3(noisy()), 500))
    with pytest.raises(AudioError, match=r"is cut off.* 18\.00 s .* 5\.\d\d s can") as error:
        read_clip(tmp_path / "a.mp3")
    sentence(error)


def test_a_fraunhofer_header_that_counts_too_many_means_so_too(tmp_path: Path):
    content = bytearray(without_header(mp3(tones(RATE))))
    content[36:54] = b"VBRI" + bytes(10) + struct.pack(">I", 500)
    (tmp_path / "a.mp3").write_bytes(content)
    with pytest.raises(AudioError, match="is cut off"):
        read_clip(tmp_path / "a.mp3")
    content[50:54] = bytes(4)
    (tmp_path / "a.mp3").write_bytes(content)
    assert read_clip(tmp_path / "a.mp3").seconds == pytest.approx(1.0, abs=0.2)


ID3 = b"ID3\x03\0\0\0\0\x10\0" + bytes(2048)
ID3V1 = b"TAG" + b"a title".ljust(125, b"\0")
APE = b"APETAGEX" + struct.pack("<IIII8x", 2000, 40, 1, 0) + b"x" * 8
APE += b"APETAGEX" + struct.pack("<IIII8x", 2000, 40, 1, 0)


@pytest.mark.parametrize("between", [b"", ID3, ID3V1 + ID3, APE + ID3V1, bytes(5000)])
def test_joined_mp3_files_are_heard_one_after_the_other(
    tmp_path: Path, between: bytes, capfd: pytest.CaptureFixture[str]
):
    samples = noisy()
    one, other = samples[: 2 * RATE], samples[3 * RATE :]
    path = tmp_path / "a.mp3"
    path.write_bytes(ID3 + mp3(one) + between + mp3(other) + ID3V1)
    clip = read_clip(path)
    assert clip.n_samples == 4 * RATE == probe(path).frames
    for number, content in enumerate((mp3(one), mp3(other))):
        alone = soundfile.read(io.BytesIO(content), dtype="float32")[0]
        part = clip.samples[0, 2 * number * RATE : 2 * (number + 1) * RATE]
        np.testing.assert_allclose(part, alone, atol=1e-6)
    inside = read_clip(path, start=1.5, end=2.5).samples[0]
    np.testing.assert_allclose(inside, clip.samples[0, 3 * RATE // 2 :][:RATE], atol=1e-6)
    assert (clip.notes, capfd.readouterr().err) == ((), "")


def test_joined_files_without_headers_are_heard_whole(tmp_path: Path):
    part = without_header(mp3(noisy()))
    (tmp_path / "a.mp3").write_bytes(part + ID3 + part)
    assert read_clip(tmp_path / "a.mp3").seconds == pytest.approx(2 * SECONDS, abs=0.3)


def test_what_is_joined_at_another_rate_is_left_out_and_said_so(tmp_path: Path):
    path = tmp_path / "a.mp3"
    path.write_bytes(mp3(tones(2 * RATE)) + mp3(tones(2 * 24_000, 2), 24_000))
    clip = read_clip(path)
    assert (clip.n_samples, clip.sample_rate, clip.n_channels) == (2 * RATE, RATE, 1)
    assert clip.notes == ("left out 2.00 s at its end, which have another rate or other channels",)


@pytest.mark.parametrize(
    "before",
    [
        bytes(1),
        bytes(731),
        bytes(300_000),
        b"\x12junk" * 100,
        ID3[:-1],
        ID3 + bytes(999),
        ID3 + ID3,
    ],
    ids=["a zero", "zeros", "many zeros", "junk", "ID3 too short", "ID3 and zeros", "two ID3"],
)
def test_what_lies_before_the_first_frame_is_passed_over(tmp_path: Path, before: bytes):
    content = mp3(noisy())
    (tmp_path / "a.mp3").write_bytes(content)
    (tmp_path / "b.mp3").write_bytes(before + content)
    plain = read_clip(tmp_path / "a.mp3")
    if before == ID3[:-1]:  # its size reaches into the first frame, which is a header
        assert read_clip(tmp_path / "b.mp3").n_samples == pytest.approx(plain.n_samples, abs=2304)
    else:
        np.testing.assert_array_equal(read_clip(tmp_path / "b.mp3").samples, plain.samples)


def test_junk_amid_the_frames_costs_no_more_than_the_frames_it_took(tmp_path: Path):
    content = mp3(noisy())
    middle = len(content) // 2
    (tmp_path / "a.mp3").write_bytes(content[:middle] + b"\xa5" * 5000 + content[middle:])
    assert read_clip(tmp_path / "a.mp3").seconds == pytest.approx(SECONDS, abs=0.2)


def test_a_file_without_header_that_ends_within_a_frame_may_be_cut_off(tmp_path: Path):
    (tmp_path / "a.mp3").write_bytes(without_header(mp3(noisy()))[:-20])
    clip = read_clip(tmp_path / "a.mp3")
    assert clip.seconds == pytest.approx(SECONDS, abs=0.2)
    assert clip.notes == ("its end is not marked as one: it may have been cut off",)


@pytest.mark.parametrize("data_bytes", [None, 0, 0xFFFFFFFF])
@pytest.mark.parametrize("header", [True, False])
def test_mp3_in_wav_is_mp3(tmp_path: Path, data_bytes: int | None, header: bool):
    content = mp3(noisy()) if header else without_header(mp3(noisy()))
    (tmp_path / "a.mp3").write_bytes(content)
    size = len(content) if data_bytes is None else data_bytes
    head = bytearray(wav(np.zeros(0), (36 + size) & 0xFFFFFFFF, size))
    head[20:22] = struct.pack("<H", 0x55)
    (tmp_path / "a.wav").write_bytes(bytes(head) + content)
    np.testing.assert_array_equal(
        read_clip(tmp_path / "a.wav").samples, read_clip(tmp_path / "a.mp3").samples
    )


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_frames_of_every_rate_are_counted(tmp_path: Path, rate: int, channels: int):
    path = write(tmp_path / "a.mp3", tones(rate, channels), rate)
    whole = read_clip(path)
    assert (whole.n_samples, whole.notes) == (rate, ())
    path.write_bytes(without_header(path.read_bytes()))
    assert read_clip(path).seconds == pytest.approx(1.0, abs=0.3)
    assert probe(path).frames == read_clip(path).n_samples


@pytest.mark.parametrize("header", [True, False])
def test_a_stretch_is_that_of_the_whole(tmp_path: Path, header: bool):
    content = mp3(noisy())
    (tmp_path / "a.mp3").write_bytes(content if header else without_header(content))
    whole = read_clip(tmp_path / "a.mp3").samples[0]
    for first, last in ((0, 8_000), (8_000, 24_000), (40_001, 64_000)):
        part = read_clip(tmp_path / "a.mp3", start=first / RATE, end=last / RATE)
        np.testing.assert_allclose(part.samples[0], whole[first:last], atol=1e-5)

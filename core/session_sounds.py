"""Sounds in a session: samples that come back bit by bit, packed as FLAC where that can be.

FLAC holds whole numbers of 24 bits. Most recordings are made of such, and so lose nothing;
anything else (decoded, resampled, beyond full scale) is kept as 32-bit float WAV.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from core.digests import SamplesDigest
from core.errors import ExportError
from core.job import CancelToken
from core.scratch import Scratch, new_tape
from core.session_archive import damaged
from core.streams import Stream
from core.types import AudioClip, FloatArray

FULL_SCALE = 2**23
BLOCK = 2**15  # samples a channel
MOST_SAMPLES = 2**29  # of all sounds of a session: 2 GB in memory, three hours at 48 kHz
PACKED_SAMPLES = 512  # a byte of FLAC may stand for; silence has 304
FORMATS = {"flac": ("FLAC", "PCM_24"), "wav": ("WAV", "FLOAT")}


class SoundRecord(BaseModel):
    """What a session says of one sound. id: `core.digests.samples_digest` of it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    kind: Literal["flac", "wav"]
    sample_rate: int = Field(ge=1, le=2**31 - 1)
    channels: int = Field(ge=1, le=1_024)
    samples: int = Field(ge=0, le=MOST_SAMPLES)

    @property
    def entry(self) -> str:
        """Its name in the archive."""
        return f"sounds/{self.id}.{self.kind}"

    @property
    def size(self) -> int:
        """Samples in all channels."""
        return self.channels * self.samples


def record_of(clip: AudioClip, cancel: CancelToken) -> SoundRecord:
    """How a clip will be kept. Looks at every sample. Raises: Cancelled."""
    digest = SamplesDigest(clip.sample_rate, clip.n_channels, clip.n_samples)
    packed = _takes_flac(clip)
    for block in _blocks(clip.samples):
        cancel.raise_if_set()
        digest.add(block.T)
        packed = packed and _is_whole(block)
    return SoundRecord(
        id=digest.text,
        kind="flac" if packed else "wav",
        sample_rate=clip.sample_rate,
        channels=clip.n_channels,
        samples=clip.n_samples,
    )


def encode(
    clip: AudioClip, record: SoundRecord, file: BinaryIO, step: Callable[[int], None]
) -> None:
    """Write a clip into an empty file. step: called with the samples done just now.

    Raises: OSError; ExportError for what no sound file holds.
    """
    import soundfile

    container, subtype = FORMATS[record.kind]
    stream = Stream(file)
    try:
        with soundfile.SoundFile(
            stream, "w", clip.sample_rate, clip.n_channels, subtype, format=container
        ) as sound:
            for block in _blocks(clip.samples):
                step(block.size)
                values = _whole_numbers(block) if record.kind == "flac" else block
                sound.write(np.ascontiguousarray(values.T))
    except (soundfile.SoundFileError, AssertionError) as error:  # asserts that all was written
        if stream.error is None:
            raise ExportError(
                f"“{clip.name}” cannot be saved in a session: no sound file holds "
                f"{clip.n_channels} channels at {clip.sample_rate:,} Hz."
            ) from error
    if stream.error is not None:
        raise stream.error


def decode(
    archive: str,
    record: SoundRecord,
    stream: BinaryIO,
    n_bytes: int,
    cancel: CancelToken,
    scratch: Scratch | None = None,
) -> FloatArray:
    """The samples (C, N) of a sound, exactly as they were, read-only.

    archive: its name, for sentences. scratch: where a long sound is kept instead of in memory.
    Raises: SessionFileError when they are not what was saved; AudioError when there is no room;
    Cancelled.
    """
    import soundfile

    if record.samples > PACKED_SAMPLES * n_bytes:
        raise damaged(archive, "a sound claims to be longer than it can be")
    tape = new_tape(scratch, record.channels, record.samples)
    digest = SamplesDigest(record.sample_rate, record.channels, record.samples)
    left = record.samples
    try:
        with soundfile.SoundFile(Stream(stream)) as sound:
            facts = (sound.format, sound.subtype, sound.samplerate, sound.channels, sound.frames)
            stated = (record.sample_rate, record.channels, record.samples)
            if facts != (*FORMATS[record.kind], *stated):
                raise damaged(archive, "a sound is not what its list of contents says")
            while left:
                cancel.raise_if_set()
                block = sound.read(min(BLOCK, left), dtype="float32", always_2d=True)
                if not len(block):
                    raise damaged(archive, "a sound ends early")
                tape.append(block)
                digest.add(block)
                left -= len(block)
    except soundfile.SoundFileError as error:
        raise damaged(archive, "a sound cannot be read") from error
    if digest.text != record.id:
        raise damaged(archive, "a sound is not the one that was saved")
    return tape.samples()


def _takes_flac(clip: AudioClip) -> bool:
    rate = clip.sample_rate
    fits = rate <= 65_535 or (rate <= 655_350 and rate % 10 == 0)  # as its frame headers say it
    return fits and clip.n_channels <= 8 and clip.n_samples > 0


def _is_whole(block: FloatArray) -> bool:
    """Whether 24 bits hold every sample, the sign of zeros included."""
    scaled = block.astype(np.float64) * FULL_SCALE
    return bool(
        (scaled == np.rint(scaled)).all()
        and (scaled >= -FULL_SCALE).all()
        and (scaled < FULL_SCALE).all()
        and not np.signbit(scaled[scaled == 0.0]).any()
    )


def _whole_numbers(block: FloatArray) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """As soundfile takes numbers of 24 bits: in the upper part of 32."""
    return (block.astype(np.float64) * FULL_SCALE * 2**8).astype(np.int32)


def _blocks(samples: FloatArray) -> Iterator[FloatArray]:
    for first in range(0, samples.shape[1], BLOCK):
        yield samples[:, first : first + BLOCK]

"""The road of audio in and out: every format libsndfile knows, one function each way."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.conversion import convert, told
from core.errors import AudioError, ExportError
from core.file_names import as_text, shown
from core.files import replacing
from core.job import CancelToken, Report, silent
from core.levels import db_to_amplitude
from core.prepare import stretch
from core.scratch import Scratch, passing
from core.sound_file import BLOCK, opened
from core.streams import Stream
from core.types import AudioClip, FloatArray

SUFFIXES = (
    *(".wav", ".wave", ".rf64", ".w64", ".flac", ".aiff", ".aif", ".aifc"),
    *(".au", ".snd", ".caf", ".ogg", ".oga", ".opus", ".mp3"),
)
READING = 2  # counted up when a file comes to give other samples than it gave before
RF64_FROM = 2**32 - 2**16  # bytes; the sizes in a plain WAV have 32 bits


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """What a file says of itself. frames: samples a channel; format: e.g. "WAV, PCM_16"."""

    seconds: float
    sample_rate: int
    channels: int
    format: str
    frames: int


def read_clip(
    path: Path | str,
    *,
    sample_rate: int | None = None,
    mono: bool = False,
    start: float | None = None,
    end: float | None = None,
    scratch: Scratch | None = None,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> AudioClip:
    """One sound file as a clip, named after the file; float32, full scale 1.0.

    sample_rate: resample to this many Hz; None keeps the file's. mono: mix the channels down, as
    `core.mixing` says. start, end: read only this stretch, in seconds of the file. The file is read
    block by block, so memory holds the result and a few blocks; scratch: where a long result is
    kept instead. It is read to its end, whatever its header says. The samples are those that
    `core.prepare` makes of the clip read whole. What was done is noted, and so is a header that is
    wrong, and a peak beyond full scale.
    Raises: AudioError for anything but a whole, finite, non-empty sound; RequestError for a
    stretch outside it; Cancelled.
    """
    path = Path(path)
    with opened(path) as sound:
        first, last = stretch(shown(path), sound.frames, sound.sample_rate, start, end)
        length, to = last - first, None if end is None else last
        meter = _Meter(shown(path), first / sound.sample_rate, sound.sample_rate)

        def blocks() -> Iterator[FloatArray]:
            watched = meter.watch(sound.blocks(first, to))
            return told(watched, length, f"Reading {path.name}", report, cancel)

        rate = sample_rate or sound.sample_rate
        samples, notes = convert(
            blocks,
            channels=(sound.channels, 1 if mono else sound.channels),
            rates=(sound.sample_rate, rate),
            # A header that lies must not claim more room than a codec packs into its bytes.
            n_samples=min(length, 1024 * sound.n_bytes),
            scratch=scratch,
        )
    if not samples.shape[1]:
        raise AudioError(f"“{shown(path)}” holds too few samples; record or export it again.")
    return AudioClip(samples, rate, as_text(path.stem), (*sound.notes, *notes, *meter.notes()))


def probe(path: Path | str) -> AudioFacts:
    """The facts of a sound file, from its header where that is right.

    Raises: AudioError as `read_clip` does.
    """
    with opened(Path(path)) as sound:
        return AudioFacts(
            seconds=sound.seconds,
            sample_rate=sound.sample_rate,
            channels=sound.channels,
            format=sound.format,
            frames=sound.frames,
        )


def write_wav(
    path: Path | str,
    clip: AudioClip,
    subtype: str = "FLOAT",
    *,
    gain_db: float = 0.0,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> None:
    """Write a clip as WAV, or as 24-bit FLAC where the name ends in .flac.

    subtype: libsndfile's name of the WAV's sample format; all but FLOAT and DOUBLE clip what lies
    beyond full scale. gain_db: turn the clip up or down. The file appears whole or not at all.
    Raises: ExportError when it cannot be written; Cancelled.
    """
    import soundfile

    gain = np.float32(db_to_amplitude(gain_db))

    path = Path(path)
    kinds = {".wav": ("WAV", subtype), ".flac": ("FLAC", "PCM_24")}
    if path.suffix.lower() not in kinds:
        raise ExportError(f"“{shown(path)}” cannot be written; its name must end in .wav or .flac.")
    kind, subtype = kinds[path.suffix.lower()]
    if kind == "WAV" and 8 * clip.samples.size > RF64_FROM:
        kind = "RF64"
    if not soundfile.check_format(kind, subtype):
        raise ExportError(f"A {kind} file cannot hold samples of the format “{subtype}”.")
    with replacing(path) as temporary, temporary.open("xb") as file:
        stream = Stream(file)
        try:
            with soundfile.SoundFile(
                stream, "w", clip.sample_rate, clip.n_channels, subtype, format=kind
            ) as sound:
                blocks = passing(clip.samples, BLOCK)
                stage = f"Writing {path.name}"
                for block in told(blocks, clip.n_samples, stage, report, cancel):
                    sound.write(np.ascontiguousarray(gain * block))
        except (soundfile.SoundFileError, AssertionError) as error:  # asserts that all was written
            if stream.error is None:
                raise ExportError(
                    f"“{shown(path)}” cannot be written: {kind} does not hold {clip.n_channels} "
                    f"channels at {clip.sample_rate:,} Hz; choose WAV or another rate."
                ) from error
        if stream.error is not None:
            raise stream.error


class _Meter:
    """Watches the samples of a file go by: how loud they are, and that all are finite."""

    def __init__(self, name: str, start: float, sample_rate: int) -> None:
        self._name, self._start, self._rate = name, start, sample_rate
        self._heard = 0
        self._peak = 0.0

    def watch(self, blocks: Iterable[FloatArray]) -> Iterator[FloatArray]:
        self._heard = 0
        for block in blocks:
            peak = float(max(block.max(), -block.min()))
            if not math.isfinite(peak):
                row = self._heard + int(np.argmin(np.isfinite(block).all(axis=1)))
                raise AudioError(
                    f"“{self._name}” holds NaN or infinite samples, the first at "
                    f"{self._start + row / self._rate:.3f} s; export it again without them."
                )
            self._peak = max(self._peak, peak)
            self._heard += len(block)
            yield block

    def notes(self) -> tuple[str, ...]:
        if self._peak <= 1.0:
            return ()
        return (f"peaks at {20 * math.log10(self._peak):+.1f} dBFS",)

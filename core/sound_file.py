"""One open sound file, and a sentence for everything that can be wrong with it."""

from __future__ import annotations

import errno
import math
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from core.containers import ends_within_ogg_page, foreign_format, foreign_suffix, layout
from core.errors import AudioError
from core.types import FloatArray

if TYPE_CHECKING:
    import soundfile

BLOCK = 2**13  # samples a channel and block; larger ones tell less exactly where damage begins
RATES = (1_000, 768_000)  # Hz; outside, a header is damaged rather than the sound unusual
FORGIVEN = 64  # bytes; some writers count their own header into the length of the sound
MPEG_SLACK = 2 * 1152  # samples; encoders differ in whether they count their header as a frame


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A sound file that is open. frames: samples a channel, as its header says.

    slack: by how many samples the header may promise too much; infinite where it only estimates.
    """

    path: Path
    n_bytes: int
    handle: soundfile.SoundFile
    slack: float

    @property
    def frames(self) -> int:
        return int(self.handle.frames)

    @property
    def sample_rate(self) -> int:
        return int(self.handle.samplerate)

    @property
    def channels(self) -> int:
        return int(self.handle.channels)

    @property
    def seconds(self) -> float:
        return self.frames / self.sample_rate

    def blocks(self, first: int, last: int) -> Iterator[FloatArray]:
        """Samples first…last as float32 blocks (n, C). Call once.

        Raises: AudioError when they end before the header says so.
        """
        import soundfile

        position = 0
        if self.handle.seekable():
            position = self.handle.seek(first)
        # Otherwise soundfile seeks to where it is after each read, which damages MP3.
        self.handle.seekable = lambda: False
        try:
            while position < last:
                step = min(BLOCK, (first if position < first else last) - position)
                block = self.handle.read(step, dtype="float32", always_2d=True)
                if not len(block):
                    break
                position += len(block)
                if position > first:
                    yield block
        except soundfile.SoundFileError as error:
            raise self._ends_at(position) from error
        if position < last - self.slack:
            raise self._ends_at(position)

    def _ends_at(self, position: int) -> AudioError:
        return AudioError(
            f"“{self.path.name}” is damaged or cut off: its header promises {self.seconds:.2f} s "
            f"but only {position / self.sample_rate:.2f} s can be read."
        )


@contextmanager
def opened(path: Path) -> Iterator[SoundFile]:
    """The sound file at `path`, for the length of a `with` block.

    Raises: AudioError for all that is wrong with it, now or while it is read.
    """
    import soundfile

    try:
        with _plain_file(path) as file:
            size = os.fstat(file.fileno()).st_size
            slack, stream = _examine(path, file, size)
            try:
                with soundfile.SoundFile(stream) as handle:
                    _check_facts(path, handle)
                    yield SoundFile(path, size, handle, slack if handle.format == "MP3" else 0)
            finally:
                if stream.error is not None:  # the cause of whatever else went wrong
                    raise stream.error
    except OSError as error:
        raise unreadable(path, error) from error
    except MemoryError as error:
        raise AudioError(
            f"“{path.name}” is too long for this computer's memory; read a stretch of it, or mix "
            "it down to mono."
        ) from error
    except soundfile.SoundFileError as error:
        raise _not_sound(path, error) from error


class Stream:
    """A file as libsndfile sees it: without a name, and without exceptions.

    With a name it would guess what the bytes do not tell from the extension, and take any text
    called .au for sound. Exceptions do not pass through C; the first is kept in `error`.
    blank_size: position of a 4-byte size that reads as "unknown" instead of what is there.
    """

    def __init__(self, file: BinaryIO, blank_size: int | None = None) -> None:
        self.error: OSError | None = None
        self._file = file
        self._blank = range(0) if blank_size is None else range(blank_size, blank_size + 4)

    def read(self, n_bytes: int) -> bytes:
        first = self._file.tell()
        try:
            data = self._file.read(n_bytes)
        except OSError as error:
            self.error = self.error or error
            return b""
        if first < self._blank.stop and self._blank.start < first + len(data):
            return bytes(0xFF if first + i in self._blank else byte for i, byte in enumerate(data))
        return data

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = self.error or error
            return 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> None:
        try:
            self._file.seek(offset, whence)
        except OSError as error:
            if error.errno != errno.EINVAL:  # before the start: a damaged header, not a bad disk
                self.error = self.error or error

    def tell(self) -> int:
        return self._file.tell()


def unreadable(path: Path, error: OSError) -> AudioError:
    """The sentence for a path that the system does not let us read."""
    if isinstance(error, FileNotFoundError):
        return AudioError(f"There is no file “{path}”; check its name and folder.")
    if isinstance(error, PermissionError):
        return AudioError(f"You may not read “{path}”; copy it to a folder of yours.")
    return AudioError(f"“{path}” could not be read ({error.strerror or error}).")


def _plain_file(path: Path) -> BinaryIO:
    if path.is_dir():
        raise AudioError(f"“{path}” is a folder where one sound file was expected.")
    if path.exists() and not path.is_file():
        raise AudioError(f"“{path}” is no ordinary file; save the sound to a file first.")
    return path.open("rb")


def _examine(path: Path, file: BinaryIO, size: int) -> tuple[float, Stream]:
    """The slack of an MP3 file's length, and the file as libsndfile is to see it."""
    if not size:
        raise AudioError(f"“{path.name}” is empty (0 bytes); record or copy it again.")
    foreign = foreign_format(file)
    if foreign:
        raise _needs_converting(path, foreign)
    if ends_within_ogg_page(file, size):
        raise AudioError(f"“{path.name}” is cut off amid its data; copy or export it again.")
    stated = layout(file, size)
    promise = stated.promise
    if promise and promise.start + promise.n_bytes > size + FORGIVEN:
        there = max(0, size - promise.start)
        if promise.seconds is None:
            promised, readable = f"{promise.n_bytes:,} bytes of sound", f"{there:,}"
        else:
            promised = f"{promise.seconds:.2f} s"
            readable = f"{promise.seconds * there / promise.n_bytes:.2f} s"
        raise AudioError(
            f"“{path.name}” is cut off: its header promises {promised} but only {readable} can be "
            "read."
        )
    file.seek(0)
    return MPEG_SLACK if promise else math.inf, Stream(file, stated.blank_size)


def _check_facts(path: Path, handle: soundfile.SoundFile) -> None:
    if not RATES[0] <= handle.samplerate <= RATES[1]:
        raise AudioError(
            f"“{path.name}” says its sample rate is {handle.samplerate:,} Hz; HearWhy reads "
            f"{RATES[0]:,} to {RATES[1]:,} Hz."
        )
    if not handle.frames:
        raise AudioError(f"“{path.name}” holds no samples; record or export it again.")


def _needs_converting(path: Path, foreign: str) -> AudioError:
    command = shlex.join(["ffmpeg", "-i", path.name, path.with_suffix(".wav").name])
    return AudioError(
        f"“{path.name}” is {foreign}, which HearWhy cannot read; convert it to WAV or FLAC, for "
        f"example with the audio editor Audacity or with `{command}`."
    )


def _not_sound(path: Path, error: soundfile.SoundFileError) -> AudioError:
    foreign = foreign_suffix(path)
    if foreign:
        return _needs_converting(path, foreign)
    if getattr(error, "code", None) == 1:  # SF_ERR_UNRECOGNISED_FORMAT
        return AudioError(
            f"“{path.name}” is not a sound file HearWhy can read; it takes WAV, FLAC, AIFF, AU, "
            "CAF, Ogg, Opus and MP3."
        )
    return AudioError(
        f"“{path.name}” is damaged, cut off or in an unusual encoding "
        f"({str(error).rpartition(': ')[2].rstrip('.')}); export it again as WAV or FLAC."
    )

"""Recordings on their way to disk: complete under their name, or safe under a temporary one.

A take grows in a file called `NAME.wav.PROCESS.part`. Each piece is handed to the system at once,
so what was written survives the end of this process, whatever ends it, and all but the last seconds
a power cut; the header is made right when the take is finished, or by `recover_takes` on the next
start.
"""

from __future__ import annotations

import logging
import os
import re
from datetime import datetime
from pathlib import Path

from app.audio.ports import AppAudioError
from core.audio_io import RF64_FROM
from core.disk import sync
from core.streams import Stream
from core.types import FloatArray

log = logging.getLogger(__name__)

SUFFIX = ".part"
NAME = re.compile(r"take \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d( \(\d+\))?\.wav")
BYTES = 4  # of a float32 sample


class TakeWriter:
    """One take, written piece by piece as a 32-bit float WAV file."""

    def __init__(self, folder: Path, rate: int, channels: int) -> None:
        """folder: made where it is missing; rate: in Hz.

        Raises: AppAudioError when nothing can be written there.
        """
        import soundfile

        self.rate, self.channels = rate, channels
        self._folder = folder
        self._name = f"take {datetime.now():%Y-%m-%d %H.%M.%S}"
        self._frames = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._part = _unused(folder, f"{self._name}.wav.{os.getpid()}", SUFFIX)
            self._file = self._part.open("xb", buffering=0)
            self._stream = Stream(self._file)
        except OSError as error:
            raise self._failed(error) from error
        try:
            self._sound = soundfile.SoundFile(
                self._stream, "w", rate, channels, "FLOAT", format="WAV"
            )
        except soundfile.SoundFileError as error:
            self._file.close()
            self._part.unlink(missing_ok=True)
            raise self._failed(self._stream.error) from error

    @property
    def frames(self) -> int:
        """Written so far."""
        return self._frames

    def append(self, samples: FloatArray) -> None:
        """samples: float32 (n, channels).

        Raises: AppAudioError when they cannot be written or a WAV file cannot hold more; what was
        written before is safe, and `finish` gives it.
        """
        import soundfile

        room = (RF64_FROM // (BYTES * self.channels)) - self._frames
        try:
            self._sound.write(samples[:room])
        except (soundfile.SoundFileError, AssertionError) as error:  # asserts that all was written
            raise self._failed(self._stream.error) from error
        self._frames += min(len(samples), room)
        if len(samples) > room:
            raise AppAudioError(
                "The take was ended because a WAV file holds no more than 4 GB; start another one."
            )

    def sync(self) -> None:
        """Bring what was written to the disk, for a power cut. Raises: AppAudioError."""
        try:
            sync(self._part)
        except OSError as error:
            raise self._failed(error) from error

    def finish(self) -> Path | None:
        """Gives the take its name. → its path; None where nothing was written and nothing is left.

        Raises: AppAudioError when that fails; the take stays where `recover_takes` finds it.
        """
        self._stream.error = None  # of what `append` told; only the header matters now
        self._sound.close()
        self._file.close()
        if self._stream.error is not None:
            raise self._failed(self._stream.error)
        try:
            return _named(self._part, self._folder, self._name, empty=not self._frames)
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError | None) -> AppAudioError:
        reason = (error.strerror or str(error)) if error else "the disk may be full"
        return AppAudioError(
            f"The take could not be written to “{self._folder}” ({reason}); choose a folder for "
            "takes that you may write to and that has room."
        )


def recover_takes(folder: Path) -> list[Path]:
    """Finishes the takes that a crash left in `folder`. → the files that there are now.

    Takes that this or another running program is writing are left alone, as is what cannot be
    read; a folder that does not exist holds none.
    """
    import soundfile

    found = []
    for part in sorted(folder.glob(f"*.wav.*{SUFFIX}")):
        name, process = _parsed(part)
        if process is None or _runs_since(process, part.stat().st_mtime):
            continue
        try:
            # Opened for writing too, libsndfile measures the file, cuts off half a frame, and on
            # closing writes the lengths into the header.
            with soundfile.SoundFile(part, "r+") as sound:
                frames = sound.seek(0, os.SEEK_END)
            path = _named(part, folder, name, empty=not frames)
        except (soundfile.SoundFileError, OSError):
            log.warning("the take %s cannot be recovered", part, exc_info=True)
            continue
        if path is not None:
            found.append(path)
    return found


def newest_takes(folder: Path, most: int) -> list[Path]:
    """The last so many takes in `folder`, the oldest first; its other files are none of ours."""
    takes = [path for path in folder.glob("take *.wav") if NAME.fullmatch(path.name)]
    return sorted(takes, key=lambda path: path.stem)[-most:]


def _named(part: Path, folder: Path, name: str, *, empty: bool) -> Path | None:
    if empty:
        part.unlink()
        return None
    sync(part)
    path = _unused(folder, name, ".wav")
    part.rename(path)
    sync(folder)
    return path


def _unused(folder: Path, stem: str, suffix: str) -> Path:
    path, number = folder / f"{stem}{suffix}", 1
    while path.exists():
        number += 1
        path = folder / f"{stem} ({number}){suffix}"
    return path


def _parsed(part: Path) -> tuple[str, int | None]:
    """The take's name and the number of the process that wrote it; None where it is no take."""
    name, _, process = part.name.removesuffix(SUFFIX).rpartition(".wav.")
    number = process.partition(" ")[0]  # “ (2)” where there were two within one second
    return name, int(number) if number.isdecimal() else None


def _runs_since(process: int, moment: float) -> bool:
    """Whether a process of that number runs that is older than `moment`: numbers come again."""
    import psutil

    try:
        return bool(psutil.Process(process).create_time() <= moment)
    except psutil.Error:  # there is none, or it is another user's
        return False

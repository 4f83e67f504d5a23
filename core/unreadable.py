"""Why a file is no sound that HearWhy can read, in a sentence that says what to do about it."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import BinaryIO

from core.containers.foreign import foreign_encoding, foreign_format, foreign_suffix
from core.errors import AudioError
from core.file_names import shown

LFS_POINTER = b"version https://git-lfs"
WEB_PAGES = (b"<!doctype html", b"<html")
UNRECOGNISED, UNSUPPORTED = 1, 4  # libsndfile's codes: of a format, of an encoding


def unreadable(path: Path, error: OSError) -> AudioError:
    """The sentence for a path that the system does not let us read."""
    if isinstance(error, FileNotFoundError):
        return AudioError(f"There is no file “{path}”; check its name and folder.")
    if isinstance(error, PermissionError):
        return AudioError(f"You may not read “{path}”; copy it to a folder of yours.")
    return AudioError(f"“{path}” could not be read ({error.strerror or error}).")


def require_possible(path: Path, file: BinaryIO, size: int) -> None:
    """That an open file may be a sound. Raises: AudioError for what surely is none."""
    if not size:
        raise AudioError(f"“{shown(path)}” is empty (0 bytes); record or copy it again.")
    foreign = foreign_format(file, size)
    if foreign:
        raise _needs_converting(path, foreign)
    file.seek(0)
    head = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(LFS_POINTER):
        raise AudioError(
            f"“{shown(path)}” only says where Git LFS keeps the sound; run `git lfs pull` in its "
            "folder to fetch it."
        )
    if head.lower().startswith(WEB_PAGES):
        raise AudioError(
            f"“{shown(path)}” is a web page and no sound, perhaps one that asks to sign in or "
            "reports an error; download the sound again."
        )


def not_sound(path: Path, file: BinaryIO, size: int, code: int | None, reason: str) -> AudioError:
    """The sentence for an open file that libsndfile does not read. code, reason: what it says."""
    foreign = foreign_encoding(file, size, failed=code == UNSUPPORTED) or foreign_suffix(path)
    if foreign:
        return _needs_converting(path, foreign)
    if code != UNRECOGNISED:
        return AudioError(
            f"“{shown(path)}” is damaged, cut off or in an unusual encoding "
            f"({reason.rpartition(': ')[2].rstrip('.')}); export it again as WAV or FLAC."
        )
    if _is_blank(file):
        return AudioError(
            f"“{shown(path)}” holds nothing but zeros, as after a copy that failed; copy it again."
        )
    return AudioError(
        f"“{shown(path)}” is not a sound file HearWhy can read; it takes WAV, FLAC, AIFF, AU, CAF, "
        "Ogg, Opus and MP3."
    )


def _needs_converting(path: Path, foreign: str) -> AudioError:
    """One with a command that works as it stands, whatever the file is called."""
    advice = "convert it to WAV or FLAC, for example with the audio editor Audacity"
    if path.name.isprintable():
        words = ["ffmpeg", "-i", _as_file(path.name), _as_file(_converted(path))]
        command = subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)
        advice += f" or, in its folder, with `{command}`"
    return AudioError(f"“{shown(path)}” is {foreign}, which HearWhy cannot read; {advice}.")


def _converted(path: Path) -> str:
    """A name for the same sound as WAV that no file beside it has."""
    target, number = path.with_suffix(".wav"), 1
    while os.path.lexists(target):
        target = path.with_name(f"{path.stem}.converted{number if number > 1 else ''}.wav")
        number += 1
    return target.name


def _as_file(name: str) -> str:
    """A name that FFmpeg takes neither for an option nor for an address."""
    return f".{os.sep}{name}" if name.startswith("-") or ":" in name else name


def _is_blank(file: BinaryIO) -> bool:
    file.seek(0)
    while block := file.read(2**20):
        if block.strip(b"\0"):
            return False
    return True

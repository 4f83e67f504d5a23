"""One open sound file, and a sentence for everything that can be wrong with it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from core.containers import Piece, behind_junk, pieces
from core.errors import AudioError
from core.file_names import shown
from core.streams import Splice, Stream
from core.types import FloatArray
from core.unreadable import UNRECOGNISED, not_sound, require_possible, unreadable

if TYPE_CHECKING:
    import soundfile

BLOCK = 2**13  # samples a channel and block; larger ones tell less exactly where damage begins
RATES = (1_000, 768_000)  # Hz; outside, a header is damaged rather than the sound unusual
UNKNOWN = 2**62  # samples; of a length that it does not know libsndfile says 2⁶³ − 1


class _Sound(NamedTuple):
    """One of the sounds in a file. frames: samples a channel."""

    piece: Piece
    frames: int
    sample_rate: int
    channels: int
    format: str

    @property
    def seconds(self) -> float:
        return self.frames / self.sample_rate


class SoundFile:
    """A sound file that is open. Sounds that were joined end to end in it are one.

    frames: samples a channel, as the header says or as they were counted. format: "WAV, PCM_16".
    notes: what is to be said of it; complete when it has been read.
    """

    def __init__(self, path: Path, file: BinaryIO, n_bytes: int, found: Sequence[Piece]) -> None:
        """Raises: AudioError; soundfile.SoundFileError for what libsndfile does not read."""
        self.path, self.n_bytes = path, n_bytes
        self.notes: list[str] = []
        self._file = file
        sounds = [self._examined(piece) for piece in found]
        _, _, self.sample_rate, self.channels, self.format = sounds[0]
        self._sounds = self._of_one_kind(sounds)
        self.frames = sum(sound.frames for sound in self._sounds)
        if not RATES[0] <= self.sample_rate <= RATES[1]:
            raise AudioError(
                f"“{shown(path)}” says its sample rate is {self.sample_rate:,} Hz; HearWhy reads "
                f"{RATES[0]:,} to {RATES[1]:,} Hz."
            )
        if not self.frames:
            raise AudioError(f"“{shown(path)}” holds no samples; record or export it again.")
        for sound in self._sounds:
            if sound.piece.stated is not None:
                self._note_length(sound.piece.stated * sound.seconds, sound.seconds)
            if sound.piece.endless:
                self.notes.append("its end is not marked as one: it may have been cut off")

    @property
    def seconds(self) -> float:
        return self.frames / self.sample_rate

    def blocks(self, first: int = 0, last: int | None = None) -> Iterator[FloatArray]:
        """Samples first…last as float32 blocks (n, C); None: to the end, whatever `frames` says.

        Raises: AudioError when they end before the header says so.
        """
        begin = 0
        for number, sound in enumerate(self._sounds):
            end, is_final = begin + sound.frames, number == len(self._sounds) - 1
            if first < end or is_final:
                inside = last is not None and (last < end or is_final)
                stop = last - begin if last is not None and inside else None
                yield from self._blocks_of(sound, max(first - begin, 0), stop)
            if last is not None and last <= end:
                return
            begin = end

    def _blocks_of(self, sound: _Sound, first: int, last: int | None) -> Iterator[FloatArray]:
        import soundfile

        position = 0
        with self._handle(sound.piece) as handle:
            if first and handle.seekable():
                position = handle.seek(first)
            # Otherwise soundfile seeks to where it is after each read, which damages MP3.
            handle.seekable = lambda: False
            try:
                while last is None or position < last:
                    goal = first if position < first else last
                    step = BLOCK if goal is None else min(BLOCK, goal - position)
                    block = handle.read(step, dtype="float32", always_2d=True)
                    if not len(block):
                        break
                    position += len(block)
                    if position > first:
                        yield block
            except soundfile.SoundFileError as error:
                raise self._ends_at(sound, position) from error
        if position < (sound.frames if last is None else last) - sound.piece.slack:
            raise self._ends_at(sound, position)
        if last is None and position > sound.frames and not sound.piece.slack:
            self._note_length(sound.seconds, position / sound.sample_rate)

    def _examined(self, piece: Piece) -> _Sound:
        """Raises: AudioError; soundfile.SoundFileError."""
        if piece.refused is not None:
            raise AudioError(f"“{shown(self.path)}” {piece.refused}.")
        with self._handle(piece) as handle:
            frames = handle.frames if piece.frames is None else piece.frames
            if frames >= UNKNOWN:
                handle.seekable = lambda: False
                frames = 0
                while read := len(handle.read(BLOCK, dtype="float32", always_2d=True)):
                    frames += read
            kind = f"{handle.format}, {handle.subtype}"
            return _Sound(piece, int(frames), int(handle.samplerate), int(handle.channels), kind)

    def _of_one_kind(self, sounds: list[_Sound]) -> list[_Sound]:
        """Those at the beginning that are of one rate and as many channels."""
        kept = 0
        while kept < len(sounds) and sounds[kept][2:4] == sounds[0][2:4]:
            kept += 1
        left_out = sum(sound.seconds for sound in sounds[kept:])
        if left_out:
            self.notes.append(
                f"left out {left_out:.2f} s at its end, which have another rate or other channels"
            )
        return sounds[:kept]

    @contextmanager
    def _handle(self, piece: Piece) -> Iterator[soundfile.SoundFile]:
        import soundfile

        stream = Stream(Splice(self._file, piece.parts, piece.blank))
        try:
            with soundfile.SoundFile(stream) as handle:
                yield handle
        finally:
            if stream.error is not None:  # the cause of whatever else went wrong
                raise stream.error

    def _note_length(self, stated: float, found: float) -> None:
        """Seconds."""
        note = f"its header says {stated:.2f} s, but it holds {found:.2f} s"
        if note not in self.notes:
            self.notes.append(note)

    def _ends_at(self, sound: _Sound, position: int) -> AudioError:
        return AudioError(
            f"“{shown(self.path)}” is damaged or cut off: its header promises "
            f"{sound.seconds:.2f} s but only {position / sound.sample_rate:.2f} s can be read."
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
            try:
                yield _sound_file(path, file, size)
            except soundfile.SoundFileError as error:
                code = getattr(error, "code", None)
                raise not_sound(path, file, size, code, str(error)) from error
    except OSError as error:
        raise unreadable(path, error) from error
    except MemoryError as error:
        raise AudioError(
            f"“{shown(path)}” is too long for this computer's memory; read a stretch of it, or mix "
            "it down to mono."
        ) from error


def _sound_file(path: Path, file: BinaryIO, size: int) -> SoundFile:
    import soundfile

    require_possible(path, file, size)
    try:
        return SoundFile(path, file, size, pieces(file, size))
    except soundfile.SoundFileError as error:
        if getattr(error, "code", None) != UNRECOGNISED:
            raise
        found = behind_junk(file, size)
        if not found:
            raise
        return SoundFile(path, file, size, found)


def _plain_file(path: Path) -> BinaryIO:
    if path.is_dir():
        raise AudioError(f"“{path}” is a folder where one sound file was expected.")
    if path.exists() and not path.is_file():
        raise AudioError(f"“{path}” is no ordinary file; save the sound to a file first.")
    return path.open("rb")

"""Writing a session; see `core.session_file` for what one is.

Its sounds are those of the current recording, of the versions of its explanation, and of every
take and live event; further of other recordings up to `SMALL` each and `SMALL_TOGETHER` in all.
What is larger, or cannot be read, stays a reference to its file.
"""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from core.audio_io import probe, read_clip
from core.errors import AudioError, ExportError
from core.files import replacing
from core.job import CancelToken, Report, silent
from core.scratch import Scratch, let_go
from core.session_archive import MANIFEST, TENSORS, ArchiveWriter, SessionFileError, new_archive
from core.session_file import SavedItem, SavedSession, kept_sound
from core.session_manifest import MOST_JSON, ClipRecord, ItemRecord, SessionRecord
from core.session_result import record_of_result, tensors_of
from core.session_sounds import MOST_SAMPLES, SoundRecord, encode, record_of
from core.types import AudioClip
from core.versions import HEARWHY

SMALL = 2**24  # samples: 64 MB, almost six minutes at 48 kHz
SMALL_TOGETHER = 2**26  # samples: 256 MB
ROOM = MOST_SAMPLES - 2**22  # samples; what is written stays below the 2 GB of a plain zip


def write_session(
    path: Path,
    session: SavedSession,
    report: Report = silent,
    cancel: CancelToken | None = None,
    scratch: Scratch | None = None,
) -> SavedSession:
    """Write `path`, completely or not at all; what was there is replaced.

    Samples are kept bit by bit. In memory is one recording at a time beside what `session` holds;
    scratch: where that is kept instead when it is long.
    Returns the session as it lies there: items whose sound was in a session file name the new one.
    Raises: ExportError when it cannot be written; Cancelled.
    """
    cancel = cancel or CancelToken()
    try:
        with (
            replacing(path) as temporary,
            new_archive(temporary) as archive,
            tempfile.TemporaryFile(dir=path.parent) as buffer,
        ):
            writer = _Writer(path, archive, cast(BinaryIO, buffer), scratch, report, cancel)
            return writer.write(session)
    except zipfile.LargeZipFile as error:
        raise _too_large() from error


class _Writer:
    """Writes one session."""

    def __init__(
        self,
        path: Path,
        archive: ArchiveWriter,
        buffer: BinaryIO,
        scratch: Scratch | None,
        report: Report,
        cancel: CancelToken,
    ) -> None:
        self._path, self._archive, self._buffer, self._scratch = path, archive, buffer, scratch
        self._report, self._cancel = report, cancel
        self._sounds: dict[str, SoundRecord] = {}
        self._room = ROOM
        self._small_room = SMALL_TOGETHER
        self._done, self._expected = 0, 1  # samples

    def write(self, session: SavedSession) -> SavedSession:
        result = session.result
        alive = [] if result is None else list(result.audio.values())
        alive += [] if session.clip is None else [session.clip]
        self._expected = sum({id(clip): clip.samples.size for clip in alive}.values()) or 1
        if result is not None and sum(c.samples.size for c in result.audio.values()) > ROOM:
            raise _too_large()
        kept = None if result is None else record_of_result(result, self._use)
        items = [self._item(session, index) for index in range(len(session.items))]
        record = SessionRecord(
            application=HEARWHY,
            request=session.request,
            active=session.active,
            selection=session.selection,
            look=session.look,
            items=tuple(items),
            current=session.current,
            sounds=tuple(self._sounds.values()),
            result=kept,
        )
        if result is not None:
            self._archive.write(TENSORS, tensors_of(result))
        text = record.model_dump_json(indent=1).encode()
        if len(text) > MOST_JSON:
            raise _too_large()
        self._archive.write(MANIFEST, text)
        self._report(1.0, "Saved")
        return replace(session, items=tuple(map(self._kept_here, session.items, items)))

    def _item(self, session: SavedSession, index: int) -> ItemRecord:
        item = session.items[index]
        clip = self._clip_of(session, index)
        return ItemRecord(
            path=_legible(item.path),
            beside=_beside(self._path, item.path),
            name=_legible(item.name),
            group=item.group,
            clip=None if clip is None else self._use(clip),
        )

    def _clip_of(self, session: SavedSession, index: int) -> AudioClip | None:
        """The samples to keep of an item; None where its file will do, or is all there is."""
        item = session.items[index]
        if index == session.current and session.clip is not None:
            return session.clip if session.clip.samples.size <= self._room else None
        try:
            if item.sound is not None:
                clip = item.sound.read(silent, self._cancel, self._scratch)
                return clip if clip.samples.size <= self._room else None
            size = probe(item.path).frames
            recorded = item.group in ("takes", "events")
            if size > self._room or not (recorded or self._is_small(size)):
                return None
            return read_clip(item.path, mono=True, scratch=self._scratch, cancel=self._cancel)
        except (AudioError, SessionFileError):  # gone or unreadable: it stays a reference
            return None

    def _is_small(self, size: int) -> bool:
        if size > min(SMALL, self._small_room):
            return False
        self._small_room -= size
        return True

    def _use(self, clip: AudioClip) -> ClipRecord:
        record = record_of(clip, self._cancel)
        if record.id not in self._sounds:
            self._keep(clip, record)
        let_go(clip.samples)
        return ClipRecord(
            sound=record.id,
            name=_legible(clip.name),
            notes=tuple(_legible(note) for note in clip.notes),
        )

    def _keep(self, clip: AudioClip, record: SoundRecord) -> None:
        self._buffer.seek(0)
        self._buffer.truncate()
        encode(clip, record, self._buffer, self._step)
        self._archive.copy(record.entry, self._buffer, self._cancel)
        self._sounds[record.id] = record
        self._room -= record.size

    def _step(self, samples: int) -> None:
        self._cancel.raise_if_set()
        self._done += samples
        self._report(min(0.99, self._done / self._expected), f"Saving {self._path.name}")

    def _kept_here(self, item: SavedItem, record: ItemRecord) -> SavedItem:
        if item.sound is None or record.clip is None:
            return item
        return replace(item, sound=kept_sound(self._path, record.clip))


def _beside(archive: Path, path: Path) -> str | None:
    folder, path = archive.parent.resolve(), path.resolve()
    return _legible(path.relative_to(folder).as_posix()) if path.is_relative_to(folder) else None


def _legible(text: str | Path) -> str:
    """As JSON takes it: a file name that is no valid text gets question marks."""
    return str(text).encode("utf-8", "replace").decode()


def _too_large() -> ExportError:
    return ExportError(
        "The session is larger than the 2 GB a session file holds; explain a shorter stretch, or "
        "export the sounds instead."
    )

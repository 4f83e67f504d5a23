"""Fetching a public model from the hub into its local cache, when the user asks for it.

Only weights as safetensors and text files come: nothing that could run. The cache names the new
version in the last step, so a model is there completely or not at all; what was fetched before an
interruption is kept, and the next attempt goes on from it.

The hub's own library lists the files and speaks HTTP. Its `snapshot_download` does not fetch them:
as of 2.4 it throws away what a stopped download had received, tells of progress and can be stopped
only every 10 MB, a minute or more on a slow line, and compares no digest of what came over HTTP.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from core.disk import sync
from core.errors import ModelError
from core.files import replacing
from core.foreign_weights import INDEX, WEIGHTS
from core.hub import cached_folder, repository_folder
from core.job import CancelToken, Report

SHARD = re.compile(r"model-\d+-of-\d+\.safetensors")
TEXTS = (".json", ".txt")  # configuration, and what tokenizers are made of
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack")
HUB = "https://huggingface.co"
PATIENCE = 20.0  # s without an answer
COMMIT = re.compile("[0-9a-f]{7,64}")
TRIES = 3  # without a new byte, one after the other
SPARE = 50_000_000  # bytes that stay free on the disk
LOCK_WAIT = 0.2  # s until a cancel is looked at


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file of a model. sha256: of its content, where the hub states it (of large files)."""

    name: str
    size: int
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What the hub has of a model, and what would be fetched.

    site: who is asked. licence: as the model's card states it. folder: where the files go.
    """

    hub_id: str
    site: str
    licence: str | None
    folder: Path
    files: tuple[RemoteFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def missing(self) -> int:
        """Bytes that are not here yet."""
        return self.size - sum(_there(self.folder, file) for file in self.files)

    @property
    def complete(self) -> bool:
        """Whether this version is here and is the one that is opened."""
        return self.missing == 0 and cached_folder(self.hub_id) == self.folder


def look_up(hub_id: str) -> Offer:
    """Ask the hub for a model's files. Nothing is written.

    Raises: ModelError when the hub cannot be reached, does not have the model, or has its weights
    only as a pickle.
    """
    from huggingface_hub.hf_api import HfApi

    site = os.environ.get("HF_ENDPOINT", "").rstrip("/") or HUB
    with _foreseen(hub_id, site):
        try:
            api = HfApi(endpoint=site, token=False)
            info = api.model_info(hub_id, files_metadata=True, timeout=PATIENCE)
            commit, listed = str(info.sha), list(info.siblings or ())
            if not COMMIT.fullmatch(commit):  # it becomes the name of a folder
                raise ValueError(commit)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, OSError):
                raise
            raise ModelError(
                f"{site} answered with something other than a list of files; a login page of the "
                "network may stand in between."
            ) from None
    names = [each.rfilename for each in listed]
    weights = {WEIGHTS} if WEIGHTS in names else {name for name in names if SHARD.fullmatch(name)}
    if not weights or (WEIGHTS not in weights and INDEX not in names):
        pickled = any(name.endswith(PICKLES) for name in names)
        what = "only as a Python pickle, which is never loaded" if pickled else "nowhere"
        raise ModelError(
            f"The hub has the weights of “{hub_id}” {what}; choose a model with a {WEIGHTS}."
        )
    files = [
        RemoteFile(each.rfilename, int(each.size or 0), each.lfs.sha256 if each.lfs else None)
        for each in listed
        if each.rfilename in weights
        or (each.rfilename.endswith(TEXTS) and Path(each.rfilename).name == each.rfilename)
    ]
    card: Any = info.card_data
    licence = None if card is None else card.get("license")
    folder = repository_folder(hub_id) / "snapshots" / commit
    return Offer(hub_id, site, licence, folder, tuple(files))


def fetch(offer: Offer, report: Report, cancel: CancelToken) -> None:
    """Fetch what is missing of a model.

    While another process or thread fetches the same model, it waits for that.
    Raises: ModelError; Cancelled. Either way what has arrived is kept for the next attempt.
    """
    with _foreseen(offer.hub_id, offer.site), _alone(offer.hub_id, report, cancel):
        offer.folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(offer.folder).free
        if free < offer.missing + SPARE:
            raise ModelError(
                f"“{offer.folder}” has room for {megabytes(free)}, but {offer.hub_id} needs "
                f"{megabytes(offer.missing + SPARE)}; free some, or set HF_HOME to a larger disk."
            )
        done = 0
        for file in offer.files:

            def told(arrived: int, done: int = done) -> None:
                so_far = done + arrived
                stage = f"{megabytes(so_far)} of {megabytes(offer.size)}"
                report(so_far / max(offer.size, 1), stage)
                cancel.raise_if_set()

            if not (offer.folder / file.name).is_file():
                _fetch(offer, file, told)
            done += file.size
        main = repository_folder(offer.hub_id) / "refs" / "main"
        main.parent.mkdir(exist_ok=True)
        with replacing(main) as new:
            new.write_text(offer.folder.name, encoding="utf-8")


@contextmanager
def _alone(hub_id: str, report: Report, cancel: CancelToken) -> Iterator[None]:
    """Nobody else fetches the model meanwhile. Raises: Cancelled while it is waited for."""
    from filelock import FileLock, Timeout

    repository = repository_folder(hub_id)
    place = repository.parent / ".locks" / repository.name / "hearwhy.lock"
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place)
    with suppress(NotImplementedError):  # a file system without locks: the digest is looked at
        while not lock.is_locked:
            cancel.raise_if_set()
            try:
                lock.acquire(timeout=LOCK_WAIT)
            except Timeout:
                report(0.0, "Waiting for another download of it")
    try:
        yield
    finally:
        lock.release()


def megabytes(size: int) -> str:
    """As people read it: 615 MB, 0.02 MB."""
    return f"{size / 1e6:,.0f} MB" if size >= 1e7 else f"{size / 1e6:.2g} MB"


def _fetch(offer: Offer, file: RemoteFile, told: Callable[[int], None]) -> None:
    """One file, under a name of its own until it is whole and is what the hub says it is."""
    partial = _partial(offer.folder, file)
    partial.touch()
    failures = 0
    while (before := partial.stat().st_size) < file.size and failures < TRIES:
        try:
            _receive(offer, file, partial, told)
        except _transport_errors():
            if failures == TRIES - 1:
                raise
        failures = 0 if partial.stat().st_size > before else failures + 1
    with partial.open("rb") as arrived:
        digest = hashlib.file_digest(arrived, "sha256").hexdigest()
    if partial.stat().st_size != file.size or file.sha256 not in (None, digest):
        partial.unlink()
        raise ModelError(
            f"{file.name} of {offer.hub_id} did not arrive as the hub has it; download it again."
        )
    sync(partial)
    partial.replace(offer.folder / file.name)
    sync(offer.folder)


def _receive(offer: Offer, file: RemoteFile, partial: Path, told: Callable[[int], None]) -> None:
    """Append what comes to the partial file, from its end on where the hub can do that."""
    from huggingface_hub import get_session
    from huggingface_hub.file_download import hf_hub_url

    url = hf_hub_url(offer.hub_id, file.name, revision=offer.folder.name, endpoint=offer.site)
    here = partial.stat().st_size
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={here}-"} if here else {})
    session: Any = get_session()
    with session.stream("GET", url, headers=headers, timeout=PATIENCE) as answer:
        goes_on = answer.status_code == HTTPStatus.PARTIAL_CONTENT
        if not goes_on and answer.status_code != HTTPStatus.OK:
            raise ModelError(
                f"{offer.site} answered {answer.status_code} instead of {file.name} of "
                f"{offer.hub_id}; try again later."
            )
        arrived = here if goes_on else 0
        with partial.open("ab" if goes_on else "wb") as target:
            for chunk in answer.iter_raw():
                target.write(chunk)
                arrived += len(chunk)
                told(arrived)


def _partial(folder: Path, file: RemoteFile) -> Path:
    return folder / f".{file.name}.part"


def _there(folder: Path, file: RemoteFile) -> int:
    """Bytes of a file that are here already."""
    if (folder / file.name).is_file():
        return file.size
    partial = _partial(folder, file)
    return partial.stat().st_size if partial.is_file() else 0


def _transport_errors() -> type[Exception]:
    """What is raised when the hub does not answer, or stops in the middle."""
    from huggingface_hub import errors

    library: Any = errors  # which HTTP library it takes, and so whose error, depends on its version
    found: type[Exception] = library.HTTPError
    return found


@contextmanager
def _foreseen(hub_id: str, site: str) -> Iterator[None]:
    """What goes wrong with a network or a disk, in one sentence."""
    from huggingface_hub import errors

    try:
        yield
    except (errors.RepositoryNotFoundError, errors.DisabledRepoError):
        raise ModelError(f"{site} has no public model “{hub_id}”.") from None
    except errors.OfflineModeIsEnabled:
        raise ModelError(
            "HF_HUB_OFFLINE forbids the hub's library to ask the network; unset it to download."
        ) from None
    except errors.HfHubHTTPError as error:
        code = error.response.status_code
        raise ModelError(
            f"{site} answered {code} when asked for “{hub_id}”; try again later."
        ) from None
    except _transport_errors() as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ModelError(
            f"{site} cannot be reached ({reason}); see to the connection and ask again, what has "
            "arrived is kept."
        ) from None
    except OSError as error:
        raise ModelError(
            f"“{hub_id}” cannot be written to the local cache ({error.strerror or error})."
        ) from None

"""Weights as transformers lays them out in a folder: one safetensors file, or shards with an index.

They are found, and what is wrong with them is said, before a library that would say it worse is
loaded. Nothing outside of the folder is looked at, and no pickle is ever loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath

from core.errors import ModelError
from core.file_names import shown

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
POINTER = b"version https://git-lfs.github.com/spec/"
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
LOST = {"F16": "float16", "BF16": "bfloat16"}  # what safetensors calls them
MOST_HEADER = 100_000_000  # bytes; what safetensors itself allows


def weight_files(folder: Path) -> tuple[Path, ...]:
    """The safetensors files that hold a model's weights, each once.

    Raises: ModelError when they are missing, incomplete, only a pickle, or a pointer of Git LFS.
    """
    if (folder / WEIGHTS).is_file():
        files: tuple[Path, ...] = (folder / WEIGHTS,)
    elif (folder / INDEX).is_file():
        files = _shards(folder)
    else:
        pickled = any(any(folder.glob(pattern)) for pattern in PICKLES)
        raise ModelError(
            f"“{shown(folder)}” has its weights only as a Python pickle, which is never loaded; "
            f"get the {WEIGHTS} of the same model."
            if pickled
            else f"“{shown(folder)}” has no {WEIGHTS}."
        )
    for file in files:
        refuse_pointer(file)
    return files


def refuse_pointer(file: Path) -> None:
    """Raises: ModelError where the file only says which file would be in its place."""
    try:
        with file.open("rb") as opened:
            is_pointer = opened.read(len(POINTER)) == POINTER
    except OSError:
        return  # whoever needs the file says why it cannot be read
    if is_pointer:
        raise ModelError(
            f"“{shown(file)}” is a pointer of Git LFS and not the file "
            "itself; run “git lfs pull” in the folder it was cloned to, or download the file."
        )


def precision_of(files: Iterable[Path]) -> str | None:
    """In which half precision weights were saved, such as "float16"; None for full precision."""
    found = {LOST[kind] for file in files for kind in _kinds(file) if kind in LOST}
    return " and ".join(sorted(found)) or None


def precision_notes(label: str, files: Iterable[Path]) -> tuple[str, ...]:
    """What a user should know of the weights of a model: what they have lost, if anything.

    They are computed with in float32 all the same: on a processor that is quicker, and nothing more
    is lost.
    """
    half = precision_of(files)
    return () if half is None else (f"the weights of {label} are {half}, used as float32",)


def _shards(folder: Path) -> tuple[Path, ...]:
    refuse_pointer(folder / INDEX)
    try:
        listed = json.loads((folder / INDEX).read_text(encoding="utf-8"))["weight_map"]
        names = sorted({str(name) for name in listed.values()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        names = []
    if not names:
        raise ModelError(f"{INDEX} in “{shown(folder)}” lists no weights; get it again.")
    for name in names:
        if not _is_plain(name):
            raise ModelError(
                f"{INDEX} in “{shown(folder)}” names “{name}”, which is no safetensors file of the "
                "same folder; get the model again."
            )
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise ModelError(
            f"“{shown(folder)}” lacks {len(missing)} of {len(names)} files of weights, such as "
            f"{missing[0]}; get them too."
        )
    return tuple(folder / name for name in names)


def _is_plain(name: str) -> bool:
    parts = PurePosixPath(name).parts, PureWindowsPath(name).parts
    return all(found == (name,) for found in parts) and name.endswith(".safetensors")


def _kinds(file: Path) -> set[str]:
    """Number formats of a safetensors file, from its header; none where that cannot be read."""
    try:
        with file.open("rb") as opened:
            size = int.from_bytes(opened.read(8), "little")
            header = json.loads(opened.read(size)) if size <= MOST_HEADER else {}
        return {entry["dtype"] for name, entry in header.items() if name != "__metadata__"}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return set()

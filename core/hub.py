"""The local cache of the public model hub, where its own library keeps what it downloads.

Looked up by hand: that library takes half a second to import.
"""

from __future__ import annotations

import os
from pathlib import Path


def cached_folder(hub_id: str) -> Path | None:
    """The folder of a public model; None when it is not there."""
    repository = repository_folder(hub_id)
    try:
        commit = (repository / "refs" / "main").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None
    folder = repository / "snapshots" / commit
    return folder if commit and (folder / "config.json").is_file() else None


def repository_folder(hub_id: str) -> Path:
    """Where the cache keeps all versions of a model, whether it is there or not."""
    return _cache() / f"models--{hub_id.replace('/', '--')}"


def _cache() -> Path:
    """By the environment variables of the hub's library."""
    places = (("HF_HUB_CACHE", ""), ("HUGGINGFACE_HUB_CACHE", ""), ("HF_HOME", "hub"))
    for variable, below in places:
        if os.environ.get(variable):
            return _expanded(os.environ[variable]) / below
    caches = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return _expanded(caches) / "huggingface" / "hub"


def _expanded(path: str) -> Path:
    """As that library does it, which leaves ~ where there is no home."""
    return Path(os.path.expanduser(os.path.expandvars(path)))  # noqa: PTH111

"""Tensors on disk, as safetensors only: nothing in such a file can run.

Files are written under a temporary name and renamed, so a reader never meets half a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import ModelError
from core.file_names import shown
from core.files import replacing
from core.foreign_weights import refuse_pointer

if TYPE_CHECKING:
    from torch import Tensor


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a safetensors file and its text metadata.

    Raises: ModelError when the file is missing, damaged, or anything but safetensors.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise ModelError(f"There is no weights file “{path}”.")
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return tensors, dict(file.metadata() or {})
    except (SafetensorError, OSError, ValueError) as error:
        # Asked only now: the length that a safetensors file begins with may look like a pickle's
        # first bytes.
        _refuse_pickles(path)
        refuse_pointer(path)
        raise ModelError(f"“{shown(path)}” is damaged or no safetensors file: {error}.") from None


def save_tensors(path: Path, tensors: dict[str, Tensor], facts: dict[str, str]) -> None:
    """Write tensors and text metadata to `path`, completely or not at all.

    Raises: ExportError when it cannot be written.
    """
    from safetensors.torch import save

    # save_file would make a file that only its owner can read.
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with replacing(path) as temporary:
        temporary.write_bytes(save(plain, facts))


def _refuse_pickles(path: Path) -> None:
    """Torch's own format is a zip of pickles, older ones a bare pickle: both can run code."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")):
        raise ModelError(
            f"“{shown(path)}” is a Python pickle, which could run code when opened, so it is "
            "refused; convert the weights to safetensors first."
        )

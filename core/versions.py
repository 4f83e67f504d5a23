"""Which versions are at work, read from the installed packages without importing them."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from core.errors import ModelError

HEARWHY = "0.1.0"
PACKAGES = ("torch", "torchaudio", "transformers", "captum", "soundfile", "numpy")


def versions() -> dict[str, str | None]:
    """HearWhy, Python, and the packages that results depend on; None where one is missing."""
    return {
        "hearwhy": HEARWHY,
        "python": platform.python_version(),
        **{package: installed(package) for package in PACKAGES},
    }


def installed(package: str) -> str | None:
    """The version of an installed package; None when it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def check_torch_pair() -> None:
    """That torch and torchaudio are of one release, and that the second loads.

    torchaudio is compiled against one release of torch; with another it fails on import, and
    whatever imports it fails with it.
    Raises: ModelError naming the pair to install.
    """
    torch, torchaudio = installed("torch"), installed("torchaudio")
    if torch is None or torchaudio is None or _release(torch) != _release(torchaudio):
        raise _mismatch(torch, torchaudio, "they are not of one release")
    try:
        import torchaudio as _loaded  # noqa: F401
    except (ImportError, OSError, RuntimeError) as error:
        raise _mismatch(torch, torchaudio, str(error).split("\n")[0]) from error


def _release(text: str) -> list[str]:
    return text.split(".")[:2]


def _mismatch(torch: str | None, torchaudio: str | None, reason: str) -> ModelError:
    return ModelError(
        f"torch {torch or '(missing)'} and torchaudio {torchaudio or '(missing)'} do not work "
        f"together ({reason}); install the pair torch==2.11.* and torchaudio==2.11.* from one "
        "source."
    )

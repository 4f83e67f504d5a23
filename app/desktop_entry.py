"""HearWhy in the menus of a Linux desktop: entry, icons, file type; for one user, without rights.

Specifications: Desktop Entry 1.1, Icon Theme 0.13, Shared MIME-info 0.22, AppStream 1.0.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from app.home import has_home
from core.errors import CoreError, ExportError
from core.extras import is_packaged
from core.files import replacing
from core.folders import made
from core.resources import resources_folder

NAME = "hearwhy"
MIME_ICON = "application-x-hearwhy"
METAINFO = "io.github.hearwhy.HearWhy.metainfo.xml"


class DesktopError(CoreError):
    """The desktop entry cannot be installed or removed here."""


def install(command: list[str] | None = None) -> list[Path]:
    """Put HearWhy into the menus, and make it open its session files. → what was written.

    command: how HearWhy is started; None finds out how it was started now.
    All files or none. Raises: DesktopError where this is no Linux, or a file cannot be written.
    """
    _require_linux()
    files = list(_files(command or own_command()))
    new = [path for path, _ in files if not os.path.lexists(path)]
    try:
        with ExitStack() as all_or_none:
            for path, content in files:
                all_or_none.enter_context(made(path.parent))
                temporary = all_or_none.enter_context(replacing(path))
                temporary.write_bytes(content)
    except ExportError as error:
        for path in new:
            with suppress(OSError):
                path.unlink()
        raise DesktopError(f"HearWhy was not put into the menus: {error}") from error
    _tell_the_desktop()
    return [path for path, _ in files]


def remove() -> list[Path]:
    """Take away all that `install` put there. → what was removed; empty when there was nothing.

    Raises: DesktopError where this is no Linux, or a file cannot be removed; all others are.
    """
    _require_linux()
    removed, failed = [], []
    for path, _ in _files([NAME]):
        try:
            path.unlink()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            failed.append((path, error))
            continue
        removed.append(path)
    _tell_the_desktop()
    if failed:
        (first, reason), *others = failed
        more = f" and {len(others)} more files" if others else ""
        raise DesktopError(f"“{first}”{more} could not be removed ({reason.strerror}).")
    return removed


def _files(command: list[str]) -> Iterator[tuple[Path, bytes]]:
    """Where each file goes, and what it holds."""
    data, drawn = _data_folder(), resources_folder()
    entry = (drawn / "desktop" / "hearwhy.desktop").read_text(encoding="utf-8")
    entry = entry.replace("@EXEC@", " ".join(map(_quoted, command)))
    entry = entry.replace("@TRYEXEC@", command[0])
    yield data / "applications" / f"{NAME}.desktop", entry.encode()
    mime = (drawn / "desktop" / "hearwhy-mime.xml").read_bytes()
    yield data / "mime" / "packages" / f"{NAME}.xml", mime
    yield data / "metainfo" / METAINFO, (drawn / "desktop" / METAINFO).read_bytes()
    icons = data / "icons" / "hicolor"
    vector = (drawn / "icons" / f"{NAME}.svg").read_bytes()
    yield icons / "scalable" / "apps" / f"{NAME}.svg", vector
    yield icons / "scalable" / "mimetypes" / f"{MIME_ICON}.svg", vector
    for picture in sorted((drawn / "icons" / "application").glob("*.png")):
        size = f"{picture.stem}x{picture.stem}"
        yield icons / size / "apps" / f"{NAME}.png", picture.read_bytes()


def _data_folder() -> Path:
    """XDG_DATA_HOME; a relative one does not count, says the Base Directory specification.

    Raises: DesktopError for a user who has none.
    """
    named = os.environ.get("XDG_DATA_HOME", "")
    if Path(named).is_absolute():
        return Path(named)
    if not has_home():
        raise DesktopError("You have no home folder here, which is where menus are kept; set HOME.")
    return Path.home() / ".local" / "share"


def own_command() -> list[str]:
    """How this process was started: the frozen program, or Python with `main.py`."""
    if is_packaged():
        return [str(Path(sys.executable).resolve())]
    return [sys.executable, str(Path(__file__).resolve().parents[1] / "main.py")]


def _quoted(argument: str) -> str:
    """As the Desktop Entry specification wants it: reserved characters only in quotes."""
    for character in '\\"`$':
        argument = argument.replace(character, f"\\{character}")
    # A string value has backslashes of its own, and % begins a field code.
    return '"' + argument.replace("\\", "\\\\").replace("%", "%%") + '"'


def _tell_the_desktop() -> None:
    """Have caches rebuilt where there are tools for it; without them the desktop does it late."""
    data = _data_folder()
    for tool, folder in (
        ("update-desktop-database", data / "applications"),
        ("update-mime-database", data / "mime"),
        ("gtk-update-icon-cache", data / "icons" / "hicolor"),
    ):
        found = shutil.which(tool)
        if found is not None and folder.is_dir():
            options = ["-q", "-t", "-f"] if tool.startswith("gtk") else []
            with suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run(
                    [found, *options, str(folder)], capture_output=True, timeout=30, check=False
                )


def _require_linux() -> None:
    if not sys.platform.startswith("linux"):
        raise DesktopError(
            "Desktop entries are for Linux; on macOS move the app into Applications."
        )

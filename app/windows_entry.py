"""HearWhy as what Windows opens sessions and sounds with; for one user, without rights.

Only the user's own part of the registry is written, HKEY_CURRENT_USER\\Software\\Classes. Sounds
get one more entry under "Open with"; what opens them by default stays as it is.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from app.desktop_entry import DesktopError, own_command
from core.audio_io import SUFFIXES
from core.session_file import SUFFIX as SESSION_SUFFIX

CLASSES = r"Software\Classes"
SESSION, SOUND = "HearWhy.Session", "HearWhy.Sound"
ASSOCIATIONS_CHANGED = 0x08000000  # SHCNE_ASSOCCHANGED


@dataclass(frozen=True, slots=True)
class Value:
    """One entry of the registry: key under `CLASSES`, name in it ("" is the key's own), text."""

    key: str
    name: str
    text: str

    @property
    def place(self) -> str:
        return f"HKEY_CURRENT_USER\\{CLASSES}\\{self.key}{f' {self.name}' if self.name else ''}"


def install(command: list[str] | None = None) -> list[str]:
    """Open sessions with HearWhy, and offer it for sounds. → the places of what was written.

    command: how HearWhy is started; None finds out how it was started now.
    Raises: DesktopError where this is no Windows, or the registry refuses.
    """
    registry = _registry()
    values = list(_values(command or own_command()))
    for value in values:
        try:
            with registry.CreateKeyEx(
                registry.HKEY_CURRENT_USER, f"{CLASSES}\\{value.key}", 0, registry.KEY_WRITE
            ) as key:
                registry.SetValueEx(key, value.name, 0, registry.REG_SZ, value.text)
        except OSError as error:
            with suppress(DesktopError):
                remove()  # half of it is no use
            raise _refused(value, "written", error) from error
    _tell_the_shell()
    return [value.place for value in values]


def remove() -> list[str]:
    """Take away all that `install` put there, and nothing that another program put there since.

    → the places of what was removed; empty when there was nothing.
    Raises: DesktopError where this is no Windows, or the registry refuses.
    """
    registry = _registry()
    values = list(_values(["hearwhy"]))
    removed = []
    for value in values:
        try:
            if _remove_value(registry, value):
                removed.append(value.place)
        except OSError as error:
            raise _refused(value, "removed", error) from error
    # Deepest first, since a key with keys in it stays; so does one that others have filled.
    keys = {part for value in values for part in _own_keys(value.key)}
    for key in sorted(keys, key=lambda name: name.count("\\"), reverse=True):
        with suppress(OSError):
            if _is_empty(registry, key):
                registry.DeleteKey(registry.HKEY_CURRENT_USER, f"{CLASSES}\\{key}")
    _tell_the_shell()
    return removed


def _values(command: list[str]) -> Iterator[Value]:
    # The file's place may have spaces in it, and Windows puts it there as it is.
    opening = f'{subprocess.list2cmdline(command)} "%1"'
    for kind, says in ((SESSION, "HearWhy session"), (SOUND, "Explain with HearWhy")):
        yield Value(kind, "", says)
        yield Value(kind, "FriendlyAppName", "HearWhy")
        if len(command) == 1:  # the packaged program, which has its icon in it
            yield Value(rf"{kind}\DefaultIcon", "", f"{command[0]},0")
        yield Value(rf"{kind}\shell\open\command", "", opening)
    yield Value(SESSION_SUFFIX, "", SESSION)
    for suffix in (SESSION_SUFFIX, *SUFFIXES):
        kind = SESSION if suffix == SESSION_SUFFIX else SOUND
        yield Value(rf"{suffix}\OpenWithProgids", kind, "")


def _own_keys(key: str) -> Iterator[str]:
    """A key, and those around it that may be empty without it."""
    parts = key.split("\\")
    for depth in range(len(parts), 0, -1):
        yield "\\".join(parts[:depth])


def _remove_value(registry: Any, value: Value) -> bool:
    try:
        with registry.OpenKey(
            registry.HKEY_CURRENT_USER, f"{CLASSES}\\{value.key}", 0, registry.KEY_ALL_ACCESS
        ) as key:
            found, _ = registry.QueryValueEx(key, value.name)
            if value.key == SESSION_SUFFIX and found != value.text:
                return False  # the user has another program for it by now
            registry.DeleteValue(key, value.name)
    except FileNotFoundError:
        return False
    return True


def _is_empty(registry: Any, key: str) -> bool:
    with registry.OpenKey(
        registry.HKEY_CURRENT_USER, f"{CLASSES}\\{key}", 0, registry.KEY_READ
    ) as opened:
        n_keys, n_values, _ = registry.QueryInfoKey(opened)
    return (n_keys, n_values) == (0, 0)


def _refused(value: Value, done: str, error: OSError) -> DesktopError:
    return DesktopError(f"“{value.place}” could not be {done} ({error.strerror}).")


def _tell_the_shell() -> None:
    """Have the Explorer look again, so that icons change at once."""
    if sys.platform == "win32":
        ctypes.windll.shell32.SHChangeNotify(ASSOCIATIONS_CHANGED, 0, None, None)


def _registry() -> Any:
    if sys.platform != "win32":
        raise DesktopError("The registry is for Windows.")
    import winreg

    return winreg

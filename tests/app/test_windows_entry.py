# ruff: noqa: N802 – the names are those of `winreg`
"""Windows' registry is stood in for by one of the same rules: Windows itself is not at hand."""

import sys
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace

import pytest

from app import windows_entry
from app.desktop_entry import DesktopError
from app.windows_entry import CLASSES, install, remove
from core.audio_io import SUFFIXES

PROGRAM = r"C:\Program Files\HearWhy\hearwhy.exe"


class Registry(ModuleType):
    """Keys with named values, as `winreg` shows them; a key with keys in it cannot be deleted."""

    HKEY_CURRENT_USER, KEY_READ, KEY_WRITE, KEY_ALL_ACCESS, REG_SZ = range(5)

    def __init__(self):
        super().__init__("winreg")
        self.keys = {"Software": {}, CLASSES: {}}
        self.refuses = ""
        self.told = 0
        shell = SimpleNamespace(SHChangeNotify=self.hear_change)
        self.windll = SimpleNamespace(shell32=shell)

    def hear_change(self, event, flags, first, second):
        assert event == 0x08000000  # associations changed
        self.told += 1

    def at(self, key):
        return self.keys[f"{CLASSES}\\{key}"]

    @contextmanager
    def CreateKeyEx(self, root, path, reserved, access):
        if self.refuses and self.refuses in path:
            raise PermissionError(13, "Access is denied")
        parts = path.split("\\")
        for depth in range(1, len(parts) + 1):
            self.keys.setdefault("\\".join(parts[:depth]), {})
        yield path

    @contextmanager
    def OpenKey(self, root, path, reserved, access):
        if path not in self.keys:
            raise FileNotFoundError(2, "The system cannot find the file specified")
        yield path

    def SetValueEx(self, path, name, reserved, kind, text):
        assert kind == self.REG_SZ and isinstance(text, str)
        self.keys[path][name] = text

    def QueryValueEx(self, path, name):
        if name not in self.keys[path]:
            raise FileNotFoundError(2, "The system cannot find the file specified")
        return self.keys[path][name], self.REG_SZ

    def DeleteValue(self, path, name):
        del self.keys[path][name]

    def QueryInfoKey(self, path):
        inside = {
            k
            for k in self.keys
            if k.startswith(path + "\\") and k.count("\\") == path.count("\\") + 1
        }
        return len(inside), len(self.keys[path]), 0

    def DeleteKey(self, root, path):
        if any(key.startswith(path + "\\") for key in self.keys):
            raise PermissionError(13, "Access is denied")
        del self.keys[path]


@pytest.fixture
def registry(monkeypatch):
    found = Registry()
    monkeypatch.setitem(sys.modules, "winreg", found)
    monkeypatch.setattr(windows_entry.sys, "platform", "win32")
    monkeypatch.setattr(windows_entry.ctypes, "windll", found.windll, raising=False)
    return found


def test_sessions_are_opened_by_it_and_sounds_offered(registry):
    places = install([PROGRAM])
    assert registry.at(".hearwhy")[""] == "HearWhy.Session"
    assert registry.at(r"HearWhy.Session\shell\open\command")[""] == f'"{PROGRAM}" "%1"'
    assert registry.at(r"HearWhy.Session\DefaultIcon")[""] == f"{PROGRAM},0"
    for suffix in SUFFIXES:
        assert registry.at(rf"{suffix}\OpenWithProgids") == {"HearWhy.Sound": ""}
        assert "" not in registry.at(suffix)  # what opens it by default stays
    assert r"HKEY_CURRENT_USER\Software\Classes\.hearwhy" in places
    assert registry.told == 1


def test_from_source_it_starts_python_with_main_and_has_no_icon(registry):
    install([r"C:\My Python\python.exe", r"C:\hearwhy\main.py"])
    command = registry.at(r"HearWhy.Sound\shell\open\command")[""]
    assert command == r'"C:\My Python\python.exe" C:\hearwhy\main.py "%1"'
    assert not [key for key in registry.keys if key.endswith("DefaultIcon")]


def test_removing_leaves_nothing_of_it(registry):
    written = install([PROGRAM])
    assert set(remove()) == set(written)
    assert registry.keys == {"Software": {}, CLASSES: {}}
    assert remove() == []


def test_what_others_put_there_stays(registry):
    install([PROGRAM])
    registry.at(r".wav\OpenWithProgids")["Other.Player"] = ""
    registry.at(".hearwhy")[""] = "Other.Program"
    remove()
    assert registry.at(r".wav\OpenWithProgids") == {"Other.Player": ""}
    assert registry.at(".hearwhy") == {"": "Other.Program"}
    assert not [key for key in registry.keys if "HearWhy." in key]


def test_a_refusal_is_named(registry):
    registry.refuses = ".flac"
    with pytest.raises(DesktopError, match=r"\.flac.*Access is denied"):
        install([PROGRAM])
    assert registry.keys == {"Software": {}, CLASSES: {}}  # nothing half-written


@pytest.mark.skipif(sys.platform == "win32", reason="of other systems")
def test_elsewhere_there_is_no_registry():
    with pytest.raises(DesktopError, match="Windows"):
        install()

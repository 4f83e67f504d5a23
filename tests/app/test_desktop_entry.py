import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app import desktop_entry
from app.cli import run
from app.desktop_entry import DesktopError, install, remove
from tests.full_disk import full_disk

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="for Linux desktops")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return tmp_path / "share"


def entry(home):
    parser = configparser.RawConfigParser(strict=True, interpolation=None)
    parser.optionxform = str
    parser.read_string((home / "applications" / "hearwhy.desktop").read_text(encoding="utf-8"))
    return parser["Desktop Entry"]


@linux
def test_the_entry_starts_this_program_with_the_files(home):
    install(["/opt/Hear Why/hearwhy"])
    assert entry(home)["Exec"] == '"/opt/Hear Why/hearwhy" %F'
    assert entry(home)["TryExec"] == "/opt/Hear Why/hearwhy"
    assert "application/x-hearwhy" in entry(home)["MimeType"]


@linux
def test_from_source_it_starts_python_with_main(home):
    install()
    python, program, files = entry(home)["Exec"].split(" ")
    assert Path(python.strip('"')) == Path(sys.executable)
    assert Path(program.strip('"')).name == "main.py"
    assert Path(program.strip('"')).is_file()
    assert files == "%F"


@linux
def test_the_file_type_and_the_description_are_well_formed(home):
    install()
    mime = ElementTree.parse(home / "mime" / "packages" / "hearwhy.xml").getroot()
    (glob,) = mime.iter("{http://www.freedesktop.org/standards/shared-mime-info}glob")
    assert glob.get("pattern") == "*.hearwhy"
    about = ElementTree.parse(home / "metainfo" / desktop_entry.METAINFO).getroot()
    assert about.findtext("launchable") == "hearwhy.desktop"


@linux
def test_there_is_an_icon_of_each_size(home):
    install()
    theme = home / "icons" / "hicolor"
    for size in (16, 24, 32, 48, 64, 128, 256, 512):
        picture = (theme / f"{size}x{size}" / "apps" / "hearwhy.png").read_bytes()
        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(picture[16:20], "big") == size
    assert (theme / "scalable" / "apps" / "hearwhy.svg").is_file()


@linux
def test_removing_leaves_nothing_of_it_and_nothing_else_is_touched(home):
    foreign = home / "applications" / "other.desktop"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("theirs")
    written = install()
    assert set(remove()) == set(written)
    assert not [path for path in home.rglob("*hearwhy*") if path.is_file()]
    assert foreign.read_text() == "theirs"
    assert remove() == []


@linux
def test_installing_twice_is_as_once(home):
    assert install() == install()


def everything_in(folder):
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


@linux
@pytest.mark.parametrize("place", ["", "applications", "mime", "icons/hicolor/512x512"])
def test_where_it_cannot_write_it_says_so_and_installs_nothing(home, capsys, place):
    closed = home / place  # a file, since nobody is kept from writing into a folder everywhere
    closed.parent.mkdir(parents=True, exist_ok=True)
    closed.touch()
    before = everything_in(home.parent)
    assert run(["--install-desktop"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "menus" in err and str(closed) in err
    assert everything_in(home.parent) == before
    assert run(["--remove-desktop"]) == 0
    assert capsys.readouterr() == ("", "")


@linux
def test_an_entry_that_cannot_be_replaced_leaves_the_older_ones(home):
    install(["/opt/older/hearwhy"])
    icon = home / "icons" / "hicolor" / "16x16" / "apps" / "hearwhy.png"
    icon.unlink()
    icon.mkdir()
    with pytest.raises(DesktopError, match=re.escape(str(icon))):
        install(["/opt/newer/hearwhy"])
    assert entry(home)["TryExec"] == "/opt/older/hearwhy"


@linux
def test_a_full_disk_installs_nothing(home):
    with full_disk(10_000), pytest.raises(DesktopError, match="menus"):
        install()
    assert not home.exists()


@linux
def test_what_cannot_be_removed_is_said_and_all_else_is_gone(home, capsys):
    install()
    files = {path for path in home.rglob("*hearwhy*") if path.is_file()}
    stuck = home / "mime" / "packages" / "hearwhy.xml"
    stuck.unlink()
    stuck.mkdir()
    assert run(["--remove-desktop"]) == 2
    assert capsys.readouterr().err.startswith(f"“{stuck}” could not be removed")
    assert not [path for path in files if path.is_file()]


@linux
@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="no validator here")
def test_the_validator_has_nothing_to_say(home):
    install()
    found = subprocess.run(
        ["desktop-file-validate", str(home / "applications" / "hearwhy.desktop")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stdout) == (0, "")


@linux
def test_reserved_characters_are_quoted_as_specified(home):
    install(['/opt/a"b$c`d\\e%f/hearwhy'])
    assert entry(home)["Exec"] == '"/opt/a\\\\"b\\\\$c\\\\`d\\\\\\\\e%%f/hearwhy" %F'


def test_elsewhere_than_on_linux_it_says_what_to_do(home, monkeypatch):
    monkeypatch.setattr(desktop_entry.sys, "platform", "darwin")
    with pytest.raises(DesktopError, match="Applications"):
        install()

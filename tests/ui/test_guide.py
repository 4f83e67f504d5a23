"""The guide says what the window does: its tables are made from it, its links and pictures lead
somewhere."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from PIL import Image

from app.paths import guide_file
from core.fills import FILLS
from docs import make_guide
from ui.dialogs.guide_text import DARK_NAME, LIGHT_NAME, SHARP, GuideText, anchor_of

TEXT = guide_file().read_text(encoding="utf-8")
PICTURES = guide_file().parent / "pictures"
LARGEST = 4_000_000  # bytes of all pictures: they ship with the program


def shown_pictures() -> list[str]:
    return re.findall(r"!\[[^]]+\]\(pictures/([^)]+)\)", TEXT)


@pytest.mark.skipif(sys.platform != "linux", reason="some keys are the system's own")
def test_the_tables_are_up_to_date(qapp):
    assert make_guide.with_tables(TEXT) == TEXT, "run: python -m docs.make_guide tables"


def test_a_guide_without_a_place_for_its_tables_is_told(qapp):
    with pytest.raises(ValueError, match="0 places for the table of keys"):
        make_guide.with_tables("# Guide\n")


def test_links_lead_to_chapters():
    anchors = {anchor_of(heading) for heading in re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)}
    targets = re.findall(r"(?<!!)\[[^]]+\]\(([^)]+)\)", TEXT)
    assert targets
    for target in targets:
        assert target.startswith("https://") or target.removeprefix("#") in anchors, target


def test_every_picture_is_there_in_the_light_in_the_dark_and_taken_by_the_tool():
    names = shown_pictures()
    assert len(names) > 8
    for name in names:
        assert name.endswith(LIGHT_NAME)
        assert name.removesuffix(LIGHT_NAME) in make_guide.VIEWS
        assert (PICTURES / name).is_file()
        assert (PICTURES / (name.removesuffix(LIGHT_NAME) + DARK_NAME)).is_file()


def test_no_picture_is_left_over_and_all_together_are_small():
    views = {f"{name}-{theme}" for name in make_guide.VIEWS for theme in ("light", "dark")}
    files = sorted(PICTURES.iterdir())
    assert {file.name.removesuffix(".png").removesuffix(SHARP) for file in files} == views
    assert sum(file.stat().st_size for file in files) < LARGEST


def test_sharp_pictures_are_twice_as_large():
    for file in PICTURES.glob(f"*{SHARP}.png"):
        with Image.open(file) as sharp, Image.open(file.with_name(_plain(file))) as plain:
            assert sharp.size == (2 * plain.width, 2 * plain.height)


def test_the_window_shows_it_whole(qtbot):
    view = GuideText()
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show_file(guide_file())
    text = view.toPlainText()
    assert "<!--" not in text
    assert "|---" not in text
    assert len(view.headings) == len(re.findall(r"^#+ ", TEXT, re.MULTILINE))


def test_what_the_guide_names_is_there():
    for word in ("HEARWHY", "TODO", "/home/", "/work/"):
        assert word not in TEXT
    for spec in FILLS.specs():
        assert spec.label.split()[0].casefold() in TEXT.casefold(), spec.label


def _plain(file: Path) -> str:
    return file.name.replace(SHARP, "")

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor, QImage, QTextDocument
from PySide6.QtTest import QTest

from ui.dialogs.guide import ZOOMS, GuideDialog
from ui.dialogs.guide_text import WIDEST, anchor_of
from ui.theme import DARK, LIGHT, apply_theme

LONG = "\n\n".join(["Words about sounds, and again words about sounds."] * 40)
TEXT = f"""# The guide

Go to [the second chapter](#the-second-chapter) or [away](https://example.org/x).

## First

![A picture](pictures/window-light.png)

<!-- a remark -->

{LONG}

## The second chapter

The needle lies here.

| Number | Meaning |
|---|---|
| `p` | how sure |

### A part

{LONG}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "pictures").mkdir()
    for name, colour, width in (
        ("window-light.png", "#ff0000", 1280),
        ("window-dark.png", "#0000ff", 1280),
    ):
        picture = QImage(width, 400, QImage.Format.Format_RGB32)
        picture.fill(QColor(colour))
        assert picture.save(str(tmp_path / "pictures" / name))
    file = tmp_path / "guide.md"
    file.write_text(TEXT, encoding="utf-8")
    return file


@pytest.fixture
def guide(qtbot, file):
    guide = GuideDialog(file)
    qtbot.addWidget(guide)
    guide.show()
    qtbot.waitExposed(guide)
    return guide


def picture_of(guide: GuideDialog) -> QImage | None:
    image = QTextDocument.ResourceType.ImageResource
    return guide.text.document().resource(image, QUrl("pictures/window-light.png"))


def titles(guide: GuideDialog) -> list[str]:
    return [item.text(0) for item in guide._items()]


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("The second chapter", "the-second-chapter"),
        ("ABX: can you hear it?", "abx-can-you-hear-it"),
        ("Keys & mouse", "keys--mouse"),
        ("Random-mask control", "random-mask-control"),
    ],
)
def test_anchors_are_those_of_other_places(heading, anchor):
    assert anchor_of(heading) == anchor


def test_the_contents_lead_to_the_chapters(guide):
    assert titles(guide) == ["First", "The second chapter", "A part"]
    assert guide.text.verticalScrollBar().value() == 0
    guide.contents.setCurrentItem(guide._items()[1])
    assert guide.text.current_heading().text in ("The second chapter", "A part")
    assert guide.text.verticalScrollBar().value() > 500


def test_the_contents_follow_the_text(guide):
    bar = guide.text.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert guide.contents.currentItem().text(0) == "A part"
    bar.setValue(bar.maximum() // 4)
    assert guide.contents.currentItem().text(0) == "First"
    assert bar.value() == bar.maximum() // 4


def test_a_link_leads_to_its_chapter_and_others_lead_out(qtbot, guide):
    guide.text.anchorClicked.emit(QUrl("#the-second-chapter"))
    assert guide.text.verticalScrollBar().value() > 500
    with qtbot.waitSignal(guide.link_opened) as opened:
        guide.text.anchorClicked.emit(QUrl("https://example.org/x"))
    assert opened.args[0].host() == "example.org"


def test_remarks_for_those_who_write_are_not_shown(guide):
    assert "remark" not in guide.text.toPlainText()


def test_pictures_are_as_wide_as_the_text_at_most(qtbot, guide):
    def fits() -> bool:
        picture = picture_of(guide)
        width = picture.deviceIndependentSize().width() if picture is not None else 0.0
        return width == pytest.approx(guide.text._width, abs=1)

    qtbot.waitUntil(fits)
    before = guide.text._width
    guide.resize(700, 500)
    qtbot.waitUntil(lambda: guide.text._width < before)
    qtbot.waitUntil(fits)
    guide.resize(2000, 500)
    qtbot.waitUntil(lambda: guide.text._width == WIDEST)
    qtbot.waitUntil(fits)


def test_in_the_dark_pictures_and_letters_are_those_of_the_dark(qapp, themes, file, qtbot):
    apply_theme(qapp, "light")
    guide = GuideDialog(file)
    qtbot.addWidget(guide)
    guide.show()

    def drawn_in(colour: str) -> bool:
        picture = picture_of(guide)  # none while it is drawn anew
        return picture is not None and picture.pixelColor(5, 5) == QColor(colour)

    qtbot.waitUntil(lambda: drawn_in("#ff0000"))
    apply_theme(qapp, "dark")
    qapp.processEvents()
    qtbot.waitUntil(lambda: drawn_in("#0000ff"))
    link = guide.text.document().find("the second chapter").charFormat()
    assert link.foreground().color() == QColor(DARK.accent) != QColor(LIGHT.accent)
    guide.close()


def test_search_goes_round(qtbot, guide):
    guide.search.setFocus()
    QTest.keyClicks(guide.search, "words")
    assert guide.count.text() == "1 of 160"
    QTest.keyClick(guide.search, Qt.Key.Key_Return)
    assert guide.count.text() == "2 of 160"
    assert len(guide.text.extraSelections()) == 160
    guide.search.setText("needle")
    assert guide.count.text() == "1 of 1"
    assert guide.text.verticalScrollBar().value() > 500
    QTest.keyClick(guide.search, Qt.Key.Key_Return)
    assert guide.count.text() == "1 of 1"
    guide.search.setText("haystack")
    assert guide.count.text() == "not found"
    guide.search.clear()
    assert guide.count.text() == ""
    assert guide.text.extraSelections() == []


def test_letters_grow_and_shrink_within_bounds(guide):
    size = guide.text.document().defaultFont().pointSizeF()
    QTest.mouseClick(guide.larger, Qt.MouseButton.LeftButton)
    assert guide.text.document().defaultFont().pointSizeF() > size
    for _ in ZOOMS:
        guide._zoom(1)
    assert not guide.larger.isEnabled()
    for _ in ZOOMS:
        guide._zoom(-1)
    assert not guide.smaller.isEnabled()
    assert guide.text.document().defaultFont().pointSizeF() == pytest.approx(size * ZOOMS[0])


def test_a_missing_guide_is_told(qtbot, tmp_path):
    guide = GuideDialog(tmp_path / "nothing.md")
    qtbot.addWidget(guide)
    assert "nothing.md" in guide.text.toPlainText()
    assert titles(guide) == []


def test_esc_closes_it_and_it_stops_nothing_else(guide):
    assert not guide.isModal()
    QTest.keyClick(guide.text, Qt.Key.Key_Escape)
    assert not guide.isVisible()

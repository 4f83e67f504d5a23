"""Makes what the guide does not say by hand: its tables, and the pictures of the window.

    python -m docs.make_guide tables              rewrites the tables in docs/guide.md
    python -m docs.make_guide pictures [NAME…]    takes the pictures anew, all or these

The tables come from the table of commands and from the explanations behind the "?" buttons.
A picture is taken in the light and in the dark, those of `SHARP` also at twice the scale; all by
`main.py --screenshot`, reduced to as many colours as the eye needs.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageColor
from PySide6.QtGui import QGuiApplication

from ui.actions import ACTIONS, KeyRow, key_list_markdown, key_rows
from ui.number_help import NUMBER_HELP, better_words, number_help
from ui.theme import DARK, LIGHT, Theme

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "guide.md"
PICTURES = ROOT / "docs" / "pictures"
SEQUENCE = ROOT / "resources" / "samples" / "keywords_in_noise.wav"

VIEWS: dict[str, list[str]] = {
    "window": [],
    "explanation": ["--view", "explanation"],
    "removed": ["--view", "removed"],
    "all": ["--view", "all"],
    "difference": ["--view", "difference"],
    "relevance": ["--view", "relevance"],
    "kept": ["--view", "kept"],
    "gone": ["--view", "gone"],
    "concepts": [str(SEQUENCE), "--view", "concepts", "--size", "1160x740"],
    "long": [str(SEQUENCE)],
    "live": ["--view", "live", "--size", "1440x900"],
    "export": ["--view", "export"],
    "abx": ["--view", "abx"],
    "settings": ["--view", "settings"],
    "keys": ["--view", "keys"],
}
"""Name of each picture and how it is asked for."""

SHARP = ("window", "all", "difference", "relevance")
COLOURS = {1: 128, 2: 96}  # of a picture at this scale


def with_tables(text: str) -> str:
    """The guide with its tables made anew."""
    for name, table in (("keys", key_table()), ("numbers", number_table())):
        pattern = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        text, found = re.subn(pattern, rf"\1\n{table}\n\2", text, flags=re.DOTALL)
        if found != 1:
            raise ValueError(f"The guide has {found} places for the table of {name}.")
    return text


def key_table() -> str:
    """Of each command the first key and those that we chose, not all that the system adds."""
    rows = key_rows()
    named = [
        KeyRow(row.section, _plain_keys(row.keys, spec.keys), row.text, row.tip)
        for row, spec in zip(rows, ACTIONS, strict=False)
    ]
    return key_list_markdown([*named, *rows[len(named) :]])


def number_table() -> str:
    """What each number means, as its "?" says it."""
    lines = ["| Number | What it says | |", "|---|---|---|"]
    for number in NUMBER_HELP:
        entry = number_help(number)
        lines.append(
            f"| **{entry.name}** | {entry.meaning} {better_words(entry.better)} | {entry.source} |"
        )
    return "\n".join(lines) + "\n"


def take_picture(name: str, theme: Theme, scale: int) -> None:
    """One picture of the window, small enough to ship."""
    suffix = f"-{theme.name}{'@2x' if scale == 2 else ''}.png"
    with TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.png"
        options = ["--screenshot", str(raw), "--theme", theme.name, "--scale", str(scale)]
        command = [sys.executable, str(ROOT / "main.py"), *VIEWS[name], *options]
        subprocess.run(command, check=True)
        picture = _reduced(Image.open(raw).convert("RGB"), theme, COLOURS[scale])
    PICTURES.mkdir(exist_ok=True)
    picture.save(PICTURES / f"{name}{suffix}", optimize=True)


def _plain_keys(shown: tuple[str, ...], chosen: tuple[object, ...]) -> tuple[str, ...]:
    return tuple(key for key in shown if key == shown[0] or key in chosen)


def _reduced(picture: Image.Image, theme: Theme, colours: int) -> Image.Image:
    """In few colours: those of the theme, which small things wear, and the most frequent others."""
    values = [getattr(theme, field.name) for field in dataclasses.fields(theme)]
    fixed = [value for value in values if isinstance(value, str) and value.startswith("#")]
    fixed += [str(colour) for colour in theme.variants.values()]
    others = colours - len(fixed)
    found = picture.quantize(others, method=Image.Quantize.MEDIANCUT, kmeans=1).getpalette() or []
    named = [part for colour in fixed for part in ImageColor.getrgb(colour)[:3]]
    palette = Image.new("P", (1, 1))
    palette.putpalette([*named, *found[: 3 * others]])
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m docs.make_guide", description=(__doc__ or "").splitlines()[0]
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("tables", help="rewrite the tables in docs/guide.md")
    pictures = commands.add_parser("pictures", help="take the pictures anew")
    pictures.add_argument("names", nargs="*", metavar="NAME", help=", ".join(VIEWS))
    chosen = parser.parse_args()
    if chosen.command == "tables":
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        application = QGuiApplication.instance() or QGuiApplication([])
        GUIDE.write_text(with_tables(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
        del application
        return
    if unknown := set(chosen.names) - VIEWS.keys():
        parser.error(f"there is no picture {', '.join(sorted(unknown))}")
    for name in chosen.names or VIEWS:
        for theme in (LIGHT, DARK):
            for scale in (1, 2) if name in SHARP else (1,):
                take_picture(name, theme, scale)


if __name__ == "__main__":
    main()

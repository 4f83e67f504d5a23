"""Names of files and folders: such that every system takes, and as they are shown to people."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

MOST_BYTES = 200  # in UTF-8; systems take 255, and a number or an ending may follow
FORBIDDEN = frozenset('<>:"/\\|?*')  # on Windows
UNSEEN = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of characters, ends of lines
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
ROOM = 60  # characters of a path that is shown whole
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)", re.IGNORECASE)


def usable_name(text: str, instead: str = "clip", most_bytes: int = MOST_BYTES) -> str:
    """`text` as a name: what Windows forbids and what is not seen becomes “_”, the rest stays.

    No dots or spaces at either end (Windows drops them, others hide the file), no name of a
    Windows device, no more than `most_bytes` in UTF-8. instead: what stands for a name of which
    nothing is left.
    """
    name = "".join("_" if _is_unusable(character) else character for character in text)
    name = name.strip(". ")
    if DEVICES.match(name):
        name = f"_{name}"
    while len(name.encode()) > most_bytes:
        name = name[:-1]
    return name.rstrip(". ") or instead


def on_one_line(text: str) -> str:
    """`text` for a file of lines: no control characters, no ends of lines, spaces not doubled.

    Halves of characters, which names that are not valid text have, become “�”, and so does what
    reorders text.
    """
    kept = "".join(
        "�"
        if character in REORDERING or unicodedata.category(character) == "Cs"
        else " "
        if unicodedata.category(character) in UNSEEN
        else character
        for character in text
    )
    return " ".join(kept.split())


def plain(text: str) -> str:
    """`text` as it may be shown anywhere: what steers a terminal or turns text around is “�”.

    That is control characters, ends of lines, halves of characters, and what reorders text.
    """
    if text.isprintable():
        return text
    return "".join("�" if _steers(character) else character for character in text)


def shown(path: Path | str) -> str:
    """A path as messages name it: enough of it to tell two files of one name apart.

    All of a short one; of a long one as many folders as there is room for, and at least the one
    that the file lies in. See `plain` for the rest.
    """
    text, parts = str(Path(path)), Path(path).parts
    if len(text) > ROOM and len(parts) > 2:
        kept = 2
        while len(str(Path(*parts[-kept - 1 :]))) < ROOM - 1:
            kept += 1
        text = str(Path("…", *parts[-kept:]))
    return plain(text)


def naming(path: Path, error: Exception) -> str:
    """What is wrong with a file, with its name before it where the sentence does not name it."""
    name, sentence = shown(path), str(error)
    return sentence if name in sentence else f"“{name}”: {sentence}"


def as_text(name: str) -> str:
    """The name of a file as valid text, which names that are none are still told apart by.

    Bytes that are no text are written out: “caf\\xe9”.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("utf-8", "backslashreplace")
    return name


def _steers(character: str) -> bool:
    return character in REORDERING or unicodedata.category(character) in UNSEEN


def _is_unusable(character: str) -> bool:
    return character in FORBIDDEN or _steers(character)

"""How often people used which tag: from a table, a list, or FSD50K's metadata."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.errors import DataError

NAMES = ("tag", "concept", "word", "name", "label")  # how lists head the column of the tags
COUNTS = ("count", "frequency", "freq", "n")
DELIMITERS = (",", ";", "\t")


def read_tags(path: Path) -> Counter[str]:
    """Tag → how often, of one file or of all of them in a folder.

    Understood are FSD50K's `*_clips_info_FSD50K.json` (a record a clip, with its `tags`), other
    JSON lists of words or objects of counts, tables (.csv, .tsv) with or without a column of
    counts, and text with one tag a line. A list without counts is taken to be in order of
    frequency. Tags are in lower case, with blanks for hyphens and underscores.
    Raises: DataError when the file is none of these, or holds no tags.
    """
    if path.is_dir():
        counts: Counter[str] = Counter()
        for file in sorted([*path.glob("[!.]*.json"), *path.glob("[!.]*.csv")]):
            counts.update(read_tags(file))
        if not counts:
            raise DataError(f"“{path}” holds no .json or .csv of tags.")
        return counts
    try:
        text = path.read_text(encoding="utf-8-sig")
        pairs = list(_pairs(path, text))
    except OSError as error:
        raise DataError(f"“{path}” cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise DataError(
            f"“{path.name}” is no text in UTF-8; give a table, a JSON file or a list of tags."
        ) from None
    except (ValueError, csv.Error, RecursionError) as error:
        raise DataError(f"“{path.name}” is no list of tags ({error}).") from None
    counts = Counter()
    for tag, count in pairs:
        plain = plain_tag(tag)
        if plain and count > 0:
            counts[plain] += count
    if not counts:
        raise DataError(f"“{path.name}” holds no tags.")
    return counts


def plain_tag(tag: str) -> str:
    """A tag as words: “Field-Recording” → field recording."""
    return " ".join(tag.replace("-", " ").replace("_", " ").casefold().split())


def ranked(counts: Counter[str]) -> list[str]:
    """The tags, most frequent first; ties in alphabetical order."""
    return sorted(counts, key=lambda tag: (-counts[tag], tag))


def _pairs(path: Path, text: str) -> Iterable[tuple[str, int]]:
    suffix = path.suffix.lower()
    if suffix == ".json":
        return _of_json(json.loads(text))
    if suffix in (".csv", ".tsv"):
        head = text.partition("\n")[0]
        return _of_table(text, max(DELIMITERS, key=head.count))
    return _in_order([line for line in text.splitlines() if not line.lstrip().startswith("#")])


def _of_json(content: Any) -> Iterable[tuple[str, int]]:
    if isinstance(content, list) and all(isinstance(tag, str) for tag in content):
        return _in_order(content)
    if isinstance(content, dict) and all(isinstance(clip, dict) for clip in content.values()):
        lists = [clip.get("tags", ()) for clip in content.values()]
        return [(tag, 1) for tags in lists for tag in tags if isinstance(tag, str)]
    if isinstance(content, dict) and all(type(count) is int for count in content.values()):
        return list(content.items())
    raise ValueError("it is neither FSD50K's metadata nor a list of words nor one of counts")


def _of_table(text: str, delimiter: str) -> Iterable[tuple[str, int]]:
    rows = [row for row in csv.reader(text.splitlines(), delimiter=delimiter) if row]
    if not rows:
        return []
    head = [name.strip().casefold() for name in rows[0]]
    place = next((head.index(name) for name in NAMES if name in head), None)
    if place is None:
        place, count = 0, 1 if len(rows[0]) > 1 and rows[0][1].strip().isdigit() else None
    else:
        rows = rows[1:]
        count = next((head.index(name) for name in COUNTS if name in head), None)
    if count is None:
        return _in_order([row[place] for row in rows if len(row) > place])
    return [(row[place], _count(row[count])) for row in rows if len(row) > max(place, count)]


def _count(text: str) -> int:
    """Also of tables that write whole numbers with a decimal point. Raises: ValueError."""
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        raise ValueError(f"“{text[:30]}” is no count") from None


def _in_order(tags: list[str]) -> list[tuple[str, int]]:
    return [(tag, len(tags) - number) for number, tag in enumerate(tags)]

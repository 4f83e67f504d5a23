"""How often people used which tag: from a table, a list, or FSD50K's metadata."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import DataError
from core.file_names import shown
from core.tables import parse_table, read_text

NAMES = ("tag", "concept", "word", "name", "label")  # how lists head the column of the tags
COUNTS = ("count", "frequency", "freq", "n")


@dataclass(frozen=True, slots=True)
class Tags:
    """counts: tag → how often. left_out: rows that are of no use, a sentence each."""

    counts: Counter[str]
    left_out: tuple[str, ...] = ()


def read_tags(path: Path) -> Tags:
    """The tags of one file or of all of them in a folder.

    Understood are FSD50K's `*_clips_info_FSD50K.json` (a record a clip, with its `tags`), other
    JSON lists of words or objects of counts, tables (.csv, .tsv) with or without a column of
    counts, and text with one tag a line. A list without counts is taken to be in order of
    frequency. Tags are in lower case, with blanks for hyphens and underscores.
    Raises: DataError when the file is none of these, or holds no tags.
    """
    if path.is_dir():
        every = [
            read_tags(file) for file in sorted([*path.glob("[!.]*.json"), *path.glob("[!.]*.csv")])
        ]
        if not every:
            raise DataError(f"“{shown(path)}” holds no .json or .csv of tags.")
        left_out = tuple(sentence for each in every for sentence in each.left_out)
        return Tags(sum((each.counts for each in every), Counter()), left_out)
    left_out_here: list[str] = []
    try:
        pairs = list(_pairs(path, read_text(path), left_out_here))
    except (ValueError, csv.Error, RecursionError) as error:
        raise DataError(f"“{shown(path)}” is no list of tags ({error}).") from None
    counts: Counter[str] = Counter()
    for tag, count in pairs:
        plain = plain_tag(tag)
        if plain and count > 0:
            counts[plain] += count
    if not counts:
        first = f"; the first row: {left_out_here[0]}" if left_out_here else "."
        raise DataError(f"“{shown(path)}” holds no tags{first}")
    return Tags(counts, tuple(left_out_here))


def plain_tag(tag: str) -> str:
    """A tag as words: “Field-Recording” → field recording."""
    return " ".join(tag.replace("-", " ").replace("_", " ").casefold().split())


def ranked(counts: Counter[str]) -> list[str]:
    """The tags, most frequent first; ties in alphabetical order."""
    return sorted(counts, key=lambda tag: (-counts[tag], tag))


def _pairs(path: Path, text: str, left_out: list[str]) -> Iterable[tuple[str, int]]:
    suffix = path.suffix.lower()
    if suffix == ".json":
        return _of_json(json.loads(text))
    if suffix in (".csv", ".tsv"):
        return _of_table(path, text, left_out)
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


def _of_table(path: Path, text: str, left_out: list[str]) -> Iterable[tuple[str, int]]:
    table = parse_table(text, (*NAMES, *COUNTS))
    head, rows = table.head, list(table.rows())
    place = next((head.index(name) for name in NAMES if name in head), None)
    if place is None:
        place, count = 0, 1 if len(head) > 1 and head[1].isdigit() else None
        rows = [(1, list(head)), *rows] if head else rows
    else:
        count = next((head.index(name) for name in COUNTS if name in head), None)
    pairs: list[tuple[str, int]] = []
    for number, cells in rows:
        try:
            pairs.append((cells[place], 0 if count is None else _count(cells[count])))
        except IndexError:
            left_out.append(f"Row {number:,} of “{shown(path)}” has too few columns.")
        except ValueError as error:
            left_out.append(f"Row {number:,} of “{shown(path)}” has no count: {error}.")
    return _in_order([tag for tag, _ in pairs]) if count is None else pairs


def _count(text: str) -> int:
    """Also of tables that write whole numbers with a decimal point. Raises: ValueError."""
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        raise ValueError(f"“{text[:30]}”") from None


def _in_order(tags: list[str]) -> list[tuple[str, int]]:
    return [(tag, len(tags) - number) for number, tag in enumerate(tags)]

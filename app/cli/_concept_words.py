"""Concepts in words, for people at a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.concepts.figures import Comparison
from core.concepts.listening import Heard
from core.concepts.profile import Profile
from core.concepts.search import Hit
from core.concepts.types import Concept, Decomposition, How
from core.concepts.versions import ORDER, changes, summary
from core.file_names import plain
from core.record import json_line

BAR = 24  # characters of the heaviest concept


def description(record: dict[str, Any], residual: float, most: int) -> str:
    """One clip: its figures in a line, then a bar for each concept."""
    shown = record["concepts"][:most]
    lines = [
        f"{plain(record['clip'])}: {record['l0']} concepts, cosine {record['cosine']:.3f}, "
        f"residual {residual:.3f} ({record['vocabulary']}, λ {record['lambda']:g}, "
        f"{record['embedding']})"
    ]
    if not shown:
        lines.append("  no word is near enough to this sound")
    width = max((len(each["concept"]) for each in shown), default=0)
    for each in shown:
        bar = "█" * max(1, round(BAR * each["weight"] / shown[0]["weight"]))
        lines.append(f"  {each['concept']:{width}}  {each['weight']:.3f}  {bar}")
    for window in record.get("windows", ()):
        heaviest = "; ".join(f"{c['concept']} {c['weight']:.2f}" for c in window["concepts"][:4])
        lines.append(f"  {window['start']:7.2f}–{window['end']:.2f} s  {heaviest or '–'}")
    for kind in ("labels", "head"):
        for score in record.get(kind, ()):
            numbers = ", ".join(f"{k} {v:.3f}" for k, v in score.items() if k != "label")
            lines.append(f"  “{score['label']}”: {numbers}")
    return "\n".join(lines)


def windows_record(heard: Heard, found: Decomposition) -> list[dict[str, Any]]:
    """The windows of a clip as `--json` prints them."""
    return [
        {
            "start": round(float(start), 4),
            "end": round(float(heard.ends[row]), 4),
            "l0": int(found.l0[row]),
            "cosine": round(float(found.cosine[row]), 6),
            "concepts": [
                {"concept": word, "weight": round(weight, 6)}
                for word, weight in found.concepts(row)
            ],
        }
        for row, start in enumerate(heard.starts)
    ]


def versions_table(found: Decomposition, most: int) -> str:
    """Original, explanation and removed side by side, and the largest change in a sentence."""
    rows = changes(found, most)
    width = max((len(row.word) for row in rows), default=7)
    lines = [f"{'concept':{width}}  " + "  ".join(f"{name:>11}" for name in ORDER)]
    for row in rows:
        weights = (row.original, row.explanation, row.removed)
        lines.append(f"{row.word:{width}}  " + "  ".join(f"{weight:11.3f}" for weight in weights))
    for name, numbers in (("concepts", found.l0), ("cosine", found.cosine)):
        shown = "  ".join(f"{number:11.3g}" for number in numbers)
        lines.append(f"({name})".ljust(width) + "  " + shown)
    return "\n".join([*lines, summary(found)])


def profile_line(profile: Profile) -> str:
    listed = ", ".join(f"{word} {weight:.3f}" for word, weight in profile.concepts)
    return (
        f"{plain(profile.label)}: {listed or 'no concept'} ({profile.clips} clips, "
        f"{profile.l0:.1f} concepts each, cosine {profile.cosine:.3f})"
    )


def hit_line(hit: Hit, as_json: bool) -> str:
    if as_json:
        start, end = round(hit.start, 4), round(hit.end, 4)
        return json_line({"clip": hit.name, "weight": hit.weight, "start": start, "end": end})
    return f"{hit.weight:.3f}  {hit.start:.2f}–{hit.end:.2f} s  {plain(hit.name)}"


def nothing_found(wanted: Sequence[str], n_sounds: int) -> str:
    asked = " and ".join(f"“{word}”" for word in wanted)
    return (
        f"None of {n_sounds} sounds has {asked} at any time; try a word that means nearly the "
        "same, or a smaller --lambda, which leaves weaker concepts in."
    )


def comparison(result: Comparison, clips: int) -> str:
    how = How(result.penalty, result.at_most, result.centred)
    return "\n".join(
        [
            f"{result.vocabulary}, {how}: {result.l0:.1f} concepts a clip (at "
            f"most {result.l0_most}), cosine {result.cosine:.3f}, {clips} test clips",
            f"  zero-shot: dense {100 * result.zero_shot_dense:.1f} %, "
            f"concepts {100 * result.zero_shot:.1f} %",
            f"  linear:    dense {100 * result.linear_dense:.1f} %, "
            f"concepts {100 * result.linear:.1f} %",
        ]
    )


def head_lines(label: str, concepts: tuple[Concept, ...]) -> str:
    return f"{plain(label)}: " + ", ".join(f"{word} {weight:+.2f}" for word, weight in concepts)

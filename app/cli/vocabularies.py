"""`vocabularies`: the lists of words concepts are named with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli._telling import tell

if TYPE_CHECKING:
    from core.types import FloatArray


def register(cli: typer.Typer) -> None:
    group = typer.Typer(
        name="vocabularies", help="The words that concepts are named with.", no_args_is_help=True
    )
    group.command("list")(list_them)
    group.command("build")(build)
    group.command("bench")(bench)
    cli.add_typer(group)


def list_them(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object each.")] = False,
) -> None:
    """List vocabularies with how well they tell their words apart."""
    from core.concepts.health import health_of
    from core.concepts.vocabularies import vocabulary_catalogue
    from core.concepts.vocabulary_file import load_vocabulary
    from core.errors import ModelError
    from core.record import json_line

    for entry in vocabulary_catalogue():
        try:
            vocabulary = load_vocabulary(entry.folder)
        except ModelError as error:
            tell(error, err=True)
            continue
        health = health_of(vocabulary)
        if as_json:
            record = {"id": entry.id, "from": entry.source, "space": vocabulary.space}
            figures = {"mean": health.mean, "highest": health.highest, "twins": health.twins}
            typer.echo(json_line({**record, "words": len(vocabulary), **figures}))
        else:
            tell(
                f"{entry.id} ({entry.source}): {len(vocabulary):,} words in {vocabulary.space}; "
                f"{health.sentence()}. {vocabulary.label}; {vocabulary.licence}"
            )


def build(
    tags: Annotated[
        Path,
        typer.Argument(
            metavar="TAGS",
            help="FSD50K's metadata (a file or its folder), a table of tags and counts, or a list.",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder; its name is the id.")],
    how: Annotated[
        str, typer.Option(metavar="HOW", help="baseline, pruned, clustered, or as-is.")
    ] = "as-is",
    size: Annotated[int, typer.Option(metavar="N", min=1, help="Words.")] = 2_000,
    embedder: Annotated[
        str, typer.Option(metavar="ID|FOLDER", help="Whose text space.")
    ] = "sounds-and-voices",
    wordnet: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="WordNet's files.", show_default="where Linux has them"),
    ] = None,
    label: Annotated[str, typer.Option(metavar="TEXT", help="What it is.")] = "",
    licence: Annotated[str, typer.Option(metavar="TEXT", help="Who may use it.")] = "",
) -> None:
    """Build a vocabulary from how often people used which tag, with the words' vectors.

    A published vocabulary is imported as it is: its list, --how as-is.
    """
    import torch

    from app.cli._progress import progress, stopping_on_interrupt
    from app.cli._telling import tell, tell_rows
    from core.concepts.building import build_words
    from core.concepts.health import require_healthy
    from core.concepts.lexicon import English
    from core.concepts.opening import open_embedder
    from core.concepts.tags import read_tags
    from core.concepts.types import ConceptVocabulary
    from core.concepts.vocabularies import embed_words
    from core.concepts.vocabulary_file import VOCABULARY, save_vocabulary
    from core.file_names import as_text
    from core.folders import require_writable

    require_writable(out, VOCABULARY)
    read = read_tags(tags)
    opened = open_embedder(embedder, torch.device("cpu"))
    with stopping_on_interrupt() as cancel, progress("Building") as report:

        def embed(texts: Sequence[str]) -> FloatArray:
            return embed_words(texts, opened, report, cancel)

        words = build_words(how, read.counts, lambda: English(wordnet), embed, size)
        vectors = embed(words)
    vocabulary = ConceptVocabulary(
        id=as_text(out.name),
        space=opened.spec.space,
        words=tuple(words),
        vectors=vectors,
        label=label or f"{len(words):,} words, {how}",
        licence=licence,
        origin=f"{how} of {as_text(tags.name)}, {len(read.counts):,} different tags",
    )
    health = require_healthy(vocabulary)
    save_vocabulary(out, vocabulary)
    fewer = f" of the {size:,} asked for" if len(words) < size and how != "as-is" else ""
    tell(f"{out}: {len(words):,} words{fewer}; {health.sentence()}")
    tell_rows(read.left_out)


def bench(
    windows: Annotated[int, typer.Option(metavar="N", min=1, help="Sounds.")] = 3_600,
    words: Annotated[int, typer.Option(metavar="K", min=1, help="Words.")] = 2_000,
    penalty: Annotated[float, typer.Option("--lambda", metavar="λ", help="As in concepts.")] = 0.1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure how long finding concepts takes here, beside scikit-learn. Run nothing else."""
    from dataclasses import asdict

    from core.concepts.bench import time_solver
    from core.record import json_line

    timing = time_solver(windows, words, penalty=penalty)
    if as_json:
        typer.echo(json_line(asdict(timing)))
        return
    tell(
        f"{timing.windows:,} windows × {timing.words:,} words, λ {timing.penalty:g}: "
        f"{timing.seconds:.1f} s by the clock, {timing.cpu_seconds:.1f} s of processor time "
        f"({timing.processors} processors), {timing.l0:.0f} concepts each; scikit-learn takes "
        f"{1000 * timing.reference_seconds:.0f} ms for one, and differs by at most "
        f"{timing.difference:.1e}"
    )

"""`concepts`: what a sound is made of, in words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Words = list[str] | None


def register(cli: typer.Typer) -> None:
    cli.command("concepts")(concepts)


def concepts(
    clips: Annotated[
        list[Path],
        typer.Argument(
            metavar="CLIP…",
            help="Sound files and folders of them; the folder of an explanation; or one data "
            "folder with a clips.csv or a folder per label, for a profile of each class.",
        ),
    ],
    vocabulary: Annotated[
        str | None,
        typer.Option(
            metavar="ID|FILE",
            help="The words; a text file has one concept a line.",
            show_default="everyday; with --compare each there is",
        ),
    ] = None,
    penalty: Annotated[
        float | None,
        typer.Option(
            "--lambda",
            metavar="λ",
            help="The larger, the fewer: .05, .10 or .15.",
            show_default=".10; with --head the head's",
        ),
    ] = None,
    embedder: Annotated[
        str, typer.Option(metavar="ID|FOLDER", help="What embeds the sounds: bundled, or a CLAP.")
    ] = "sounds-and-voices",
    at_most: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="At most N concepts.", show_default="any number"),
    ] = None,
    centre: Annotated[
        bool, typer.Option("--centre", help="Take the mean sound and the mean word off first.")
    ] = False,
    word: Annotated[
        Words, typer.Option(metavar="WORD", help="Add a concept; may be repeated.")
    ] = None,
    label: Annotated[
        Words, typer.Option(metavar="LABEL", help="Score these labels too; may be repeated.")
    ] = None,
    change: Annotated[
        Words,
        typer.Option(
            metavar="WORD=FACTOR",
            help="Make a concept weaker or stronger before scoring; 0 suppresses it.",
        ),
    ] = None,
    find: Annotated[
        Words,
        typer.Option(metavar="WORD", help="Instead: the clips and windows that have it most."),
    ] = None,
    head: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Score a head of `train concept-head`, by the words and λ it was trained with.",
            show_default="",
        ),
    ] = None,
    layer: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Apply a layer of `train concept-layer` first.", show_default=""
        ),
    ] = None,
    over_time: Annotated[
        bool, typer.Option("--over-time", help="Concepts of every window, too.")
    ] = False,
    window: Annotated[
        float | None,
        typer.Option(metavar="S", help="Seconds of a window.", show_default="the embedder's"),
    ] = None,
    compare: Annotated[
        bool,
        typer.Option(
            "--compare",
            help="With a data folder: accuracy on its test split, dense and as concepts.",
        ),
    ] = False,
    dataset: Annotated[
        Words, typer.Option(metavar="NAME", help="Only this data set of the list.")
    ] = None,
    most: Annotated[
        int, typer.Option(metavar="N", min=1, help="Show N concepts of each; --json has all.")
    ] = 10,
    device: Annotated[str, typer.Option(metavar="D", help="auto, cpu, cuda or mps.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a clip.")] = False,
) -> None:
    """Describe sounds as sparse mixtures of named concepts.

    Beside the concepts stand how many there are (L0), the cosine of their mixture and the sound's
    embedding, and what is left over (residual): a low cosine says that the words miss the sound.
    """
    from app.cli._concepts import Asked, run
    from core.concepts.head import load_head
    from core.concepts.types import LAMBDAS, How

    how = How(LAMBDAS["balanced"] if penalty is None else penalty, at_most, centre)
    trained = None if head is None else load_head(head)
    if trained is not None:
        vocabulary = vocabulary or trained.vocabulary
        how = trained.how if (penalty, at_most, centre) == (None, None, False) else how
    asked = Asked(
        embedder=embedder,
        vocabulary=vocabulary,
        how=how,
        words=tuple(word or ()),
        labels=tuple(label or ()),
        changes=tuple(change or ()),
        find=tuple(find or ()),
        head=trained,
        layer=layer,
        over_time=over_time,
        window=window,
        compare=compare,
        datasets=tuple(dataset) if dataset else None,
        most=most,
        device=device,
        as_json=as_json,
    )
    if run(clips, asked):
        raise typer.Exit(2)

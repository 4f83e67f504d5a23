"""`train concepts`, `train concept-head` and `train concept-layer`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path,
    typer.Argument(metavar="DATA", help="A folder with a clips.csv, or one folder per label."),
]
Vocabulary = Annotated[str, typer.Option(metavar="ID|FILE", help="The words.")]
Embedder = Annotated[str, typer.Option(metavar="ID|FOLDER", help="What embeds the sounds.")]
Penalty = Annotated[float, typer.Option("--lambda", metavar="λ", help=".05, .10 or .15.")]
AtMost = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="At most N concepts.", show_default="any number"),
]
Centre = Annotated[
    bool, typer.Option("--centre", help="Take the mean sound and the mean word off first.")
]
Dataset = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Only this data set; may be repeated.")
]
Out = Annotated[Path, typer.Option(metavar="PATH", help="Where the result goes.")]


def add_to(group: typer.Typer) -> None:
    """Add the commands to the group `train`."""
    group.command("concepts")(concepts)
    group.command("concept-head")(concept_head)
    group.command("concept-layer")(concept_layer)


def concepts(
    data: Data,
    teacher: Annotated[Path, typer.Option(metavar="DIR", help="A folder with YAMNet.")],
    recipe: Annotated[str, typer.Option(metavar="ID", help="Which tower.")] = "sounds-and-voices",
    more: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Learn from these clips too; may be repeated."),
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the folder and its checkpoint go.")
    ] = Path("runs"),
    steps: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Steps.", show_default="the recipe's")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of everything random.")] = 0,
    threads: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Processor threads.", show_default="all"),
    ] = None,
    evaluate_only: Annotated[
        bool, typer.Option("--evaluate-only", help="Measure the tower that is there.")
    ] = False,
) -> None:
    """Train the audio tower of an embedder, into the space of the sentence encoder.

    A run that was stopped or killed goes on from its checkpoint when it is started again.
    """
    import torch

    from app.cli._progress import progress, stopping_on_interrupt
    from app.cli.train import _command, _print
    from core.concepts.opening import open_embedder
    from core.concepts.training.design import tower_recipe
    from core.concepts.training.measure import measure_tower
    from core.concepts.training.publish import publish_tower
    from core.training.data_folder import DataFolder

    chosen, folder = tower_recipe(recipe), DataFolder(data)
    further = [DataFolder(each) for each in more or ()]
    if threads is not None:
        torch.set_num_threads(threads)
    with stopping_on_interrupt() as cancel, progress(recipe) as report:
        if evaluate_only:
            opened = open_embedder(recipe, torch.device("cpu"))
            metrics = measure_tower(opened, folder, report, cancel)
        else:
            count = chosen.schedule.steps if steps is None else steps
            schedule = replace(chosen.schedule, steps=count, seed=seed)
            metrics = publish_tower(
                chosen, folder, further, teacher, out, schedule, _command(), report, cancel
            )
    _print(metrics, [folder, *further])


def concept_head(
    data: Data,
    out: Out = Path("concept-head"),
    vocabulary: Vocabulary = "everyday",
    embedder: Embedder = "sounds-and-voices",
    penalty: Penalty = 0.1,
    at_most: AtMost = None,
    centre: Centre = False,
    dataset: Dataset = None,
) -> None:
    """Train a linear classifier on the concepts of the training clips of DATA.

    Prints its accuracy on the test clips and the words that speak for each class; `concepts
    --head PATH` scores it.
    """
    from app.cli._concept_words import head_lines
    from app.cli._concepts import Asked, labelled_splits
    from app.cli._telling import tell, tell_left_out
    from core.concepts.head import CONCEPT_HEAD, save_head, train_concept_head
    from core.concepts.types import How
    from core.folders import require_writable
    from core.training.data_folder import DataFolder

    require_writable(out, CONCEPT_HEAD)
    folder, datasets = DataFolder(data), tuple(dataset) if dataset else None
    asked = Asked(embedder, vocabulary, How(penalty, at_most, centre), datasets=datasets)
    tools, splits = labelled_splits(folder, asked)
    head = train_concept_head(
        tools.decompose(splits.train),
        splits.train_labels,
        tools.embedder.spec,
        splits.train_groups,
    )
    save_head(out, head)
    probabilities = head.probabilities(tools.decompose(splits.test))
    told = [head.labels[k] for k in probabilities.argmax(axis=1)]
    right = sum(a == b for a, b in zip(told, splits.test_labels, strict=True))
    tell(f"{out}: {right} of {len(told)} test clips right ({100 * right / len(told):.1f} %)")
    for label in head.labels:
        tell(head_lines(label, head.speaking_for(label)))
    tell_left_out([folder])


def concept_layer(
    data: Data,
    out: Out = Path("concept-layer.safetensors"),
    vocabulary: Vocabulary = "everyday",
    embedder: Embedder = "sounds-and-voices",
    penalty: Penalty = 0.1,
    dataset: Dataset = None,
) -> None:
    """Fit the linear layer H that turns embeddings towards their labels, on the clips of DATA.

    Prints zero-shot accuracy on the test clips before and after; `concepts --layer PATH` uses it.
    """
    from app.cli._concept_words import comparison
    from app.cli._concepts import Asked, labelled_splits
    from app.cli._progress import progress, stopping_on_interrupt
    from app.cli._telling import tell, tell_left_out
    from core.concepts.figures import compare
    from core.concepts.finetuning import fine_tune, require_layer_place, save_turn
    from core.concepts.scoring import label_vectors
    from core.concepts.types import How
    from core.training.data_folder import DataFolder

    require_layer_place(out)
    folder, datasets = DataFolder(data), tuple(dataset) if dataset else None
    asked = Asked(embedder, vocabulary, How(penalty), datasets=datasets)
    tools, splits = labelled_splits(folder, asked)
    labels = sorted(set(splits.train_labels))
    classes = [labels.index(label) for label in splits.train_labels]
    sentences = label_vectors(labels, tools.embedder)
    checkpoint = out.with_name(f"{out.stem}.checkpoint.safetensors")
    with stopping_on_interrupt() as cancel, progress("Turning") as report:
        turn = fine_tune(splits.train, classes, sentences, checkpoint, report, cancel)
    save_turn(out, turn, tools.embedder.spec)
    checkpoint.unlink(missing_ok=True)
    turned = replace(splits, train=turn.apply_to(splits.train), test=turn.apply_to(splits.test))
    for name, clips in (("before", splits), ("after", turned)):
        result = compare(clips, tools.vocabulary, asked.how, tools.embedder)
        tell(f"{name}: {comparison(result, len(clips.test_labels))}")
    tell_left_out([folder])

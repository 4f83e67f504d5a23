"""The work of `concepts`: clips one after the other, or a data folder as a whole."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import typer

from app.cli import _concept_words as words
from app.cli._gathering import gathered
from app.cli._progress import progress, stopping_on_interrupt
from app.cli._telling import left_out_record, tell, tell_left_out
from app.paths import scratch_folder
from core.audio_io import read_clip
from core.concepts.decomposition import decompose
from core.concepts.embeddings import Embedder
from core.concepts.figures import Embedded, compare, groups_of
from core.concepts.head import ConceptHead
from core.concepts.listening import Heard, hear
from core.concepts.opening import open_embedder
from core.concepts.origin import ConceptOrigin, concept_origin
from core.concepts.profile import profile_of, profiles
from core.concepts.scoring import changed, dense_scores, label_vectors, sparse_scores
from core.concepts.search import search
from core.concepts.types import ConceptVocabulary, Decomposition, How
from core.concepts.versions import ORDER
from core.concepts.vocabularies import EVERYDAY, open_vocabulary, vocabulary_catalogue, with_words
from core.device import resolve_device
from core.digests import digest_of
from core.errors import AudioError, Cancelled, CoreError, RequestError
from core.file_names import naming
from core.job import CancelToken, Report, part
from core.record import RECORD, json_line
from core.remarks import remarks
from core.scratch import Scratch
from core.training.data import ClipEntry
from core.training.data_folder import DataFolder, is_data_folder
from core.types import AudioClip, FloatArray

if TYPE_CHECKING:
    from core.concepts.finetuning import Turn


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command."""

    embedder: str
    vocabulary: str | None
    how: How
    words: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    find: tuple[str, ...] = ()
    head: ConceptHead | None = None
    layer: Path | None = None
    over_time: bool = False
    window: float | None = None
    compare: bool = False
    datasets: tuple[str, ...] | None = None
    most: int = 10
    device: str = "auto"
    as_json: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Tools:
    """What is opened once for all clips. layer: digest of the turn's file."""

    asked: Asked
    embedder: Embedder
    vocabulary: ConceptVocabulary
    turn: Turn | None = None
    layer: str | None = None

    def read(self, path: Path, cancel: CancelToken) -> AudioClip:
        """A file as the window reads it; what is odd about it is told.

        Raises: AudioError; Cancelled.
        """
        clip = read_clip(path, mono=True, scratch=Scratch(scratch_folder()), cancel=cancel)
        for remark in remarks(clip):
            tell(remark, err=True)
        return clip

    def hear(self, clip: AudioClip, cancel: CancelToken) -> Heard:
        """The windows of a clip. Raises: AudioError; Cancelled."""
        scratch, window = Scratch(scratch_folder()), self.asked.window
        heard = hear(clip, self.embedder, window=window, cancel=cancel, scratch=scratch)
        if self.turn is None:
            return heard
        return replace(heard, embeddings=self.turn.apply_to(heard.embeddings))

    def decompose(self, embeddings: FloatArray, cancel: CancelToken | None = None) -> Decomposition:
        """Raises: Cancelled, and as `core.concepts.decomposition.decompose`."""
        mean = self.embedder.mean()
        return decompose(embeddings, self.vocabulary, self.asked.how, mean=mean, cancel=cancel)

    def origin(self, clip: AudioClip, cancel: CancelToken) -> ConceptOrigin:
        """Where what is said of a clip comes from. Raises: Cancelled."""
        return concept_origin(
            clip,
            self.embedder.spec,
            self.vocabulary,
            self.asked.how,
            window=self.asked.window,
            trained={
                "layer": self.layer,
                "head": None if self.asked.head is None else self.asked.head.digest,
            },
            cancel=cancel,
        )


def run(paths: Sequence[Path], asked: Asked) -> int:
    """Do what was asked. Returns how many clips could not be read. Raises: CoreError."""
    factors = factors_of(asked.changes)
    with redirect_stdout(sys.stderr), progress("Opening the models"):
        tools = _opened(asked)
    for note in tools.embedder.spec.notes:
        tell(f"“{tools.embedder.spec.id}”: {note}.", err=True)
    for word in (*factors, *asked.find):
        tools.vocabulary.index(word)  # told before anything is heard
    if len(paths) == 1 and paths[0].is_dir():
        if (paths[0] / RECORD).is_file():
            return _versions(paths[0], tools)
        if is_data_folder(paths[0]) and not asked.find:
            data = DataFolder(paths[0])
            (_compared if asked.compare else _profiled)(data, tools)
            if asked.as_json and data.left_out:
                typer.echo(json_line({"left_out": left_out_record([data])}))
            tell_left_out([data])
            return 0
    if asked.compare:
        raise RequestError("--compare needs one data folder with a train and a test split.")
    return _searched(paths, tools) if asked.find else _described(paths, tools, factors)


def factors_of(given: Sequence[str]) -> dict[str, float]:
    """WORD=FACTOR, taken apart. Raises: RequestError."""
    factors = {}
    for text in given:
        word, found, number = text.rpartition("=")
        try:
            factors[word] = float(number.replace(",", "."))
        except ValueError:
            found = ""
        if not (found and word.strip()):
            raise RequestError(f"“{text}” is no change; write a concept and a factor: shouting=0.")
    return factors


def _opened(asked: Asked) -> Tools:
    embedder = open_embedder(asked.embedder, resolve_device(asked.device))
    if asked.head is not None:
        asked.head.require(embedder.spec)
    vocabulary = open_vocabulary(asked.vocabulary or EVERYDAY, embedder)
    if asked.words:
        vocabulary = with_words(vocabulary, asked.words, embedder)
    turn = layer = None
    if asked.layer is not None:
        from core.concepts.finetuning import load_turn

        turn = load_turn(asked.layer, embedder.spec)
        layer = digest_of([asked.layer], None)
    return Tools(asked, embedder, vocabulary, turn, layer)


def _described(paths: Sequence[Path], tools: Tools, factors: dict[str, float]) -> int:
    asked = tools.asked
    sentences = label_vectors(asked.labels, tools.embedder) if asked.labels else None
    head = asked.head
    files, failures = gathered(paths)
    for number, file in enumerate(files):
        try:
            with stopping_on_interrupt() as cancel, progress(f"{number + 1}/{len(files)}"):
                clip = tools.read(file, cancel)
                heard = tools.hear(clip, cancel)
                origin = tools.origin(clip, cancel)
                whole = heard.whole[None]
                found = tools.decompose(whole, cancel)
                by_window = tools.decompose(heard.embeddings, cancel) if asked.over_time else None
        except Cancelled:
            raise
        except CoreError as error:
            tell(naming(file, error), err=True)
            failures += 1
            continue
        record = clip_record(file, found, tools, origin)
        if by_window is not None:
            record["windows"] = words.windows_record(heard, by_window)
        now = changed(found, factors)
        if sentences is not None:
            rows = {
                "dense": dense_scores(whole, sentences),
                "concepts": sparse_scores(found, sentences),
            }
            if factors:
                rows["changed"] = sparse_scores(now, sentences)
            record["labels"] = _scores(asked.labels, rows)
        if head is not None:
            rows = {"concepts": head.probabilities(found)}
            if factors:
                rows["changed"] = head.probabilities(now)
            record["head"] = _scores(head.labels, rows)
        if asked.as_json:
            typer.echo(json_line(record))
        else:
            tell(words.description(record, float(found.residual[0]), asked.most))
    return failures


def clip_record(
    file: Path, found: Decomposition, tools: Tools, origin: ConceptOrigin
) -> dict[str, Any]:
    """One clip as `--json` prints it, heaviest concept first."""
    return {
        "clip": str(file),
        **origin.record(),
        "embedding": tools.embedder.spec.id,
        "vocabulary": tools.vocabulary.id,
        "lambda": found.how.penalty,
        "l0": int(found.l0[0]),
        "cosine": round(float(found.cosine[0]), 6),
        "concepts": [
            {"concept": word, "weight": round(weight, 6)} for word, weight in found.concepts(0)
        ],
    }


def _scores(labels: Sequence[str], rows: dict[str, FloatArray]) -> list[dict[str, Any]]:
    return [
        {"label": label, **{name: round(float(row[0, k]), 6) for name, row in rows.items()}}
        for k, label in enumerate(labels)
    ]


def _versions(folder: Path, tools: Tools) -> int:
    files = [folder / f"{name}.wav" for name in ORDER]
    with stopping_on_interrupt() as cancel, progress("Listening"):
        clips = [tools.read(file, cancel) for file in files]
        wholes = np.stack([tools.hear(clip, cancel).whole for clip in clips])
        found = tools.decompose(wholes, cancel)
        origins = [tools.origin(clip, cancel) for clip in clips]
    if tools.asked.as_json:
        for row, file in enumerate(files):
            record = clip_record(file, _row(found, row), tools, origins[row])
            typer.echo(json_line(record))
    else:
        tell(words.versions_table(found, tools.asked.most))
    return 0


def _row(found: Decomposition, row: int) -> Decomposition:
    rows = slice(row, row + 1)
    return Decomposition(
        found.vocabulary, found.how, found.weights[rows], found.cosine[rows], found.residual[rows]
    )


def _searched(paths: Sequence[Path], tools: Tools) -> int:
    files, failures = gathered(paths)
    sounds = []
    with stopping_on_interrupt() as cancel, progress("Searching") as report:
        for number, file in enumerate(files):
            report(number / len(files), file.name)
            try:
                heard = tools.hear(tools.read(file, cancel), cancel)
            except AudioError as error:
                tell(naming(file, error), err=True)
                failures += 1
            else:
                sounds.append((str(file), heard, tools.decompose(heard.embeddings, cancel)))
    hits = search(sounds, tools.asked.find)
    for hit in hits:
        tell(words.hit_line(hit, tools.asked.as_json))
    if not hits:
        tell(words.nothing_found(tools.asked.find, len(sounds)), err=True)
    return failures


def _profiled(data: DataFolder, tools: Tools) -> None:
    with stopping_on_interrupt() as cancel, progress("Listening") as report:
        entries = data.entries(tools.asked.datasets)
        entries, embeddings = _embedded(data, entries, tools, report, cancel)
        found = tools.decompose(embeddings, cancel)
    labels = [entry.label for entry in entries]
    all_of_them = profile_of(found, slice(None), "(all clips)", tools.asked.most)
    for profile in (all_of_them, *profiles(found, labels, tools.asked.most)):
        if tools.asked.as_json:
            typer.echo(json_line(profile.record()))
        else:
            tell(words.profile_line(profile))


def _compared(data: DataFolder, tools: Tools) -> None:
    """Dense against concepts, for the vocabulary that was asked for, or each there is."""
    clips = _splits(data, tools)
    vocabularies = [tools.vocabulary]
    if tools.asked.vocabulary is None:
        ids = [entry.id for entry in vocabulary_catalogue()]
        vocabularies = [open_vocabulary(known, tools.embedder) for known in ids]
    for vocabulary in vocabularies:
        result = compare(clips, vocabulary, tools.asked.how, tools.embedder)
        if tools.asked.as_json:
            record = {"data": data.name, "clips": len(clips.test_labels), **result.record()}
            typer.echo(json_line(record))
        else:
            tell(words.comparison(result, len(clips.test_labels)))


def labelled_splits(data: DataFolder, asked: Asked) -> tuple[Tools, Embedded]:
    """The models, and the embeddings of both splits of a data folder. Raises: CoreError."""
    with redirect_stdout(sys.stderr), progress("Opening the models"):
        tools = _opened(asked)
    return tools, _splits(data, tools)


def _splits(data: DataFolder, tools: Tools) -> Embedded:
    learnt, tested = (data.entries(tools.asked.datasets, split) for split in ("train", "test"))
    with stopping_on_interrupt() as cancel, progress("Listening") as report:
        learnt, train = _embedded(data, learnt, tools, part(report, 0.0, 0.7), cancel)
        tested, test = _embedded(data, tested, tools, part(report, 0.7, 1.0), cancel)
    return Embedded(train, _said(learnt), groups_of(learnt), test, _said(tested))


def _said(entries: Sequence[ClipEntry]) -> tuple[str, ...]:
    return tuple(entry.label.replace("_", " ") for entry in entries)


def _embedded(
    data: DataFolder,
    entries: Sequence[ClipEntry],
    tools: Tools,
    report: Report,
    cancel: CancelToken,
) -> tuple[list[ClipEntry], FloatArray]:
    """The clips that can be used, and one embedding for each, (n, d)."""
    kept, rows = [], []
    for number, entry in enumerate(entries):
        cancel.raise_if_set()
        report(number / len(entries), entry.path.name)
        try:
            rows.append(tools.hear(tools.read(entry.path, cancel), cancel).whole)
        except AudioError as error:
            data.leave_out(entry, error)
        else:
            kept.append(entry)
    data.require_any(entries, len(kept))
    return kept, np.stack(rows)

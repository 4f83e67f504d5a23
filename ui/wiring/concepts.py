"""The panels of concepts ↔ the concept controller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from app.bootstrap import Application
from app.concept_controller import ConceptState
from app.concept_listener import FoundVersions, OverTime, Rescored
from app.session import SessionState
from core.types import Variant
from ui.parts import Parts
from ui.views.concept_controls import ConceptChoices
from ui.views.concept_rows import ConceptTimes
from ui.views.concept_table import ConceptRow
from ui.views.concept_time_view import MOST_ROWS
from ui.views.concept_view import ConceptChange, ConceptFigures, ConceptLabel
from ui.views.plot_rows import link_ranges

DOCKS = ("concept_times", "concepts")
LABELLED = 4  # zero-shot labels that are named
LISTED = 16  # concepts with bars


class Concepts(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        self._offered = False
        self._shown: _Shown | None = None
        self._rows: list[ConceptRow] = []
        self._connect_views()
        self._connect_docks()
        app.concepts.changed.connect(self._on_state)
        app.concepts.progressed.connect(parts.concepts.show_progress)
        self._connect_time()
        self._on_clip(app.session.state)
        self._on_state(app.concepts.state)

    def _connect_views(self) -> None:
        view, times, concepts = self._parts.concepts, self._parts.concept_times, self._app.concepts
        view.play_requested.connect(concepts.play)
        view.word_chosen.connect(times.show_chosen)
        view.word_removed.connect(concepts.remove_word)
        view.factor_requested.connect(concepts.weigh)
        view.stop_requested.connect(concepts.stop)
        view.resume_requested.connect(concepts.resume)
        view.controls.word_added.connect(self._add_word)
        view.controls.choices_changed.connect(self._choose)
        view.controls.vocabulary_file_requested.connect(self._ask_for_words)
        view.controls.embedder_folder_requested.connect(self._ask_for_embedder)
        times.play_requested.connect(concepts.play)
        times.word_chosen.connect(view.table.show_chosen)

    def _connect_docks(self) -> None:
        action = self._parts.actions["concepts"]
        action.triggered.connect(lambda _: self._toggle())
        self._seen = dict.fromkeys(DOCKS, False)
        for name in DOCKS:
            self._parts.docks[name].visibilityChanged.connect(
                lambda seen, name=name: self._on_seen(name, seen)
            )

    def _connect_time(self) -> None:
        """The rows have the time axis, the selection and the playhead of all views."""
        parts, app = self._parts, self._app
        times, session = parts.concept_times, app.session
        for other in (parts.spectrogram, parts.waveform, parts.relevance, parts.overview):
            link_ranges(times, other)
        times.position_chosen.connect(app.playback.seek)
        times.selection_changed.connect(session.set_selection)
        app.playback.position_changed.connect(times.show_position)
        session.clip_changed.connect(self._on_clip)
        session.selection_changed.connect(
            lambda state: times.show_selection(*(state.selection or (None, None)))
        )
        session.loop_changed.connect(lambda state: times.show_loop(*(state.loop or (None, None))))

    def _toggle(self) -> None:
        """Bring both panels to the front, or put them away where they are."""
        docks = [self._parts.docks[name] for name in DOCKS]
        show = not all(self._seen.values())
        for dock in docks:
            dock.setVisible(show)
            if show:
                dock.raise_()
        self._parts.actions["concepts"].setChecked(show)

    def _on_seen(self, name: str, seen: bool) -> None:
        self._seen[name] = seen
        self._parts.actions["concepts"].setChecked(all(self._seen.values()))
        if seen and not self._offered:
            self._offered = True
            concepts = self._app.concepts
            self._parts.concepts.controls.show_options(
                concepts.vocabularies(), concepts.embedders()
            )
        self._app.concepts.look(any(self._seen.values()))

    def _on_clip(self, state: SessionState) -> None:
        if state.clip is not None:
            self._parts.concept_times.show_seconds(state.clip.seconds)
            self._parts.concept_times.show_range(*self._parts.spectrogram.canvas.time_range)

    def _on_state(self, state: ConceptState) -> None:
        view, habits = self._parts.concepts, state.habits
        self._show_found(state)
        facts = state.facts
        text_problem = None if facts is None else facts.text_problem
        view.show_labels(_labels(state.rescored), text_problem if state.factors else None)
        view.show_problem(state.problem)
        view.show_work(state.busy, stopped=state.stopped)
        view.controls.show_choices(
            ConceptChoices(
                habits.vocabulary,
                habits.embedder,
                habits.penalty,
                habits.at_most,
                habits.centred,
            )
        )
        view.controls.show_centring(facts is None or facts.centres)
        view.controls.show_text_problem(text_problem)

    def _show_found(self, state: ConceptState) -> None:
        """Bars and rows, where they are others than those shown."""
        before = self._shown
        self._shown = _Shown(state.versions, state.over_time, state.factors)
        same = before is not None and before.versions is state.versions
        same = same and before.factors == state.factors
        if not same:
            found = state.versions
            self._rows = [] if found is None else _rows(found, state.factors)
            figures = [] if found is None else _figures(found)
            change = None if found is None else _change(found)
            self._parts.concepts.show_concepts(self._rows, figures, change)
        if state.over_time is None:
            hint = state.problem or self.tr("Concepts over time: 0 windows have been heard.")
            self._parts.concept_times.show_times(None, hint)
        elif not same or before.over_time is not state.over_time:
            listed = {row.word for row in self._rows}
            times = _times(state.over_time, state.sounding, listed)
            self._parts.concept_times.show_times(times)

    def _choose(self, choices: ConceptChoices) -> None:
        self._app.concepts.choose(**asdict(choices))

    def _add_word(self, text: str) -> None:
        self._app.concepts.add_word(text)

    def _ask_for_words(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self._parts.window,
            self.tr("A list of words, one concept a line"),
            str(self._folder()),
            self.tr("Lists of words ({suffixes})").format(suffixes="*.txt"),
        )
        if name:
            self._app.concepts.choose(vocabulary=name)

    def _ask_for_embedder(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self._parts.window, self.tr("Folder of a CLAP model"), str(self._folder())
        )
        if folder:
            self._app.concepts.choose(embedder=folder)

    def _folder(self) -> Path:
        return self._app.settings.settings.open_folder or Path.home()


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the panels show; it is not shown again."""

    versions: FoundVersions | None
    over_time: OverTime | None
    factors: Mapping[str, float]


def _labels(rescored: Rescored | None) -> list[ConceptLabel]:
    """The nearest ones before and after."""
    if rescored is None:
        return []
    nearest = np.argsort(-np.maximum(rescored.before, rescored.after), kind="stable")[:LABELLED]
    return [
        ConceptLabel(rescored.labels[k], float(rescored.before[k]), float(rescored.after[k]))
        for k in nearest
    ]


def _rows(found: FoundVersions, factors: Mapping[str, float]) -> list[ConceptRow]:
    """The heaviest in any version, and the user's own; ties by their weight in the original."""
    weights, words = found.found.weights, found.found.vocabulary.words
    own = {word.casefold() for word in found.facts.words}
    heaviest = weights.max(axis=0)
    listed = [int(k) for k in np.argsort(-heaviest, kind="stable")[:LISTED] if heaviest[k] > 0]
    listed += [k for k, word in enumerate(words) if word.casefold() in own and k not in listed]
    listed.sort(key=lambda k: (-heaviest[k], -weights[0, k]))
    return [
        ConceptRow(
            words[k],
            tuple(map(float, weights[:, k])),
            words[k].casefold() in own,
            factors.get(words[k], 1.0),
        )
        for k in listed
    ]


def _figures(found: FoundVersions) -> list[ConceptFigures]:
    numbers = zip(found.found.l0, found.found.cosine, found.found.residual, strict=True)
    return [ConceptFigures(int(l0), float(cosine), float(rest)) for l0, cosine, rest in numbers]


def _change(found: FoundVersions) -> ConceptChange | None:
    change = found.change
    if change is None:
        return None
    return ConceptChange(change.word, change.original, change.removed)


def _times(over_time: OverTime, variant: Variant, listed: set[str]) -> ConceptTimes:
    """What may be shown: the strongest, the user's own, and all that have bars."""
    words = over_time.words
    own = {word.casefold() for word in over_time.facts.words}
    musts = set(over_time.order[:MOST_ROWS])
    musts |= {k for k, word in enumerate(words) if word.casefold() in own or word in listed}
    rank = {k: place for place, k in enumerate(over_time.order)}
    chosen = sorted(musts, key=lambda k: rank.get(k, len(rank)))
    return ConceptTimes(
        tuple(words[k] for k in chosen),
        over_time.weights[:, chosen],
        tuple(over_time.peak(k) or 0 for k in chosen),
        frozenset(words[k] for k in chosen if words[k].casefold() in own),
        over_time.cells.hop,
        over_time.cells.window,
        over_time.cells.seconds,
        variant,
    )

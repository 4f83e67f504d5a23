"""What the embedding hears in the clip and its versions, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.concept_listener import (
    VERSIONS,
    Asked,
    ConceptListener,
    Facts,
    FoundVersions,
    OverTime,
    Rescored,
    Sound,
)
from app.explain_controller import ExplainController
from app.jobs import JobRunner, Work
from app.loop_controller import LoopController
from app.notices import Notices
from app.playback_controller import PlaybackController
from app.session import Session, SessionState
from app.settings import ConceptHabits, Settings, SettingsStore
from core.concepts.opening import embedder_catalogue
from core.concepts.types import How
from core.concepts.vocabularies import clean, vocabulary_catalogue
from core.errors import CoreError
from core.types import Variant

MOST_UNEXPLAINED = 60.0  # s of a sound that is described as a whole without an explanation


@dataclass(frozen=True, slots=True, eq=False)
class ConceptState:
    """What the panels show, at one moment.

    habits: what was chosen. versions, over_time: what was found last, of the clip that is open; it
    may be of choices made before while the newest is being worked on. sounding: the version that
    over_time is of. factors: by which concepts count more or less; rescored: the labels then.
    problem: why nothing is found, in a sentence. stopped: whether the user has.
    """

    habits: ConceptHabits
    versions: FoundVersions | None = None
    over_time: OverTime | None = None
    sounding: Variant = Variant.ORIGINAL
    factors: Mapping[str, float] = field(default_factory=dict)
    rescored: Rescored | None = None
    problem: str | None = None
    busy: bool = False
    stopped: bool = False

    @property
    def facts(self) -> Facts | None:
        """Of the models; None before they were opened."""
        newest = self.versions or self.over_time
        return None if newest is None else newest.facts


class ConceptController(QObject):
    """Finds concepts while somebody looks at them, after the explanation and in small steps.

    First those of the versions, then, cell by cell, those over time; what was found so far is told
    after each step. Sounds that were heard are not heard again when only the choices change.

    Signals: changed(ConceptState); progressed(share, stage).
    """

    changed = Signal(object)
    progressed = Signal(float, str)

    def __init__(
        self,
        session: Session,
        explain: ExplainController,
        playback: PlaybackController,
        loop: LoopController,
        listener: ConceptListener,
        settings: SettingsStore,
        notices: Notices,
        runner: JobRunner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._explain = session, explain
        self._playback, self._loop, self._listener = playback, loop, listener
        self._settings, self._notices, self._runner = settings, notices, runner
        self._habits = settings.settings.concepts
        self._versions: FoundVersions | None = None
        self._over_time: OverTime | None = None
        self._sounding = Variant.ORIGINAL  # that `_over_time` is of
        self._factors: dict[str, float] = {}
        self._rescored: Rescored | None = None
        self._problem: str | None = None
        self._looked_at = False
        self._stopped = self._versions_stopped = False
        session.clip_changed.connect(self._on_clip)
        session.result_changed.connect(self._on_result)
        session.active_changed.connect(self._on_active)
        explain.idle.connect(self._go_on)
        settings.changed.connect(self._on_settings)
        runner.progressed.connect(self.progressed)
        runner.succeeded.connect(self._on_found)
        runner.failed.connect(self._on_failed)

    @property
    def state(self) -> ConceptState:
        return ConceptState(
            self._habits,
            self._versions,
            self._over_time,
            self._sounding,
            dict(self._factors),
            self._rescored,
            self._problem,
            self._runner.is_busy,
            self._stopped,
        )

    @property
    def is_busy(self) -> bool:
        return self._runner.is_busy

    def vocabularies(self) -> tuple[str, ...]:
        """Ids of those that can be chosen without naming a file."""
        return tuple(entry.id for entry in vocabulary_catalogue())

    def embedders(self) -> tuple[str, ...]:
        """Ids of those that are there."""
        return tuple(entry.id for entry in embedder_catalogue() if entry.folder is not None)

    def look(self, looked_at: bool) -> None:
        """Somebody looks at the panels, or nobody any more: then the work rests."""
        if looked_at != self._looked_at:
            self._looked_at = looked_at
            self._problem = None  # what was missing may be there by now
            self._stopped = self._versions_stopped = False
            if not looked_at:
                self._runner.cancel()
            self._go_on()
            self._tell()

    def choose(self, **choices: Any) -> None:
        """Change fields of `ConceptHabits`. Raises: pydantic.ValidationError."""
        self._settings.change(concepts={**self._habits.model_dump(), **choices})

    def add_word(self, text: str) -> None:
        """Make what was typed a concept."""
        words = clean([*self._habits.words, text])
        self.choose(words=tuple(words))

    def remove_word(self, word: str) -> None:
        """Take a word off that was added."""
        left = (known for known in self._habits.words if known.casefold() != word.casefold())
        self.choose(words=tuple(left))

    def weigh(self, word: str, factor: float) -> None:
        """Let a concept of the original count more or less; 0 suppresses it, 1 leaves it."""
        self._factors.pop(word, None)
        if factor != 1.0:
            self._factors[word] = factor
        self._rescored = self._problem = None
        self._go_on()
        self._tell()

    def stop(self) -> None:
        """Leave it at what was found so far."""
        if self._runner.is_busy:
            self._stopped = self._versions_stopped = True
            self._runner.cancel()
            self._tell()

    def resume(self) -> None:
        """Go on after `stop`."""
        self._stopped = self._versions_stopped = False
        self._go_on()
        self._tell()

    def play(self, word: str, variant: Variant | None = None) -> None:
        """Play the window where a concept is strongest, again and again.

        variant: the version to hear; None leaves it as it is.
        """
        state = self._session.state
        if state.clip is None:
            return
        if variant is not None and (state.result is not None or variant is Variant.ORIGINAL):
            self._session.set_active(variant)
        stretch = None if self._over_time is None else self._over_time.strongest(word)
        if stretch is None:
            self._notices.info(
                f"“{word}” is nowhere strong by itself; you hear the stretch as a whole."
            )
            stretch = state.window or (0.0, state.clip.seconds)
        self._session.set_selection(stretch)
        self._loop.loop_selection()
        self._playback.seek(stretch[0])
        if not self._playback.is_playing:
            self._playback.toggle()

    def _on_clip(self, state: SessionState) -> None:
        self._runner.cancel()
        self._versions = self._over_time = self._rescored = self._problem = None
        self._factors = {}
        self._sounding = Variant.ORIGINAL
        self._stopped = self._versions_stopped = False
        self._go_on()
        self._tell()

    def _on_result(self, state: SessionState) -> None:
        if state.clip is None:
            return
        self._problem = None
        self._versions_stopped = False  # these are others
        self._go_on()
        self._tell()

    def _on_active(self, state: SessionState) -> None:
        self._go_on()
        self._tell()

    def _on_settings(self, settings: Settings) -> None:
        if settings.concepts != self._habits:
            if settings.concepts.vocabulary != self._habits.vocabulary:
                self._factors = {}
            self._habits = settings.concepts
            self._problem = None
            self._runner.cancel()
            self._go_on()
            self._tell()

    def _go_on(self) -> None:
        """Start what is missing, one step; nothing while something else is under way."""
        clip = self._session.state.clip
        if clip is None or not self._looked_at or self._problem is not None:
            return
        if self._explain.is_busy or self._runner.is_busy:
            return
        asked, sounds, listener = self._asked(), self._sounds(), self._listener
        variant, sound = self._sound_over_time()
        described = self._versions_stopped or _is_of(self._versions, asked, sounds)
        if sounds and not described:
            self._runner.submit(
                lambda report, cancel: listener.versions(asked, sounds, report, cancel)
            )
        elif (rescoring := self._rescoring()) is not None:
            self._runner.submit(rescoring)
        elif sound is not None and not self._stopped and not self._is_heard(asked, sound):
            self._runner.submit(
                lambda report, cancel: listener.over_time(asked, sound, report, cancel)
            )
        else:
            self._sounding = variant

    def _rescoring(self) -> Work | None:
        """The labels again, if concepts are to count otherwise and that is not known yet."""
        versions, result, listener = self._versions, self._session.state.result, self._listener
        known = {} if versions is None else set(versions.found.vocabulary.words)
        factors = {word: factor for word, factor in self._factors.items() if word in known}
        if versions is None or result is None or not factors or versions.facts.text_problem:
            return None
        done = self._rescored
        if done is not None and done.versions is versions and done.factors == factors:
            return None
        labels = result.original.labels
        return lambda report, cancel: listener.rescored(versions, labels, factors, report, cancel)

    def _asked(self) -> Asked:
        habits = self._habits
        how = How(habits.penalty, habits.at_most, habits.centred)
        return Asked(habits.embedder, habits.vocabulary, habits.words, how)

    def _sounds(self) -> tuple[Sound, ...]:
        """The versions, else the clip unless it is long."""
        clip, result = self._session.state.clip, self._session.state.result
        if result is not None:
            length = result.end - result.start
            return tuple(Sound(result.audio[variant], length) for variant in VERSIONS)
        if clip is not None and clip.seconds <= MOST_UNEXPLAINED:
            return (Sound(clip),)
        return ()

    def _sound_over_time(self) -> tuple[Variant, Sound | None]:
        """The version that is heard, where the versions are of the whole clip; else the clip."""
        state = self._session.state
        if state.clip is None:
            return Variant.ORIGINAL, None
        if state.result is None or state.window or state.active is Variant.ORIGINAL:
            return Variant.ORIGINAL, Sound(state.clip)
        return state.active, Sound(state.result.audio[state.active], state.clip.seconds)

    def _is_heard(self, asked: Asked, sound: Sound) -> bool:
        found = self._over_time
        if found is None or found.asked != asked or not sound.is_same(found.sound):
            return False
        return found.is_complete

    def _on_found(self, outcome: object) -> None:
        if isinstance(outcome, FoundVersions):
            self._versions = outcome
        elif isinstance(outcome, Rescored):
            self._rescored = outcome
        elif isinstance(outcome, OverTime):
            self._over_time = outcome
            variant, sound = self._sound_over_time()
            if outcome.sound.is_same(sound):
                self._sounding = variant
        self._go_on()
        self._tell()

    def _on_failed(self, error: Exception) -> None:
        """A foreseen error is said in the panel, where what to choose instead is at hand."""
        if isinstance(error, CoreError):
            self._problem = str(error)
        else:
            self._notices.error(error)
            self._problem = "The concepts could not be found."
        self._tell()

    def _tell(self) -> None:
        self.changed.emit(self.state)


def _is_of(found: FoundVersions | None, asked: Asked, sounds: tuple[Sound, ...]) -> bool:
    if found is None or found.asked != asked or len(found.sounds) != len(sounds):
        return False
    return all(one.is_same(other) for one, other in zip(sounds, found.sounds, strict=True))

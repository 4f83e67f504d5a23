"""Hearing the versions: what sounds, where, how loud."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from app.audio.beside import Beside
from app.audio.levels_match import LevelMatch
from app.audio.player import Player
from app.audio.ports import AppAudioError
from app.audio.versions import Versions
from app.device_controller import DeviceController
from app.jobs import JobRunner
from app.matched_versions import MatchedVersions, match_versions, versions_of
from app.notices import Notices
from app.session import Session, SessionState
from core.types import AudioClip, Variant

TICK_MS = 33  # how often the playhead moves
UNMATCHED = LevelMatch({}, {})


class PlaybackController(QObject):
    """Keeps the player at what the session shows.

    The original is the clip as it came in; the other versions are the same with the window that is
    explained replaced. The playhead is in seconds of the clip. New versions are heard as soon as
    their levels are known, at the running position.

    Signals: position_changed(seconds); playing_changed(bool); length_changed(seconds or None);
    level_match_changed(matching, gain of the session's version in dB or None);
    blocked_changed(reason or None), see `block`.
    """

    position_changed = Signal(float)
    playing_changed = Signal(bool)
    length_changed = Signal(object)
    level_match_changed = Signal(bool, object)
    blocked_changed = Signal(object)

    def __init__(
        self,
        session: Session,
        player: Player,
        devices: DeviceController,
        runner: JobRunner,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        """runner: for measuring levels, which takes seconds where versions are long."""
        super().__init__(parent)
        self._session, self._player, self._devices = session, player, devices
        self._runner, self._notices = runner, notices
        self._blocked: str | None = None
        # What is wanted of a loudspeaker that may have to be looked for:
        self._starting = False
        self._beside: Beside | None = None
        self._unheard: Callable[[AppAudioError], None] | None = None
        self._matching = True
        self._levels = UNMATCHED
        self._peak: tuple[AudioClip, float | None] | None = None  # of the clip that is open
        self._measured: AudioClip | None = None  # what the runner is at
        self._again = False  # whether there are newer versions than those it is at
        self._blind: _Blind | None = None
        self._told = (0.0, False)
        self._sentence: str | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._poll)
        session.clip_changed.connect(self._on_clip)
        session.result_changed.connect(self._on_result)
        session.active_changed.connect(self._on_active)
        runner.succeeded.connect(self._on_measured)
        runner.failed.connect(self._on_failed)

    @property
    def is_playing(self) -> bool:
        """Also while a loudspeaker for it is being looked for."""
        return self._player.playing or self._starting

    @property
    def position(self) -> float:
        """Of what is heard now, in seconds of the clip."""
        return self._player.position

    def toggle(self) -> None:
        """Play from the running position, or stop and go back to where listening began."""
        if self.is_playing:
            self.stop()
        else:
            self._play()
            self._poll()

    def toggle_pause(self) -> None:
        """Hold the sound where it is, or go on."""
        if self.is_playing:
            self.pause()
        else:
            self._play()
            self._poll()

    def pause(self) -> None:
        """Hold the sound where it is."""
        self._starting = False
        self._player.pause()
        self._poll()

    def stop(self) -> None:
        """Go back to where listening began."""
        self._starting = False
        self._player.stop()
        self._poll()

    def block(self, reason: str | None) -> None:
        """From now on playing is refused with this sentence, until it is allowed again (None)."""
        self._blocked = reason
        self.blocked_changed.emit(reason)

    def seek(self, seconds: float) -> None:
        """Plays or stands there, as before."""
        self._player.seek(seconds)
        self._poll()

    def skip(self, seconds: float) -> None:
        """Seek relative to where it is."""
        self.seek(max(0.0, min(self._player.seconds, self._player.position + seconds)))

    def seek_end(self) -> None:
        self.seek(self._player.seconds)

    def set_level_match(self, matching: bool) -> None:
        self._matching = matching
        self._player.set_gains(self._gain_db())
        self._tell_gain()

    @property
    def mixes(self) -> bool:
        """Whether a device is open, on which what is mixed is heard."""
        return self._player.device is not None

    @property
    def latency(self) -> float:
        """Seconds from the callback to the connector."""
        return self._player.latency

    def mix(self, beside: Beside, unheard: Callable[[AppAudioError], None]) -> None:
        """See `Player.mix`. unheard: called instead, when there is no loudspeaker for it."""
        self._beside, self._unheard = beside, unheard
        self._use_output()

    def end_mix(self) -> None:
        """Let nothing be heard beside the versions any more."""
        self._beside = self._unheard = None
        self._player.mix(None)

    def begin_blind(self) -> tuple[float, float]:
        """Prepare for a blind test: nothing the session shows tells from here on what is heard.

        Returns what will be heard, again and again: start and end of the loop, else of the
        selection, else of the window that is explained, in seconds.
        """
        self.pause()
        state = self._session.state
        stretch = state.loop or state.selection or state.window or (0.0, self._player.seconds)
        self._blind = _Blind(self._player.position, stretch)
        return stretch

    def play_blind(self, variant: Variant, pair: Collection[Variant]) -> None:
        """Let a version be heard, at the running position while there is sound.

        pair: the versions that are compared; they are equally loud, whatever else is switched on.
        """
        if self._blind is None:
            return
        self._blind = replace(self._blind, variant=variant, pair=tuple(pair))
        self._player.set_gains(self._gain_db())
        self._choose_version()
        if not self._player.playing:
            self._player.loop = self._blind.stretch
            self._player.seek(self._blind.stretch[0])
            self._play()
        self._poll()

    def end_blind(self) -> None:
        """Everything is as it was before `begin_blind`."""
        if self._blind is not None:
            position, self._blind = self._blind.position, None
            self._starting = False
            self._player.stop()
            self._player.loop = self._session.state.loop
            self._player.seek(position)
            self._player.set_gains(self._gain_db())
            self._choose_version()
            self._poll()

    def shut_down(self) -> None:
        self._timer.stop()
        self._player.close()

    def _play(self) -> None:
        """What prevents it becomes a notice."""
        if self._blocked is not None:
            self._notices.info(self._blocked)
        elif self._player.variants:
            self._starting = True
            self._use_output()

    def _use_output(self) -> None:
        """Let what is wanted be heard, as soon as there is a loudspeaker for it."""
        if self._devices.output_ready:
            try:
                self._sound()
            except AppAudioError:  # it is gone; it, or another one, may be there by now
                pass
            else:
                return
        self._devices.open_output(self._on_output, self._on_no_output)

    def _sound(self) -> None:
        if self._beside is not None:
            self._player.mix(self._beside)
        if self._starting:
            self._player.play()
            self._starting = False
        self._timer.start()

    def _on_output(self) -> None:
        try:
            self._sound()
        except AppAudioError as error:
            self._on_no_output(error)
        else:
            self._poll()

    def _on_no_output(self, error: AppAudioError) -> None:
        self._starting = False
        unheard = self._unheard
        if unheard is None:
            self._notices.error(error)
        else:
            self.end_mix()
            unheard(error)
        self._poll()

    def _on_clip(self, state: SessionState) -> None:
        self._starting = False
        self._levels = UNMATCHED
        self._player.load(None if state.clip is None else Versions(state.clip))
        self.length_changed.emit(None if state.clip is None else state.clip.seconds)
        self._tell_gain()
        self._poll()
        self._measure()

    def _on_result(self, state: SessionState) -> None:
        self._measure()

    def _measure(self) -> None:
        """Find out the gains of the newest versions, one job at a time; then play those."""
        clip, result = self._session.state.clip, self._session.state.result
        if clip is None:
            self._runner.cancel()
            return
        self._again = self._runner.is_busy and self._measured is clip
        if not self._again:
            self._measured = clip
            peak = self._peak
            self._runner.submit(lambda report, cancel: match_versions(clip, result, peak, cancel))

    def _on_measured(self, outcome: object) -> None:
        state = self._session.state
        if isinstance(outcome, MatchedVersions) and outcome.clip is state.clip:
            self._peak = outcome.clip, outcome.peak
            if (outcome.result is None) == (state.result is None):
                self._take_versions(outcome.versions, outcome.levels)
        if self._again:
            self._measure()

    def _on_failed(self, error: Exception) -> None:
        self._notices.error(error)
        state = self._session.state
        if state.clip is not None:
            self._take_versions(versions_of(state.clip, state.result), UNMATCHED)

    def _take_versions(self, versions: Versions, levels: LevelMatch) -> None:
        self._levels = levels
        self._player.swap(versions, self._gain_db())
        self._choose_version()
        self._tell_gain()
        self._poll()

    def _on_active(self, state: SessionState) -> None:
        self._choose_version()
        self._tell_gain()

    def _choose_version(self) -> None:
        wanted = self._session.state.active
        if self._blind is not None and self._blind.variant is not None:
            wanted = self._blind.variant
        if wanted in self._player.variants:
            self._player.active = wanted

    def _gain_db(self) -> Mapping[Variant, float]:
        if self._blind is not None and self._blind.pair:
            return self._levels.equal(self._blind.pair)
        return self._levels.gain_db if self._matching else {}

    def _tell_gain(self) -> None:
        gain = self._levels.gain_db.get(self._session.state.active)
        self.level_match_changed.emit(self._matching, gain if self._matching else None)

    def _poll(self) -> None:
        status = self._player.poll()
        if status.sentence and status.sentence != self._sentence:
            self._notices.warning(status.sentence)
        self._sentence = status.sentence
        playing = self.is_playing
        before, self._told = self._told, (status.position, playing)
        if status.position != before[0]:
            self.position_changed.emit(status.position)
        if playing != before[1]:
            self.playing_changed.emit(playing)
        if not self._player.running:
            self._timer.stop()


@dataclass(frozen=True, slots=True)
class _Blind:
    """A blind test. position: of the playhead before it. variant: what is heard now."""

    position: float
    stretch: tuple[float, float]
    variant: Variant | None = None
    pair: tuple[Variant, ...] = ()

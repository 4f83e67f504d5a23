"""Playback: the deck on an output device, in seconds, for a window that polls."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.audio.deck import VariantDeck
from app.audio.devices import Watch, choose, outputs
from app.audio.ports import AppAudioError, AudioBackend, DeviceInfo, DeviceState, Stream
from app.audio.versions import OutputFormat, PreparedVersions, prepare_versions
from core.levels import db_to_amplitude
from core.types import AudioClip, Variant

IDLE = 2.0  # s of silence after which the stream is stopped, so that the device may rest
CHANNELS = 2  # as far as the device has them

Versions = Mapping[Variant, AudioClip] | PreparedVersions


@dataclass(frozen=True, slots=True)
class PlayerStatus:
    """What the window shows of a player.

    sentence: what went wrong last, for the user, or None. ended: played to the end. position,
    seconds: of what is heard now, and of the whole. xruns: gaps since the device was opened.
    """

    state: DeviceState
    sentence: str | None
    playing: bool
    ended: bool
    position: float
    seconds: float
    active: Variant
    xruns: int


class _Output:
    """An open device that was seen to start, and the deck it plays."""

    def __init__(
        self, backend: AudioBackend, device: DeviceInfo, clock: Callable[[], float]
    ) -> None:
        self.device = device
        self.deck = VariantDeck(device.default_rate, min(CHANNELS, device.channels_out))
        self.stream: Stream = backend.open_output(
            device, self.deck.rate, self.deck.channels, self.deck.fill
        )
        self.watch = Watch(self.stream, clock)
        self.running = False
        try:
            self.run()
        except AppAudioError:
            self.stream.close()
            raise

    def run(self) -> None:
        """Raises: AppAudioError."""
        if not self.running:
            self.stream.start()
            self.watch.restart()
            self.running = True

    def rest(self) -> None:
        self.stream.stop()
        self.running = False

    def close(self) -> None:
        self.stream.close()
        self.running = False
        self.deck.halt()


class Player:
    """Plays the versions of one sound; used from one thread, times in seconds.

    Everything but hearing works without a device too: place, loop and version are kept until one
    is opened, when it is lost, and when another one is chosen.
    """

    def __init__(
        self, backend: AudioBackend, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """clock: seconds, never going back."""
        self._backend, self._clock = backend, clock
        self._output: _Output | None = None
        self._deck = VariantDeck(48_000, CHANNELS)  # of the output, or of the last one
        self._versions = PreparedVersions({}, self.format, {})
        self._key: str | None = None  # of the device that was asked for by name
        self._state = DeviceState.CLOSED
        self._sentence: str | None = None
        self._silent_since: float | None = None
        self._resumes = False

    # ── the device ───────────────────────────────────────────────────────────────────────────────

    @property
    def device(self) -> DeviceInfo | None:
        """The one that is open."""
        return self._output.device if self._output else None

    @property
    def format(self) -> OutputFormat:
        """What `prepare_versions` is to prepare for."""
        return OutputFormat(self._deck.rate, self._deck.channels)

    def open(self, device: DeviceInfo | None = None) -> None:
        """Plays on `device`, or on the last one named so, or on the default one; goes on there.

        Raises: AppAudioError when there is none or it does not run; one that was open stays so.
        """
        chosen = device or choose(outputs(self._backend.devices()), self._key)
        if chosen is None:
            raise AppAudioError(
                self._backend.problem
                or "There is no loudspeaker or other sound output; connect one and look for "
                "devices again."
            )
        playing = self.playing
        if self._output and self._output.device.key == chosen.key:
            self._close()  # many devices do not open twice
        output = _Output(self._backend, chosen, self._clock)
        self._hand_over(output.deck)
        self._close()
        self._output, self._deck = output, output.deck
        self._state, self._sentence, self._silent_since = DeviceState.READY, None, None
        if device is not None:
            self._key = device.key
        if playing:
            self._deck.play()

    def close(self) -> None:
        """Stops at once, and lets go of the device."""
        self._close()

    def release(self) -> None:
        self._resumes = self.playing
        self._close()

    def reopen(self) -> None:
        """As `open` without a name, but says in the status why it could not.

        Goes on playing if `release` interrupted that.
        """
        resumes, self._resumes = self._resumes, False
        try:
            self.open()
            if resumes:
                self.play()
        except AppAudioError as error:
            self._sentence = str(error)

    # ── what is played ───────────────────────────────────────────────────────────────────────────

    def load(self, versions: Versions) -> None:
        """Another sound: stopped, at its start, without loop or gains.

        versions: clips of one rate and length, or those prepared by another thread, which saves
        this one the time. The active version stays if it is among them, else it is the first.
        Raises: ValueError when rates or lengths differ.
        """
        self._versions = self._prepared(versions)
        self._deck.load(self._versions.samples)
        self._forget_if_resting()

    def swap(self, versions: Versions) -> None:
        """The same sound with versions made anew: goes on as it is, from old to new in 5 ms.

        Raises: ValueError as `load` does.
        """
        self._versions = self._prepared(versions)
        self._deck.swap(self._versions.samples)
        self._forget_if_resting()

    @property
    def versions(self) -> Mapping[Variant, AudioClip]:
        return self._versions.clips

    @property
    def active(self) -> Variant:
        """The version that sounds. Setting it raises AppAudioError where there is none such."""
        return self._deck.active

    @active.setter
    def active(self, variant: Variant) -> None:
        self._deck.active = variant

    def set_gains(self, gain_db: Mapping[Variant, float]) -> None:
        """gain_db: in dB, see `levels_match`; 0 for a version that is not named."""
        self._deck.gains = {variant: db_to_amplitude(db) for variant, db in gain_db.items()}

    @property
    def loop(self) -> tuple[float, float] | None:
        """Start and end. One that is set is made 50 ms long at least, and lies in the sound."""
        region = self._deck.loop
        return (region[0] / self._deck.rate, region[1] / self._deck.rate) if region else None

    @loop.setter
    def loop(self, region: tuple[float, float] | None) -> None:
        rate = self._deck.rate
        self._deck.loop = (round(region[0] * rate), round(region[1] * rate)) if region else None

    # ── playing ──────────────────────────────────────────────────────────────────────────────────

    def play(self) -> None:
        """From the position; at the end, from where listening began. Opens a device if none is.

        Raises: AppAudioError when there is none or it does not run.
        """
        if not self._deck.length:
            return
        if self._output is None:
            self.open()
        elif not self._output.running:
            try:
                self._output.run()
            except AppAudioError:
                self.open()  # it may be there again under the same name
        self._deck.play()

    def pause(self) -> None:
        """The position stays."""
        self._deck.pause()

    def stop(self) -> None:
        """Pauses, and goes back to where listening began: the last start or `seek`."""
        self._deck.stop()

    def seek(self, seconds: float) -> None:
        """Plays or stands there, as it did before; within a loop if there is one."""
        self._deck.seek(round(seconds * self._deck.rate))

    @property
    def playing(self) -> bool:
        return self._deck.playing

    @property
    def position(self) -> float:
        """Of what is heard now."""
        latency = self._output.stream.latency if self._output else 0.0
        return self._deck.heard(latency) / self._deck.rate

    @property
    def seconds(self) -> float:
        """Of the whole sound."""
        return self._deck.length / self._deck.rate

    def poll(self) -> PlayerStatus:
        """How things stand; to be asked a few times a second. Never raises."""
        if self._output and self._output.running:
            if self._output.watch.lost():
                self._lose(self._output)
            else:
                self._rest_when_idle(self._output)
        return PlayerStatus(
            state=self._state,
            sentence=self._sentence,
            playing=self.playing,
            ended=self._deck.ended,
            position=self.position,
            seconds=self.seconds,
            active=self.active,
            xruns=self._output.stream.xruns if self._output else 0,
        )

    def _prepared(self, versions: Versions) -> PreparedVersions:
        if isinstance(versions, PreparedVersions):
            if versions.format == self.format:
                return versions
            versions = versions.clips
        return prepare_versions(versions, self.format, self._versions)

    def _hand_over(self, deck: VariantDeck) -> None:
        """Everything of the present deck to another one, which stands where this one is."""
        old, scale = self._deck, deck.rate / self._deck.rate
        output = OutputFormat(deck.rate, deck.channels)
        self._versions = prepare_versions(self._versions.clips, output, self._versions)
        deck.load(self._versions.samples)
        if old.active in deck.versions:
            deck.active = old.active
        deck.gains = old.gains
        if old.loop:
            deck.loop = (round(old.loop[0] * scale), round(old.loop[1] * scale))
        deck.seek(round(old.position * scale))

    def _close(self) -> None:
        if self._output:
            self._output.close()
            self._output = None
        self._state = DeviceState.CLOSED

    def _lose(self, lost: _Output) -> None:
        self._close()
        self._state = DeviceState.LOST
        self._sentence = (
            f"“{lost.device.name}” stopped answering: it was unplugged, or the sound system ended; "
            "play again, look for devices again, or choose another one."
        )

    def _forget_if_resting(self) -> None:
        if not (self._output and self._output.running):
            self._deck.halt()  # no callback would let go of the samples of before

    def _rest_when_idle(self, output: _Output) -> None:
        if not self._deck.silent:
            self._silent_since = None
        elif self._silent_since is None:
            self._silent_since = self._clock()
        elif self._clock() - self._silent_since > IDLE:
            output.rest()
            self._silent_since = None

"""Playback: the deck on an output device, in seconds, for a window that polls."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.audio.ahead import make_ahead, make_at_once
from app.audio.beside import Beside
from app.audio.deck import VariantDeck
from app.audio.devices import Watch, choose, outputs
from app.audio.ports import AppAudioError, AudioBackend, DeviceInfo, DeviceState, Stream
from app.audio.tape import OutputFormat
from app.audio.track import Track
from app.audio.versions import PreparedVersions, Versions
from core.types import FloatArray, Variant

IDLE = 2.0  # s of silence after which the stream is stopped, so that the device may rest
CHANNELS = 2  # as far as the device has them


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
        self.beside: Beside | None = None
        self.stream: Stream = backend.open_output(
            device, self.deck.rate, self.deck.channels, self._fill
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

    def mix(self, beside: Beside | None) -> None:
        if beside is not None:
            beside.begin(self.deck.rate)
        self.beside = beside

    def _fill(self, out: FloatArray) -> None:
        self.deck.fill(out)
        if self.beside is not None:
            self.beside.add_to(out)

    def close(self) -> None:
        self.stream.close()
        self.running = False
        self.deck.halt()


class Player:
    """Plays the versions of one sound; used from one thread, times in seconds.

    Everything but hearing works without a device too: place, loop and version are kept until one
    is opened, when it is lost, and when another one is chosen.

    preferred: key of the device that `open` takes when it is told none; where that is missing or
    None, it takes the default one.
    """

    def __init__(
        self, backend: AudioBackend, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """clock: seconds, never going back."""
        self.preferred: str | None = None
        self._backend, self._clock = backend, clock
        self._output: _Output | None = None
        self._deck = VariantDeck(48_000, CHANNELS)  # of the output, or of the last one
        self._prepared: PreparedVersions | None = None
        self._gain_db: Mapping[Variant, float] = {}
        self._state = DeviceState.CLOSED
        self._sentence: str | None = None
        self._silent_since: float | None = None
        self._beside: Beside | None = None

    # ── the device ───────────────────────────────────────────────────────────────────────────────

    @property
    def device(self) -> DeviceInfo | None:
        """The one that is open."""
        return self._output.device if self._output else None

    @property
    def is_open(self) -> bool:
        return self._output is not None

    @property
    def in_use(self) -> bool:
        """Whether something is heard, or about to be; a device that merely stays open is not."""
        return self.is_open and (self.playing or self._beside is not None)

    @property
    def running(self) -> bool:
        """Whether a device has to be watched: while it plays, and for a moment of silence after."""
        return self._output is not None and self._output.running

    @property
    def deck(self) -> VariantDeck:
        """What the callback plays from, for those who measure it."""
        return self._deck

    @property
    def format(self) -> OutputFormat:
        """Of the output, or of the last one."""
        return OutputFormat(self._deck.rate, self._deck.channels)

    def open(self, device: DeviceInfo | None = None) -> None:
        """Plays on `device`, preferred from then on, or on the preferred one; goes on there.

        Raises: AppAudioError when there is none or it does not run; one that was open stays so.
        """
        chosen = device or choose(outputs(self._backend.devices()), self.preferred)
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
        output.mix(self._beside)
        self._state, self._sentence, self._silent_since = DeviceState.READY, None, None
        if device is not None:
            self.preferred = device.key
        if playing:
            self._start()

    def close(self) -> None:
        """Stops at once, and lets go of the device."""
        self._close()

    # ── what is played ───────────────────────────────────────────────────────────────────────────

    def load(self, versions: Versions | None) -> None:
        """Another sound, or none: stopped, at its start, without a loop, at its own level.

        The active version stays if it is among them, else it is the first.
        """
        self._gain_db = {}
        self._prepared = self._prepare(versions, self.format) if versions is not None else None
        self._deck.load(self._tracks())
        self._forget_if_resting()

    def swap(self, versions: Versions, gain_db: Mapping[Variant, float]) -> None:
        """The same sound with versions made anew: goes on as it is, from old to new in 5 ms.

        gain_db: see `set_gains`.
        """
        self._gain_db = dict(gain_db)
        self._prepared = self._prepare(versions, self.format)
        self._swap()

    @property
    def variants(self) -> tuple[Variant, ...]:
        """The versions there are."""
        return self._prepared.versions.variants if self._prepared else ()

    @property
    def active(self) -> Variant:
        """The version that sounds. Setting it raises AppAudioError where there is none such."""
        return self._deck.active

    @active.setter
    def active(self, variant: Variant) -> None:
        if self.playing and variant in self._deck.versions:
            make_at_once(self._deck, self._deck.versions[variant], self._deck.position)
        self._deck.active = variant

    def mix(self, beside: Beside | None) -> None:
        """Let this be heard as well, on every device that is opened from now on; None: no longer.

        Opens a device if none is; while there is something to mix it does not rest.
        Raises: AppAudioError when there is none or it does not run.
        """
        self._beside = beside
        if beside is not None and self._output is None:
            self.open()
        elif self._output is not None:
            self._output.mix(beside)
            if beside is not None:
                self._output.run()

    def set_gains(self, gain_db: Mapping[Variant, float]) -> None:
        """gain_db: in dB, see `levels_match`; 0 for a version that is not named.

        The original's holds outside the window in every version.
        """
        if dict(gain_db) != self._gain_db:
            self._gain_db = dict(gain_db)
            self._swap()

    @property
    def loop(self) -> tuple[float, float] | None:
        """Start and end. One that is set is made 50 ms long at least, and lies in the sound."""
        region = self._deck.loop
        return (region[0] / self._deck.rate, region[1] / self._deck.rate) if region else None

    @loop.setter
    def loop(self, region: tuple[float, float] | None) -> None:
        if region is None:
            self._deck.loop = None
            return
        start, end = (round(moment * self._deck.rate) for moment in region)
        make_at_once(self._deck, self._track, start)
        self._deck.loop = start, end

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
        self._start()

    def pause(self) -> None:
        """The position stays."""
        self._deck.pause()

    def stop(self) -> None:
        """Pauses, and goes back to where listening began: the last start or `seek`."""
        self._deck.stop()

    def seek(self, seconds: float) -> None:
        """Plays or stands there, as it did before; within a loop if there is one."""
        frame = round(seconds * self._deck.rate)
        if self.playing:
            make_at_once(self._deck, self._track, frame)
        self._deck.seek(frame)

    @property
    def playing(self) -> bool:
        return self._deck.playing

    @property
    def latency(self) -> float:
        """Seconds from the callback to the connector."""
        return self._output.stream.latency if self._output else 0.0

    @property
    def position(self) -> float:
        """Of what is heard now."""
        return self._deck.heard(self.latency) / self._deck.rate

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
        if self.playing:
            make_ahead(self._deck, self._clock)
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

    @property
    def _track(self) -> Track | None:
        return self._deck.versions.get(self.active)

    def _prepare(self, versions: Versions, output: OutputFormat) -> PreparedVersions:
        known = self._prepared
        tapes = known.tapes if known is not None and known.format == output else ()
        return PreparedVersions(versions, output, tapes)

    def _tracks(self) -> dict[Variant, Track]:
        return self._prepared.tracks(self._gain_db) if self._prepared is not None else {}

    def _swap(self) -> None:
        tracks = self._tracks()
        if self.playing:
            make_at_once(self._deck, tracks.get(self.active), self._deck.position)
        self._deck.swap(tracks)
        self._forget_if_resting()

    def _hand_over(self, deck: VariantDeck) -> None:
        """Everything of the present deck to another one, which stands where this one is."""
        old, scale = self._deck, deck.rate / self._deck.rate
        if self._prepared is not None:
            output = OutputFormat(deck.rate, deck.channels)
            self._prepared = self._prepare(self._prepared.versions, output)
        deck.load(self._tracks())
        if old.active in deck.versions:
            deck.active = old.active
        if old.loop:
            deck.loop = (round(old.loop[0] * scale), round(old.loop[1] * scale))
        deck.seek(round(old.position * scale))

    def _start(self) -> None:
        make_at_once(self._deck, self._track, self._deck.next_start)
        self._deck.play()

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
        if not self._deck.silent or self._beside is not None:
            self._silent_since = None
        elif self._silent_since is None:
            self._silent_since = self._clock()
        elif self._clock() - self._silent_since > IDLE:
            output.rest()
            self._silent_since = None

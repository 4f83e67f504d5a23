"""What the output callback plays: all versions of one sound, one position, no gap and no click.

The window's thread never touches what the callback works with. It publishes a new frozen `Wish`
by assigning one attribute; the callback takes up the newest one when it comes by. Whatever a wish
changes – version, place, samples, loop, pause – is the same event to the callback: the voices that
sound fade out and a new one fades in, over 5 ms, in straight lines from the weights they have. The
weights sum to one at every sample, in the middle of another fade too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from app.audio.ports import AppAudioError
from app.audio.track import Track
from app.audio.voice import CHUNK, Voice
from app.audio.wish import Run, Wish
from core.types import FloatArray, Variant

FADE = 0.005  # s
SHORTEST_LOOP = 0.05  # s; below, one hears a tone instead of the sound
VOICES = 8


class Block(NamedTuple):
    """What the callback wrote last.

    position: of its first frame. time: by the deck's clock, when the callback came by. before: how
    many frames since the last jump had been written by then. frames: how many these are.
    """

    position: int
    time: float
    before: int
    frames: int


class VariantDeck:
    """All positions and lengths are in frames at `rate` (Hz).

    Every start fades in and every end fades out, over 5 ms; so does the seam of a loop, inside it:
    nothing outside a loop is heard, and it takes exactly its length.
    """

    def __init__(
        self, rate: int, channels: int, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        """channels: of the output; clock: seconds, never going back."""
        self.rate, self.channels = rate, channels
        self._clock = clock
        self._fade = round(FADE * rate)
        self._wish = self._taken = Wish()
        self._began = 0
        # What follows belongs to the callback; the window's thread reads single values.
        self._voices = [Voice(channels) for _ in range(VOICES)]
        self._lead: Voice | None = None
        self._finishing = False  # the lead is in the fade before its end
        self._position = 0
        self._ended: Run | None = None
        self._run_frames = 0  # since the last start, jump or change of the loop
        self._block = Block(0, 0.0, 0, 0)

    # ── the window's thread ──────────────────────────────────────────────────────────────────────

    @property
    def versions(self) -> Mapping[Variant, Track]:
        return self._wish.versions

    @property
    def length(self) -> int:
        return self._wish.length

    def load(self, versions: Mapping[Variant, Track]) -> None:
        """Another sound: stopped, at its start, without a loop; what sounds fades out.

        versions: all of one length, of one channel, which is then heard on all, or as many as the
        output has. The active version stays if it is among them, else it is the first.
        Raises: ValueError when the lengths differ or the channels do not fit.
        """
        length = self._length_of(versions)
        active = self._active_in(versions)
        self._began = 0
        self._wish = Wish(dict(versions), length, active)

    def swap(self, versions: Mapping[Variant, Track]) -> None:
        """The same sound made anew, or at another level: everything goes on, with the new tracks.

        Raises: ValueError as `load` does.
        """
        if not versions:
            self.load(versions)
            return
        length = self._length_of(versions)
        self._publish_inside(
            replace(
                self._wish,
                versions=dict(versions),
                length=length,
                active=self._active_in(versions),
                loop=self._fitted(self._wish.loop, length),
            )
        )

    @property
    def active(self) -> Variant:
        """The version that sounds. Setting it raises AppAudioError where there is none such."""
        return self._wish.active

    @active.setter
    def active(self, variant: Variant) -> None:
        if variant not in self._wish.versions:
            raise AppAudioError(f"There is no version “{variant}” of this sound; explain it first.")
        self._wish = replace(self._wish, active=variant)

    @property
    def loop(self) -> tuple[int, int] | None:
        """First frame and the one after the last; None plays to the end.

        A loop set is moved into the sound and, where it is shorter than 50 ms, made longer; a
        position outside it goes to its start.
        """
        return self._wish.loop

    @loop.setter
    def loop(self, region: tuple[int, int] | None) -> None:
        self._publish_inside(replace(self._wish, loop=self._fitted(region, self.length)))

    @property
    def playing(self) -> bool:
        return self._wish.playing and not self.ended

    @property
    def ended(self) -> bool:
        """Whether the sound was played to its end, and nothing was asked for since."""
        return self._ended is self._wish.run

    @property
    def silent(self) -> bool:
        """Whether the callback has nothing to do: every fade is over."""
        idle = all(voice.track is None for voice in self._voices)
        return not self.playing and self._taken is self._wish and idle

    @property
    def next_start(self) -> int:
        """Where `play` begins."""
        places = (self.position, self._began, 0)
        return self._wish.inside(next((place for place in places if place < self.length), 0))

    def play(self) -> None:
        """From the position; where that is the end, from where listening began."""
        if self.playing or not self.length:
            return
        self._began = start = self.next_start
        self._wish = replace(self._wish, playing=True, run=Run(start))

    def pause(self) -> None:
        """The position stays."""
        if self._wish.playing:
            self._wish = replace(self._wish, playing=False)

    def stop(self) -> None:
        """Pauses, and goes back to where listening began: the last start or `seek`."""
        self._wish = replace(self._wish, playing=False, run=Run(self._wish.inside(self._began)))

    def seek(self, frame: int) -> None:
        """Plays or stands there, as it did before."""
        self._began = self._wish.inside(frame)
        self._wish = replace(self._wish, playing=self.playing, run=Run(self._began))

    @property
    def caught_up(self) -> bool:
        """Whether the callback has taken up all that was asked for."""
        return self._taken is self._wish

    @property
    def block(self) -> Block:
        """What the callback wrote last."""
        return self._block

    @property
    def position(self) -> int:
        """The next frame the callback will write, or would."""
        wish = self._wish
        return self._position if wish.run is self._taken.run else wish.run.start

    def heard(self, latency: float) -> int:
        """The frame that is heard now. latency: seconds from callback to ear.

        Runs on between two callbacks, so that a picture of it moves evenly.
        """
        wish = self._wish
        if wish.run is not self._taken.run or not self.playing:
            return self.position
        block = self._block
        moved = round((self._clock() - block.time - latency) * self.rate)
        frame = block.position + min(max(moved, -block.before), block.frames)
        if wish.loop and not wish.loop[0] <= frame < wish.loop[1]:
            first, end = wish.loop
            frame = first + (frame - first) % (end - first)
        return min(frame, wish.length)

    def halt(self) -> None:
        """Pauses at once and without a fade; only while no callback runs.

        Afterwards nothing but the newest versions is held in memory.
        """
        self._position, self._run_frames = self.position, 0
        for voice in self._voices:
            voice.drop()
        self._lead = None
        self.pause()
        self._taken = self._wish

    def _publish_inside(self, wish: Wish) -> None:
        """With a jump where the position lies outside what is left to play."""
        position = self.position
        if wish.inside(position) != position:
            start = Run(wish.inside(position))
            wish = replace(wish, playing=self.playing, run=start)
        self._wish = wish

    def _length_of(self, versions: Mapping[Variant, Track]) -> int:
        shapes = {(len(track), track.channels) for track in versions.values()}
        lengths = {length for length, _ in shapes}
        if len(lengths) > 1 or any(channels not in (1, self.channels) for _, channels in shapes):
            raise ValueError(f"versions of the shapes {sorted(shapes)} cannot be switched between")
        return lengths.pop() if lengths else 0

    def _active_in(self, versions: Mapping[Variant, Track]) -> Variant:
        if self._wish.active in versions or not versions:
            return self._wish.active
        return next(iter(versions))

    def _fitted(self, region: tuple[int, int] | None, length: int) -> tuple[int, int] | None:
        if region is None or not length:
            return None
        shortest = min(round(SHORTEST_LOOP * self.rate), length)
        start = min(max(region[0], 0), length - shortest)
        return start, max(min(region[1], length), start + shortest)

    # ── the callback ─────────────────────────────────────────────────────────────────────────────

    def fill(self, out: FloatArray) -> None:
        """Writes the next block, (frames, channels). Allocates no array, waits for nothing."""
        now = self._clock()
        block = Block(self._position, now, self._run_frames, len(out))
        done = 0
        while done < len(out):
            if self._wish is not self._taken:
                self._take_up(self._wish)
                if not done:
                    block = Block(self._position, now, self._run_frames, len(out))
            done += self._segment(out[done : done + CHUNK])
        self._block = block

    def _take_up(self, wish: Wish) -> None:
        before, lead = self._taken, self._lead
        moved = wish.run is not before.run
        position = wish.run.start if moved else self._position
        if not wish.playing or wish.run is self._ended:
            self._leave()
        elif lead is None or moved or wish.versions[wish.active] is not lead.track:
            idle = [voice for voice in self._voices if voice.track is None]
            if len(idle) < 2:  # in 5 ms there will be; one is kept for the seam of a loop
                return
            self._leave()
            self._enter(idle[0], wish, position)
        elif wish.end != before.end:
            lead.ramp(1.0, self._fade)
            self._finishing = False
        if moved or wish.loop != before.loop:
            self._run_frames = 0
        self._position, self._taken = position, wish

    def _segment(self, out: FloatArray) -> int:
        """Writes the frames up to the next event, as far as `out` reaches. → how many."""
        n, lead = len(out), self._lead
        if lead is not None:
            left = self._taken.end - lead.position
            if left <= 0:
                self._turn(lead)
                return 0
            if left <= self._fade and not self._finishing and not self._is_late(lead, left):
                lead.ramp(0.0, left)
                self._finishing = True
            n = min(n, left if left <= self._fade else left - self._fade)
        for voice in self._voices:
            if voice.ramp_left:
                n = min(n, voice.ramp_left)
        segment = out[:n]
        segment.fill(0.0)
        for voice in self._voices:
            voice.add_to(segment)
            if voice is not lead and not voice.ramp_left:
                voice.drop()
        if lead is not None:
            self._position = lead.position
            self._run_frames += n
        return n

    def _is_late(self, lead: Voice, left: int) -> bool:
        """Whether the end of a loop was moved to so close that only a click could be silent there.

        Then the lead fades out behind it, where the sound goes on.
        """
        return self._taken.loop is not None and 2 * left < self._fade and lead.weight > 0

    def _turn(self, lead: Voice) -> None:
        """The lead is at its end: round again, or over."""
        lead.leave(self._fade)  # is silent already, unless it was late
        self._lead = None
        wish = self._taken
        if wish.loop:
            idle = next(voice for voice in self._voices if voice.track is None)
            self._enter(idle, wish, wish.loop[0])
            self._position = wish.loop[0]
        else:
            self._position, self._ended = wish.length, wish.run

    def _enter(self, voice: Voice, wish: Wish, position: int) -> None:
        voice.begin(wish.versions[wish.active], position)
        voice.ramp(1.0, self._fade)
        self._lead, self._finishing = voice, False

    def _leave(self) -> None:
        for voice in self._voices:
            voice.leave(self._fade)
        self._lead = None

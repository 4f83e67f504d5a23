"""The live threads on a fake sound card, whose callbacks the test calls."""

import threading

import numpy as np
import pytest

from app.audio.devices import find_again
from app.audio.recorder import Recorder
from app.audio.ring import RingBuffer, Tap
from app.live.loop import LiveLoop
from app.live.microphone import AWAY, RETRY, SILENT, LiveMicrophone
from app.live.refiner import Refiner
from core.errors import ModelError
from core.live.frames import LiveSettings
from core.live.listener import Listener
from core.types import ExplanationRequest, Variant
from tests.fake_audio import MICROPHONE, FakeBackend, FakeClock
from tests.pitch import HIGH, LOW, RATE, pitch_toolbox, stream
from tests.sound_server import until

REQUEST = ExplanationRequest(random_masks=0)


def listener():
    return Listener(pitch_toolbox(), REQUEST, LiveSettings(explain_every=0))


class Taken:
    """Collects what a loop or microphone gives."""

    def __init__(self, take):
        self._take = take
        self.frames, self.events, self.refined = [], [], []

    def look(self):
        found = self._take()
        update = getattr(found, "update", found)
        self.frames += update.frames
        self.events += update.events
        self.refined += getattr(found, "refined", ())
        return found


@pytest.fixture
def loop():
    loop = LiveLoop(listener)
    yield loop
    loop.stop()


def test_what_is_written_to_the_ring_is_decided_on(loop):
    ring = RingBuffer(30 * RATE, 1)
    loop.attach(Tap(ring, RATE, 0.0))
    loop.start()
    taken = Taken(loop.take)
    until(lambda: taken.look().opened, "the models")
    sound = stream((HIGH, 1.0, 0.5), seconds=4.0)
    for first in range(0, len(sound), 800):
        ring.write(sound[first : first + 800])
        seconds = (first + 800) / RATE
        until(lambda: taken.look().seconds >= seconds - 1e-6, f"{seconds} s")  # noqa: B023
    taken.events += loop.stop().events
    assert [event.label for event in taken.events] == ["high"]
    assert taken.events[0].time == pytest.approx(1.25, abs=0.05)
    assert not any(frame.skipped for frame in taken.frames)


def test_sound_that_was_overwritten_unread_is_a_gap_and_counted(loop):
    ring = RingBuffer(RATE // 2, 1)
    ring.write(stream(seconds=0.1))
    loop.attach(Tap(ring, RATE, 0.0))
    loop.start()
    taken = Taken(loop.take)
    until(lambda: taken.look().opened, "the models")
    ring.write(stream(seconds=2.0))
    until(lambda: taken.look().lost > 0, "the loss")
    assert loop.take().error is None


def test_a_model_that_does_not_open_ends_it_with_its_sentence():
    def broken():
        raise ModelError("There is no such model.")

    loop = LiveLoop(broken)
    loop.start()
    until(lambda: loop.take().error is not None, "the error")
    assert str(loop.stop().error) == "There is no such model."
    assert not loop.running


def test_stopping_while_the_models_open_waits_for_nothing_and_uses_none_of_them():
    entered, go_on = threading.Event(), threading.Event()
    made = []

    def slow():
        entered.set()
        assert go_on.wait(10)
        made.append(listener())
        return made[0]

    loop = LiveLoop(slow)
    ring = RingBuffer(30 * RATE, 1)
    ring.write(stream((HIGH, 1.0, 0.5), seconds=4.0))
    loop.attach(Tap(ring, RATE, 0.0))
    loop.start()
    assert entered.wait(10)
    update = loop.stop()
    assert (update.opened, update.frames, update.events) == (False, (), ())
    assert loop.running
    go_on.set()
    loop.join()
    assert len(made) == 1
    assert not loop.take().opened


def test_frames_that_nobody_takes_do_not_pile_up(loop):
    from app.live import loop as module

    assert loop._frames.maxlen == loop._explanations.maxlen == module.KEPT


class Sleeper:
    """A loop with clocks of the test's own, and the ring that it reads."""

    def __init__(self):
        self.clock, self.calendar = FakeClock(), FakeClock()
        self.ring = RingBuffer(60 * RATE, 1)
        self.loop = LiveLoop(listener, clock=self.clock, calendar=self.calendar)
        self.loop.attach(Tap(self.ring, RATE, 0.0))
        self.loop.start()
        self.taken = Taken(self.loop.take)
        until(lambda: self.taken.look().opened, "the models")
        until(lambda: self.loop.take() is not None, "a look")

    def hear(self, sound):
        goal = self.ring.count / RATE
        self.clock.now += len(sound) / RATE
        self.calendar.now += len(sound) / RATE
        before = self.taken.look().seconds
        self.ring.write(sound)
        goal = before + len(sound) / RATE - 1e-6
        until(lambda: self.taken.look().seconds >= goal, f"{goal} s")


@pytest.fixture
def sleeper():
    sleeper = Sleeper()
    yield sleeper
    sleeper.loop.stop()


@pytest.mark.parametrize("stands_still", [True, False])
def test_after_a_sleep_no_window_holds_sound_from_both_sides(sleeper, stands_still):
    """Some clocks stand still while the computer sleeps; the calendar does not."""
    sleeper.hear(stream((LOW, 0.0, 0.5), seconds=0.5))
    sleeper.calendar.now += 30.0
    if not stands_still:
        sleeper.clock.now += 30.0
    sleeper.hear(stream((HIGH, 0.0, 0.5), seconds=0.5))
    # The gap takes a window's length of the stream, in which nothing is heard.
    until(lambda: sleeper.taken.look().seconds >= 2.0 - 1e-6, "the second half")
    assert sleeper.taken.look().error is None


def test_without_a_sleep_the_sound_goes_on(sleeper):
    sleeper.hear(stream((LOW, 0.0, 0.5), seconds=0.5))
    sleeper.hear(stream((HIGH, 0.0, 0.5), seconds=0.5))
    assert sleeper.taken.look().seconds == pytest.approx(1.0)


def test_explained_windows_go_to_the_monitor():
    class Heard:
        def __init__(self):
            self.windows = []

        def feed(self, explained, sound):
            self.windows.append((explained.end, sound.n_samples, sound.name))

    settings = LiveSettings(explain_every=0.1)
    loop = LiveLoop(lambda: Listener(pitch_toolbox(), REQUEST, settings))
    ring = RingBuffer(30 * RATE, 1)
    loop.attach(Tap(ring, RATE, 0.0))
    heard = Heard()
    loop.monitor(heard, Variant.REMOVED)
    loop.start()
    taken = Taken(loop.take)
    until(lambda: taken.look().opened, "the models")
    sound = stream((HIGH, 0.2, 0.5), seconds=1.0)
    for first in range(0, len(sound), 800):
        ring.write(sound[first : first + 800])
        done = len(heard.windows)
        until(lambda: len(heard.windows) > done, "an explained window")  # noqa: B023
    loop.stop()
    assert {(n, name) for _, n, name in heard.windows} == {(RATE, Variant.REMOVED)}
    ends = [end for end, _, _ in heard.windows]
    assert ends == sorted(ends)


@pytest.fixture
def event():
    heard = listener()
    heard.feed(stream((LOW, 1.0, 0.4), seconds=4.0), RATE, 4.0)
    events = []
    while frame := heard.decide(everything=True):
        events += frame.events
    return [*events, *heard.finish()][0]


def test_events_are_explained_in_full(event):
    kept = []
    refiner = Refiner(
        pitch_toolbox, REQUEST, kept.append, lambda event, result: kept.append((event, result))
    )
    refiner.add(event)
    assert refiner.waiting == 1
    (refined,) = refiner.finish()
    assert refined.error is None
    assert refined.result.target == "low"
    assert set(refined.result.audio) == set(Variant)
    assert kept == [event, (event, refined.result)]
    assert refiner.waiting == 0


def test_what_cannot_be_kept_is_told_with_the_event(event):
    def refuse(event, result):
        raise ModelError("No room.")

    refiner = Refiner(pitch_toolbox, REQUEST, keep=refuse)
    refiner.add(event)
    (refined,) = refiner.finish()
    assert (refined.result, str(refined.error)) == (None, "No room.")


def test_stopping_leaves_events_unexplained(event):
    refiner = Refiner(pitch_toolbox, REQUEST)
    refiner._cancel.set()
    for _ in range(3):
        refiner.add(event)
    refiner.stop()
    assert refiner.take() == []


def test_stopping_while_its_models_open_waits_for_nothing_and_captures_the_rest(event):
    entered, go_on = threading.Event(), threading.Event()

    def slow():
        entered.set()
        assert go_on.wait(10)
        return pitch_toolbox()

    captured = []
    refiner = Refiner(slow, REQUEST, captured.append)
    for _ in range(3):
        refiner.add(event)
    assert entered.wait(10)
    refiner.stop()
    assert refiner.running
    assert captured == [event]
    go_on.set()
    refiner.join()
    assert captured == [event] * 3
    assert refiner.take() == []


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def backend():
    return FakeBackend(MICROPHONE)


@pytest.fixture
def microphone(backend, clock, tmp_path, monkeypatch):
    monkeypatch.setattr("app.live.microphone.open_toolbox", lambda request: pitch_toolbox())
    recorder = Recorder(backend, tmp_path, clock=clock)
    settings = LiveSettings(explain_every=0)
    again = LiveMicrophone(
        recorder,
        lambda: find_again(backend, recorder),
        REQUEST,
        settings,
        clock=clock,
        calendar=clock,
    )
    yield again
    again.stop(refine=False)
    recorder.close()


def played(backend, clock, taken, sound, begun=0.0):
    """The device hears `sound`, while the clock goes on with it."""
    done = taken.look().update.seconds
    for first in range(0, len(sound), 4_800):
        block = sound[first : first + 4_800]
        backend.stream.push(block)
        clock.now += len(block) / 48_000
        goal = done + (first + len(block)) / 48_000 - 0.2  # the resampler gives bursts
        until(lambda: taken.look().update.seconds >= goal, f"{goal} s")  # noqa: B023


def test_a_word_becomes_an_explained_event(microphone, backend, clock):
    taken = Taken(microphone.poll)
    microphone.start()
    until(lambda: taken.look().update.opened, "the models")
    played(backend, clock, taken, stream((HIGH, 1.0, 0.4), seconds=4.0, rate=48_000))
    until(lambda: taken.look() and taken.refined, "the explanation")
    assert [event.label for event in taken.events] == ["high"]
    assert taken.refined[0].result.target == "high"
    ages = [clock.now - frame.captured for frame in taken.frames]
    assert min(ages) >= 0


def test_a_lost_device_is_told_and_taken_up_again_and_nothing_captured_is_lost(
    microphone, backend, clock
):
    taken = Taken(microphone.poll)
    microphone.start()
    until(lambda: taken.look().update.opened, "the models")
    played(backend, clock, taken, stream((LOW, 1.0, 0.4), seconds=2.6, rate=48_000))
    backend.unplug(MICROPHONE)
    status = taken.look()
    assert not status.listening
    assert "stopped answering" in status.sentence
    clock.now += 3.0
    taken.look()
    assert not taken.look().listening
    backend.present = [MICROPHONE]
    clock.now += 3.0
    taken.look()
    status = taken.look()
    assert status.listening
    assert status.sentence is None
    played(backend, clock, taken, stream((HIGH, 1.0, 0.4), seconds=4.0, rate=48_000))
    until(lambda: taken.look() and len(taken.refined) == 2, "both explanations")
    assert [event.label for event in taken.events] == ["low", "high"]


def test_a_microphone_that_was_let_go_of_for_another_is_looked_for_and_said_to_be_away(
    microphone, backend, clock
):
    microphone.start()
    backend.present = []
    microphone._recorder.close()
    assert microphone.poll().sentence is None  # as a rule another one is open a moment later
    clock.now += RETRY
    assert microphone.poll().sentence == AWAY
    backend.present = [MICROPHONE]
    clock.now += RETRY
    microphone.poll()
    status = microphone.poll()
    assert status.listening
    assert status.sentence is None


def test_exact_zeros_are_named(microphone, backend, clock):
    taken = Taken(microphone.poll)
    microphone.start()
    backend.stream.push(np.zeros(60_000))
    assert taken.look().sentence == SILENT
    backend.stream.push(np.full(4_800, 0.01))
    assert taken.look().sentence is None


def test_no_microphone_is_said_at_once(tmp_path):
    from app.audio.ports import AppAudioError

    recorder = Recorder(FakeBackend(), tmp_path)
    with pytest.raises(AppAudioError, match="no microphone"):
        LiveMicrophone(recorder, lambda: None, REQUEST).start()

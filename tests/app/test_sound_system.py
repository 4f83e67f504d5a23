"""Opening devices and starting the sound system anew, while others use theirs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.audio.devices import outputs
from app.audio.player import Player
from app.audio.ports import AppAudioError
from app.jobs import JobRunner
from app.sound_system import TRIES, Opening, SoundSystem
from tests.fake_audio import HEADPHONES, HEADSET, MICROPHONE, SPEAKER, FakeBackend


class Slow(FakeBackend):
    """Its restart ends when the test says so."""

    def __init__(self, *present) -> None:
        super().__init__(*present)
        self.go_on = threading.Event()
        self.failures: list[str] = []  # of restarts to come
        self.refusals = 0  # how often devices do not open from then on

    def restart(self) -> None:
        assert self.go_on.wait(10)
        if self.failures:
            raise AppAudioError(self.failures.pop())
        super().restart()

    def _open(self, *args):
        if self.refusals:
            self.refusals -= 1
            raise AppAudioError("Not yet.")
        return super()._open(*args)


class Bench:
    def __init__(self, qtbot) -> None:
        self._qtbot = qtbot
        self.backend = Slow(SPEAKER, HEADPHONES)
        self.runner = JobRunner("test-sound")
        self.system = SoundSystem(self.backend, self.runner)
        self.one, self.other = Player(self.backend), Player(self.backend)
        for user in (self.one, self.other):
            self.system.add_user(user)
        self.heard: list[tuple[Player, str | None]] = []
        self.system.note_listed()

    def open(self, user: Player, key: str | None = None) -> None:
        self.system.open(
            Opening(
                user,
                outputs,
                key,
                lambda: self.heard.append((user, None)),
                lambda error: self.heard.append((user, str(error))),
                may_interrupt=True,
            )
        )

    def hears(self, *answers: tuple[Player, str | None]) -> None:
        self._qtbot.waitUntil(lambda: len(self.heard) >= len(answers))
        assert self.heard == list(answers)


@pytest.fixture
def bench(qtbot, monkeypatch) -> Iterator[Bench]:
    monkeypatch.setattr("app.sound_system.AGAIN_MS", 0)
    bench = Bench(qtbot)
    yield bench
    bench.system.shut_down()
    bench.backend.go_on.set()
    bench.runner.shut_down()
    for player in (bench.one, bench.other):
        player.close()
    for thread, ended in bench.backend.restarts:
        assert thread != threading.main_thread().ident
        assert ended == []


class Humming:
    """A sound that makes a player be in use."""

    def begin(self, rate: int) -> None:
        pass

    def add_to(self, out: object) -> None:
        pass


def test_a_device_that_is_there_is_opened_at_once(bench):
    bench.open(bench.one, HEADPHONES.key)
    assert bench.heard == [(bench.one, None)]
    assert bench.one.device == HEADPHONES


def test_everybody_who_asks_during_a_restart_gets_a_device_afterwards(bench):
    bench.backend.present = [SPEAKER, HEADPHONES, MICROPHONE]
    bench.system.list_again()
    bench.open(bench.one)
    bench.open(bench.other, HEADPHONES.key)
    assert bench.heard == []
    bench.backend.go_on.set()
    bench.hears((bench.one, None), (bench.other, None))
    assert len(bench.backend.restarts) == 1
    assert bench.system.devices == (SPEAKER, HEADPHONES, MICROPHONE)


def test_the_newest_wish_of_one_user_counts(bench):
    bench.system.list_again()
    bench.open(bench.one)
    bench.open(bench.one, HEADPHONES.key)
    assert bench.system.is_waiting(bench.one)
    bench.backend.go_on.set()
    bench.hears((bench.one, None))
    assert bench.one.device == HEADPHONES
    assert not bench.system.is_waiting(bench.one)


def test_a_device_that_needs_a_moment_is_opened_at_another_try(bench):
    bench.backend.go_on.set()
    bench.backend.refusals = 1 + TRIES
    bench.open(bench.one)
    bench.hears((bench.one, None))
    assert len(bench.backend.restarts) == 1
    bench.one.close()
    bench.backend.refusals = 2 + TRIES
    bench.open(bench.one)
    bench.hears((bench.one, None), (bench.one, "Not yet."))


def test_while_another_one_sounds_a_device_that_fails_is_not_tried_again(bench):
    bench.open(bench.other, HEADPHONES.key)
    bench.other.mix(Humming())
    bench.backend.refusals = 1
    bench.open(bench.one)
    assert bench.heard[1:] == [(bench.one, "Not yet.")]
    assert bench.other.in_use
    assert bench.backend.restarts == []


def test_one_that_merely_is_open_is_let_go_of(bench):
    bench.backend.go_on.set()
    bench.open(bench.other, HEADPHONES.key)
    bench.backend.refusals = 1
    bench.open(bench.one)
    bench.hears((bench.other, None), (bench.one, None))
    assert not bench.other.is_open


def test_a_restart_that_fails_leaves_what_there_was(qtbot, bench):
    bench.backend.failures = ["No."]
    bench.backend.go_on.set()
    with qtbot.waitSignal(bench.system.not_listed):
        bench.open(bench.one, HEADSET.key)
        bench.hears((bench.one, None))
    assert bench.one.device == SPEAKER


def test_a_list_of_another_process_is_news_until_the_next_restart(qtbot, bench):
    bench.open(bench.other)
    bench.other.mix(Humming())
    bench.backend.present = [SPEAKER, HEADPHONES, MICROPHONE]
    with qtbot.waitSignal(bench.system.listed):
        bench.system.list_again()
    assert bench.system.outdated
    assert not bench.system.knows(MICROPHONE.key)
    assert bench.other.in_use
    bench.other.mix(None)
    bench.backend.go_on.set()
    bench.open(bench.one)
    bench.hears((bench.other, None), (bench.one, None))
    assert not bench.system.outdated
    assert bench.system.knows(MICROPHONE.key)


def test_what_another_process_cannot_see_because_it_is_open_here_is_still_there(qtbot, bench):
    bench.open(bench.other)
    bench.open(bench.one, HEADPHONES.key)
    for player in (bench.one, bench.other):
        player.mix(Humming())
    bench.backend.present = [replace(SPEAKER, channels_out=0)]
    with qtbot.waitSignal(bench.system.listed):
        bench.system.list_again()
    assert bench.system.devices == (SPEAKER, HEADPHONES)
    assert not bench.system.outdated


def test_after_the_end_nobody_gets_a_device(qtbot, bench):
    bench.system.list_again()
    bench.open(bench.one)
    bench.system.shut_down()
    with qtbot.waitSignal(bench.system.listed):
        bench.backend.go_on.set()
    assert bench.heard == []
    assert bench.backend.streams == []

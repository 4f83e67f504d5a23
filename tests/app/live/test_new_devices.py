"""Devices that are plugged in while others are in use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app.live.beside import Bench
from tests.fake_audio import HEADPHONES, HEADSET, MICROPHONE, SPEAKER, FakeBackend
from tests.pitch import pitch_toolbox


@pytest.fixture
def few() -> FakeBackend:
    return FakeBackend(SPEAKER, MICROPHONE)


@pytest.fixture
def sparse(qtbot, few, tmp_path, monkeypatch) -> Iterator[Bench]:
    """With one microphone, until another one is plugged in."""
    monkeypatch.setattr("app.live.microphone.open_toolbox", lambda request: pitch_toolbox())
    bench = Bench(qtbot, few, tmp_path)
    yield bench
    bench.app.shut_down()


def plug_in(qtbot, bench: Bench, *devices) -> None:
    """They are there, and were looked for."""
    bench.backend.present = [*bench.backend.present, *devices]
    with qtbot.waitSignal(bench.app.devices.found):
        bench.app.devices.rescan()


def test_a_microphone_plugged_in_during_a_take_is_used_for_the_next(qtbot, sparse, few):
    stream = sparse.begin_take()
    plug_in(qtbot, sparse, HEADSET)
    assert sparse.app.devices.inputs == [MICROPHONE, HEADSET]
    sparse.settings.change(input_device=HEADSET.key)
    assert sparse.posted == ["“Headset (Fake)” is used from the next recording on."]
    assert stream.active
    sparse.record.stop()
    sparse.record.start()
    sparse.until(lambda: sparse.record.recording)  # the sound system is started anew for it
    assert few.stream.device == HEADSET
    assert len(few.restarts) == 1


def test_a_loudspeaker_plugged_in_while_one_plays_is_used_when_one_plays_next(qtbot, sparse, few):
    speaker = sparse.play()
    plug_in(qtbot, sparse, HEADPHONES)
    sparse.settings.change(output_device=HEADPHONES.key)
    assert sparse.posted == [
        "“Headphones (Fake)” was connected while sound devices were in use: it is used when you "
        "play next, “Speaker” until then."
    ]
    assert speaker.active
    assert speaker.starts == 1
    sparse.playback.toggle()
    sparse.playback.toggle()
    sparse.until(lambda: few.stream.device == HEADPHONES and few.stream.active)
    assert sparse.playback.is_playing


def test_live_moves_to_a_microphone_that_was_plugged_in_meanwhile(qtbot, sparse, few):
    sparse.listen()
    plug_in(qtbot, sparse, HEADSET)
    sparse.settings.change(input_device=HEADSET.key)
    sparse.until(lambda: few.stream.device == HEADSET and few.stream.active)
    assert sparse.live.running


def test_live_keeps_its_microphone_where_another_would_stop_what_plays(qtbot, sparse, few):
    sparse.listen()
    speaker = sparse.play()
    plug_in(qtbot, sparse, HEADSET)
    sparse.settings.change(input_device=HEADSET.key)
    assert sparse.posted[-1] == (
        "“Headset (Fake)” was connected while sound devices were in use: it is used from the next "
        "recording on, “Microphone” until then."
    )
    assert speaker.active
    assert sparse.newest(MICROPHONE).active

"""`main.py listen`, on a microphone that hears tones."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile
import typer

from app.audio.ports import AppAudioError
from app.cli.listen import run_listening
from app.live.played import PlayedStream
from core.live.frames import LiveSettings
from core.types import ExplanationRequest
from tests.fake_audio import MICROPHONE, SPEAKER, FakeBackend
from tests.full_disk import full_disk
from tests.pitch import HIGH, LOW, RATE, pitch_toolbox, stream

REQUEST = ExplanationRequest(random_masks=0)
TONES = stream((HIGH, 0.8, 0.4), (LOW, 2.6, 0.4), seconds=60.0) + np.float32(1e-4)


class Hearing(FakeBackend):
    """Its microphone hears the tones."""

    def open_input(self, device, rate, channels, on_block):
        return PlayedStream(TONES, RATE, on_block)


@pytest.fixture(autouse=True)
def pitches(monkeypatch):
    monkeypatch.setattr("app.live.microphone.open_toolbox", lambda request: pitch_toolbox())
    monkeypatch.setattr("core.models.open_toolbox", lambda request: pitch_toolbox())


def listen(capsys, seconds, *, out=None, device=None, as_json=True, gain_db=0.0):
    backend = Hearing(SPEAKER, MICROPHONE)
    run_listening(backend, device, seconds, out, REQUEST, LiveSettings(), as_json, gain_db)
    said = capsys.readouterr()
    return said.out.splitlines(), said.err


def test_each_decision_and_event_is_a_line_and_events_are_files(capsys, tmp_path):
    lines, _ = listen(capsys, 4.6, out=tmp_path / "out")
    told = [json.loads(line) for line in lines]
    decisions = [line for line in told if "skipped" in line]
    assert set(decisions[0]) == {"time", "label", "probability", "age_ms", "skipped"}
    assert len(decisions) >= 30
    times = [line["time"] for line in decisions]
    assert times == sorted(times)
    assert all(0 <= line["age_ms"] < 5_000 for line in decisions)
    events = [line for line in told if "event" in line]
    assert [event["label"] for event in events] == ["high", "low"]
    assert events[1]["time"] - events[0]["time"] == pytest.approx(1.8, abs=0.1)
    folders = [line["folder"] for line in told if "explained" in line]
    assert len(folders) == 2
    for folder in folders:
        samples, _ = soundfile.read(f"{folder}/explanation.wav")
        assert np.abs(samples).max() > 0.01


def test_events_of_an_earlier_call_stay(capsys, tmp_path):
    (tmp_path / "out" / "0007_high").mkdir(parents=True)
    (tmp_path / "out" / "0007_high" / "explanation.json").write_text("of yesterday")
    lines, _ = listen(capsys, 2.6, out=tmp_path / "out")
    told = [json.loads(line) for line in lines]
    assert [line["explained"] for line in told if "explained" in line] == [1]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["0007_high", "0008_high"]
    assert (tmp_path / "out" / "0007_high" / "explanation.json").read_text() == "of yesterday"


def test_a_full_disk_is_told_and_is_no_success(capsys, tmp_path):
    with full_disk(5_000), pytest.raises(typer.Exit) as ended:
        listen(capsys, 2.6, out=tmp_path / "out", as_json=False)
    assert ended.value.exit_code == 2
    said = capsys.readouterr().err
    assert said.count("was not explained") == 1 and "could not be written" in said
    assert not list(tmp_path.rglob("*"))


def test_without_json_only_events_are_told(capsys):
    lines, said = listen(capsys, 2.6, as_json=False)
    assert "Microphone" in said
    assert len(lines) == 1
    assert "high" in lines[0]


def test_a_gain_changes_what_is_heard(capsys):
    lines, _ = listen(capsys, 2.6, as_json=False, gain_db=-40.0)
    assert lines == []


def test_a_microphone_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(AppAudioError, match=r"no microphone “Other”.*“Microphone”"):
        run_listening(Hearing(MICROPHONE), "Other", 1.0, None, REQUEST, LiveSettings(), True)

"""A saved explanation goes on with real models, if they are the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.audio_io import write_wav
from core.session_file import read_session
from core.types import AudioClip
from tests.app.documents.bench import reopened, saved
from tests.sessions import differences, tamper


@pytest.fixture
def explained(qtbot, bench, tmp_path, path):
    """A real explanation that was saved."""
    time = np.arange(16_000) / 16_000
    write_wav(tmp_path / "tone.wav", AudioClip(0.3 * np.sin(2 * np.pi * 440 * time), 16_000))
    bench.explain.automatic = True
    with qtbot.waitSignal(bench.explain.idle, timeout=60_000):
        bench.documents.open_paths([tmp_path / "tone.wav"])
    saved(qtbot, bench, path)
    return bench


def test_a_reopened_explanation_follows_the_sliders_as_before(qtbot, explained, make_bench, path):
    other = make_bench()
    reopened(qtbot, other, path)
    for bench in (explained, other):
        with qtbot.waitSignal(bench.explain.idle, timeout=60_000):
            bench.explain.change_request(replace(bench.state.request, keep=0.35))
    assert (
        differences(
            replace(explained.state.result, seconds={}), replace(other.state.result, seconds={})
        )
        == []
    )
    assert other.state.result.request.keep == 0.35
    assert other.posted == []


def test_the_codec_is_known_without_being_opened(qtbot, explained, make_bench, path):
    other = make_bench()
    reopened(qtbot, other, path)
    origin = other.state.result.origin
    assert origin == explained.state.result.origin
    assert origin.codec.bands is not None
    saved(qtbot, other, path)
    assert read_session(path).result.origin == origin


@pytest.mark.parametrize("model", ["codec", "classifier"])
def test_with_other_models_it_must_be_explained_again(qtbot, explained, make_bench, path, model):
    tamper(path, lambda manifest: manifest["result"]["origin"][model].update(digest="0" * 16))
    other = make_bench()
    reopened(qtbot, other, path)
    before = other.state.result
    with qtbot.waitSignal(other.explain.idle, timeout=60_000):
        other.explain.change_request(replace(other.state.request, keep=0.35))
    assert other.state.result is before
    assert "other versions of the models" in other.posted[-1].text
    with qtbot.waitSignal(other.explain.idle, timeout=60_000):
        other.explain.explain()
    with qtbot.waitSignal(other.explain.idle, timeout=60_000):
        other.explain.change_request(replace(other.state.request, keep=0.5))
    assert other.state.result.request.keep == 0.5

"""Open, explain, drag, cancel: with real files, the real engine and small real models."""

from dataclasses import replace

import numpy as np
import pytest

from app.engine import Engine
from app.explain_controller import ExplainController
from app.jobs import JobRunner
from app.notices import Notices
from app.session import Session
from core.audio_io import read_clip, write_wav
from core.models import open_toolbox
from core.pipeline import explain, is_known
from core.types import AudioClip, ExplanationRequest


class Bench:
    """A session with its controller, runner and the notices posted."""

    def __init__(self, request):
        self.session = Session(request)
        self.runner = JobRunner("test-models")
        self.notices = Notices()
        self.posted = []
        self.notices.posted.connect(self.posted.append)
        self.controller = ExplainController(self.session, self.runner, Engine(), self.notices)


@pytest.fixture
def bench(qtbot):
    bench = Bench(ExplanationRequest(random_masks=2))
    yield bench
    bench.runner.shut_down()


@pytest.fixture
def clip_file(tmp_path):
    time = np.arange(16_000) / 16_000
    path = tmp_path / "tone.wav"
    write_wav(path, AudioClip(0.3 * np.sin(2 * np.pi * 440 * time), 16_000))
    return path


def opened(bench, qtbot, path):
    with qtbot.waitSignal(bench.controller.idle, timeout=60_000):
        bench.controller.open_files([path])


def test_opening_a_file_explains_it_as_the_core_does(bench, qtbot, clip_file):
    opened(bench, qtbot, clip_file)
    state = bench.session.state
    request = state.request
    direct = explain(read_clip(clip_file, mono=True), request, open_toolbox(request))
    assert state.clip is not None
    assert np.array_equal(state.result.attribution.values, direct.attribution.values)
    for variant, sound in direct.audio.items():
        assert np.array_equal(state.result.audio[variant].samples, sound.samples)


def test_a_dragged_share_ends_where_an_explanation_at_that_share_does(bench, qtbot, clip_file):
    opened(bench, qtbot, clip_file)
    with qtbot.waitSignal(bench.controller.idle, timeout=60_000):
        for keep in (0.2, 0.3, 0.4, 0.5):
            bench.controller.drag_shares(keep, 0.05)
    result = bench.session.state.result
    request = replace(ExplanationRequest(random_masks=2), keep=0.5, remove=0.05)
    direct = explain(read_clip(clip_file, mono=True), request, open_toolbox(request))
    assert result.request == request
    assert np.array_equal(result.keep_mask, direct.keep_mask)
    assert np.array_equal(result.remove_mask, direct.remove_mask)
    assert result.random_explanation is None  # only when the slider rests
    with qtbot.waitSignal(bench.controller.idle, timeout=60_000):
        bench.controller.change_request(request)
    assert bench.session.state.result.random_explanation == direct.random_explanation


def test_another_method_is_explained_anew(bench, qtbot, clip_file):
    opened(bench, qtbot, clip_file)
    with qtbot.waitSignal(bench.controller.idle, timeout=60_000):
        bench.controller.change_request(replace(bench.session.state.request, method="saliency"))
    assert bench.session.state.result.attribution.method == "saliency"


def test_a_bad_file_is_said_and_the_next_one_works(bench, qtbot, clip_file, tmp_path):
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"no sound")
    opened(bench, qtbot, bad)
    assert [notice.level for notice in bench.posted] == ["error"]
    assert "bad.wav" in bench.posted[0].text
    assert bench.session.state.result is None
    opened(bench, qtbot, clip_file)
    assert bench.session.state.result is not None


def test_without_automatic_nothing_is_explained_until_asked(bench, qtbot, clip_file):
    bench.controller.automatic = False
    opened(bench, qtbot, clip_file)
    assert bench.session.state.result is None
    with qtbot.waitSignal(bench.controller.idle, timeout=60_000):
        bench.controller.explain()
    assert bench.session.state.result is not None


def test_cancel_leaves_the_state_as_it_was(bench, qtbot, clip_file):
    opened(bench, qtbot, clip_file)
    before = bench.session.state.result
    with qtbot.waitSignal(bench.controller.idle):
        bench.controller.explain()
        bench.controller.cancel()
    assert bench.session.state.result is before


@pytest.mark.parametrize(
    ("change", "needed"),
    [
        ({"keep": 0.7}, False),
        ({"remove": 0.7, "random_masks": 0}, False),
        ({"granularity": "frame"}, False),
        ({"method": "saliency"}, True),
        ({"seed": 3}, True),
        ({"start": 0.2, "end": 0.4}, True),
    ],
)
def test_what_needs_a_new_explanation(bench, qtbot, clip_file, change, needed):
    opened(bench, qtbot, clip_file)
    result = bench.session.state.result
    assert is_known(result, replace(result.request, **change)) is not needed


def test_of_every_window_a_slider_changes_nothing_until_it_rests_and_then_all_are_explained(
    bench, qtbot, tmp_path
):
    rng = np.random.default_rng(0)
    sound = AudioClip(0.1 * rng.standard_normal((1, 36_000)).astype(np.float32), 16_000)
    write_wav(tmp_path / "long.wav", sound)
    request = replace(bench.session.state.request, every_window=True)
    bench.session.set_request(request)
    opened(bench, qtbot, tmp_path / "long.wav")
    before = bench.session.state.result
    assert len(before.windows) > 1
    bench.controller.drag_shares(0.5, 0.3)
    assert not bench.controller.is_busy and bench.session.state.result is before
    changed = replace(request, keep=0.5, remove=0.3)
    with qtbot.waitSignal(bench.controller.idle, timeout=60_000):
        bench.controller.change_request(changed)
    after = bench.session.state.result
    assert after.request == changed and len(after.windows) == len(before.windows)
    assert bench.posted == []


def test_the_stretch_that_is_selected_is_explained(bench, qtbot, clip_file):
    opened(bench, qtbot, clip_file)
    bench.session.set_selection((0.25, 0.75))
    with qtbot.waitSignal(bench.controller.idle, timeout=60_000):
        bench.controller.explain_selection()
    result = bench.session.state.result
    assert (result.start, result.end) == (0.25, 0.75)
    bench.session.set_selection(None)
    with qtbot.waitSignal(bench.controller.idle, timeout=60_000):
        bench.controller.explain_selection()
    assert (bench.session.state.result.start, bench.session.state.result.end) == (0.25, 0.75)


def test_the_stretch_of_one_clip_is_not_looked_for_in_the_next(bench, qtbot, clip_file, tmp_path):
    opened(bench, qtbot, clip_file)
    bench.session.set_selection((0.25, 0.75))
    with qtbot.waitSignal(bench.controller.idle, timeout=60_000):
        bench.controller.explain_selection()
    other = tmp_path / "other.wav"
    other.write_bytes(clip_file.read_bytes())
    opened(bench, qtbot, other)
    assert (bench.session.state.result.start, bench.session.state.result.end) == (0.0, 1.0)


def test_what_is_odd_about_a_file_is_told_and_what_is_usual_is_not(bench, qtbot, tmp_path):
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    for name, other in (("opposite", -tone), ("alike", tone)):
        write_wav(tmp_path / f"{name}.wav", AudioClip(np.stack([tone, other]), 16_000))
    opened(bench, qtbot, tmp_path / "alike.wav")
    assert bench.posted == []
    opened(bench, qtbot, tmp_path / "opposite.wav")
    (notice,) = bench.posted
    assert notice.level == "warning"
    assert notice.text == (
        "“opposite”: took channel 1 of 2 alone: mixed to mono they cancel each other."
    )
    assert notice.text[len("“opposite”: ") : -1] in bench.session.state.result.notes

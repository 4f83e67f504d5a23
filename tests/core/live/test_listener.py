"""Listening to streams that are put together here."""

import numpy as np
import pytest

from core.job import CancelToken, silent
from core.live.detector import DetectorSettings
from core.live.listener import POST_ROLL, PRE_ROLL, Listener, LiveSettings, sounding_middle
from core.pipeline import explain
from core.prepare import prepare
from core.types import AudioClip, ExplanationRequest
from core.windowing import timeline
from tests.pitch import HIGH, LOW, RATE, pitch_toolbox, stream


@pytest.fixture
def toolbox():
    return pitch_toolbox()


def listened(listener, samples, rate=RATE, block=400, **how):
    """Feed block by block, deciding whenever that is possible. → frames, and all events."""
    frames, events = [], []
    for first in range(0, len(samples), block):
        end = min(first + block, len(samples))
        listener.feed(samples[first:end], rate, captured=end / rate)
        while frame := listener.decide(**how):
            frames.append(frame)
            events += frame.events
    return frames, [*events, *listener.finish()]


def test_each_word_is_one_event_with_its_label_and_time(toolbox):
    sound = stream((LOW, 2.0, 0.4), (HIGH, 4.0, 0.5), (LOW, 6.3, 0.3))
    _, events = listened(Listener(toolbox, ExplanationRequest()), sound)
    assert [event.label for event in events] == ["low", "high", "low"]
    assert [event.number for event in events] == [1, 2, 3]
    assert [event.time for event in events] == pytest.approx([2.2, 4.25, 6.45], abs=0.02)


def test_an_event_holds_its_word_with_what_was_around_it(toolbox):
    sound = stream((HIGH, 3.0, 0.4))
    _, (event,) = listened(Listener(toolbox, ExplanationRequest()), sound)
    assert event.start < 3.0 and event.end > 3.4
    assert event.clip_start == pytest.approx(event.start - PRE_ROLL, abs=1 / RATE)
    assert event.clip.seconds == pytest.approx(1.0 + PRE_ROLL + POST_ROLL, abs=1 / RATE)
    first = round(event.clip_start * RATE)
    expected = sound[first : first + event.clip.n_samples, 0]
    assert np.array_equal(event.clip.samples[0], expected)


def test_an_event_can_be_explained_in_full(toolbox):
    _, (event,) = listened(Listener(toolbox, ExplanationRequest()), stream((HIGH, 3.0, 0.4)))
    result = explain(event.clip, event.request(ExplanationRequest()), toolbox)
    assert result.target == "high"
    assert result.end - result.start == pytest.approx(1.0)
    assert result.original.label == "high"


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (44_100, 2), (48_000, 1), (96_000, 2)])
def test_live_and_file_give_the_same_probabilities_for_the_same_samples(toolbox, rate, channels):
    rng = np.random.default_rng(1)
    sound = stream((LOW, 0.5, 0.4), (HIGH, 2.0, 0.5), seconds=4.0, rate=rate)
    sound = np.repeat(sound, channels, 1) + rng.normal(0, 0.01, (len(sound), channels))
    sound = sound.astype(np.float32)
    listener = Listener(toolbox, ExplanationRequest(), LiveSettings(hop=0.25, explain_every=0))
    frames, _ = listened(listener, sound, rate, block=1_013, everything=True)
    prepared = prepare(AudioClip(sound.T, rate), sample_rate=RATE)
    known = timeline(prepared, toolbox, silent, CancelToken())
    by_start = {round(frame.start, 3): frame.prediction.probabilities for frame in frames}
    compared = 0
    for start, probabilities in zip(known.starts, known.probabilities, strict=True):
        if (live := by_start.get(round(float(start), 3))) is not None:
            assert live == pytest.approx(probabilities, abs=1e-6)
            compared += 1
    assert compared >= 12


def test_when_it_is_late_it_skips_to_the_newest_window_and_says_so(toolbox):
    listener = Listener(toolbox, ExplanationRequest(), LiveSettings(hop=0.1, explain_every=0))
    listener.feed(stream(seconds=2.0), RATE, captured=100.0)
    frame = listener.decide()
    assert frame.end == pytest.approx(2.0)
    assert frame.skipped == 19
    assert frame.captured == pytest.approx(100.0)
    assert listener.decide() is None


def test_a_decision_knows_when_its_last_sample_was_captured(toolbox):
    listener = Listener(toolbox, ExplanationRequest(), LiveSettings(hop=0.1, explain_every=0))
    listener.feed(stream(seconds=1.05), RATE, captured=50.0)
    assert listener.decide().captured == pytest.approx(49.95)


def test_as_many_decisions_are_explained_as_asked_for(toolbox):
    settings = LiveSettings(explain_every=2)
    frames, _ = listened(Listener(toolbox, ExplanationRequest(), settings), stream(seconds=2.0))
    explained = [frame.attribution is not None for frame in frames]
    assert explained == [number % 2 == 0 for number in range(len(frames))]
    assert frames[0].attribution.values.shape == (16, 500)
    assert frames[0].attribution.completeness_gap is not None
    assert set(frames[0].seconds) == {"encode", "classify", "attribute", "capture"}


def test_after_a_gap_no_window_holds_sound_from_both_sides_and_time_goes_on(toolbox):
    listener = Listener(toolbox, ExplanationRequest(), LiveSettings(explain_every=0))
    listened_before, _ = [], None
    listener.feed(stream((LOW, 1.5, 0.5), seconds=2.0), RATE, captured=2.0)
    while frame := listener.decide(everything=True):
        listened_before.append(frame)
    listener.interrupt()
    listener.feed(stream(seconds=1.0, rate=16_000), 16_000, captured=60.0)
    after = [listener.decide(everything=True)]
    while frame := listener.decide(everything=True):
        after.append(frame)
    assert listened_before[-1].prediction.label == "low"
    assert {frame.prediction.label for frame in after} == {"silence"}
    assert after[0].end > listened_before[-1].end
    (event,) = [*(event for frame in after for event in frame.events), *listener.finish()]
    assert event.label == "low"


def test_a_word_just_before_the_end_is_not_lost(toolbox):
    _, events = listened(
        Listener(toolbox, ExplanationRequest()), stream((HIGH, 2.4, 0.4), seconds=3)
    )
    assert [event.label for event in events] == ["high"]


def test_the_memory_does_not_grow_with_the_stream(toolbox):
    settings = LiveSettings(explain_every=0, detector=DetectorSettings(longest=2.0))
    listener = Listener(toolbox, ExplanationRequest(), settings)
    second = stream((LOW, 0.2, 0.4), seconds=1.0)
    sizes = set()
    for number in range(120):
        listener.feed(second, RATE, captured=float(number))
        while listener.decide():
            pass
        sizes.add(listener._history._room.nbytes)
        assert len(listener._waiting) < 5
    assert len(sizes) == 1


def test_the_middle_of_a_word_is_where_its_energy_is():
    samples = np.random.default_rng(0).normal(0, 0.001, 8_000)
    samples[2_000:4_000] += 0.3 * np.sin(np.arange(2_000))
    assert sounding_middle(samples.astype(np.float32)) == pytest.approx(3_000, abs=40)
    assert sounding_middle(np.zeros(800, dtype=np.float32)) == 400

"""A result knows of what and with what it was made, whichever part of a clip it is of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import core.pipeline
from core.digests import samples_digest
from core.pipeline import explain, explain_window, lay_ground, with_shares
from core.record import result_record
from core.session_file import SavedSession, read_session
from core.session_writer import write_session
from core.types import AudioClip, ExplanationRequest
from core.versions import versions
from tests.toys import RATE, asked, sound, tools

TOOLS = tools()


def recording(seconds: float = 3.21, rate: int = 44_100) -> AudioClip:
    """Stereo, at another rate than the codec's, longer than one window."""
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (2, round(seconds * rate)))
    return AudioClip(noise, rate, "recording")


def test_a_result_says_what_it_was_made_of_and_with() -> None:
    clip = sound()
    origin = explain(clip, asked(method="smoothgrad", fill="noise"), TOOLS).origin
    assert (origin.codec, origin.classifier) == (TOOLS.codec.spec, TOOLS.classifier.spec)
    assert (origin.samples, origin.clip_seconds) == (samples_digest(clip), clip.seconds)
    assert dict(origin.method) == {"samples": 16, "noise": 0.15}
    assert dict(origin.fill) == {"level_dbfs": -40.0}
    assert dict(origin.versions) == versions()
    assert origin.record()["digests"] == {
        "codec": TOOLS.codec.spec.digest,
        "classifier": TOOLS.classifier.spec.digest,
        "samples": samples_digest(clip),
    }
    assert hash(origin) == hash(replace(origin))


@pytest.mark.parametrize(
    "request_",
    [asked(), asked(start=0.5, end=1.0), asked(start=1.0), asked(every_window=True)],
    ids=["window", "stretch", "rest", "every window"],
)
def test_it_is_that_of_the_whole_clip_as_it_was_read(request_: ExplanationRequest) -> None:
    clip = recording()
    result = explain(clip, request_, TOOLS)
    assert result.origin.samples == samples_digest(clip)
    record = result_record(result)
    assert record["clip_seconds"] == round(clip.seconds, 6)
    assert record["digests"]["samples"] == samples_digest(clip)
    assert explain(clip, request_, TOOLS, ground=lay_ground(clip, TOOLS)).origin == result.origin


def test_a_padded_clip_is_as_long_as_it_was() -> None:
    clip = sound(400)  # half as long as the classifier needs
    assert result_record(explain(clip, asked(), TOOLS))["clip_seconds"] == 400 / RATE
    window = sound()
    assert explain_window(window, asked(), TOOLS).origin.samples == samples_digest(window)


def test_a_slider_hashes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    result = explain(sound(), asked(), TOOLS)
    monkeypatch.setattr(core.pipeline, "samples_digest", None)
    changed = with_shares(result, asked(keep=0.3), TOOLS)
    assert (changed.origin, changed.notes) == (result.origin, result.notes)


def test_relevance_of_other_versions_is_noted_when_new_numbers_are_made_with_it() -> None:
    result = explain(sound(), asked(), TOOLS)
    older = replace(result.origin, versions=(("hearwhy", "0.0.9"), ("torch", None)))
    changed = with_shares(replace(result, origin=older), asked(keep=0.3), TOOLS)
    assert dict(changed.origin.versions) == versions()
    assert changed.notes == ("latents and relevance were worked out with hearwhy 0.0.9",)
    assert with_shares(changed, asked(keep=0.4), TOOLS).notes == changed.notes


def test_what_an_adaptive_method_may_spend_is_an_option_and_what_it_spent_a_number() -> None:
    record = result_record(explain(sound(), asked(), TOOLS))
    assert record["options"]["method"] == {"steps": 256, "gap": 0.02}
    assert record["steps"] == 8


def test_a_session_gives_it_back(tmp_path: Path) -> None:
    result = explain(recording(), asked(method="smoothgrad"), TOOLS)
    path = tmp_path / "one.hearwhy"
    write_session(path, SavedSession(asked(), result=result))
    again = read_session(path).result
    assert again is not None
    assert again.origin == result.origin
    assert result_record(again)["versions"] == result_record(result)["versions"]

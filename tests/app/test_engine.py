"""The engine: models and what is common to all explanations of a clip are made once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import app.engine
from app.engine import Engine
from core.job import CancelToken, silent
from core.scratch import Scratch
from core.types import AudioClip, ExplanationRequest
from tests.app.conftest import write_sound


@pytest.fixture
def laid(monkeypatch: pytest.MonkeyPatch) -> list[AudioClip]:
    """The clips that were prepared and looked over."""
    clips: list[AudioClip] = []
    lay = app.engine.lay_ground

    def counted(clip: AudioClip, *rest: object) -> object:
        clips.append(clip)
        return lay(clip, *rest)

    monkeypatch.setattr(app.engine, "lay_ground", counted)
    return clips


@pytest.fixture
def engine(bundled: Path, tmp_path: Path) -> Engine:
    return Engine(Scratch(tmp_path / "scratch", 100_000))


@pytest.fixture
def clip(engine: Engine, tmp_path: Path) -> AudioClip:
    path = write_sound(tmp_path / "long.wav", 6.0, channels=2)
    return engine.read(path, silent, CancelToken())


def test_a_long_clip_is_read_out_of_memory(clip: AudioClip) -> None:
    assert clip.n_channels == 1 and clip.samples.base is not None


def test_a_clip_is_looked_over_once(engine: Engine, clip: AudioClip, laid: list[AudioClip]) -> None:
    request = ExplanationRequest(random_masks=0)
    first = engine.explain(clip, request, silent, CancelToken())
    moment = ExplanationRequest(random_masks=0, start=2.5, end=3.5)
    second = engine.explain(clip, moment, silent, CancelToken())
    assert laid == [clip]
    assert second.timeline is first.timeline is not None
    assert (second.start, second.end) == (2.5, 3.5)


def test_another_clip_is_looked_over_anew(
    engine: Engine, clip: AudioClip, laid: list[AudioClip]
) -> None:
    request = ExplanationRequest(random_masks=0)
    other = AudioClip(np.array(clip.samples)[:, ::-1], clip.sample_rate)
    for each in (clip, other, clip):
        engine.explain(each, request, silent, CancelToken())
    assert laid == [clip, other, clip]


def test_progress_of_a_long_clip_only_grows(engine: Engine, clip: AudioClip) -> None:
    told: list[tuple[float, str]] = []
    request = ExplanationRequest(random_masks=0)
    engine.explain(clip, request, lambda share, stage: told.append((share, stage)), CancelToken())
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert "Looking over the clip" in {stage for _, stage in told}

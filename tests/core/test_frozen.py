"""What the engine passes around can be sent to another process, and comes back as frozen."""

from __future__ import annotations

import copy
import pickle  # noqa: TID251 – between processes of our own; files never hold one
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.concepts.decomposition import decompose
from core.concepts.types import ConceptVocabulary, How
from core.errors import AudioError, Cancelled, CoreError, RequestError
from core.frozen import Frozen
from core.live.frames import LiveEvent, LiveExplanation, LiveFrame
from core.scratch import MappedTape
from core.timeline import Timeline
from core.types import AudioClip, Spectrogram
from tests.results import made_up_result
from tests.sessions import differences


def values(anything: Any) -> Iterator[Any]:
    """Everything inside of it, and itself."""
    yield anything
    if is_dataclass(anything):
        inside: list[Any] = [getattr(anything, field.name) for field in fields(anything)]
    elif isinstance(anything, Mapping):
        inside = list(anything.values())
    else:
        inside = list(anything) if isinstance(anything, tuple) else []
    for each in inside:
        yield from values(each)


def things() -> list[Any]:
    result = made_up_result()
    clip = next(iter(result.audio.values()))
    code, attribution = result.code, result.attribution
    words = ConceptVocabulary("w", "s", ("one", "two"), np.eye(2, 3))
    event = LiveEvent(1, "yes", 0.9, 1.0, 0.5, 1.5, clip, 0.0)
    bands = np.ones((2, 3), np.float32)
    frame = LiveFrame(
        0.0, 1.0, 2.0, result.original, 0, {"encode": 0.1}, None, (event,), bands[0], 8000, ()
    )
    quick = LiveExplanation(
        0.0, 1.0, 2.0, attribution, False, bands, (0.0, 1.0, 2.0), code, bands, 0.1
    )
    timeline = Timeline(("a", "b"), np.arange(3), np.ones((3, 2)) / 2, 8_000, 4_000, 8_000)
    picture = Spectrogram(bands, np.arange(2), np.arange(3), -80.0, 1.0)
    mixed = decompose(np.eye(1, 3, dtype=np.float32), words, How())
    return [result, replace(result, timeline=timeline), frame, quick, picture, words, mixed]


@pytest.mark.parametrize("thing", things(), ids=lambda thing: type(thing).__name__)
@pytest.mark.parametrize("travel", ["pickle", "deepcopy"])
def test_what_travels_is_the_same_and_frozen(thing: Any, travel: str) -> None:
    there = pickle.loads(pickle.dumps(thing)) if travel == "pickle" else copy.deepcopy(thing)
    assert differences(thing, there) == []
    arrays = [each for each in values(there) if isinstance(each, np.ndarray)]
    assert arrays and not any(array.flags.writeable for array in arrays)
    for each in values(there):
        if is_dataclass(each):
            with pytest.raises(FrozenInstanceError):
                setattr(each, fields(each)[0].name, None)
        elif isinstance(each, Mapping):
            with pytest.raises(TypeError):
                each["new"] = 1  # type: ignore[index]


def test_a_sound_that_lies_in_a_file_travels_as_samples(tmp_path: Path) -> None:
    tape = MappedTape(tmp_path, 1)
    tape.append(np.linspace(-1, 1, 1000, dtype=np.float32)[:, None])
    clip = AudioClip(tape.samples(), 8000, "long")
    there = pickle.loads(pickle.dumps(clip))
    assert np.array_equal(there.samples, clip.samples) and not there.samples.flags.writeable


def test_a_result_comes_back_from_another_process() -> None:
    result = made_up_result()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        there = pool.submit(copy.copy, result).result(timeout=60)
    assert differences(result, there) == []


@pytest.mark.parametrize("error", [AudioError("It is “empty”."), RequestError("No."), Cancelled()])
def test_foreseen_errors_travel(error: CoreError) -> None:
    there = pickle.loads(pickle.dumps(error))
    assert type(there) is type(error) and str(there) == str(error)


def test_the_sample_above_holds_every_kind_that_freezes_its_arrays() -> None:
    # By name: a dataclass with slots is made twice.
    kinds = {kind.__qualname__ for kind in Frozen.__subclasses__()}
    found = {type(each).__qualname__ for thing in things() for each in values(thing)}
    assert kinds and kinds <= found, kinds - found

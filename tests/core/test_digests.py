from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.digests import BLOCK, SamplesDigest, configuration_of, digest_of, samples_digest
from core.errors import Cancelled, ModelError
from core.job import CancelToken
from core.scratch import MappedTape
from core.types import AudioClip

FACTS = {"floor": 1e-4, "edges": [0, 8, 17], "layout": {"hop": 320, "relative": True}}


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "weights"
    path.write_bytes(b"some weights")
    return path


def written(folder: Path, configuration: Any) -> Path:
    path = folder / "config.json"
    path.write_text(json.dumps(configuration), encoding="utf-8")
    return path


def test_a_digest_is_the_same_wherever_it_is_made(weights: Path) -> None:
    assert digest_of([weights], FACTS) == "1b8295774c041cbd"


@pytest.mark.parametrize(
    "facts",
    [
        {"floor": 1e-3, "edges": [0, 8, 17], "layout": {"hop": 320, "relative": True}},
        {"floor": 1e-4, "edges": [0, 17, 8], "layout": {"hop": 320, "relative": True}},
        {"floor": 1e-4, "edges": [0, 8, 17], "layout": {"hop": 320, "relative": 1}},
        {"floor": 1e-4, "edges": [0, 8, 17], "layout": {"hop": 320}},
    ],
)
def test_any_change_of_the_facts_is_another_digest(weights: Path, facts: dict[str, Any]) -> None:
    assert digest_of([weights], facts) != digest_of([weights], FACTS)


def test_one_changed_bit_of_the_weights_is_another_digest(weights: Path) -> None:
    before = digest_of([weights], FACTS)
    weights.write_bytes(b"some wejghts")
    assert digest_of([weights], FACTS) != before


def test_what_is_cut_into_files_otherwise_is_another_digest(tmp_path: Path) -> None:
    for name, content in {"a": b"x", "b": b"yz", "c": b"xy", "d": b"z"}.items():
        (tmp_path / name).write_bytes(content)
    one, other = ([tmp_path / name for name in names] for names in ("ab", "cd"))
    assert digest_of(one, {}) != digest_of(other, {})


def test_order_of_keys_and_the_way_a_number_is_written_make_no_difference(weights: Path) -> None:
    same = {"layout": {"relative": True, "hop": 320.0}, "edges": (0, 8.0, 17), "floor": 0.0001}
    assert digest_of([weights], same) == digest_of([weights], FACTS)


def test_a_configuration_is_read_without_what_a_librarys_version_changes(tmp_path: Path) -> None:
    computed_with = {"model_type": "clap", "text_config": {"hidden_size": 16}, "ratios": [8, 5]}
    saved_by = {"transformers_version": "4.41.0", "torch_dtype": "float32", "_name_or_path": "/x"}
    text = {"hidden_size": 16, "transformers_version": "4.41.0", "dtype": "float16"}
    path = written(tmp_path, {**computed_with, **saved_by, "text_config": text})
    assert configuration_of(path) == computed_with


@pytest.mark.parametrize("text", ["", "[]", "7", "{", "[" * 100_000])
def test_what_is_no_configuration_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.json"
    with pytest.raises(ModelError, match=r"no readable config\.json"):
        configuration_of(path)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"no readable config\.json"):
        configuration_of(path)


def test_the_digest_of_samples_can_be_made_by_hand() -> None:
    clip = AudioClip(np.array([[0.5, -1.0], [0.25, 1.5]]), 44_100, "stereo")
    heard = b"44100 2 2" + struct.pack("<4f", 0.5, 0.25, -1.0, 1.5)  # as it is heard: L R L R
    assert samples_digest(clip) == hashlib.sha256(heard).hexdigest()[:32]


def test_a_clip_has_one_digest_however_it_is_kept_called_and_cut(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, (2, BLOCK + 1_000)).astype(np.float32)
    tape = MappedTape(tmp_path, 2)
    tape.append(samples.T)
    digest = SamplesDigest(16_000, *samples.shape)
    for first in range(0, samples.shape[1], 70_001):
        digest.add(samples[:, first : first + 70_001].T)
    clips = AudioClip(samples, 16_000), AudioClip(tape.samples(), 16_000, "mapped", ("noted",))
    assert {samples_digest(clip) for clip in clips} == {digest.text}


@pytest.mark.parametrize(
    "other",
    [
        AudioClip(np.array([[0.1, 0.2, 0.3, 0.4]]), 8_000),
        AudioClip(np.array([[0.1, 0.2], [0.3, 0.4]]), 16_000),
        AudioClip(np.array([[0.1, 0.2, 0.3, 0.4, 0.0]]), 16_000),
        AudioClip(np.array([[0.1, 0.2, 0.3, np.nextafter(np.float32(0.4), 1)]]), 16_000),
    ],
    ids=["rate", "channels", "length", "last bit"],
)
def test_another_sound_has_another_digest(other: AudioClip) -> None:
    assert samples_digest(other) != samples_digest(AudioClip([[0.1, 0.2, 0.3, 0.4]], 16_000))


def test_hashing_stops_when_asked_to() -> None:
    cancel = CancelToken()
    cancel.set()
    with pytest.raises(Cancelled):
        samples_digest(AudioClip(np.zeros((1, 10)), 8_000), cancel)

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.seeds import seed_of
from core.types import AudioClip

CLIP = AudioClip(np.arange(6, dtype=np.float32).reshape(1, 6) / 8, 8_000, "word")


def test_a_seed_is_the_same_in_every_process_and_on_every_machine() -> None:
    assert seed_of(CLIP, 0) == 485209359055230801


def test_it_belongs_to_the_samples_and_the_request_and_to_nothing_else() -> None:
    assert seed_of(replace(CLIP, name="other", notes=("padded",)), 0) == seed_of(CLIP, 0)
    mapped = np.asfortranarray(np.repeat(CLIP.samples, 2, axis=0))
    assert seed_of(replace(CLIP, samples=mapped[:1]), 0) == seed_of(CLIP, 0)
    others = [
        seed_of(CLIP, 1),
        seed_of(replace(CLIP, sample_rate=16_000), 0),
        seed_of(replace(CLIP, samples=CLIP.samples + np.float32(1e-7)), 0),
        seed_of(replace(CLIP, samples=CLIP.samples.reshape(2, 3)), 0),
    ]
    assert len({seed_of(CLIP, 0), *others}) == 5
    assert all(0 <= seed < 2**63 for seed in others)

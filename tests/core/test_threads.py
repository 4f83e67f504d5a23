"""Whatever number of threads the caller has, a model computes with its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.audio_io import read_clip
from core.coding import classify_batch, decode_batch, encode_batch
from core.models import open_toolbox
from core.pipeline import explain, with_shares
from core.resources import resources_folder
from core.threads import all_threads, alone, together
from core.types import ExplanationRequest, ExplanationResult, Variant
from tests import toys
from tests.fakes import CurvedClassifier, ToyCodec


@pytest.fixture(autouse=True)
def usual_threads() -> Iterator[None]:
    usual = torch.get_num_threads()
    yield
    torch.set_num_threads(usual)


def in_thread(work: Callable[[], Any]) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


class Counted:
    """Models that remember with how many threads they computed, forwards and backwards."""

    def __init__(self) -> None:
        self.threads: set[int] = set()
        note = self.note

        class Codec(ToyCodec):
            def encode(self, samples: Tensor) -> Tensor:
                note()
                return super().encode(samples)

            def decode(self, latents: Tensor, n_samples: int) -> Tensor:
                note()
                return super().decode(latents, n_samples)

        class Classifier(CurvedClassifier):
            def logits(self, latents: Tensor) -> Tensor:
                note()
                if latents.requires_grad:
                    latents.register_hook(lambda gradient: note())
                return super().logits(latents)

        self.toolbox = toys.tools(Codec(), Classifier())

    def note(self) -> None:
        self.threads.add(torch.get_num_threads())


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_models_compute_in_one_thread_and_the_caller_keeps_its_own_number(threads: int) -> None:
    torch.set_num_threads(threads)
    models = Counted()
    result = explain(toys.sound(), toys.asked(random_masks=2), models.toolbox)
    with_shares(result, toys.asked(keep=0.4), models.toolbox)
    assert models.threads == {1}
    assert torch.get_num_threads() == threads


def test_a_thread_of_its_own_computes_as_the_caller_does() -> None:
    torch.set_num_threads(4)
    models = Counted()
    in_thread(lambda: explain(toys.sound(), toys.asked(), models.toolbox))
    assert models.threads == {1}


def test_the_number_is_given_back_after_an_error() -> None:
    torch.set_num_threads(3)
    with pytest.raises(ValueError), alone():
        raise ValueError
    assert torch.get_num_threads() == 3


def test_a_large_model_takes_all_threads_within_what_is_computed_alone() -> None:
    """The same number wherever it is called, also where the caller has another one."""

    def used() -> tuple[int, int]:
        torch.set_num_threads(3)
        with alone(), together():
            within = torch.get_num_threads()
        return within, torch.get_num_threads()

    assert used() == (all_threads(), 3)
    assert in_thread(used) == (all_threads(), 3)


def keyword_explained(threads: int) -> tuple[ExplanationResult, ExplanationResult]:
    """A bundled clip by bundled models, and the same at another share."""
    torch.set_num_threads(threads)
    request = ExplanationRequest(classifier="keywords-12", random_masks=2)
    other = replace(request, keep=0.3, random_masks=0)
    toolbox = open_toolbox(request)
    clip = read_clip(resources_folder() / "samples" / "down.wav", mono=True)
    result = explain(clip, request, toolbox)
    return result, with_shares(result, other, toolbox)


def test_the_same_request_gives_the_same_numbers_with_any_number_of_threads() -> None:
    once, elsewhere = keyword_explained(1), keyword_explained(4)
    for one, other in zip(once, elsewhere, strict=True):
        assert np.array_equal(one.attribution.values, other.attribution.values)
        assert np.array_equal(one.original.probabilities, other.original.probabilities)
        assert one.random_explanation == other.random_explanation
        for variant in Variant:
            assert np.array_equal(one.audio[variant].samples, other.audio[variant].samples)


def test_coding_many_clips_gives_the_same_numbers_with_any_number_of_threads() -> None:
    toolbox = open_toolbox(ExplanationRequest(classifier="keywords-12"))
    noise = np.random.default_rng(0).standard_normal((9, 1, 16_000)).astype(np.float32)

    def coded(threads: int) -> list[np.ndarray]:
        torch.set_num_threads(threads)
        latents = encode_batch(toolbox.codec, 0.1 * noise)
        said = classify_batch(toolbox.classifier, toolbox.codec, latents)
        return [
            latents,
            decode_batch(toolbox.codec, latents, 16_000),
            np.stack([prediction.probabilities for prediction in said]),
        ]

    for one, other in zip(coded(1), coded(4), strict=True):
        assert np.array_equal(one, other)

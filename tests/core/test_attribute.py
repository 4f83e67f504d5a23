from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.attribute import attribute
from core.classifiers.targets import Contrast, LogOdds, Score, log_odds
from core.device import frozen
from core.errors import Cancelled, ModelError, RequestError
from core.job import CancelToken
from core.types import Attribution
from tests.fakes import CurvedClassifier, LinearClassifier

SHAPE = (16, 12)
CODE, FILL = np.random.default_rng(0).standard_normal((2, *SHAPE)).astype(np.float32)
WEIGHT = torch.randn(SHAPE, generator=torch.Generator().manual_seed(0))


def test_integrated_gradients_of_a_linear_classifier_are_weight_times_difference() -> None:
    result = attribute("integrated_gradients", LinearClassifier(WEIGHT), CODE, FILL, LogOdds("yes"))
    np.testing.assert_allclose(result.values, WEIGHT.numpy() * (CODE - FILL), rtol=1e-4, atol=1e-6)
    assert (result.target, result.explained, result.steps) == ("yes", "log-odds", 8)
    assert result.completeness_gap is not None and result.completeness_gap < 1e-4


def test_what_speaks_for_one_of_two_classes_speaks_against_the_other() -> None:
    classifier = LinearClassifier(WEIGHT)
    yes, no = (
        attribute("input_x_gradient", classifier, CODE, FILL, LogOdds(label))
        for label in ("yes", "no")
    )
    assert (yes.target, no.target) == ("yes", "no")
    np.testing.assert_allclose(yes.values, -no.values, rtol=1e-5, atol=1e-6)


def test_the_gap_is_measured_against_both_ends() -> None:
    classifier = CurvedClassifier()
    result = attribute("integrated_gradients", classifier, CODE, FILL, LogOdds("high"))
    with torch.no_grad():
        ends = log_odds(classifier.logits(torch.tensor(np.stack([CODE, FILL]))), 2).double()
    difference = (ends[0] - ends[1]).item()
    missed = abs(result.values.astype(np.float64).sum() - difference)
    assert result.completeness_gap == pytest.approx(missed / abs(difference), rel=1e-3, abs=1e-6)


def test_progress_only_rises_and_ends_at_one() -> None:
    seen: list[tuple[float, str]] = []
    attribute(
        "integrated_gradients",
        CurvedClassifier(),
        CODE,
        FILL,
        LogOdds("low"),
        report=lambda share, stage: seen.append((share, stage)),
    )
    shares = [share for share, _ in seen]
    assert len(shares) >= 3
    assert shares == sorted(shares) and 0.0 < shares[0] < 1.0 and shares[-1] == 1.0
    assert {stage for _, stage in seen} == {"Attributing"}


class Counting(nn.Module):
    """A classifier that counts its calls and asks to stop during the first."""

    def __init__(self, cancel: CancelToken) -> None:
        super().__init__()
        self.inner, self.cancel, self.calls = CurvedClassifier(), cancel, 0
        self.spec = self.inner.spec

    def logits(self, latents: Tensor) -> Tensor:
        self.calls += 1
        self.cancel.set()
        return self.inner.logits(latents)


def test_a_cancel_takes_effect_at_the_next_forward_call() -> None:
    cancel = CancelToken()
    classifier = Counting(cancel)
    with pytest.raises(Cancelled):
        attribute("integrated_gradients", classifier, CODE, FILL, LogOdds("low"), cancel=cancel)
    assert classifier.calls == 1


class HalfPrecision(CurvedClassifier):
    """Logits in bfloat16, as a head under autocast gives them."""

    def logits(self, latents: Tensor) -> Tensor:
        assert latents.dtype == torch.float32
        return super().logits(latents).bfloat16()


def test_log_odds_are_taken_in_float32_whatever_comes_in_and_out() -> None:
    classifier = HalfPrecision()
    latents = torch.tensor(CODE[None], requires_grad=True)
    odds = log_odds(classifier.logits(latents).float(), 2)
    (gradient,) = torch.autograd.grad(odds.sum(), latents)
    result = attribute(
        "saliency", classifier, CODE.astype(np.float64), FILL.astype(np.float64), LogOdds("high")
    )
    assert result.values.dtype == np.float32
    np.testing.assert_allclose(result.values, gradient[0].abs().numpy(), rtol=1e-5)


class GruHead(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.gru = nn.GRU(SHAPE[0], 8, num_layers=2, batch_first=True)
        self.out = nn.Linear(8, 3)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator) / 3)
        self.spec = CurvedClassifier().spec
        frozen(self, torch.device("cpu"))

    def logits(self, latents: Tensor) -> Tensor:
        return self.out(self.gru(latents.transpose(1, 2))[0][:, -1])


def switches() -> tuple[object, ...]:
    """What torch keeps for the whole process and computes by."""
    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    return (
        cudnn.enabled,
        cudnn.benchmark,
        cudnn.deterministic,
        cudnn.allow_tf32,
        matmul.allow_tf32,
    )


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_is_switched_under_the_hands_of_other_threads(fails: bool) -> None:
    seen: list[tuple[object, ...]] = []

    class Watched(GruHead):
        def logits(self, latents: Tensor) -> Tensor:
            seen.append(other_thread.submit(switches).result())
            if fails and latents.requires_grad:
                raise ModelError("The head is broken.")
            return super().logits(latents)

    before = switches()
    with ThreadPoolExecutor(1) as other_thread:
        with pytest.raises(ModelError) if fails else nullcontext():
            attribute("integrated_gradients", Watched(), CODE, FILL, LogOdds("low"))
        assert other_thread.submit(switches).result() == before
    assert set(seen) == {before}


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("method", ["integrated_gradients", "saliency", "smoothgrad", "random"])
@pytest.mark.parametrize("head", [GruHead, CurvedClassifier])
def test_cpu_and_gpu_agree(method: str, head: type[GruHead | CurvedClassifier]) -> None:
    on_cpu = attribute(method, head(), CODE, FILL, LogOdds("low"), seed=5)
    on_gpu = attribute(
        method,
        frozen(head(), torch.device("cuda")),
        CODE,
        FILL,
        LogOdds("low"),
        seed=5,
        device="cuda",
    )
    np.testing.assert_allclose(on_gpu.values, on_cpu.values, rtol=1e-3, atol=1e-5)
    assert on_gpu.steps == on_cpu.steps


class Broken(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.spec = CurvedClassifier().spec

    def logits(self, latents: Tensor) -> Tensor:
        return latents.sum(dim=(1, 2))[:, None] * torch.full((3,), torch.nan)


@pytest.mark.parametrize("method", ["integrated_gradients", "saliency"])
def test_a_classifier_that_yields_nan_is_named_and_nothing_is_returned(method: str) -> None:
    with pytest.raises(ModelError, match="weights of “Toy head” may be damaged"):
        attribute(method, Broken(), CODE, FILL, LogOdds("low"))


def test_a_class_that_is_not_there_is_refused() -> None:
    with pytest.raises(RequestError, match="“Toy head” knows no class “maybe”"):
        attribute("saliency", LinearClassifier(WEIGHT), CODE, FILL, LogOdds("maybe"))


def test_options_are_checked_and_used() -> None:
    def run(**options: object) -> Attribution:
        return attribute(
            "integrated_gradients", CurvedClassifier(), CODE, FILL, LogOdds("high"), options=options
        )

    assert run(gap=0.0, steps=16).steps == 16
    assert run(gap="1").steps == 8
    with pytest.raises(RequestError, match="“steps” cannot be 0; it takes a whole number from 8"):
        run(steps=0)
    with pytest.raises(RequestError, match="no option of method “Integrated Gradients” “stops”"):
        run(stops=8)


def test_why_one_class_and_not_another_is_the_difference_of_two_logits() -> None:
    classifier = CurvedClassifier()
    result = attribute("integrated_gradients", classifier, CODE, FILL, Contrast("high", "low"))
    with torch.no_grad():
        ends = classifier.logits(torch.tensor(np.stack([CODE, FILL]))).double()
    difference = (ends[0, 2] - ends[0, 0] - ends[1, 2] + ends[1, 0]).item()
    assert result.values.sum() == pytest.approx(difference, rel=0.02)
    assert (result.target, result.explained) == ("high", "log-odds against “low”")
    score = attribute("integrated_gradients", classifier, CODE, FILL, Score("high"))
    assert score.explained == "score"
    assert score.values.sum() == pytest.approx((ends[0, 2] - ends[1, 2]).item(), rel=0.02)


def test_an_unknown_method_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(RequestError, match="did you mean saliency"):
        attribute("salency", LinearClassifier(WEIGHT), CODE, FILL, LogOdds("yes"))


def test_a_fill_of_another_shape_is_refused() -> None:
    with pytest.raises(RequestError, match=r"\(16, 12\) and \(16, 11\)"):
        attribute("saliency", LinearClassifier(WEIGHT), CODE, FILL[:, 1:], LogOdds("yes"))


def test_listing_methods_and_fills_loads_neither_torch_nor_captum() -> None:
    listing = (
        "import sys, core.attribute, core.fidelity, core.masking\n"
        "from core.attribution import ATTRIBUTORS\n"
        "from core.fills import FILLS\n"
        "assert len(ATTRIBUTORS.specs()) >= 5 and len(FILLS.specs()) >= 4\n"
        "assert not {'torch', 'captum'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", listing], check=True, timeout=60)

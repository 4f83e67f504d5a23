"""From a method's id to an attribution: the one place where attribution methods are run.

A method sees a `Problem`. What is asked, and whether the result keeps its promises, is decided
here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.attribution import ATTRIBUTORS, method_options
from core.attribution.problem import STAGE, Constant, Job, Problem, score
from core.classifiers import Classifier
from core.classifiers.targets import Target
from core.errors import ModelError, RequestError
from core.fidelity import completeness_gap
from core.job import CancelToken, Report, silent
from core.masks.players import Players, groups
from core.threads import alone
from core.types import Attribution, FloatArray, Granularity

if TYPE_CHECKING:
    import torch


def attribute(
    method_id: str,
    classifier: Classifier,
    code: FloatArray,
    baseline: FloatArray,
    target: Target,
    *,
    options: Mapping[str, object] | None = None,
    players: Players | None = None,
    bands: Sequence[int] | None = None,
    device: torch.device | str = "cpu",
    seed: int = 0,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> Attribution:
    """How much each cell of `code` spoke for the target.

    code, baseline: latents, float32, shape (D, F); neither is changed, nor is the classifier.
    options: of the method; those that are not named have their defaults. players: what methods
    that ask about masks keep or take out together; every cell by itself when none are given.
    bands: of each of the D dimensions the frequency band. device: where the weights are.
    Raises: RequestError for an unknown method, option or class and for unequal shapes; ModelError
        when the classifier yields NaN; Cancelled.
    """
    import torch

    if code.ndim != 2 or code.shape != baseline.shape:
        raise RequestError(
            f"Latents and baseline must both be (D, F); they are {code.shape} and {baseline.shape}."
        )
    spec, method = ATTRIBUTORS.spec(method_id), ATTRIBUTORS.builder(method_id)
    chosen = method_options(method_id, options or {})
    job = Job(report, cancel or CancelToken())
    with alone(), torch.inference_mode(False):  # a caller's inference mode forbids gradients
        at, start = (
            torch.tensor(values, dtype=torch.float32, device=device) for values in (code, baseline)
        )
        problem = Problem(
            latents=at,
            decide=classifier.logits,
            spec=classifier.spec,
            target=target,
            baseline=start,
            infill=Constant(start),
            players=players or groups((code.shape[0], code.shape[1]), Granularity.ELEMENT),
            bands=bands,
            seed=seed,
        )
        relevance = method(problem, chosen, job)
        values = relevance.values.detach().cpu().numpy()
        if not np.isfinite(values).all():
            raise ModelError(
                f"{spec.label} gave NaN or infinite relevance for “{target.label}”; the weights of "
                f"“{classifier.spec.label}” may be damaged: install it again."
            )
        gap = None
        if spec.complete:
            with torch.no_grad():
                ends = score(problem, torch.stack([at, start]), job).tolist()
            gap = completeness_gap(values, *ends)
    report(1.0, STAGE)
    return Attribution(values, method_id, target.label, gap, relevance.steps, target.explained)

"""From a method's id to an attribution: the one place where attribution methods are run.

Methods see a scalar function of the latents. What that number is, that it stops when asked and
tells how far it is, and whether the result keeps its promises is decided here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.attribution import ATTRIBUTORS
from core.classifiers import Classifier
from core.errors import ModelError, RequestError
from core.fidelity import completeness_gap
from core.job import CancelToken, Report, silent
from core.threads import alone
from core.types import Attribution, FloatArray

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from core.attribution import Forward

EXPLAINED = "log-odds"
STAGE = "Attributing"


def attribute(
    method_id: str,
    classifier: Classifier,
    code: FloatArray,
    fill: FloatArray,
    target_index: int,
    *,
    device: torch.device | str = "cpu",
    seed: int = 0,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> Attribution:
    """How much each cell of `code` spoke for one class rather than the others.

    code, fill: latents, float32, shape (D, F); neither is changed, nor is the classifier.
    target_index: the class, 0 … K − 1. device: where the classifier's weights are.
    Raises: RequestError for an unknown method, class or unequal shapes; ModelError when the
        classifier yields NaN; Cancelled.
    """
    import torch

    labels = classifier.spec.labels
    if not 0 <= target_index < len(labels):
        raise RequestError(
            f"There is no class number {target_index}; “{classifier.spec.label}” has "
            f"{len(labels)}, counted from 0."
        )
    if code.ndim != 2 or code.shape != fill.shape:
        raise RequestError(
            f"Latents and fill must both be (D, F); they are {code.shape} and {fill.shape}."
        )
    spec, attributor = ATTRIBUTORS.spec(method_id), ATTRIBUTORS.builder(method_id)()

    def explained(latents: Tensor) -> Tensor:
        return log_odds(classifier.logits(latents).float(), target_index)

    forward = watched(explained, report, cancel or CancelToken())
    with (
        alone(),
        torch.inference_mode(False),  # a caller's inference mode would forbid gradients below
        # cuDNN's recurrent layers have no backward pass in evaluation mode (GRU heads).
        torch.backends.cudnn.flags(enabled=False),
    ):
        at = torch.tensor(code, dtype=torch.float32, device=device)
        baseline = torch.tensor(fill, dtype=torch.float32, device=device)
        relevance = attributor(forward, at, baseline, seed)
        values = relevance.values.detach().cpu().numpy()
        if not np.isfinite(values).all():
            raise ModelError(
                f"{spec.label} gave NaN or infinite relevance for “{labels[target_index]}”; the "
                f"weights of “{classifier.spec.label}” may be damaged: install it again."
            )
        gap = None
        if spec.complete:
            with torch.no_grad():
                gap = completeness_gap(values, *forward(torch.stack([at, baseline])).tolist())
    report(1.0, STAGE)
    return Attribution(values, method_id, labels[target_index], gap, relevance.steps, EXPLAINED)


def log_odds(logits: Tensor, target: int) -> Tensor:
    """ln(p / (1 − p)) of one class: its logit less the logsumexp of all others.

    logits: (rows, K), K ≥ 2 → (rows,). Explained instead of p, whose gradient vanishes near 0 and
    1, and instead of the logit, which rises as well when every class does.
    """
    import torch

    others = torch.cat([logits[:, :target], logits[:, target + 1 :]], dim=1)
    return logits[:, target] - torch.logsumexp(others, dim=1)


def watched(forward: Forward, report: Report, cancel: CancelToken) -> Forward:
    """`forward`, but each call first stops if asked to, and then reports how far the work is.

    An adaptive method does not know how many passes it will need, so the share done approaches 1
    without reaching it: half of it is done after 32 rows.
    """
    done = 0

    def step(latents: Tensor) -> Tensor:
        nonlocal done
        cancel.raise_if_set()
        numbers = forward(latents)
        done += len(latents)
        report(done / (done + 32), STAGE)
        return numbers

    return step

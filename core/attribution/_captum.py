"""One adapter for the methods of captum: they see `score`, and nothing of ours."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from core.attribution.problem import Job, Problem, score

if TYPE_CHECKING:
    from torch import Tensor

_drawing = threading.Lock()


def by_captum(name: str, problem: Problem, job: Job, **arguments: Any) -> Tensor:
    """What a method of `captum.attr` gives for the latents of a problem, (D, F).

    name: of its class, which is made with a function of rows and no model, so methods that look
    into modules (DeepLIFT, Grad-CAM) are out. arguments: of its `attribute`, tensors with a row in
    front. Raises: Cancelled.
    """
    import captum.attr
    import torch

    def forward(latents: Tensor) -> Tensor:
        return score(problem, latents, job)

    method = getattr(captum.attr, name)(forward)
    with drawing_from(problem.seed), torch.enable_grad():
        found: Tensor = method.attribute(problem.latents[None], **arguments)
    return found[0].detach()


@contextmanager
def drawing_from(seed: int) -> Iterator[None]:
    """The global generators, which captum draws from, begin at `seed`, and are put back after it.

    One piece of work at a time has them.
    """
    import torch

    with _drawing:
        before = np.random.get_state()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            np.random.seed(seed % 2**32)
            try:
                yield
            finally:
                np.random.set_state(before)

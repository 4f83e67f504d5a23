"""Learning from finished heads: a small network that agrees with several larger ones.

Teachers judge the very pictures their pupil sees in a step, varied as they are (Beyer et al. 2022,
“Knowledge distillation: a good teacher is patient and consistent”; after Hinton et al. 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.classifiers._head import open_head
from core.classifiers._networks import LogMelHead, Normalised
from core.errors import RequestError
from core.models import classifier_manifest

SOFTNESS = 2.0  # temperature at which a teacher's opinion is told: its second thoughts count


@dataclass(frozen=True, slots=True)
class Teachers:
    """judges: networks from what is heard to logits (B, K). believed: 0 … 1, how much their opinion
    counts; the clips' labels are the rest.
    """

    judges: Sequence[nn.Module]
    believed: float

    def loss(self, view: Tensor, logits: Tensor) -> Tensor:
        """How far a pupil's logits (B, K) are from what the teachers think of what it saw."""
        with torch.no_grad():
            thought = torch.stack([judge(view) for judge in self.judges]).mean(dim=0)
        opinion = (thought / SOFTNESS).softmax(dim=1)
        pupil = (logits / SOFTNESS).log_softmax(dim=1)
        # The gradients of softened probabilities are smaller by the square of the softness.
        return SOFTNESS**2 * nn.functional.kl_div(pupil, opinion, reduction="batchmean")


def open_teachers(
    references: Sequence[str],
    believed: float,
    pupil: Normalised,
    labels: Sequence[str],
    device: torch.device,
) -> Teachers | None:
    """The networks of finished heads; None where there is no reference.

    references: ids or folders. labels: the pupil's.
    Raises: ModelError; RequestError for one of other classes, or that hears something else.
    """
    judges: list[nn.Module] = []
    for reference in references:
        teacher = open_head(*classifier_manifest(reference), device)
        if teacher.spec.labels != tuple(labels):
            raise RequestError(f"“{reference}” cannot teach this head: its classes are others.")
        if not _hear_alike(teacher.network, pupil):
            raise RequestError(
                f"“{reference}” cannot teach this head: it hears something else of a sound."
            )
        judges += teacher.network.judges
    return Teachers(judges, believed) if judges else None


def _hear_alike(teacher: Normalised, pupil: Normalised) -> bool:
    one, other = teacher.body, pupil.body
    if not (isinstance(one, LogMelHead) and isinstance(other, LogMelHead)):
        return False
    theirs, ours = one.hears.state_dict(), other.hears.state_dict()
    same_bands = one.hears.of_rest.shape == other.hears.of_rest.shape
    return same_bands and all(torch.equal(theirs[name], ours[name]) for name in ours)

"""Targets: which number of a decision is explained.

Scores become one number a row, on a scale that does not saturate: a probability's gradient vanishes
near 0 and 1, and its differences say nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from core.errors import RequestError

if TYPE_CHECKING:
    from torch import Tensor

    from core.classifiers import ClassifierSpec


class Target(Protocol):
    """What an explanation is of. Plain data, compared by value."""

    @property
    def label(self) -> str:
        """The class that is spoken for."""

    @property
    def explained(self) -> str:
        """What the number is called, in records and beside figures."""

    def of(self, scores: Tensor, spec: ClassifierSpec) -> Tensor:
        """scores: of the classifier of `spec`, (rows, K) → (rows,), differentiable.

        Raises: RequestError when the classifier knows no such class, or its scores have no such
        number.
        """


@dataclass(frozen=True, slots=True)
class LogOdds:
    """ln(p / (1 − p)) of one class: one class against all that is not it.

    Exclusive classes: its logit less the logsumexp of all others. Independent ones: its logit.
    """

    label: str

    @property
    def explained(self) -> str:
        return "log-odds"

    def of(self, scores: Tensor, spec: ClassifierSpec) -> Tensor:
        index = _index(self.label, spec)
        if spec.scale == "raw" or (len(spec.labels) < 2 and spec.relation == "exclusive"):
            raise RequestError(
                f"The scores of “{spec.label}” are no probabilities and have no log-odds; explain "
                "the score itself."
            )
        if spec.scale == "probability":
            return _logit(scores[:, index])
        if spec.relation == "independent":
            return scores[:, index]
        return log_odds(scores, index)


@dataclass(frozen=True, slots=True)
class Contrast:
    """Why one class and not another: ln(p / q), or the difference of two log-odds or scores.

    against: the other class. Exclusive classes: the difference of two logits, which no third class
    moves.
    """

    label: str
    against: str

    @property
    def explained(self) -> str:
        return f"log-odds against “{self.against}”"

    def of(self, scores: Tensor, spec: ClassifierSpec) -> Tensor:
        one, other = _index(self.label, spec), _index(self.against, spec)
        if one == other:
            raise RequestError(f"“{self.label}” cannot be told from itself; name another class.")
        if spec.scale == "probability":
            if spec.relation == "exclusive":
                return _log(scores[:, one]) - _log(scores[:, other])
            return _logit(scores[:, one]) - _logit(scores[:, other])
        return scores[:, one] - scores[:, other]


@dataclass(frozen=True, slots=True)
class Score:
    """The classifier's own score of one class, on the classifier's own scale."""

    label: str

    @property
    def explained(self) -> str:
        return "score"

    def of(self, scores: Tensor, spec: ClassifierSpec) -> Tensor:
        return scores[:, _index(self.label, spec)]


def target_of(label: str, against: str | None, spec: ClassifierSpec) -> Target:
    """One class against another where one is named, else as `usual_target`."""
    return usual_target(label, spec) if against is None else Contrast(label, against)


def usual_target(label: str, spec: ClassifierSpec) -> Target:
    """Log-odds where the classifier has them, its score where it has none."""
    alone = len(spec.labels) < 2 and spec.relation == "exclusive"
    return Score(label) if spec.scale == "raw" or alone else LogOdds(label)


def log_odds(logits: Tensor, index: int) -> Tensor:
    """ln(p / (1 − p)) of one of K ≥ 2 exclusive classes; logits: (rows, K) → (rows,)."""
    import torch

    others = torch.cat([logits[:, :index], logits[:, index + 1 :]], dim=1)
    return logits[:, index] - torch.logsumexp(others, dim=1)


def _index(label: str, spec: ClassifierSpec) -> int:
    if label not in spec.labels:
        raise RequestError(f"“{spec.label}” knows no class “{label}”.")
    return spec.labels.index(label)


def _logit(p: Tensor) -> Tensor:
    """ln(p / (1 − p)), finite for the 0 and 1 that float32 rounds to."""
    import torch

    edge = torch.finfo(p.dtype).eps
    return torch.logit(p, eps=edge)


def _log(p: Tensor) -> Tensor:
    import torch

    return torch.log(p.clamp(min=torch.finfo(p.dtype).tiny))

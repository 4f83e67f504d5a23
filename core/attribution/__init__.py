"""Attribution methods: how much each latent cell spoke for the class.

A method is a plug-in: one module here that registers a function of a `Problem`. Choosing the
target, the completeness gap, and what else is the same for all of them are the business of
`core.attribute`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.options import Option, complete
from core.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor

    from core.attribution.problem import Job, Problem


@dataclass(frozen=True, slots=True)
class AttributionSpec:
    """What a method states about itself.

    signed: its values can speak against the class as well.
    complete: its values promise to sum to f(Z) − f(fill) (the IG family).
    quick: a handful of passes; fit for live use and for dragging a slider.
    gradients: it needs a classifier that can be differentiated.
    options: what can be chosen about it.
    """

    id: str
    label: str
    reference: str
    signed: bool
    complete: bool = False
    quick: bool = False
    gradients: bool = True
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Relevance:
    """What a method returns: values (D, F), and the passes along the path where it has one."""

    values: Tensor
    steps: int | None = None


Method = Callable[["Problem", Mapping[str, Any], "Job"], Relevance]
"""method(problem, options, job) → relevance. options: every one that its spec declares, checked.

Same problem and options, same values, on every device to float tolerance. It asks the classifier
only through `core.attribution.problem`, which stops it when it is asked to.
"""

ATTRIBUTORS: Registry[AttributionSpec, Method] = Registry("method", __name__)


def method_options(method_id: str, given: Mapping[str, object]) -> dict[str, Any]:
    """Every option of a method: as given, else its default.

    Raises: RequestError for an unknown method, unknown options, and values they do not take.
    """
    spec = ATTRIBUTORS.spec(method_id)
    return complete(spec.options, given, f"method “{spec.label}”")

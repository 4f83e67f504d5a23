"""Classifier heads: small networks that decide on a codec's latents Z.

A head *family* is a plug-in: it builds the network from its configuration. A classifier is a
folder with such a network's weights (`core.models`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from core.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class ClassifierSpec:
    """The facts of one classifier.

    digest: of its weights and configuration (`core.digests`).
    labels: its K classes. background: those that mean "nothing of interest".
    codec_id, codec_digest: the codec whose latents it was trained on.
    window: longest stretch it looks at in one go, in seconds; longer clips are windowed.
    minimum: shorter clips are padded with silence to this many seconds.
    threshold: probability from which a class counts as heard in running sound, most of which is
        none of them; single clips are given their likeliest class all the same.
    relation: one class is the answer (exclusive), each is or is not (independent), or neither can
        be said (none). scale: what `logits` returns.
    """

    id: str
    label: str
    digest: str
    labels: tuple[str, ...]
    codec_id: str
    codec_digest: str
    window: float
    minimum: float
    background: tuple[str, ...] = ()
    threshold: float = 0.5
    relation: Literal["exclusive", "independent", "none"] = "exclusive"
    scale: Literal["logit", "probability", "raw"] = "logit"


class Classifier(Protocol):
    """Decides on latents."""

    @property
    def spec(self) -> ClassifierSpec: ...

    def logits(self, latents: Tensor) -> Tensor:
        """latents: (B, D, F) → calibrated logits (B, K), differentiable; softmax gives p."""
        ...


@dataclass(frozen=True, slots=True)
class HeadFamilySpec:
    """What a head plug-in states about itself. defaults: its configuration when none is given."""

    id: str
    label: str
    reference: str
    defaults: Mapping[str, Any]


BuildHead = Callable[[int, int, Mapping[str, Any]], "nn.Module"]
"""build(latent_dim D, number of classes K, configuration) → module (B, D, F) → logits (B, K)."""

HEAD_FAMILIES: Registry[HeadFamilySpec, BuildHead] = Registry("head", __name__)

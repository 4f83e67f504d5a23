"""What the engine passes around. Everything here is frozen, and its arrays are read-only.

Symbols as in the paper (arXiv 2410.07530): D latent dimensions, F latent frames, C channels,
N samples, K classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from mmap import mmap
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.errors import AudioError, RequestError
from core.frozen import Frozen
from core.options import Plain
from core.origin import Origin
from core.scratch import extremes

if TYPE_CHECKING:
    from core.latents import LatentCode
    from core.timeline import Timeline, WindowSummary

FloatArray = npt.NDArray[np.float32]
SecondsArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Probabilities = npt.NDArray[np.float64]


def frozen_copy(values: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> npt.NDArray[Any]:
    """A read-only copy of `values`, contiguous in memory."""
    copy = np.array(values, dtype=dtype, order="C")
    copy.setflags(write=False)
    return copy


def _is_frozen(samples: npt.ArrayLike) -> bool:
    """Whether an array is already as `AudioClip` keeps it, so that an hour need not be copied.

    That is so of a whole array in memory, and of a whole file that is mapped read-only.
    """
    return (
        isinstance(samples, np.ndarray)
        and not samples.flags.writeable
        and samples.dtype == np.float32
        and samples.ndim == 2
        and (
            isinstance(samples.base, mmap) or (samples.base is None and samples.flags.c_contiguous)
        )
    )


class Variant(StrEnum):
    """The versions of one sound a listener can switch between."""

    ORIGINAL = "original"
    RECONSTRUCTION = "reconstruction"
    EXPLANATION = "explanation"
    REMOVED = "removed"


class Granularity(StrEnum):
    """Which cells are kept or taken out together."""

    ELEMENT = "element"  # every cell of (D, F) by itself
    FRAME = "frame"  # all dimensions of one moment
    CHANNEL = "channel"  # one dimension over the whole stretch
    BAND = "band"  # all dimensions of one frequency band at one moment


@dataclass(frozen=True, slots=True, eq=False)  # eq=False: arrays neither compare nor hash
class AudioClip(Frozen):
    """One recording, as every layer passes it on.

    samples: float32, shape (C, N), full scale 1.0, read-only.
    sample_rate: in Hz.
    name: what the user calls it, usually the file's stem, as valid text.
    notes: what was done to it on the way in ("mixed 6 channels down to mono"), for the report.
    """

    samples: FloatArray
    sample_rate: int
    name: str = "untitled"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        samples = self.samples
        if not _is_frozen(samples):
            samples = np.array(samples, dtype=np.float32, ndmin=2, order="C")
        if samples.ndim != 2:
            raise AudioError(
                f"“{self.name}” has {samples.ndim} axes; audio has channels × samples."
            )
        if self.sample_rate <= 0:
            raise AudioError(f"“{self.name}” says its sample rate is {self.sample_rate} Hz.")
        # The extremes are NaN or infinite when any sample is, and need no second array.
        if not np.isfinite(extremes(samples)).all():
            raise AudioError(f"“{self.name}” holds NaN or infinite samples.")
        samples.setflags(write=False)
        object.__setattr__(self, "samples", samples)

    @property
    def n_samples(self) -> int:
        return int(self.samples.shape[1])

    @property
    def n_channels(self) -> int:
        return int(self.samples.shape[0])

    @property
    def seconds(self) -> float:
        return self.n_samples / self.sample_rate


@dataclass(frozen=True, slots=True, eq=False)
class Prediction(Frozen):
    """What a classifier says of one sound.

    probabilities: float64, shape (K,), sums to 1, in the order of `labels`. In float32 a sure
        class would read exactly 1, or one of few values beside it, and its log-odds be noise.
    """

    labels: tuple[str, ...]
    probabilities: Probabilities

    def __post_init__(self) -> None:
        object.__setattr__(self, "probabilities", frozen_copy(self.probabilities, np.float64))

    @property
    def index(self) -> int:
        return int(np.argmax(self.probabilities))

    @property
    def label(self) -> str:
        """The most probable class."""
        return self.labels[self.index]

    @property
    def probability(self) -> float:
        """Probability of the most probable class."""
        return float(self.probabilities[self.index])

    def probability_of(self, label: str) -> float:
        """Raises: RequestError when the classifier does not know `label`."""
        if label not in self.labels:
            raise RequestError(f"The classifier knows no class “{label}”.")
        return float(self.probabilities[self.labels.index(label)])


@dataclass(frozen=True, slots=True, eq=False)
class Attribution(Frozen):
    """Signed relevance of each latent cell for one class.

    values: float32, shape (D, F), read-only; positive speaks for the class.
    completeness_gap: |Σ values − (f(Z) − f(fill))| / |f(Z) − f(fill)|; None where the method
        makes no such promise (only the IG family does).
    steps: points on the path from fill to Z, None for methods without one.
    explained: the number of the target that was explained, e.g. "log-odds".
    """

    values: FloatArray
    method: str
    target: str
    completeness_gap: float | None = None
    steps: int | None = None
    explained: str = "log-odds"

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", frozen_copy(self.values))


@dataclass(frozen=True, slots=True)
class ExplanationRequest:
    """What the user asks for; plain data, compared by value: cache key, export record, CLI call.

    codec, classifier: a model's id or a folder; codec None means the one the classifier was
        trained on.
    keep, remove: the shares α and β of method.md, each 0…1 and independent.
    target: class to explain; None means the predicted one. against: another class, for why one and
        not the other; None: one class against all that is not it.
    options: of the method, (name, value); those that are not named have their defaults.
    start, end: the stretch to explain, in seconds; None means all of it (long clips: the most
        confident window that is not background).
    every_window: explain every window of a long clip and join the audio; without a target each
        window is explained for the class predicted in it.
    seed: of the noise fill, and with the clip's samples of the random controls and of methods
        that draw, so that clips do not share them.
    random_masks: how many random masks of the same size serve as the control; 0 leaves it out.
    """

    codec: str | None = None
    classifier: str = "keywords-12"
    method: str = "integrated_gradients"
    fill: str = "zero"
    granularity: Granularity = Granularity.ELEMENT
    keep: float = 0.1
    remove: float = 0.1
    target: str | None = None
    start: float | None = None
    end: float | None = None
    every_window: bool = False
    seed: int = 0
    device: str = "auto"
    random_masks: int = 5
    against: str | None = None
    options: tuple[tuple[str, Plain], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "granularity", _granularity(self.granularity))
        for name in ("keep", "remove"):
            share = getattr(self, name)
            if not 0.0 <= share <= 1.0:
                raise RequestError(f"The share to {name} must lie between 0 and 1, not {share:g}.")
        if self.random_masks < 0:
            raise RequestError("The number of random masks cannot be negative.")
        if self.start is not None and self.start < 0:
            raise RequestError(f"The stretch cannot start at {self.start:g} s.")
        if self.end is not None and self.end <= (self.start or 0.0):
            raise RequestError(
                f"The stretch {self.start or 0.0:g}–{self.end:g} s is empty; its end must lie "
                "after its start."
            )
        if self.every_window and (self.start is not None or self.end is not None):
            raise RequestError("Ask for every window or for one stretch, not for both.")
        if self.against is not None and self.every_window and self.target is None:
            raise RequestError(
                f"Each window has a class of its own to set against “{self.against}”; name the "
                "class to explain."
            )


def _granularity(value: str) -> Granularity:
    try:
        return Granularity(value)
    except ValueError:
        from core.errors import unknown_id

        raise unknown_id("granularity", str(value), list(Granularity)) from None


@dataclass(frozen=True, slots=True, eq=False)
class SpacePrediction(Frozen):
    """One version classified twice: its latents as they stand, and after decode → encode.

    Of all cells these are the original and the reconstruction. What masks do in one space is to be
    compared with all cells in the same space: in latents with the original's prediction, by round
    trip with the reconstruction's, or else the codec's own effect is taken for the mask's.
    """

    latent: Prediction
    round_trip: Prediction


@dataclass(frozen=True, slots=True)
class RandomControl:
    """What random masks of the same size do to one clip, in one space.

    label: the class most often on top; probability: mean of the target's over the masks; std: its
    standard deviation from mask to mask (n − 1), None where one mask was drawn; agreement: share of
    the masks whose top class is that of all cells in the same space (see `SpacePrediction`).
    """

    label: str
    probability: float
    std: float | None
    agreement: float


@dataclass(frozen=True, slots=True)
class RandomControls:
    """`RandomControl` in latent space and by round trip."""

    latent: RandomControl
    round_trip: RandomControl


@dataclass(frozen=True, slots=True, eq=False)
class ExplanationResult(Frozen):
    """One explained window: what was decided, the audio of each version, and how far to trust it.

    origin: of what and with what it was made.
    audio: per variant; all sample-aligned, same rate and length, not level-matched.
    keep_mask, remove_mask: bool (D, F); True marks the cells kept / taken out.
    original, reconstruction: predictions of all cells, in latents and by round trip; explanation,
        removed: in both spaces. They were classified together, in one batch.
    random_explanation, random_removed: controls with random masks, None when not asked for.
    level_db: RMS of each variant relative to the original, in dB; None for silence.
    seconds: per stage: encode, attribute, synthesise, classify, random, total.
    first, last: first sample of the window explained and the one after its last, without what
        padding added, in the whole clip as the codec takes it.
    timeline: of clips longer than the classifier's window. windows: what was found in each, when
        every window was explained; audio, first and last then cover the whole clip (see `targets`)
        and everything else is that of the most telling window.
    """

    request: ExplanationRequest
    origin: Origin
    clip_name: str
    device: str
    target: str
    first: int
    last: int
    code: LatentCode
    attribution: Attribution
    keep_mask: BoolArray
    remove_mask: BoolArray
    audio: Mapping[Variant, AudioClip]
    original: Prediction
    reconstruction: Prediction
    explanation: SpacePrediction
    removed: SpacePrediction
    random_explanation: RandomControls | None
    random_removed: RandomControls | None
    level_db: Mapping[Variant, float | None]
    seconds: Mapping[str, float]
    notes: tuple[str, ...] = ()
    timeline: Timeline | None = None
    windows: tuple[WindowSummary, ...] = ()

    def __post_init__(self) -> None:
        for name in ("keep_mask", "remove_mask"):
            object.__setattr__(self, name, frozen_copy(getattr(self, name), np.bool_))
        for name in ("audio", "level_db", "seconds"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def codec_id(self) -> str:
        return self.origin.codec.id

    @property
    def classifier_id(self) -> str:
        return self.origin.classifier.id

    @property
    def targets(self) -> tuple[str, ...]:
        """The classes that its sounds were explained for, each once, in order of time: more than
        one where every window was explained for the class heard in it."""
        return tuple(dict.fromkeys(window.target for window in self.windows)) or (self.target,)

    @property
    def sample_rate(self) -> int:
        """Of the codec, in Hz, and so of all samples here."""
        return self.code.sample_rate

    @property
    def start(self) -> float:
        """In seconds of the clip."""
        return self.first / self.sample_rate

    @property
    def end(self) -> float:
        """In seconds of the clip."""
        return self.last / self.sample_rate


@dataclass(frozen=True, slots=True, eq=False)
class Spectrogram(Frozen):
    """A picture of a sound.

    db: float32, shape (bins, frames), 20·log10 of the magnitude relative to `reference`,
        not below floor_db. frequencies: Hz per bin; times: s per frame (its centre), float64.
    """

    db: FloatArray
    frequencies: FloatArray
    times: SecondsArray
    floor_db: float
    reference: float

    def __post_init__(self) -> None:
        for name in ("db", "frequencies"):
            object.__setattr__(self, name, frozen_copy(getattr(self, name)))
        object.__setattr__(self, "times", frozen_copy(self.times, np.float64))

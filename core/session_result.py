"""An `ExplanationResult` as a record, tensors and sounds, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ExportError
from core.latents import LatentCode
from core.session_archive import damaged
from core.session_manifest import (
    AttributionRecord,
    ClipRecord,
    ResultRecord,
    SpaceRecord,
    TimelineRecord,
    finite,
    finite_values,
)
from core.timeline import Timeline
from core.types import (
    Attribution,
    AudioClip,
    BoolArray,
    ExplanationResult,
    FloatArray,
    Prediction,
    SpacePrediction,
    Variant,
)

Arrays = dict[str, npt.NDArray[Any]]

MOST_TENSORS = 2**28  # bytes
LATENTS, RELEVANCE, KEEP, REMOVE = "latents", "relevance", "keep_mask", "remove_mask"
FIRSTS, PROBABILITIES = "timeline_firsts", "timeline_probabilities"


def tensors_of(result: ExplanationResult) -> bytes:
    """The arrays of a result as safetensors.

    Raises: ExportError when they are too large, or NaN is among them.
    """
    from safetensors.numpy import save

    arrays = {
        LATENTS: result.code.values,
        RELEVANCE: result.attribution.values,
        KEEP: result.keep_mask,
        REMOVE: result.remove_mask,
    }
    if result.timeline is not None:
        arrays[FIRSTS] = result.timeline.firsts
        arrays[PROBABILITIES] = result.timeline.probabilities
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ExportError(
                f"The explanation cannot be saved: its {name.replace('_', ' ')} holds NaN or "
                "infinite numbers; explain it again."
            )
    if sum(array.nbytes for array in arrays.values()) > MOST_TENSORS // 2:
        raise ExportError(
            "The explanation is larger than a session holds; explain a shorter stretch, then save."
        )
    return save(arrays)


def record_of_result(
    result: ExplanationResult, use: Callable[[AudioClip], ClipRecord]
) -> ResultRecord:
    """All of a result but its arrays. use: keeps a sound, and says how it is named."""
    return ResultRecord(
        request=result.request,
        origin=result.origin,
        clip_name=result.clip_name,
        device=result.device,
        target=result.target,
        first=result.first,
        last=result.last,
        n_samples=result.code.n_samples,
        attribution=AttributionRecord(
            method=result.attribution.method,
            completeness_gap=finite(result.attribution.completeness_gap),
            steps=result.attribution.steps,
            explained=result.attribution.explained,
        ),
        audio={variant: use(result.audio[variant]) for variant in Variant},
        labels=result.original.labels,
        original=_listed(result.original),
        reconstruction=_listed(result.reconstruction),
        explanation=_spaces(result.explanation),
        removed=_spaces(result.removed),
        random_explanation=result.random_explanation,
        random_removed=result.random_removed,
        level_db=finite_values(result.level_db),
        seconds=dict(result.seconds),
        notes=result.notes,
        timeline=None if result.timeline is None else _timeline_record(result.timeline),
        windows=tuple(
            replace(window, completeness_gap=finite(window.completeness_gap))
            for window in result.windows
        ),
    )


def result_from(
    name: str, record: ResultRecord, tensors: bytes, clips: Mapping[Variant, AudioClip]
) -> ExplanationResult:
    """The result that was saved in the session file `name`.

    Raises: SessionFileError when its arrays are damaged or do not agree.
    """
    arrays = _arrays(name, tensors)
    timeline = None
    if record.timeline is not None:
        stated = record.timeline
        firsts = _taken(name, arrays, FIRSTS, np.int64)
        probabilities = _float(name, arrays, PROBABILITIES)
        if probabilities.shape != (*firsts.shape, len(stated.labels)) or firsts.ndim != 1:
            raise damaged(name, "its probabilities over time do not agree")
        timeline = Timeline(
            stated.labels,
            firsts,
            probabilities,
            stated.n_window,
            stated.n_hop,
            stated.sample_rate,
        )
    values, relevance = (_float(name, arrays, key) for key in (LATENTS, RELEVANCE))
    masks = [_mask(name, arrays, key) for key in (KEEP, REMOVE)]
    if values.ndim != 2 or any(a.shape != values.shape for a in (relevance, *masks)):
        raise damaged(name, "its latents, relevance and masks do not agree")
    codec = record.origin.codec
    if len(values) != codec.latent_dim:
        raise damaged(name, "its latents are not of its codec")
    if arrays:
        raise damaged(name, "it holds tensors that are not part of a session")
    if len({(clip.sample_rate, clip.samples.shape) for clip in clips.values()}) != 1:
        raise damaged(name, "its versions differ in length")
    said = record.attribution
    labels = record.labels
    return ExplanationResult(
        request=record.request,
        origin=record.origin,
        clip_name=record.clip_name,
        device=record.device,
        target=record.target,
        first=record.first,
        last=record.last,
        code=LatentCode(values, record.n_samples, codec.sample_rate, codec.frame_rate),
        attribution=Attribution(
            relevance,
            said.method,
            record.target,
            said.completeness_gap,
            said.steps,
            said.explained,
        ),
        keep_mask=masks[0],
        remove_mask=masks[1],
        audio=clips,
        original=_prediction(labels, record.original),
        reconstruction=_prediction(labels, record.reconstruction),
        explanation=_space_prediction(labels, record.explanation),
        removed=_space_prediction(labels, record.removed),
        random_explanation=record.random_explanation,
        random_removed=record.random_removed,
        level_db=record.level_db,
        seconds=record.seconds,
        notes=record.notes,
        timeline=timeline,
        windows=record.windows,
    )


def _arrays(name: str, tensors: bytes) -> Arrays:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return load(tensors)
    except (SafetensorError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise damaged(name, "its tensors cannot be read") from error


def _taken(name: str, arrays: Arrays, key: str, dtype: type) -> npt.NDArray[Any]:
    array = arrays.pop(key, None)
    if array is None or array.dtype != dtype:
        raise damaged(name, f"its {key.replace('_', ' ')} is missing")
    return array


def _float(name: str, arrays: Arrays, key: str) -> FloatArray:
    array = _taken(name, arrays, key, np.float32)
    if not np.isfinite(array).all():
        raise damaged(name, f"its {key.replace('_', ' ')} holds NaN or infinite numbers")
    return array


def _mask(name: str, arrays: Arrays, key: str) -> BoolArray:
    array = _taken(name, arrays, key, np.bool_)
    if (array.view(np.uint8) > 1).any():  # numpy would take such bytes for both true and not true
        raise damaged(name, f"its {key.replace('_', ' ')} is no mask")
    return array


def _listed(prediction: Prediction) -> tuple[float, ...]:
    return tuple(prediction.probabilities.tolist())


def _spaces(prediction: SpacePrediction) -> SpaceRecord:
    return SpaceRecord(latent=_listed(prediction.latent), round_trip=_listed(prediction.round_trip))


def _prediction(labels: tuple[str, ...], probabilities: tuple[float, ...]) -> Prediction:
    return Prediction(labels, np.array(probabilities))


def _space_prediction(labels: tuple[str, ...], spaces: SpaceRecord) -> SpacePrediction:
    return SpacePrediction(
        latent=_prediction(labels, spaces.latent),
        round_trip=_prediction(labels, spaces.round_trip),
    )


def _timeline_record(timeline: Timeline) -> TimelineRecord:
    return TimelineRecord(
        labels=timeline.labels,
        n_window=timeline.n_window,
        n_hop=timeline.n_hop,
        sample_rate=timeline.sample_rate,
    )

"""The border between arrays and tensors: clips to latents, latents to clips, latents to classes.

Everything here runs without gradients, on the codec's device, in batches of bounded size between
which it is looked whether to stop. Of one call, equal rows give equal numbers, bit by bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core.classifiers import Classifier
from core.codecs import Codec
from core.errors import AudioError, ModelError
from core.job import CancelToken, until_cancelled
from core.latents import LatentCode
from core.threads import alone
from core.types import AudioClip, FloatArray, Prediction

BATCH = 32  # seconds-long windows; bounds memory, and larger batches are not faster on a CPU


def encode(codec: Codec, clip: AudioClip) -> LatentCode:
    """Latents of one clip. Raises: AudioError when the clip is not as the codec needs it."""
    spec = codec.spec
    if clip.sample_rate != spec.sample_rate or clip.n_channels != spec.channels:
        raise AudioError(
            f"{spec.label} needs {spec.channels} channel(s) at {spec.sample_rate} Hz but "
            f"“{clip.name}” has {clip.n_channels} at {clip.sample_rate} Hz; pass it through "
            "core.prepare first."
        )
    values = encode_batch(codec, clip.samples[None])[0]
    return LatentCode(values, clip.n_samples, spec.sample_rate, spec.frame_rate)


def encode_batch(
    codec: Codec, samples: FloatArray, cancel: CancelToken | None = None
) -> FloatArray:
    """samples: (B, C, N) at the codec's rate → latents (B, D, F). Raises: Cancelled."""
    import torch

    rows, places = _distinct(samples)
    with alone(), torch.inference_mode():
        parts = [
            codec.encode(torch.tensor(chunk, device=codec.device)).cpu().numpy()
            for chunk in _chunks(rows, cancel)
        ]
    return _repeated(np.concatenate(parts), places)


def decode_batch(
    codec: Codec, latents: FloatArray, n_samples: int, cancel: CancelToken | None = None
) -> FloatArray:
    """latents: (B, D, F) → samples (B, C, n_samples).

    Raises: ModelError when the codec makes sounds of another length, or with other channels;
    Cancelled.
    """
    import torch

    rows, places = _distinct(latents)
    with alone(), torch.inference_mode():
        parts = [
            codec.decode(torch.tensor(chunk, device=codec.device), n_samples).cpu().numpy()
            for chunk in _chunks(rows, cancel)
        ]
    samples = _repeated(np.concatenate(parts), places)
    asked = (len(latents), codec.spec.channels, n_samples)
    if samples.shape != asked:
        raise ModelError(
            f"The codec “{codec.spec.id}” made sounds of the shape {samples.shape} where {asked} "
            "(sounds, channels, samples) was asked for; its files do not belong together, so get "
            "the model again."
        )
    return samples


def classify_batch(
    classifier: Classifier,
    codec: Codec,
    latents: FloatArray,
    cancel: CancelToken | None = None,
) -> list[Prediction]:
    """latents: (B, D, F) → one prediction a row. Raises: Cancelled."""
    import torch

    rows, places = _distinct(latents)
    predictions: list[Prediction] = []
    with alone(), torch.inference_mode():
        for chunk in _chunks(rows, cancel):
            logits = classifier.logits(torch.tensor(chunk, device=codec.device))
            # On the CPU, for not every device knows float64.
            probabilities = torch.softmax(logits.cpu().double(), dim=-1).numpy()
            predictions += [Prediction(classifier.spec.labels, row) for row in probabilities]
    return [predictions[place] for place in places]


def stack(arrays: Sequence[FloatArray]) -> FloatArray:
    """Arrays of one shape, with a batch axis in front."""
    return np.stack(arrays).astype(np.float32, copy=False)


def _distinct(values: FloatArray) -> tuple[FloatArray, list[int]]:
    """The rows that differ, and for each row which of them it is.

    A matrix product may round equal rows differently, depending on their place in the batch.
    """
    found: dict[bytes, int] = {}
    places = [found.setdefault(row.tobytes(), len(found)) for row in values]
    if len(found) == len(values):
        return values, places
    return values[[places.index(place) for place in range(len(found))]], places


def _repeated(rows: FloatArray, places: list[int]) -> FloatArray:
    return rows if len(rows) == len(places) else rows[places]


def _chunks(values: FloatArray, cancel: CancelToken | None) -> Iterator[FloatArray]:
    for start in until_cancelled(range(0, len(values), BATCH), cancel):
        yield values[start : start + BATCH]

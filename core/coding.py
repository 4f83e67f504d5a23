"""The border between arrays and tensors: clips to latents, latents to clips, latents to classes.

Everything here runs without gradients, in batches of bounded size, on the codec's device.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core.classifiers import Classifier
from core.codecs import Codec
from core.errors import AudioError, ModelError
from core.threads import alone
from core.types import AudioClip, FloatArray, LatentCode, Prediction

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
    return LatentCode(encode_batch(codec, clip.samples[None])[0], clip.n_samples)


def encode_batch(codec: Codec, samples: FloatArray) -> FloatArray:
    """samples: (B, C, N) at the codec's rate → latents (B, D, F)."""
    import torch

    with alone(), torch.inference_mode():
        parts = [
            codec.encode(torch.tensor(chunk, device=codec.device)).cpu().numpy()
            for chunk in _chunks(samples)
        ]
    return np.concatenate(parts)


def decode_batch(codec: Codec, latents: FloatArray, n_samples: int) -> FloatArray:
    """latents: (B, D, F) → samples (B, C, n_samples).

    Raises: ModelError when the codec makes sounds of another length, or with other channels.
    """
    import torch

    with alone(), torch.inference_mode():
        parts = [
            codec.decode(torch.tensor(chunk, device=codec.device), n_samples).cpu().numpy()
            for chunk in _chunks(latents)
        ]
    samples = np.concatenate(parts)
    asked = (len(latents), codec.spec.channels, n_samples)
    if samples.shape != asked:
        raise ModelError(
            f"The codec “{codec.spec.id}” made sounds of the shape {samples.shape} where {asked} "
            "(sounds, channels, samples) was asked for; its files do not belong together, so get "
            "the model again."
        )
    return samples


def classify_batch(classifier: Classifier, codec: Codec, latents: FloatArray) -> list[Prediction]:
    """latents: (B, D, F) → one prediction a row."""
    import torch

    rows: list[FloatArray] = []
    with alone(), torch.inference_mode():
        for chunk in _chunks(latents):
            logits = classifier.logits(torch.tensor(chunk, device=codec.device))
            rows.extend(torch.softmax(logits.float(), dim=-1).cpu().numpy())
    return [Prediction(classifier.spec.labels, row) for row in rows]


def stack(arrays: Sequence[FloatArray]) -> FloatArray:
    """Arrays of one shape, with a batch axis in front."""
    return np.stack(arrays).astype(np.float32, copy=False)


def _chunks(values: FloatArray) -> Iterator[FloatArray]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]

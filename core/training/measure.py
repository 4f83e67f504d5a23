"""Measuring codecs and heads on held-out clips. Every figure of a model card comes from here."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.codecs import Codec
from core.errors import DataError
from core.extras import missing
from core.job import CancelToken, Report
from core.training.data import ClipSet
from core.types import FloatArray
from core.versions import installed

MEL_BANDS = 64
FLOOR = 1e-5  # magnitude of a full-scale sine is 1: −100 dB
STOI_SEGMENT = 0.384  # s; STOI compares segments of 30 frames


def require_measures() -> None:
    """That everything needed to measure a codec is installed; asked before the work begins.

    Raises: ModelError.
    """
    if installed("pystoi") is None:
        raise missing("Measuring a codec needs the package pystoi", "pystoi")


def measure_codec(
    codec: Codec, clips: ClipSet, report: Report, cancel: CancelToken
) -> dict[str, Any]:
    """Reconstruction of whole clips, mean over the clips.

    Returns snr_db, stoi (Taal et al. 2011; clips with too little speech for it are left out and
    counted), log_mel_db (mean absolute difference of 64 mel bands in dB), and milliseconds per
    second of audio for encode and decode.
    """
    snr, stoi, mel = [], [], []
    spent = np.zeros(2)
    seconds = 0.0
    for number in range(len(clips)):
        cancel.raise_if_set()
        report(number / len(clips), "Measuring reconstruction")
        samples = clips.clip(number)
        if not samples.any():
            continue
        decoded, times = _round_trip(codec, samples)
        spent += times
        seconds += len(samples) / codec.spec.sample_rate
        error = samples - decoded
        snr.append(10 * np.log10(np.sum(samples**2) / max(np.sum(error**2), 1e-12)))
        mel.append(_log_mel_distance(samples, decoded, codec.spec.sample_rate))
        score = speech_intelligibility(samples, decoded, codec.spec.sample_rate)
        if score is not None and clips.entries[number].label != "silence":
            stoi.append(score)
    if not snr:
        raise DataError("None of the clips holds any sound.")
    encode_ms, decode_ms = 1000 * spent / seconds
    return {
        "clips": len(snr),
        "snr_db": round(float(np.mean(snr)), 2),
        "stoi": round(float(np.mean(stoi)), 4) if stoi else None,
        "stoi_clips": len(stoi),
        "log_mel_db": round(float(np.mean(mel)), 2),
        "encode_ms_per_s": round(float(encode_ms), 2),
        "decode_ms_per_s": round(float(decode_ms), 2),
    }


def locality_ms(codec: Codec, samples: FloatArray) -> float:
    """How far the change of one latent frame reaches in the decoded audio, in ms either way.

    samples: (N,) at the codec's rate. Measured at the frame in the middle, from the middle of the
    frame, to the last sample that differs by more than −60 dB of the largest difference; 0 where
    the frame is silent.
    """
    latents, decoded = _encode_decode(codec, samples)
    frame = latents.shape[-1] // 2
    changed = latents.clone()
    changed[..., frame] = 0.0
    with torch.inference_mode():
        other = codec.decode(changed, len(samples))[0, 0].cpu().numpy()
    difference = np.abs(other - decoded)
    if not difference.any():  # the frame was silent already
        return 0.0
    touched = np.flatnonzero(difference > 1e-3 * difference.max())
    spec = codec.spec
    centre = (frame + 0.5) * spec.sample_rate / spec.frame_rate
    reach = max(centre - touched[0], touched[-1] - centre)
    return round(float(1000 * reach / spec.sample_rate), 1)


def speech_intelligibility(
    original: FloatArray, decoded: FloatArray, sample_rate: int
) -> float | None:
    """STOI, or None where the clip holds too little sound to define it."""
    from pystoi import stoi

    if len(original) < STOI_SEGMENT * sample_rate:
        return None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        score = float(stoi(original, decoded, sample_rate))
    too_short = any(issubclass(warning.category, RuntimeWarning) for warning in caught)
    return None if too_short else score


def expected_calibration_error(probabilities: FloatArray, classes: Sequence[int]) -> float:
    """ECE over 15 equal bins of the top class's probability (Guo et al. 2017).

    probabilities: (n, K).
    """
    top = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == np.array(classes)
    bins = np.minimum((top * 15).astype(int), 14)
    error = 0.0
    for index in np.unique(bins):
        inside = bins == index
        error += inside.mean() * abs(right[inside].mean() - top[inside].mean())
    return float(error)


def best_temperature(logits: Tensor, classes: Tensor) -> float:
    """The temperature that makes these logits (n, K) most likely; Guo et al. 2017."""
    candidates = torch.logspace(-0.7, 0.7, 141)
    losses = [float(nn.functional.cross_entropy(logits / t, classes)) for t in candidates]
    return round(float(candidates[int(np.argmin(losses))]), 3)


def _round_trip(codec: Codec, samples: FloatArray) -> tuple[FloatArray, FloatArray]:
    tensor = torch.from_numpy(samples)[None, None].to(codec.device)
    with torch.inference_mode():
        start = time.perf_counter()
        latents = codec.encode(tensor)
        middle = time.perf_counter()
        decoded = codec.decode(latents, len(samples))[0, 0].cpu().numpy()
        end = time.perf_counter()
    return decoded, np.array([middle - start, end - middle])


def _encode_decode(codec: Codec, samples: FloatArray) -> tuple[Tensor, FloatArray]:
    with torch.inference_mode():
        latents = codec.encode(torch.from_numpy(samples)[None, None].to(codec.device))
        decoded = codec.decode(latents, len(samples))[0, 0].cpu().numpy()
    return latents, decoded


def _log_mel_distance(original: FloatArray, decoded: FloatArray, sample_rate: int) -> float:
    import torchaudio

    transform = torchaudio.transforms.MelSpectrogram(
        sample_rate, n_fft=1024, hop_length=256, n_mels=MEL_BANDS, power=1.0
    )
    mels = [transform(torch.from_numpy(x)) / 256 for x in (original, decoded)]
    logs = [20 * torch.log10(mel + FLOOR) for mel in mels]
    return float((logs[0] - logs[1]).abs().mean())

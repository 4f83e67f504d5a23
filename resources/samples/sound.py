"""From synthesised speech to a clip: cut, shaded, placed, levelled, written."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

FloatArray = npt.NDArray[np.float32]

RATE = 16_000  # Hz, of every clip
PEAK = 10 ** (-3 / 20)  # −3 dBFS
_AUDIBLE = 0.02  # of the loudest 10 ms: where a word starts and ends (−34 dB)
_CLICK = 0.015  # s: what is audible for less than this is none of a word's sounds
_MARGIN = 0.03  # s kept around it, so that soft onsets and releases stay
_FADE = 0.01  # s


def speech(samples: FloatArray, sample_rate: int) -> FloatArray:
    """The spoken part of `samples`, faded at both ends, peak −3 dBFS; shape (N,) at 16 kHz."""
    at_rate = np.asarray(soxr.resample(samples, sample_rate, RATE), np.float32)
    first, last = spoken_part(at_rate)
    margin = round(_MARGIN * RATE)
    cut = at_rate[max(first - margin, 0) : last + margin]
    return to_peak(faded(cut))


def spoken_part(samples: FloatArray) -> tuple[int, int]:
    """First and last audible sample: within 34 dB of the loudest 10 ms, stray clicks left out."""
    width = RATE // 100
    level = np.sqrt(np.convolve(samples**2, np.ones(width) / width, mode="same"))
    audible = np.concatenate([[False], level > _AUDIBLE * level.max(), [False]])
    starts, ends = np.flatnonzero(np.diff(audible.astype(np.int8))).reshape(-1, 2).T
    sounds = ends - starts >= _CLICK * RATE
    return int(starts[sounds][0]), int(ends[sounds][-1])


def faded(samples: FloatArray) -> FloatArray:
    """`samples` with 10 ms raised-cosine fades at both ends."""
    width = round(_FADE * RATE)
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(width) / width)
    shape = np.ones(samples.size)
    shape[:width], shape[-width:] = ramp, ramp[::-1]
    return np.asarray(samples * shape, np.float32)


def to_peak(samples: FloatArray, peak: float = PEAK) -> FloatArray:
    """`samples` with its largest magnitude at `peak` (1.0 is full scale)."""
    return np.asarray(samples * (peak / np.abs(samples).max()), np.float32)


def shaded(samples: FloatArray, gain_db: tuple[float, ...], tilt_db: float) -> FloatArray:
    """`samples` with a loudness contour and a spectral tilt.

    gain_db: at even distances over the clip, linear in between.
    tilt_db: per octave about 1 kHz, levelled off below 125 Hz and above 4 kHz; above 0 is
        brighter, as in a raised voice, below 0 duller, as in a lax one.
    """
    spectrum = np.fft.rfft(samples)
    hertz = np.clip(np.fft.rfftfreq(samples.size, 1 / RATE), 125.0, 4_000.0)
    tilted = np.fft.irfft(spectrum * 10 ** (tilt_db * np.log2(hertz / 1_000.0) / 20), samples.size)
    contour = np.interp(
        np.linspace(0.0, 1.0, samples.size), np.linspace(0.0, 1.0, len(gain_db)), gain_db
    )
    return np.asarray(tilted * 10 ** (contour / 20), np.float32)


def placed(words: list[tuple[FloatArray, int]], n_samples: int) -> FloatArray:
    """Silence of `n_samples` with each word added from its first sample on.

    Raises: ValueError when a word reaches over an end.
    """
    out = np.zeros(n_samples, np.float32)
    for samples, start in words:
        if start < 0 or start + samples.size > n_samples:
            raise ValueError(f"A word of {samples.size / RATE:.2f} s does not fit where it is put.")
        out[start : start + samples.size] += samples
    return out


def centred(samples: FloatArray, n_samples: int, shift: int = 0) -> FloatArray:
    """`samples` in the middle of `n_samples`, or `shift` samples later."""
    return placed([(samples, (n_samples - samples.size) // 2 + shift)], n_samples)


def room_noise(n_samples: int, rms_db: float, rng: np.random.Generator) -> FloatArray:
    """Gentle noise like a quiet room's: −4.5 dB an octave from 60 Hz, RMS `rms_db` dBFS."""
    spectrum = np.fft.rfft(rng.standard_normal(n_samples))
    hertz = np.fft.rfftfreq(n_samples, 1 / RATE)
    spectrum *= np.maximum(hertz, 60.0) ** -0.75 * (hertz > 30.0)
    noise = np.fft.irfft(spectrum, n_samples)
    return np.asarray(noise * 10 ** (rms_db / 20) / np.sqrt(np.mean(noise**2)), np.float32)


def rms_db(samples: FloatArray) -> float:
    """Level in dB relative to full scale."""
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64))))


def write_wav(path: Path, samples: FloatArray) -> None:
    """Mono 16-bit WAV at 16 kHz, complete or not at all."""
    wav = io.BytesIO()
    soundfile.write(wav, samples, RATE, format="WAV", subtype="PCM_16")
    write_bytes(path, wav.getvalue())


def write_bytes(path: Path, content: bytes) -> None:
    """A file, complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_bytes(content)
    unfinished.replace(path)

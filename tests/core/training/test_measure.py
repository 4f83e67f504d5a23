from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from core.errors import Cancelled, DataError, ModelError
from core.job import CancelToken, silent
from core.training import measure
from core.training.data import ClipEntry, ClipSet
from core.training.measure import (
    best_temperature,
    expected_calibration_error,
    locality_ms,
    measure_codec,
    require_measures,
    speech_intelligibility,
)
from tests.core.training.conftest import RATE, hiss, tone
from tests.fakes import ToyCodec


def clip_set(*sounds: np.ndarray, label: str = "word") -> ClipSet:
    pieces = [np.round(sound * 32767).astype(np.int16) for sound in sounds]
    starts = np.cumsum([0, *map(len, pieces)])
    entry = ClipEntry(Path("clip.wav"), "set", label, "", "test")
    return ClipSet((entry,) * len(pieces), np.concatenate(pieces), starts, RATE)


def measured(codec: ToyCodec, clips: ClipSet) -> dict[str, float]:
    return measure_codec(codec, clips, silent, CancelToken())


class Noisy(ToyCodec):
    """Adds white noise of a known power to what it decodes."""

    def decode(self, latents: Tensor, n_samples: int) -> Tensor:
        decoded = super().decode(latents, n_samples)
        noise = torch.randn(decoded.shape, generator=torch.Generator().manual_seed(0))
        return decoded + 0.01 * noise


def test_the_signal_to_noise_ratio_is_that_of_the_noise_added() -> None:
    sounds = [tone(0), tone(6), hiss(1)]
    found = measured(Noisy(sample_rate=RATE), clip_set(*sounds))
    expected = [10 * np.log10(np.mean(sound**2) / 1e-4) for sound in sounds]
    assert found["snr_db"] == pytest.approx(np.mean(expected), abs=0.1)
    assert found["clips"] == 3


def test_a_codec_that_loses_nothing_is_perfect() -> None:
    found = measured(ToyCodec(sample_rate=RATE), clip_set(hiss(0, 1.0), hiss(1, 1.0)))
    assert found["snr_db"] > 100.0
    assert (found["stoi"], found["stoi_clips"], found["log_mel_db"]) == (1.0, 2, 0.0)
    assert found["encode_ms_per_s"] > 0 and found["decode_ms_per_s"] > 0


def test_half_the_amplitude_is_6_db_in_every_mel_band() -> None:
    class Half(ToyCodec):
        def decode(self, latents: Tensor, n_samples: int) -> Tensor:
            return super().decode(latents, n_samples) / 2

    found = measured(Half(sample_rate=RATE), clip_set(hiss(0, 1.0)))
    assert found["log_mel_db"] == pytest.approx(6.02, abs=0.1)
    assert found["snr_db"] == pytest.approx(6.02, abs=0.01)


def test_silent_clips_are_left_out_and_clips_called_silence_have_no_intelligibility() -> None:
    codec = ToyCodec(sample_rate=RATE)
    assert measured(codec, clip_set(np.zeros(RATE), hiss(0, 1.0)))["clips"] == 1
    found = measured(codec, clip_set(hiss(0, 1.0), label="silence"))
    assert (found["clips"], found["stoi"], found["stoi_clips"]) == (1, None, 0)
    with pytest.raises(DataError, match="None of the clips holds any sound"):
        measured(codec, clip_set(np.zeros(100)))


def test_measuring_tells_how_far_it_is_and_stops_when_asked() -> None:
    cancel, seen = CancelToken(), []

    def report(share: float, stage: str) -> None:
        seen.append(share)
        cancel.set()

    with pytest.raises(Cancelled):
        measure_codec(ToyCodec(sample_rate=RATE), clip_set(hiss(0), hiss(1)), report, cancel)
    assert seen == [0.0]


@pytest.mark.parametrize("n_samples", [1, 100, 500, 4_000, 6_000])
def test_too_short_a_clip_has_no_intelligibility(n_samples: int) -> None:
    sound = hiss(0, 1.0)[:n_samples]
    assert speech_intelligibility(sound, sound, RATE) is None


def test_mostly_silence_has_no_intelligibility() -> None:
    sound = np.zeros(RATE)
    sound[:1_000] = hiss(0, 1.0)[:1_000]
    assert speech_intelligibility(sound, sound, RATE) is None


def test_intelligibility_falls_with_noise() -> None:
    rng = np.random.default_rng(0)
    word = tone(3, 1.0) * (1 + np.sin(2 * np.pi * 4 * np.arange(RATE) / RATE))
    scores = [
        speech_intelligibility(word, word + level * rng.standard_normal(RATE), RATE)
        for level in (0.0, 0.05, 0.5)
    ]
    assert scores[0] == pytest.approx(1.0)
    assert scores[0] > scores[1] > scores[2] >= -1.0  # type: ignore[operator]


def test_without_the_package_that_measures_nothing_is_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    require_measures()
    monkeypatch.setattr(measure, "installed", lambda package: None)
    with pytest.raises(ModelError, match="pip install pystoi"):
        require_measures()


def test_a_frame_of_the_toy_codec_reaches_half_its_length() -> None:
    codec = ToyCodec(latent_dim=160, sample_rate=RATE)  # frames of 10 ms that do not overlap
    assert locality_ms(codec, hiss(0).astype(np.float32)) == pytest.approx(5.0, abs=0.1)


def test_a_silent_frame_reaches_nowhere() -> None:
    assert locality_ms(ToyCodec(sample_rate=RATE), np.zeros(1_000, np.float32)) == 0.0


def test_calibration_error_of_known_cases() -> None:
    sure = np.array([[0.9, 0.1]] * 10)
    assert expected_calibration_error(sure, [0] * 9 + [1]) == pytest.approx(0.0)
    assert expected_calibration_error(sure, [0] * 10) == pytest.approx(0.1)
    assert expected_calibration_error(sure, [1] * 10) == pytest.approx(0.9)
    assert expected_calibration_error(np.array([[1.0, 0.0]]), [0]) == pytest.approx(0.0)
    # Two bins: half the clips 0.2 too sure, the other half 0.1 too unsure.
    mixed = np.array([[0.7, 0.3]] * 10 + [[0.1, 0.9]] * 10)
    classes = [0] * 5 + [1] * 5 + [1] * 10
    assert expected_calibration_error(mixed, classes) == pytest.approx(0.5 * 0.2 + 0.5 * 0.1)
    # Too sure in one bin is not made good by too unsure in another.
    assert expected_calibration_error(mixed, [0] * 5 + [1] * 13 + [0] * 2) > 0.1


def sampled_logits(scale: float) -> tuple[Tensor, Tensor]:
    """Logits whose softmax is the truth, then multiplied by `scale`."""
    generator = torch.Generator().manual_seed(0)
    logits = 2 * torch.randn(6_000, 4, generator=generator)
    classes = torch.multinomial(torch.softmax(logits, 1), 1, generator=generator)[:, 0]
    return scale * logits, classes


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_a_scale_of_the_logits(scale: float) -> None:
    logits, classes = sampled_logits(scale)
    temperature = best_temperature(logits, classes)
    assert temperature == pytest.approx(scale, rel=0.08)
    calibrated = torch.softmax(logits / temperature, 1).numpy()
    raw = torch.softmax(logits, 1).numpy()
    error = expected_calibration_error(calibrated, classes.tolist())
    assert error < 0.025
    assert scale == 1.0 or error < 0.3 * expected_calibration_error(raw, classes.tolist())

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

RATE = 16_000


@pytest.fixture(scope="session")
def encodec_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small EnCodec with random weights, saved as transformers saves it."""
    from transformers import EncodecConfig, EncodecModel, utils

    config = EncodecConfig(
        hidden_size=16,
        num_filters=4,
        upsampling_ratios=[8, 5, 4, 2],
        num_lstm_layers=1,
        codebook_size=16,
        target_bandwidths=[1.5],
        sampling_rate=RATE,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = EncodecModel(config)
    folder = tmp_path_factory.mktemp("hub") / "small-encodec"
    utils.logging.disable_progress_bar()
    model.save_pretrained(folder)
    utils.logging.enable_progress_bar()
    return folder


def speech_like(n_samples: int = RATE) -> Tensor:
    """A gliding voice with a formant, then a hiss, in faint noise; shape (1, 1, N) at 16 kHz."""
    rng = np.random.default_rng(0)
    t = np.arange(n_samples) / RATE
    phase = 2 * np.pi * (120 * t + 40 * t**2)
    formant = 600 + 400 * t
    voice = sum(
        np.exp(-(((k * 140 - formant) / 500) ** 2)) * np.sin(k * phase) for k in range(1, 30)
    )
    envelope = np.exp(-(((t - 0.35) / 0.15) ** 2))
    hiss = np.diff(rng.standard_normal(n_samples + 1)) * np.exp(-(((t - 0.7) / 0.08) ** 2))
    sound = 0.15 * voice * envelope + 0.03 * hiss + 1e-4 * rng.standard_normal(n_samples)
    return torch.from_numpy(sound.astype(np.float32))[None, None]

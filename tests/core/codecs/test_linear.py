from __future__ import annotations

import pytest
import torch

from core.codecs._linear_model import LinearModel, fit
from tests.core.codecs.conftest import RATE, speech_like

HOP = 64


@pytest.fixture(scope="module")
def clips() -> list[torch.Tensor]:
    return list(speech_like().flatten().split(4_000))


def test_with_as_many_dimensions_as_the_hop_nothing_is_lost(clips: list[torch.Tensor]) -> None:
    model = fit(RATE, HOP, HOP, clips)
    samples = speech_like(1_000)
    decoded = model.decode(model.encode(samples), 1_000)
    torch.testing.assert_close(decoded, samples, rtol=0, atol=1e-5)


def test_its_directions_are_orthonormal_and_its_latents_of_unit_spread(
    clips: list[torch.Tensor],
) -> None:
    model = fit(RATE, HOP, 16, clips)
    torch.testing.assert_close(
        model.directions.T @ model.directions, torch.eye(16), rtol=0, atol=1e-5
    )
    latents = torch.cat([model.encode(clip[None, None])[0] for clip in clips], dim=1)
    torch.testing.assert_close(latents.std(dim=1), torch.ones(16), rtol=1e-3, atol=0)
    torch.testing.assert_close(latents.mean(dim=1), model.mean, rtol=0, atol=1e-4)


def test_more_dimensions_leave_less_out(clips: list[torch.Tensor]) -> None:
    samples = speech_like()
    errors = []
    for latent_dim in (8, 16, 32):
        model = fit(RATE, HOP, latent_dim, clips)
        errors.append((model.decode(model.encode(samples), RATE) - samples).square().sum())
    assert errors[0] > 1.5 * errors[1] > 2.25 * errors[2]


def test_its_facts_follow_its_configuration() -> None:
    model = LinearModel({"sample_rate": 8_000, "hop": 80, "latent_dim": 12})
    assert model.facts == {"sample_rate": 8_000, "frame_rate": 100.0, "latent_dim": 12}

from __future__ import annotations

import pytest
import torch

from core.codecs._mdct import Mdct

HOP = 32


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("n_frames", [1, 2, 3, 20])
def test_a_whole_number_of_hops_is_transformed_orthonormally(n_frames: int) -> None:
    size = n_frames * HOP
    matrix = Mdct(HOP)(torch.eye(size)).flatten(1)  # row n: the coefficients of sample n alone
    assert matrix.shape == (size, size)
    torch.testing.assert_close(matrix @ matrix.T, torch.eye(size), rtol=0, atol=1e-5)


@pytest.mark.parametrize("hop", [2, 32, 320])
@pytest.mark.parametrize("n_frames", [1, 2, 9])
def test_energy_is_kept_and_the_inverse_is_exact(hop: int, n_frames: int) -> None:
    mdct, signal = Mdct(hop), noise(3, n_frames * hop)
    coefficients = mdct(signal)
    assert coefficients.shape == (3, n_frames, hop)
    torch.testing.assert_close(coefficients.square().sum((1, 2)), signal.square().sum(1))
    back = mdct.inverse(coefficients, n_frames * hop)
    torch.testing.assert_close(back, signal, rtol=0, atol=1e-5)


@pytest.mark.parametrize("n_frames", [1, 4])
def test_any_coefficients_are_found_again_in_what_they_synthesise(n_frames: int) -> None:
    mdct, coefficients = Mdct(HOP), noise(2, n_frames, HOP)
    again = mdct(mdct.inverse(coefficients, n_frames * HOP))
    torch.testing.assert_close(again, coefficients, rtol=0, atol=1e-5)


@pytest.mark.parametrize("n_samples", [1, 31, 33, 95, 97])
def test_a_length_between_two_hops_is_padded_with_silence(n_samples: int) -> None:
    mdct, signal = Mdct(HOP), noise(2, n_samples)
    coefficients = mdct(signal)
    assert coefficients.shape[1] == mdct.frames(n_samples) == -(-n_samples // HOP)
    padded = torch.nn.functional.pad(signal, (0, -n_samples % HOP))
    assert torch.equal(coefficients, mdct(padded))
    torch.testing.assert_close(mdct.inverse(coefficients, n_samples), signal, rtol=0, atol=1e-5)


def test_a_tone_is_found_at_its_frequency() -> None:
    rate, hop = 16_000, 320
    mdct = Mdct(hop)
    for k in (10, 100, 300):
        frequency = (k + 0.5) * rate / (2 * hop)
        tone = torch.sin(2 * torch.pi * frequency * torch.arange(20 * hop) / rate + 0.7)
        power = mdct(tone[None])[0, 1:-1].square().sum(0)  # the ends are cut squarely
        assert power[k - 2 : k + 3].sum() > 0.95 * power.sum()


def test_a_click_stays_in_the_two_frames_around_it() -> None:
    signal = torch.zeros(1, 10 * HOP)
    signal[0, 5 * HOP + 3] = 1.0
    touched = Mdct(HOP)(signal)[0].abs().amax(1) > 1e-6
    assert touched.nonzero().flatten().tolist() == [4, 5]


@pytest.mark.parametrize("hop", [0, -2, 1, 33])
def test_a_hop_without_a_middle_is_refused(hop: int) -> None:
    with pytest.raises(ValueError, match="even number of samples"):
        Mdct(hop)

import numpy as np
import pytest
import torch

from vae_lib.codec import whole_frequencies
from vae_lib.codec.frequencies import TOTAL


@pytest.mark.parametrize("num_codes", [1, 2, 7, 512, 5000])
@pytest.mark.parametrize("sharpness", [0.0, 1.0, 30.0])
def test_frequencies_are_positive_and_add_up(num_codes, sharpness):
    generator = torch.Generator().manual_seed(num_codes)
    logits = sharpness * torch.randn(20, num_codes, generator=generator)
    frequencies = whole_frequencies(logits.double().softmax(-1))
    assert frequencies.dtype == np.int64
    assert frequencies.min() >= 1
    assert (frequencies.sum(1) == TOTAL).all()


def test_a_code_costs_what_the_docstring_promises():
    """At most log2(1/p) + K / 2^23 bits, whatever p is."""
    generator = torch.Generator().manual_seed(0)
    p = (5 * torch.randn(200, 512, generator=generator)).double().softmax(-1)
    bits = -np.log2(whole_frequencies(p) / TOTAL)
    assert (bits - (-np.log2(p.numpy()))).max() <= 512 / 2**23


def test_a_code_of_probability_zero_stays_possible():
    p = torch.tensor([[1.0, 0.0, 0.0]], dtype=torch.float64)
    assert whole_frequencies(p).tolist() == [[TOTAL - 2, 1, 1]]


def test_what_is_left_over_goes_to_the_first_most_probable():
    p = torch.full((1, 3), 1 / 3, dtype=torch.float64)
    third = (TOTAL - 3) // 3 + 1
    rest = TOTAL - 3 * third
    assert whole_frequencies(p).tolist() == [[third + rest, third, third]]


@pytest.mark.parametrize(
    ("p", "message"),
    [
        (torch.ones(3), r"must have shape \(B, K\), K from 1 to 2\^20, got \(3,\)"),
        (torch.ones(0, 3), r"must have shape \(B, K\), K from 1 to 2\^20, got \(0, 3"),
        (torch.tensor([[1.5, -0.5]]), "must be non-negative and add up to 1, got"),
        (torch.tensor([[0.5, 0.4]]), "must be non-negative and add up to 1, got"),
        (torch.tensor([[float("nan"), 1]]), "must be non-negative and add up to 1"),
    ],
)
def test_what_is_no_distribution_is_refused(p, message):
    with pytest.raises(ValueError, match=rf"probabilities {message}"):
        whole_frequencies(p)

import numpy as np
import pytest
import torch

from vae_lib.evaluation import entropy, mig_score, mutual_information
from vae_lib.widgets.information_gap import information_gaps


def test_the_page_scores_as_the_library_does():
    """The same gaps from one-hot products, which export, as from histograms."""
    random = np.random.default_rng(0)
    factors = np.stack([random.integers(0, 3, 700), random.integers(0, 12, 700)], 1)
    codes = random.normal(size=(700, 5))
    codes[:, 1] += factors[:, 0]
    codes[:, 3] -= factors[:, 1]
    found = information_gaps(torch.tensor(codes), torch.tensor(factors).double(), 12)
    told = np.sort(mutual_information(codes, factors), axis=0)
    gaps = (told[-1] - told[-2]) / entropy(factors)
    np.testing.assert_allclose(found.numpy(), gaps, atol=1e-9)
    assert found.mean().item() == pytest.approx(mig_score(codes, factors), abs=1e-9)


def test_closed_latents_and_doubled_ones_leave_no_gap():
    factor = torch.arange(4.0).repeat(10)[:, None]
    assert information_gaps(torch.zeros(40, 3), factor, 4).item() == 0
    assert information_gaps(factor.repeat(1, 2), factor, 4).item() == pytest.approx(0)


def test_one_latent_has_no_runner_up():
    with pytest.raises(ValueError, match="at least 2 latents, got 1"):
        information_gaps(torch.zeros(5, 1), torch.zeros(5, 1), 2)

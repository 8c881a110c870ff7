"""The rate of a diagonal Gaussian posterior, dimension by dimension."""

import pytest
import torch
from torch.distributions import Independent, Laplace, Normal, kl_divergence

from vae_lib.objectives import rate_of_each_dimension


@pytest.mark.parametrize("seed", range(3))
def test_the_rates_of_the_dimensions_sum_to_the_rate(seed):
    """Both Gaussians are diagonal, so that their KL is a sum over dimensions."""
    torch.manual_seed(seed)
    loc = torch.randn(7, 4, dtype=torch.float64)
    q = Independent(Normal(loc, torch.rand_like(loc) + 0.1), 1)
    p = Independent(Normal(torch.randn_like(loc[0]), torch.rand_like(loc[0]) + 0.1), 1)
    rates = rate_of_each_dimension(q, p)
    assert rates.shape == (7, 4)
    assert (rates >= 0).all()
    torch.testing.assert_close(rates.sum(1), kl_divergence(q, p))


GAUSSIAN = Independent(Normal(torch.zeros(2, 3), torch.ones(2, 3)), 1)
OTHER = Independent(Laplace(torch.zeros(2, 3), torch.ones(2, 3)), 1)


@pytest.mark.parametrize(
    ("posterior", "prior", "name"),
    [(OTHER, GAUSSIAN, "posterior"), (GAUSSIAN, OTHER, "prior")],
)
def test_only_diagonal_gaussians_have_a_rate_for_each_dimension(posterior, prior, name):
    with pytest.raises(ValueError, match=f"diagonal Gaussian {name}.*got Independent"):
        rate_of_each_dimension(posterior, prior)

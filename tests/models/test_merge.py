"""The product of two Gaussians, by which a ladder joins what it sees and expects."""

import pytest
import torch
from torch.distributions import Independent, MultivariateNormal, Normal

from vae_lib.models import merge


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def gaussian(mean, scale):
    return Independent(Normal(mean, scale), mean.dim() - 1)


@pytest.mark.parametrize("event", [(3,), (2, 4, 4)])
def test_the_merge_is_the_normalised_product_of_the_two_gaussians(event):
    """Log of the product less log of the merge is the same constant for every z.

    The constant is log of the integral: the density of one mean under a Gaussian
    around the other with both variances.
    """
    a, b = (torch.randn(7, *event, dtype=torch.float64) for _ in range(2))
    s, t = (torch.rand(7, *event, dtype=torch.float64) + 0.2 for _ in range(2))
    one, other = gaussian(a, s), gaussian(b, t)
    both = merge(one, other)
    evidence = gaussian(b, (s**2 + t**2).sqrt()).log_prob(a)
    for _ in range(5):
        z = 3 * torch.randn(7, *event, dtype=torch.float64)
        found = one.log_prob(z) + other.log_prob(z) - both.log_prob(z)
        torch.testing.assert_close(found, evidence, rtol=0, atol=1e-9)


def test_the_slopes_of_the_merge_are_the_shares_of_the_precision():
    """D mean / d mean of one = its precision over the sum; finite differences agree."""
    a, b = (torch.randn(4, 3, dtype=torch.float64, requires_grad=True) for _ in "ab")
    s, t = (torch.rand(4, 3, dtype=torch.float64).add(0.5) for _ in "ab")
    mean = merge(gaussian(a, s), gaussian(b, t)).mean
    by_a, by_b = torch.autograd.grad(mean.sum(), (a, b))
    torch.testing.assert_close(by_a, t**2 / (s**2 + t**2))
    torch.testing.assert_close(by_a + by_b, torch.ones_like(a))

    def both(*parts: torch.Tensor):
        found = merge(gaussian(*parts[:2]), gaussian(*parts[2:])).base_dist
        return found.loc, found.scale

    inputs = (a, s.requires_grad_(), b, t.requires_grad_())
    assert torch.autograd.gradcheck(both, inputs)


@pytest.mark.parametrize("seed", range(5))
def test_a_merge_lies_between_its_parts_and_is_surer_than_both(seed):
    torch.manual_seed(seed)
    one, other = (
        gaussian(torch.randn(50, 2), torch.rand(50, 2).mul(6).sub(3).exp())
        for _ in "ab"
    )
    both = merge(one, other)
    low = torch.minimum(one.mean, other.mean)
    high = torch.maximum(one.mean, other.mean)
    assert ((both.mean >= low - 1e-5) & (both.mean <= high + 1e-5)).all()
    assert (both.variance <= torch.minimum(one.variance, other.variance) + 1e-6).all()
    swapped = merge(other, one)
    torch.testing.assert_close(both.mean, swapped.mean)


def test_a_message_that_knows_nothing_leaves_the_prior():
    prior = gaussian(torch.randn(4, 3), torch.rand(4, 3) + 0.5)
    merged = merge(gaussian(torch.randn(4, 3), torch.full((4, 3), 1e6)), prior)
    torch.testing.assert_close(merged.mean, prior.mean)
    torch.testing.assert_close(merged.stddev, prior.stddev)


def test_what_cannot_be_multiplied_is_refused():
    one = gaussian(torch.zeros(2, 3), torch.ones(2, 3))
    full = MultivariateNormal(torch.zeros(2, 3), torch.eye(3))
    with pytest.raises(ValueError, match="message must be a diagonal Gaussian"):
        merge(full, one)
    with pytest.raises(ValueError, match="prior must be a diagonal Gaussian"):
        merge(one, full)
    wide = gaussian(torch.zeros(2, 4), torch.ones(2, 4))
    with pytest.raises(ValueError, match=r"same shape, got \(2, 3\) and \(2, 4\)"):
        merge(one, wide)

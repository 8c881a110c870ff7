"""Heads: from numbers to distributions."""

import math

import pytest
import torch
from torch.distributions import Bernoulli as TorchBernoulli
from torch.distributions import Independent
from torch.nn import functional as F

from vae_lib.networks import Bernoulli, DiagonalGaussian, Gaussian


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def test_a_diagonal_gaussian_splits_its_linear_map_into_mean_and_log_scale():
    head = DiagonalGaussian(6, 3).double()
    h = torch.randn(5, 6, dtype=torch.float64)
    numbers = h @ head.linear.weight.T + head.linear.bias
    found = head(h)
    torch.testing.assert_close(found.mean, numbers[:, :3])
    torch.testing.assert_close(found.stddev, numbers[:, 3:].exp())


@pytest.mark.parametrize(("bias", "log_scale"), [(1e4, 6.0), (-1e4, -12.0)])
def test_an_extreme_log_scale_keeps_density_and_gradient_finite(bias, log_scale):
    """Unclamped, exp(1e4) would be infinite and exp(-1e4) zero."""
    head = DiagonalGaussian(4, 2)
    with torch.no_grad():
        head.linear.bias[2:] = bias
    posterior = head(torch.randn(3, 4))
    torch.testing.assert_close(
        posterior.stddev, torch.full((3, 2), math.exp(log_scale))
    )
    z = posterior.rsample()
    posterior.log_prob(z).sum().backward()
    assert torch.isfinite(posterior.log_prob(z)).all()
    assert torch.isfinite(head.linear.weight.grad).all()


@pytest.mark.parametrize("seed", range(3))
def test_bernoulli_scores_binary_images_with_the_cross_entropy(seed):
    """The sum of x log s(l) + (1 - x) log(1 - s(l)), without overflow."""
    torch.manual_seed(seed)
    logits = 50 * torch.randn(4, 2, 3, 3, dtype=torch.float64)
    x = torch.bernoulli(torch.full_like(logits, 0.5))
    expected = -F.binary_cross_entropy_with_logits(logits, x, reduction="none")
    found = Bernoulli()(logits).log_prob(x)
    torch.testing.assert_close(found, expected.sum((1, 2, 3)))


@pytest.mark.parametrize("shape", [(4,), (4, 7), (4, 2, 3, 3)])
def test_bernoulli_is_independent_bernoulli(shape):
    """Value and gradient, for one x, and for several that share the logits."""
    logits = torch.randn(shape, requires_grad=True)
    plain = Independent(TorchBernoulli(logits=logits), logits.dim() - 1)
    for x in (torch.rand(shape).round(), torch.rand(3, *shape).round()):
        ours, theirs = Bernoulli()(logits).log_prob(x), plain.log_prob(x)
        torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=0)
        (slope,) = torch.autograd.grad(ours.sum(), logits)
        (expected,) = torch.autograd.grad(theirs.sum(), logits)
        assert torch.equal(slope, expected)


def test_bernoulli_probabilities_of_all_images_sum_to_one():
    """The four images of two binary pixels."""
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    pixels = Bernoulli()(torch.tensor([[0.3, -2.0]]))
    torch.testing.assert_close(pixels.log_prob(x).exp().sum(), torch.tensor(1.0))


def test_a_gaussian_scores_the_squared_error():
    """-log p = error / (2 s^2) + P log(s sqrt(2 pi))."""
    mean, x = torch.rand(2, 5, 1, 2, 3, dtype=torch.float64)
    found = Gaussian(0.2)(mean).log_prob(x)
    error = (x - mean).square().sum((1, 2, 3))
    expected = -error / 0.08 - 6 * math.log(0.2 * math.sqrt(2 * math.pi))
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan, math.inf])
def test_a_bad_scale_is_refused(scale):
    with pytest.raises(ValueError, match=f"positive and finite, got {scale}"):
        Gaussian(scale)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((0, 2), "in_features must be at least 1, got 0"),
        ((2, 0), "dim must be at least 1, got 0"),
        ((2, -1), "dim must be at least 1, got -1"),
    ],
)
def test_bad_sizes_are_refused(sizes, message):
    with pytest.raises(ValueError, match=message):
        DiagonalGaussian(*sizes)


@pytest.mark.parametrize("shape", [(5, 7), (8, 1), ()])
def test_features_of_another_width_are_refused(shape):
    with pytest.raises(ValueError, match=r"expected 8 features .* got shape \("):
        DiagonalGaussian(8, 2)(torch.zeros(shape))

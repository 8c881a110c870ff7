"""SmoothGaussian against a multivariate normal with its precision written out."""

import math

import pytest
import torch
from torch.distributions import MultivariateNormal

from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import Gaussian, MLPDecoder, MLPEncoder, SmoothGaussian
from vae_lib.objectives import NegativeELBO

SHAPE = (2, 3, 4)  # channels, height, width


def precision(shape, scale, edge):
    """One row and column a pixel; neighbours in a row or column of one channel."""
    places = [(c, i, j) for c in range(shape[0]) for i in range(shape[1])
              for j in range(shape[2])]  # fmt: skip
    table = torch.eye(len(places), dtype=torch.float64)
    for a, (c, i, j) in enumerate(places):
        for b, (d, k, m) in enumerate(places):
            if c == d and abs(i - k) + abs(j - m) == 1:
                table[a, a] += edge
                table[a, b] -= edge
    return table / scale**2


@pytest.mark.parametrize("edge", [0.0, 0.7, 30.0])
@pytest.mark.parametrize("scale", [0.1, 2.0])
def test_density_and_gradient_are_those_of_the_written_out_normal(scale, edge):
    torch.manual_seed(0)
    mean = torch.randn(5, *SHAPE, dtype=torch.float64, requires_grad=True)
    x = torch.randn(5, *SHAPE, dtype=torch.float64)
    ours = SmoothGaussian(scale, edge)(mean)
    table = precision(SHAPE, scale, edge)
    exact = MultivariateNormal(mean.flatten(1), precision_matrix=table)
    torch.testing.assert_close(ours.log_prob(x), exact.log_prob(x.flatten(1)))
    (slope,) = torch.autograd.grad(ours.log_prob(x).sum(), mean)
    (expected,) = torch.autograd.grad(exact.log_prob(x.flatten(1)).sum(), mean)
    torch.testing.assert_close(slope, expected)
    torch.testing.assert_close(ours.variance.flatten(1), exact.variance)
    assert torch.equal(ours.mean, mean)


def test_without_edges_it_is_the_gaussian():
    mean, x = torch.rand(2, 4, 3, 8, 8)
    torch.testing.assert_close(
        SmoothGaussian(0.1, edge=0.0)(mean).log_prob(x), Gaussian(0.1)(mean).log_prob(x)
    )


def test_draws_have_its_covariance():
    """Twenty thousand draws: entries are known to a few hundredths of a variance."""
    torch.manual_seed(0)
    mean = torch.zeros(1, *SHAPE, dtype=torch.float64)
    draws = SmoothGaussian(1.0, 2.0)(mean).sample((20_000,)).flatten(1)
    exact = precision(SHAPE, 1.0, 2.0).inverse()
    torch.testing.assert_close(draws.T.cov(), exact, rtol=0, atol=0.05 * exact.max())


def test_it_can_be_a_decoders_likelihood():
    torch.manual_seed(0)
    likelihood = SmoothGaussian(0.1)
    decoder = MLPDecoder(2, (1, 4, 4), (8,), likelihood=likelihood)
    model = VAE(MLPEncoder((1, 4, 4), 2, (8,)), decoder, StandardNormal(2))
    loss = NegativeELBO()(model, torch.rand(6, 1, 4, 4))
    loss.value.backward()
    assert loss.terms["distortion"].shape == (6,)
    assert all(w.grad.isfinite().all() for w in model.parameters())


@pytest.mark.parametrize("scale", [0.0, -1.0, math.inf, math.nan])
def test_a_bad_scale_is_refused(scale):
    with pytest.raises(
        ValueError, match=f"scale must be positive and finite, got {scale}"
    ):
        SmoothGaussian(scale)


@pytest.mark.parametrize("edge", [-1.0, math.inf, math.nan])
def test_a_bad_edge_is_refused(edge):
    text = f"edge must be non-negative and finite, got {edge}"
    with pytest.raises(ValueError, match=text):
        SmoothGaussian(1.0, edge)


def test_only_images_have_neighbours():
    text = r"means must be images \(B, C, H, W\), got shape \(5, 12\)"
    with pytest.raises(ValueError, match=text):
        SmoothGaussian()(torch.zeros(5, 12))

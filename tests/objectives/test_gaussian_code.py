"""The toy's closed forms against distributions, draws, and each other."""

import math

import pytest
import torch
from torch.distributions import Independent, MultivariateNormal, Normal, kl_divergence

from vae_lib.objectives import GaussianCode

CODE = GaussianCode(((5.5, 3.5), (3.5, 3.0)), noise=0.125)
COVARIANCE = torch.tensor(CODE.covariance, dtype=torch.float64)
FREE = torch.ones(6, dtype=torch.float64)


def knobs(seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(6, generator=generator, dtype=torch.float64) * 0.7


@pytest.mark.parametrize("seed", range(4))
def test_parts_are_the_divergences_that_they_are_named_after(seed):
    at = knobs(seed)
    weights, scales = CODE.encoder(at)
    aggregate = weights @ COVARIANCE @ weights.T + scales.square().diag()
    torch.testing.assert_close(CODE.aggregate(at), aggregate)
    zero = torch.zeros(2, dtype=torch.float64)
    joint = MultivariateNormal(zero, aggregate)
    alone = MultivariateNormal(zero, aggregate.diag().diag())
    prior = MultivariateNormal(zero, torch.eye(2, dtype=torch.float64))
    noise = scales.log().sum() * 2
    _, information, correlation, widths = CODE.parts(at)
    torch.testing.assert_close(information, (aggregate.logdet() - noise) / 2)
    torch.testing.assert_close(correlation, kl_divergence(joint, alone))
    torch.testing.assert_close(widths, kl_divergence(alone, prior))


def test_correlation_is_that_of_the_matrix_of_correlations():
    aggregate = CODE.aggregate(knobs(1))
    r = aggregate[0, 1] / aggregate.diag().prod().sqrt()
    expected = -0.5 * torch.log(1 - r * r)
    torch.testing.assert_close(CODE.parts(knobs(1))[2], expected)


def test_distortion_and_rate_are_those_of_drawn_data():
    """Two hundred thousand draws; the best linear decoder fitted to them."""
    torch.manual_seed(0)
    at = knobs(2)
    weights, scales = CODE.encoder(at)
    zero = torch.zeros(2, dtype=torch.float64)
    x = MultivariateNormal(zero, COVARIANCE).sample((200_000,))
    posterior = Independent(Normal(x @ weights.T, scales), 1)
    z = posterior.sample()
    decoded = z @ torch.linalg.lstsq(z, x).solution
    likelihood = Independent(Normal(decoded, math.sqrt(CODE.noise)), 1)
    floor = math.log(2 * math.pi * CODE.noise)
    distortion, *parts = CODE.parts(at)
    found = -likelihood.log_prob(x).mean() - floor
    torch.testing.assert_close(found, distortion, rtol=0.01, atol=0.0)
    prior = Independent(Normal(zero, torch.ones_like(zero)), 1)
    rate = kl_divergence(posterior, prior.expand((len(x),))).mean()
    torch.testing.assert_close(rate, sum(parts), rtol=0.01, atol=0.0)


def test_turn_and_widths_cost_neither_information_nor_distortion():
    """The reason why correlation can be had for nothing."""
    at = knobs(3)
    other = at.clone()
    other[3:] += torch.tensor([0.9, -0.4, 0.3])
    torch.testing.assert_close(CODE.parts(at)[:2], CODE.parts(other)[:2])


@pytest.mark.parametrize("alpha", [0.5, 1.0, 6.0])
def test_best_code_has_the_nats_of_its_directions(alpha):
    values = torch.linalg.eigvalsh(COVARIANCE) / (alpha * CODE.noise)
    expected = values.log().clamp(min=0).sum() / 2
    torch.testing.assert_close(CODE.parts(CODE.best(alpha))[1], expected)


def test_gradients_are_those_of_finite_differences():
    at = knobs(0).requires_grad_()
    assert torch.autograd.gradcheck(CODE.parts, at)


def test_best_code_is_where_descent_rests():
    prices = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
    start = CODE.best(1.0)
    torch.testing.assert_close(CODE.relax(start, prices, FREE, 3), start)


def test_dear_correlation_turns_the_code_and_takes_no_information():
    start = CODE.best(1.0)
    prices = torch.tensor([1.0, 4.0, 0.0], dtype=torch.float64)
    before, after = CODE.parts(start), CODE.parts(CODE.relax(start, prices, FREE, 500))
    assert before[2] > 0.3
    assert after[2] < 1e-3
    torch.testing.assert_close(after[:2], before[:2], rtol=0.02, atol=0.0)


def test_held_knobs_stay():
    held = torch.tensor([1.0, 0, 1, 0, 1, 1], dtype=torch.float64)
    prices = torch.tensor([1.0, 1.0, 1.0], dtype=torch.float64)
    end = CODE.relax(knobs(0), prices, held, 2)
    assert torch.equal(end == knobs(0), held == 0)


@pytest.mark.parametrize(
    ("covariance", "noise", "message"),
    [
        (((1.0, 2.0), (2.0, 1.0)), 1.0, "symmetric and positive definite, got"),
        (((1.0, 0.5), (0.4, 1.0)), 1.0, "symmetric and positive definite, got"),
        ((1.0, 2.0), 1.0, "covariance must be 2 x 2"),
        (((1.0, 0.0), (0.0, 1.0)), 0.0, "noise must be positive and finite, got 0"),
        (((1.0, 0.0), (0.0, 1.0)), math.inf, "positive and finite, got inf"),
    ],
)
def test_bad_arguments_are_named(covariance, noise, message):
    with pytest.raises(ValueError, match=message):
        GaussianCode(covariance, noise)


@pytest.mark.parametrize("alpha", [0.0, -1.0, math.nan])
def test_free_information_has_no_best_code(alpha):
    with pytest.raises(ValueError, match="alpha must be positive and finite, got"):
        CODE.best(alpha)

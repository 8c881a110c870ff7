"""The rate in three parts: exact where it can be, and off by as much as is known."""

import math

import pytest
import torch
from torch.autograd import gradcheck
from torch.distributions import (
    Categorical,
    Independent,
    Laplace,
    MixtureSameFamily,
    Normal,
)

from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import MLPDecoder, MLPEncoder
from vae_lib.objectives import (
    BetaTCVAE,
    MinibatchStratified,
    MinibatchWeighted,
    NegativeELBO,
    rate_in_three_parts,
)
from vae_lib.training import linear_warmup

ESTIMATORS = [MinibatchWeighted(), MinibatchStratified()]


def posteriors(batch=6, latent=3):
    """Random diagonal Gaussians in float64, and a sample of each."""
    mean = torch.randn(batch, latent, dtype=torch.float64)
    scale = torch.rand(batch, latent, dtype=torch.float64) + 0.2
    posterior = Independent(Normal(mean, scale), 1)
    return posterior, posterior.sample()


def prior(latent=3):
    zero = torch.zeros(latent, dtype=torch.float64)
    return Independent(Normal(zero, torch.ones_like(zero)), 1)


def small_vae():
    shape = (1, 4, 4)
    model = VAE(MLPEncoder(shape, 3), MLPDecoder(3, shape), StandardNormal(3))
    return model.double(), torch.rand(6, *shape, dtype=torch.float64)


@pytest.mark.parametrize("seed", range(5))
def test_the_three_parts_of_an_example_sum_to_its_log_ratio(seed):
    """Both log q(z) and the sum of log q(z_d) cancel, however they are estimated."""
    torch.manual_seed(seed)
    posterior, z = posteriors()
    weights = torch.rand(6, 6, dtype=torch.float64)
    parts = rate_in_three_parts(posterior, z, prior(), weights)
    expected = posterior.log_prob(z) - prior().log_prob(z)
    torch.testing.assert_close(sum(parts.values()), expected)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_with_unit_prices_value_and_gradient_are_those_of_the_log_ratio(estimator):
    """Distortion + log q(z | x) - log p(z): the negative ELBO with a sampled rate."""
    model, x = small_vae()
    torch.manual_seed(1)
    value = BetaTCVAE(50, 1.0, 1.0, 1.0, estimator)(model, x).value
    torch.manual_seed(1)
    output = model(x)
    expected = -output.likelihood.log_prob(x) + (
        output.posterior.log_prob(output.z) - output.prior.log_prob(output.z)
    )
    torch.testing.assert_close(value, expected.mean())
    slopes = torch.autograd.grad(value, model.parameters())
    for slope, other in zip(
        slopes, torch.autograd.grad(expected.mean(), model.parameters()), strict=True
    ):
        torch.testing.assert_close(slope, other)


def test_with_unit_prices_the_mean_value_is_the_negative_elbo():
    """Over the draws of z; the decoder sees the same z in both."""
    model, x = small_vae()
    objective = BetaTCVAE(50, 1.0, 1.0, 1.0)
    differences = []
    for seed in range(150):
        torch.manual_seed(seed)
        ours = objective(model, x).value
        torch.manual_seed(seed)
        differences.append(ours - NegativeELBO()(model, x).value)
    difference = torch.stack(differences)
    assert difference.std() > 0
    assert abs(difference.mean()) < 5 * difference.std() / math.sqrt(150)


def test_all_examples_weighted_alike_are_the_exact_aggregate():
    """Against PyTorch's mixture of the N posteriors, jointly and one by one."""
    posterior, z = posteriors()
    base = posterior.base_dist
    equal = Categorical(torch.ones(6, dtype=torch.float64))
    joint = MixtureSameFamily(equal, posterior).log_prob(z)
    each = [
        MixtureSameFamily(equal, Normal(base.loc[:, d], base.scale[:, d]))
        for d in range(3)
    ]
    marginals = sum(mixture.log_prob(z[:, d]) for d, mixture in enumerate(each))
    weights = torch.full((6, 6), 1 / 6, dtype=torch.float64)
    parts = rate_in_three_parts(posterior, z, prior(), weights)
    for name, expected in (
        ("mutual_information", posterior.log_prob(z) - joint),
        ("total_correlation", joint - marginals),
        ("dimension_wise_kl", marginals - prior().log_prob(z)),
    ):
        torch.testing.assert_close(parts[name], expected)


def parts_of(posterior, estimator, size):
    z = posterior.sample()
    weights = estimator(len(z), size)
    return rate_in_three_parts(posterior, z, prior(z.shape[1]), weights), z


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_a_code_that_says_nothing_shows_the_bias(estimator):
    """All posteriors are the prior: nothing is known, nothing correlates.

    Stratified, all parts are 0; weighted, they are off by log N, (D - 1) log N and
    -D log N.
    """
    zeros = torch.zeros(8, 3, dtype=torch.float64)
    same = Independent(Normal(zeros, torch.ones_like(zeros)), 1)
    parts, _ = parts_of(same, estimator, 100)
    biased = math.log(100) if estimator == MinibatchWeighted() else 0.0
    for name, multiple in (
        ("mutual_information", 1),
        ("total_correlation", 2),
        ("dimension_wise_kl", -3),
    ):
        expected = torch.full((8,), multiple * biased, dtype=torch.float64)
        torch.testing.assert_close(parts[name], expected)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_codes_far_apart_tell_the_example_apart(estimator):
    """Each z has one possible x among N: log N nats. Weighted, log B too many."""
    mean = torch.arange(8, dtype=torch.float64)[:, None].expand(8, 2) * 100
    apart = Independent(Normal(mean, torch.ones_like(mean)), 1)
    parts, _ = parts_of(apart, estimator, 50)
    excess = math.log(8) if estimator == MinibatchWeighted() else 0.0
    expected = torch.full((8,), math.log(50) + excess, dtype=torch.float64)
    torch.testing.assert_close(parts["mutual_information"], expected)


def correlated(correlation, noise, batch):
    """Posteriors whose means have unit variances and this correlation."""
    independent = torch.randn(batch, 2, dtype=torch.float64)
    second = correlation * independent[:, 0] + independent[:, 1] * torch.sqrt(
        1 - correlation**2
    )
    mean = torch.stack([independent[:, 0], second], 1)
    return Independent(Normal(mean, torch.full_like(mean, noise)), 1)


def gaussian_total_correlation(correlation, noise):
    """-log(1 - r^2) / 2 with r the correlation of the aggregate's two dimensions."""
    return -torch.log(1 - (correlation / (1 + noise**2)) ** 2) / 2


@pytest.mark.parametrize("correlation", [-0.5, 0.8])
def test_stratified_total_correlation_of_a_gaussian_and_its_gradient(correlation):
    """Gaussian means under Gaussian noise have a Gaussian aggregate: all is known.

    The density is unbiased; its logarithm is low by half the squared relative error,
    of order 1 / B and less than the sampling error at B = 500.
    """
    rho = torch.tensor(correlation, dtype=torch.float64, requires_grad=True)
    noise, batch, repeats = 0.6, 500, 30
    weights = MinibatchStratified()(batch, 10**9)
    values, slopes = [], []
    for _ in range(repeats):
        posterior = correlated(rho, noise, batch)
        z = posterior.rsample()
        parts = rate_in_three_parts(posterior, z, prior(2), weights)
        value = parts["total_correlation"].mean()
        values.append(value.detach())
        slopes.append(torch.autograd.grad(value, rho)[0])
    exact = gaussian_total_correlation(rho, noise)
    (slope,) = torch.autograd.grad(exact, rho)
    for found, expected in ((values, exact), (slopes, slope)):
        sample = torch.stack(found)
        error = sample.std() / math.sqrt(repeats)
        assert abs(sample.mean() - expected) < 5 * error


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_gradients_match_finite_differences(estimator, diagonal_vae):
    x = torch.randn(4, 5, dtype=torch.float64)
    objective = BetaTCVAE(20, 0.5, 6.0, 2.0, estimator)

    def value(*tensors: torch.Tensor):
        torch.manual_seed(1)
        return objective(diagonal_vae(*tensors), x).value

    mean, log_scale = torch.randn(2, 4, 3, dtype=torch.float64)
    weight = torch.randn(5, 3, dtype=torch.float64)
    bias = torch.randn(5, dtype=torch.float64)
    inputs = (mean, 0.3 * log_scale, weight, bias)
    assert gradcheck(value, tuple(t.requires_grad_() for t in inputs))


@pytest.mark.parametrize(
    ("prices", "name"),
    [
        ((3.0, 0.0, 0.0), "mutual_information"),
        ((0.0, 3.0, 0.0), "total_correlation"),
        ((0.0, 0.0, 3.0), "dimension_wise_kl"),
    ],
)
def test_each_price_is_that_of_its_part(prices, name):
    model, x = small_vae()
    loss = BetaTCVAE(50, *prices)(model, x)
    expected = loss.terms["distortion"] + 3 * loss.terms[name]
    torch.testing.assert_close(loss.value, expected.mean())
    assert {term.shape for term in loss.terms.values()} == {(6,)}


def test_a_schedule_is_read_at_the_step():
    model, x = small_vae()
    ramp = linear_warmup(8, 0.0, 8.0)
    torch.manual_seed(1)
    scheduled = BetaTCVAE(50, ramp, ramp, ramp)(model, x, step=4).value
    torch.manual_seed(1)
    assert torch.equal(scheduled, BetaTCVAE(50, 4.0, 4.0, 4.0)(model, x).value)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: BetaTCVAE(0), r"dataset_size must be a positive integer, got 0"),
        (lambda: BetaTCVAE(9.5), r"dataset_size must be a positive integer, got 9\.5"),
        (lambda: BetaTCVAE(9, alpha=-1.0), r"alpha must be non-neg.* got -1\.0"),
        (lambda: BetaTCVAE(9, beta=math.nan), r"beta must be non-negative .* got nan"),
        (lambda: BetaTCVAE(9, gamma="1"), r"gamma must be a number .* got str"),
    ],
)
def test_bad_numbers_are_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_only_diagonal_gaussians_are_split():
    loc = torch.zeros(2, 3)
    laplace = Independent(Laplace(loc, torch.ones_like(loc)), 1)
    with pytest.raises(ValueError, match=r"diagonal Gaussian posterior.*got Indep"):
        rate_in_three_parts(laplace, loc, laplace, torch.ones(2, 2))

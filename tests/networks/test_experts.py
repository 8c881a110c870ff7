"""Products are Bayes' rule; mixtures are draws from one expert at a time."""

import itertools

import pytest
import torch
from torch.autograd import gradcheck
from torch.distributions import Categorical, Independent, MultivariateNormal, Normal

from vae_lib.data import LinearGaussian
from vae_lib.networks import UniformMixture, mixture_of_experts, product_of_experts


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def gaussian(mean, scale):
    return Independent(Normal(mean, scale), 1)


def random_gaussian(shape):
    mean = torch.randn(shape, dtype=torch.float64)
    return gaussian(mean, torch.rand(shape, dtype=torch.float64) + 0.2)


def standard(dim):
    zero = torch.zeros(dim, dtype=torch.float64)
    return gaussian(zero, torch.ones_like(zero))


def two_views(weights, noises=(0.5, 0.8)):
    """Linear views of one z, whose experts are their likelihoods as functions of z.

    With W'W diagonal, p(x | z) is proportional in z to a diagonal Gaussian with mean
    (W'W)^-1 W' x and variances s^2 / diag(W'W).
    """
    xs = [torch.randn(6, len(w), dtype=torch.float64) for w in weights]
    experts = []
    for w, x, noise in zip(weights, xs, noises, strict=True):
        gram = (w * w).sum(0)
        mean = x @ w / gram
        experts.append(gaussian(mean, (noise / gram.sqrt()).expand_as(mean)))
    return xs, experts


def orthogonal(rows, dim=2):
    columns, _ = torch.linalg.qr(torch.randn(rows, dim, dtype=torch.float64))
    return columns * torch.tensor([1.5, 0.7], dtype=torch.float64)


def exact_posterior(weights, xs, noises=(0.5, 0.8)):
    """Of both views stacked into one, each divided by its noise."""
    weight = torch.cat([w / s for w, s in zip(weights, noises, strict=True)])
    x = torch.cat([x / s for x, s in zip(xs, noises, strict=True)], 1)
    return LinearGaussian(weight, torch.zeros(len(weight)).double(), 1.0).posterior(x)


def test_the_product_of_two_views_experts_is_their_exact_posterior():
    weights = [orthogonal(3), orthogonal(4)]
    xs, experts = two_views(weights)
    product = product_of_experts(experts, standard(2))
    exact = exact_posterior(weights, xs)
    torch.testing.assert_close(product.mean, exact.mean)
    torch.testing.assert_close(
        torch.diag_embed(product.variance), exact.covariance_matrix.expand(6, 2, 2)
    )


def test_so_is_its_gradient():
    """By how both views' observations and noises move it."""
    weights = [orthogonal(3), orthogonal(4)]
    xs, _ = two_views(weights)
    xs = [x.requires_grad_() for x in xs]
    noises = [torch.tensor(s, dtype=torch.float64) for s in (0.5, 0.8)]
    noises = [noise.requires_grad_() for noise in noises]
    experts = []
    for w, x, noise in zip(weights, xs, noises, strict=True):
        gram = (w * w).sum(0)
        mean = x @ w / gram
        experts.append(gaussian(mean, (noise / gram.sqrt()).expand_as(mean)))
    product = product_of_experts(experts, standard(2))
    found = torch.autograd.grad(
        product.mean.sin().sum() + product.variance.log().sum(), [*xs, *noises]
    )
    # The same function through the exact posterior, written out.
    precision = torch.eye(2).double()
    shift = 0.0
    for w, x, noise in zip(weights, xs, noises, strict=True):
        precision = precision + w.T @ w / noise**2
        shift = shift + x @ w / noise**2
    covariance = torch.linalg.inv(precision)
    mean = shift @ covariance
    value = mean.sin().sum() + len(mean) * covariance.diagonal().log().sum()
    expected = torch.autograd.grad(value, [*xs, *noises])
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("seed", range(3))
def test_the_product_is_proportional_to_the_densities_multiplied(count, seed):
    """At any two points the ratio of densities is the product of the ratios."""
    torch.manual_seed(seed)
    experts, prior = (
        [random_gaussian((4, 3)) for _ in range(count)],
        random_gaussian((3,)),
    )
    product = product_of_experts(experts, prior)
    here, there = torch.randn(2, 4, 3, dtype=torch.float64)

    def log_ratio(p):
        return p.log_prob(here) - p.log_prob(there)

    expected = sum(map(log_ratio, [prior, *experts]))
    torch.testing.assert_close(log_ratio(product), expected)


@pytest.mark.parametrize("combine", [product_of_experts, mixture_of_experts])
def test_without_experts_the_prior_remains(combine):
    prior = standard(3)
    assert combine([], prior) is prior


def test_an_expert_that_knows_nothing_changes_nothing():
    """As its scale grows, its precision vanishes: it might as well be missing."""
    known, prior = random_gaussian((4, 3)), standard(3)
    wide = gaussian(torch.full((4, 3), 50.0).double(), torch.full((4, 3), 1e8).double())
    with_it = product_of_experts([known, wide], prior)
    without = product_of_experts([known], prior)
    # Its precision is 1e-16, a rounding error beside the others'.
    torch.testing.assert_close(with_it.mean, without.mean)
    torch.testing.assert_close(with_it.stddev, without.stddev)


def test_every_expert_narrows_the_product_and_none_narrows_the_mixture():
    experts, prior = [random_gaussian((50, 3)) for _ in range(4)], standard(3)
    stddev = [product_of_experts(experts[:k], prior).stddev for k in range(1, 5)]
    assert all((b < a).all() for a, b in itertools.pairwise(stddev))
    least = torch.stack([one.variance for one in experts]).amin(0)
    assert (mixture_of_experts(experts, prior).variance > least).all()


@pytest.mark.parametrize("combine", [product_of_experts, mixture_of_experts])
def test_the_order_of_the_views_does_not_matter(combine):
    experts, prior = [random_gaussian((4, 3)) for _ in range(3)], standard(3)
    z = torch.randn(4, 3, dtype=torch.float64)
    expected = combine(experts, prior).log_prob(z)
    for shuffled in itertools.permutations(experts):
        torch.testing.assert_close(combine(shuffled, prior).log_prob(z), expected)


def test_the_density_of_the_mixture_is_the_mean_of_its_experts():
    experts = [random_gaussian((4, 3)) for _ in range(3)]
    z = torch.randn(4, 3, dtype=torch.float64)
    mixture = mixture_of_experts(experts, standard(3))
    expected = torch.stack([one.log_prob(z).exp() for one in experts]).mean(0)
    torch.testing.assert_close(mixture.log_prob(z).exp(), expected)
    assert (mixture.batch_shape, mixture.event_shape) == ((4,), (3,))


def test_samples_of_the_mixture_come_from_every_expert_alike():
    """Experts 100 apart: each draw tells whose it is, and a third belong to each."""
    centres = torch.tensor([-100.0, 0.0, 100.0], dtype=torch.float64)
    experts = [gaussian(c.expand(2, 1), torch.ones(2, 1).double()) for c in centres]
    draws = 30_000
    z = mixture_of_experts(experts, standard(1)).rsample((draws,))
    assert z.shape == (draws, 2, 1)
    for centre in centres:
        share = ((z - centre).abs() < 50).double().mean((0, 2))
        # Five standard errors of a share of a third.
        error = 5 * (2 / 9 / draws) ** 0.5
        assert ((share - 1 / 3).abs() < error).all()
    spread = z - z.div(100).round().mul(100)
    assert spread.std().item() == pytest.approx(1, abs=0.02)


def test_gradients_of_the_mixtures_samples_are_unbiased():
    """d/dm E[z^2] = 2 m / M for the mean m of one of M experts, 2 s / M for a scale."""
    mean = torch.tensor([[0.5], [-2.0]], dtype=torch.float64, requires_grad=True)
    scale = torch.tensor([[0.3], [1.2]], dtype=torch.float64, requires_grad=True)
    experts = [gaussian(m[None], s[None]) for m, s in zip(mean, scale, strict=True)]
    draws = 200_000
    z = mixture_of_experts(experts, standard(1)).rsample((draws,))
    by_mean, by_scale = torch.autograd.grad(z.square().mean(), (mean, scale))
    # Standard deviations of 2 z and 2 z eps are below 7: five errors are 0.08.
    torch.testing.assert_close(by_mean, mean.detach(), rtol=0, atol=0.08)
    torch.testing.assert_close(by_scale, scale.detach(), rtol=0, atol=0.08)


def test_gradients_of_the_product_match_finite_differences():
    means = torch.randn(3, 2, 2, dtype=torch.float64, requires_grad=True)
    scales = (torch.rand(3, 2, 2, dtype=torch.float64) + 0.3).requires_grad_()

    def moments(means, scales):
        experts = list(map(gaussian, means, scales))
        product = product_of_experts(experts, standard(2))
        return product.mean, product.stddev

    assert gradcheck(moments, (means, scales))


@pytest.mark.parametrize("combine", [product_of_experts, mixture_of_experts])
def test_other_distributions_are_refused(combine):
    full = MultivariateNormal(torch.zeros(2), torch.eye(2))
    flat = gaussian(torch.zeros(2), torch.ones(2))
    for experts, prior in (([full], flat), ([flat], full), ([], full)):
        with pytest.raises(
            ValueError, match=r"must be Independent\(Normal\), got Mult"
        ):
            combine(experts, prior)
    with pytest.raises(ValueError, match=r"same event shape, got \(3,\) and \(2,\)"):
        combine([gaussian(torch.zeros(3), torch.ones(3))], flat)


def test_a_mixture_is_one_of_torchs_with_equal_weights():
    mixture = mixture_of_experts([random_gaussian((4, 3))] * 3, standard(3))
    assert isinstance(mixture, UniformMixture)
    assert isinstance(mixture.mixture_distribution, Categorical)
    third = torch.full((4, 3), 1 / 3, dtype=torch.float64)
    torch.testing.assert_close(mixture.mixture_distribution.probs, third)

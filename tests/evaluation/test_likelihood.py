"""Bounds on the evidence, against a model whose evidence is known."""

import math

import pytest
import torch
from torch.autograd import gradcheck
from torch.distributions import Independent, MultivariateNormal, Normal, kl_divergence

from vae_lib.data import LinearGaussian
from vae_lib.evaluation import elbo, importance_weighted_bound
from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import MLPDecoder, MLPEncoder

DIMENSIONS = [(1, 1), (1, 5), (3, 5), (5, 3)]
EXACT = {"rtol": 0, "atol": 1e-10}


def wrong(oracle):
    """The true posterior's mean moved by 0.3, its correlations and scales ignored."""

    def posterior(x):
        exact = oracle.posterior(x)
        return Independent(Normal(exact.mean + 0.3, 1.5 * exact.stddev), 1)

    return posterior


def full(diagonal):
    """A diagonal Gaussian as a full one, which has a KL to full ones."""
    return MultivariateNormal(diagonal.mean, torch.diag_embed(diagonal.variance))


@pytest.mark.parametrize(("latent", "data"), DIMENSIONS)
@pytest.mark.parametrize("seed", range(3))
def test_the_elbo_is_log_p_for_every_z_at_the_true_posterior(
    as_vae, latent, data, seed
):
    """By Bayes' rule p(x, z) / p(z | x) = p(x): one draw is as good as a thousand."""
    oracle = LinearGaussian.random(latent, data, seed=seed)
    x = oracle.sample(20)
    model, expected = as_vae(oracle), oracle.log_marginal(x)
    for samples in (1, 3):
        found = elbo(model, x, samples=samples)
        torch.testing.assert_close(found, expected, **EXACT)


@pytest.mark.parametrize(("latent", "data"), DIMENSIONS)
@pytest.mark.parametrize("samples", [1, 7, 100])
def test_the_importance_weighted_bound_is_log_p_at_the_true_posterior(
    as_vae, latent, data, samples
):
    """Every weight is p(x), so their mean is, for every number of samples."""
    oracle = LinearGaussian.random(latent, data)
    x = oracle.sample(20)
    found = importance_weighted_bound(as_vae(oracle), x, samples=samples)
    torch.testing.assert_close(found, oracle.log_marginal(x), **EXACT)


def test_the_elbo_misses_log_p_by_the_kl_to_the_true_posterior(as_vae):
    """E_q[log p(x, z) - log q(z)] = log p(x) - KL(q || p(z | x))."""
    oracle = LinearGaussian.random(3, 5)
    x = oracle.sample(4)
    draws = 20_000
    model = as_vae(oracle, wrong(oracle))
    gap = kl_divergence(full(wrong(oracle)(x)), oracle.posterior(x))
    expected = oracle.log_marginal(x) - gap
    single = torch.stack([elbo(model, x) for _ in range(200)])
    error = single.std(0) / math.sqrt(draws)
    assert ((elbo(model, x, samples=draws) - expected).abs() < 5 * error).all()
    assert (gap > 50 * error).all()  # otherwise the bound above says little


def test_the_importance_weighted_bound_rises_to_log_p_and_stays_below(as_vae):
    """E[log of a mean of k weights] rises with k (Burda et al. 2016, theorem 1)."""
    oracle = LinearGaussian.random(2, 4)
    x = oracle.sample(1).expand(4_000, -1).contiguous()
    model, evidence = as_vae(oracle, wrong(oracle)), oracle.log_marginal(x[:1]).item()
    bounds = [
        importance_weighted_bound(model, x, samples=k, chunk=100_000)
        for k in (1, 4, 16, 64)
    ]
    means = torch.stack([bound.mean() for bound in bounds])
    errors = torch.stack([bound.std() for bound in bounds]) / math.sqrt(len(x))
    # Four means 5 standard errors apart from each other and from log p(x).
    rises = means.diff()
    assert (rises > 5 * (errors[1:] + errors[:-1])).all()
    assert (means + 5 * errors < evidence)[:3].all()
    assert means[-1] < evidence
    assert evidence - means[-1] < 0.05 * (evidence - means[0])


def test_one_importance_sample_is_the_elbo(as_vae):
    oracle = LinearGaussian.random(2, 4)
    x = oracle.sample(5)
    model = as_vae(oracle, wrong(oracle))
    torch.manual_seed(3)
    single = importance_weighted_bound(model, x, samples=1)
    torch.manual_seed(3)
    torch.testing.assert_close(single, elbo(model, x), **EXACT)


@pytest.mark.parametrize("bound", [elbo, importance_weighted_bound])
@pytest.mark.parametrize("chunk", [2, 50, 10_000])
def test_the_chunk_changes_memory_and_not_the_result(as_vae, bound, chunk):
    """Noise is drawn before the work is cut: also with more samples than a chunk."""
    oracle = LinearGaussian.random(2, 4)
    x = oracle.sample(130)
    model = as_vae(oracle, wrong(oracle))
    torch.manual_seed(5)
    expected = bound(model, x, samples=3)
    torch.manual_seed(5)
    torch.testing.assert_close(bound(model, x, samples=3, chunk=chunk), expected)


def test_no_more_than_a_chunk_is_decoded_at_once(as_vae):
    oracle = LinearGaussian.random(2, 4)
    model = as_vae(oracle)
    sizes = []
    model.decoder.register_forward_pre_hook(lambda _m, args: sizes.append(len(args[0])))
    importance_weighted_bound(model, oracle.sample(10), samples=50, chunk=30)
    assert max(sizes) == 30
    assert sum(sizes) == 500


@pytest.mark.parametrize("bound", [elbo, importance_weighted_bound])
def test_gradients_match_finite_differences(as_vae, bound):
    """In x, in the posterior and in the decoder, with the noise held fixed."""
    x = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    mean = torch.randn(3, 2, dtype=torch.float64, requires_grad=True)
    scale = torch.rand(3, 2, dtype=torch.float64) + 0.5
    weight = torch.randn(4, 2, dtype=torch.float64, requires_grad=True)
    offset = torch.zeros(4, dtype=torch.float64)

    def value(x, mean, scale, weight):
        torch.manual_seed(1)
        oracle = LinearGaussian(weight, offset, 0.5)
        model = as_vae(oracle, lambda _x: Independent(Normal(mean, scale), 1))
        return bound(model, x, samples=4, chunk=5)

    assert gradcheck(value, (x, mean, scale.requires_grad_(), weight))


def test_the_bound_is_finite_where_weights_underflow(as_vae):
    """Far from the data log p(x) is -1e6: its exponential is 0, the bound is not."""
    oracle = LinearGaussian.random(2, 4)
    x = oracle.sample(3) + 1e3
    found = importance_weighted_bound(as_vae(oracle), x, samples=10)
    torch.testing.assert_close(found, oracle.log_marginal(x), rtol=1e-9, atol=0)


IMAGES = torch.rand(4, 1, 4, 4)


def small_vae():
    shape = (1, 4, 4)
    return VAE(MLPEncoder(shape, 2), MLPDecoder(2, shape), StandardNormal(2))


@pytest.mark.parametrize("bound", [elbo, importance_weighted_bound])
@pytest.mark.parametrize(
    ("x", "options", "message"),
    [
        (IMAGES.numpy(), {}, r"x must be a tensor, got ndarray"),
        (IMAGES[:0], {}, r"at least one example, got \(0, 1, 4, 4\)"),
        (torch.zeros(()), {}, r"x must have shape \(B, \*event\).*got \(\)"),
        (IMAGES[:, :, :3], {}, r"x must have shape \(B, 1, 4, 4\), got \(4, 1, 3, 4\)"),
        (IMAGES.byte(), {}, r"x must be floating point in \[0, 1\], got torch.uint8"),
        (IMAGES.double(), {}, r"x must be torch.float32.*got torch.float64"),
        (IMAGES.clone().fill_(math.nan), {}, r"x must be finite, got NaN or infinity"),
        (IMAGES / 0, {}, r"x must be finite, got NaN or infinity"),
        (IMAGES, {"samples": 0}, r"samples must be an integer of at least 1, got 0"),
        (IMAGES, {"samples": 2.5}, r"samples must be an integer of .*, got 2\.5"),
        (IMAGES, {"chunk": -1}, r"chunk must be an integer of at least 1, got -1"),
    ],
)
def test_bad_input_is_refused(bound, x, options, message):
    with pytest.raises(ValueError, match=message):
        bound(small_vae(), x, **options)


@pytest.mark.parametrize("bound", [elbo, importance_weighted_bound])
def test_distributions_that_only_broadcast_are_refused(bound):
    model = VAE(MLPEncoder((1, 4, 4), 2), MLPDecoder(2, (1, 4, 4)), StandardNormal(1))
    with pytest.raises(ValueError, match=r"same event shape, got \(2,\) and \(1,\)"):
        bound(model, IMAGES)
    model = VAE(MLPEncoder((1, 4, 4), 2), MLPDecoder(2, (1, 1, 4)), StandardNormal(2))
    with pytest.raises(ValueError, match=r"\(1, 4, 4\), got \(1, 1, 4\)"):
        bound(model, IMAGES)

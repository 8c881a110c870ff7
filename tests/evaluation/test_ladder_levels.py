"""Evidence, rates and units of a ladder, against a model that is known exactly."""

import math

import pytest
import torch
from torch import nn
from torch.distributions import Independent, MultivariateNormal, Normal, kl_divergence

from ladder_oracle import LadderOracle
from vae_lib.evaluation import (
    active_units,
    active_units_per_level,
    elbo,
    importance_weighted_bound,
    level_codes,
    level_draws,
    rate_per_dimension,
    rate_per_level,
)
from vae_lib.models import VAE, LadderVAE, StandardNormal, chain_ladder
from vae_lib.networks import DiagonalGaussian, LadderRung, MLPDecoder

EXACT = {"rtol": 0, "atol": 1e-10}
BOUNDS = [elbo, importance_weighted_bound]
SHAPE = (1, 4, 4)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("samples", [1, 7])
@pytest.mark.parametrize("bound", BOUNDS)
def test_at_the_true_posterior_each_draw_gives_the_evidence(seed, samples, bound):
    """The bound is tight: p(x, z) / p(z | x) = p(x) whatever z_1 and z_2 are.

    The merge of message and prior is Bayes' rule here, so nothing is fitted.
    """
    oracle = LadderOracle.random(seed)
    x = oracle.marginal().sample((20,))
    found = bound(oracle.model(), x, samples=samples)
    torch.testing.assert_close(found, oracle.marginal().log_prob(x), **EXACT)


def test_another_posterior_misses_the_evidence_and_many_samples_find_it():
    """Bounds rise with k and stay below (Burda et al. 2016, theorem 1)."""
    oracle = LadderOracle.random()
    x = oracle.marginal().sample((1,)).expand(4_000, -1).contiguous()
    model, evidence = oracle.model(0.3), oracle.marginal().log_prob(x[:1]).item()
    bounds = [
        importance_weighted_bound(model, x, samples=k, chunk=100_000)
        for k in (1, 4, 16, 256)
    ]
    means = torch.stack([bound.mean() for bound in bounds])
    errors = torch.stack([bound.std() for bound in bounds]) / math.sqrt(len(x))
    assert (means.diff() > 5 * (errors[1:] + errors[:-1])).all()
    assert (means + 5 * errors < evidence)[:3].all()
    assert evidence - means[-1] < 0.05 * (evidence - means[0])


@pytest.mark.parametrize("bound", BOUNDS)
@pytest.mark.parametrize("chunk", [2, 50, 10_000])
def test_the_chunk_changes_memory_and_not_the_result(bound, chunk):
    oracle = LadderOracle.random()
    x = oracle.marginal().sample((130,))
    model = oracle.model(0.3)
    torch.manual_seed(5)
    expected = bound(model, x, samples=3)
    torch.manual_seed(5)
    torch.testing.assert_close(bound(model, x, samples=3, chunk=chunk), expected)


def test_no_more_than_a_chunk_is_decoded_and_each_image_climbs_once():
    oracle = LadderOracle.random()
    model, sizes, climbs = oracle.model(), [], []
    model.decoder.register_forward_pre_hook(lambda _m, args: sizes.append(len(args[0])))
    model.rungs[0].register_forward_pre_hook(
        lambda _m, args: climbs.append(len(args[0]))
    )
    x = oracle.marginal().sample((10,))
    importance_weighted_bound(model, x, samples=50, chunk=30)
    assert (max(sizes), sum(sizes), climbs) == (30, 500, [10])


def one_level_and_its_vae():
    torch.manual_seed(0)
    rung, message = LadderRung(SHAPE, 8), DiagonalGaussian(8, 3)
    decoder, prior = MLPDecoder(3, SHAPE), StandardNormal(3)
    ladder = LadderVAE([rung], [message], [], decoder, prior)
    return ladder.eval(), VAE(nn.Sequential(rung, message), decoder, prior).eval()


@pytest.mark.parametrize("bound", BOUNDS)
def test_the_bounds_of_one_level_are_the_vaes(bound):
    """Both are within Monte Carlo error of each other; the noise has another order."""
    ladder, vae = one_level_and_its_vae()
    x = torch.rand(1, *SHAPE).expand(3_000, *SHAPE)
    found, expected = (bound(model, x, samples=4) for model in (ladder, vae))
    error = (found.var() + expected.var()).sqrt() / math.sqrt(len(x))
    assert (found.mean() - expected.mean()).abs() < 5 * error
    assert error < 0.02


def test_rates_and_units_of_one_level_are_the_vaes():
    ladder, vae = one_level_and_its_vae()
    x = torch.rand(40, *SHAPE)
    total = rate_per_dimension(vae, x).sum()
    torch.testing.assert_close(rate_per_level(ladder, x), total[None])
    for threshold in (0.0, 0.002, 0.01, 10.0):
        expected = active_units(vae, x, threshold)
        assert active_units_per_level(ladder, x, threshold) == (expected,)


def test_rates_of_the_levels_are_those_of_the_exact_posterior():
    """30,000 draws of one image: their mean is the KL of the joint, top and all."""
    oracle = LadderOracle.random()
    x = oracle.marginal().sample((1,))
    rates = rate_per_level(oracle.model(), x.expand(30_000, -1))
    exact = oracle.posterior(x)
    joint = kl_divergence(exact, oracle.joint().expand((1,)))
    # A rate of some nats varies by about one from draw to draw: 5 / sqrt(30,000).
    torch.testing.assert_close(rates.sum()[None], joint, rtol=0, atol=0.03)
    top = MultivariateNormal(exact.mean[:, 3:], exact.covariance_matrix[:, 3:, 3:])
    normal = MultivariateNormal(torch.zeros(2).double(), torch.eye(2).double())
    expected = kl_divergence(top, normal.expand((1,)))
    torch.testing.assert_close(rates[1:], expected)


class Deaf(nn.Module):
    """A message that knows nothing."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, features: torch.Tensor) -> Independent:
        """Whatever is heard."""
        mean = features.new_zeros(len(features), self.dim)
        return Independent(Normal(mean, torch.full_like(mean, 1e8)), 1)


def test_a_level_that_hears_nothing_has_no_rate_no_unit_and_no_code():
    """Though its posterior's mean moves with x: it repeats the level above."""
    torch.manual_seed(0)
    model = chain_ladder(SHAPE, (4, 3), (9, 8)).double().eval()
    model.messages[0] = Deaf(4)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(2)
    x = torch.rand(50, *SHAPE, dtype=torch.float64)
    bottom, top = level_codes(model, x)
    assert (bottom.shape, top.shape) == ((50, 4), (50, 3))
    # A precision of 1e-16 against one of the prior's, which may be 1e-5.
    assert bottom.abs().max() < 1e-6
    assert model.encode(x).posteriors[0].mean.var(0).max() > 1e-3
    assert active_units_per_level(model, x, 1e-3)[0] == 0
    assert active_units_per_level(model, x, 1e-3)[1] > 0
    assert rate_per_level(model, x)[0] < 1e-6 < rate_per_level(model, x)[1]


def test_draws_spread_around_the_codes_as_the_posterior_does():
    """At the top, where nothing is above: mean and scale of 20,000 draws."""
    oracle = LadderOracle.random()
    x = oracle.marginal().sample((1,))
    model = oracle.model()
    drawn = level_draws(model, x.expand(20_000, -1))
    assert [one.shape for one in drawn] == [(20_000, 3), (20_000, 2)]
    top = model.encode(x).posteriors[1]
    error = 5 / math.sqrt(20_000)
    torch.testing.assert_close(drawn[1].mean(0)[None], top.mean, rtol=0, atol=error)
    torch.testing.assert_close(drawn[1].std(0)[None], top.stddev, rtol=0, atol=error)


def test_a_level_without_a_rate_draws_plain_noise():
    """Its innovations are standard normal, whatever the image is."""
    oracle = LadderOracle.random()
    model = oracle.model()
    model.messages[0] = Deaf(3)
    x = oracle.marginal().sample((20_000,))
    noise, error = level_draws(model, x)[0], 5 / math.sqrt(20_000)
    torch.testing.assert_close(noise.mean(0), 0 * noise[0], rtol=0, atol=error)
    torch.testing.assert_close(noise.std(0), 0 * noise[0] + 1, rtol=0, atol=error)
    assert torch.corrcoef(torch.cat([noise, x], 1).T)[:3, 3:].abs().max() < error


def test_level_codes_do_not_depend_on_the_chunk():
    torch.manual_seed(0)
    model = chain_ladder(SHAPE, (4, 3), (9, 8)).eval()
    x = torch.rand(9, *SHAPE)
    for one, other in zip(
        level_codes(model, x), level_codes(model, x, chunk=2), strict=True
    ):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("bound", BOUNDS)
def test_a_model_of_another_kind_is_refused(bound):
    text = "a VAE or a LadderVAE, got Linear"
    with pytest.raises(ValueError, match=text):
        bound(nn.Linear(3, 3), torch.rand(2, 3))


@pytest.mark.parametrize(
    "measure", [rate_per_level, level_codes, level_draws, active_units_per_level]
)
@pytest.mark.parametrize(
    ("x", "options", "message"),
    [
        (torch.rand(0, *SHAPE), {}, "at least one example"),
        (torch.rand(3, *SHAPE) / 0, {}, "images must be finite"),
        (torch.rand(3, *SHAPE), {"chunk": 0}, "chunk must be an integer of at least 1"),
    ],
)
def test_bad_images_are_refused(measure, x, options, message):
    with pytest.raises(ValueError, match=message):
        measure(chain_ladder(SHAPE, (2,), (4,)).eval(), x, **options)


def test_units_need_two_images_and_a_threshold():
    model = chain_ladder(SHAPE, (2,), (4,)).eval()
    with pytest.raises(ValueError, match="a variance needs at least two images, got 1"):
        active_units_per_level(model, torch.rand(1, *SHAPE))
    with pytest.raises(ValueError, match="threshold must be non-negative, got -1"):
        active_units_per_level(model, torch.rand(3, *SHAPE), threshold=-1)

"""The ladder's objective: rates that add up, prices and free nats of each level."""

import math

import pytest
import torch
from torch import nn
from torch.distributions import kl_divergence

from ladder_oracle import LadderOracle
from vae_lib.models import VAE, LadderVAE, StandardNormal, chain_ladder, grid_ladder
from vae_lib.networks import DiagonalGaussian, LadderRung, MLPDecoder
from vae_lib.objectives import (
    BetaVAE,
    FreeBits,
    LadderELBO,
    NegativeELBO,
    rate_of_each_level,
)
from vae_lib.training import fit, linear_warmup

SHAPE = (1, 4, 4)


def chain():
    torch.manual_seed(0)
    return chain_ladder(SHAPE, (5, 4, 3), (9, 8, 7)).double().eval()


def judge(objective, model, x, step=0):
    """The same noise for every objective."""
    torch.manual_seed(1)
    return objective(model, x, step)


def images(count=6):
    torch.manual_seed(3)
    return torch.rand(count, *SHAPE, dtype=torch.float64)


@pytest.mark.parametrize(
    ("ladders", "vaes"),
    [
        (LadderELBO(), NegativeELBO()),
        (LadderELBO(beta=4.0), BetaVAE(4.0)),
        (LadderELBO(beta=(linear_warmup(10),)), BetaVAE(linear_warmup(10))),
    ],
    ids=repr,
)
def test_with_one_level_value_and_gradients_are_the_vaes(ladders, vaes):
    rung, message = LadderRung(SHAPE, 8), DiagonalGaussian(8, 3)
    decoder, prior = MLPDecoder(3, SHAPE), StandardNormal(3)
    ladder = LadderVAE([rung], [message], [], decoder, prior)
    vae = VAE(nn.Sequential(rung, message), decoder, prior)
    weights, x = list(ladder.parameters()), images().float()
    found = judge(ladders, ladder, x, step=4)
    expected = judge(vaes, vae, x, step=4)
    torch.testing.assert_close(found.value, expected.value)
    torch.testing.assert_close(found.terms["rate"], expected.terms["rate"])
    torch.testing.assert_close(found.terms["rate_1"], expected.terms["rate"])
    torch.testing.assert_close(found.terms["distortion"], expected.terms["distortion"])
    slopes = [torch.autograd.grad(one.value, weights) for one in (found, expected)]
    for slope, other in zip(*slopes, strict=True):
        torch.testing.assert_close(slope, other)
        assert (slope != 0).any()


def test_free_nats_of_a_level_of_one_unit_are_the_free_bits_of_its_dimension():
    rung, message = LadderRung(SHAPE, 8), DiagonalGaussian(8, 1)
    decoder, prior = MLPDecoder(1, SHAPE), StandardNormal(1)
    ladder = LadderVAE([rung], [message], [], decoder, prior)
    vae = VAE(nn.Sequential(rung, message), decoder, prior)
    x = images().float()
    for floor in (0.001, 10.0):
        found = judge(LadderELBO(free=floor), ladder, x).value
        torch.testing.assert_close(found, judge(FreeBits(floor), vae, x).value)


@pytest.mark.parametrize("seed", range(3))
def test_the_rates_of_the_levels_add_up_to_the_kl_of_the_joint(seed):
    """Chain rule, exactly: the rate of level 1 is quadratic in z_2.

    So the mean over the four points z_2 = mean +- sqrt(2) scale along an axis is the
    expectation over q(z_2 | x).
    """
    oracle = LadderOracle.random(seed)
    x = oracle.marginal().sample((4,))
    model = oracle.model()
    rates = []
    for axis in (0, 1):
        for sign in (-1.0, 1.0):
            point = sign * math.sqrt(2) * torch.eye(2, dtype=torch.float64)[axis]

            def draw(level, posterior, point=point):
                off = posterior.stddev * point if level == 1 else 0.0
                return posterior.mean + off

            code = model.infer(model.climb(x), draw)
            pairs = zip(code.posteriors, code.priors, strict=True)
            rates.append(sum(kl_divergence(*pair) for pair in pairs))
    joint = oracle.joint().expand((4,))
    expected = kl_divergence(oracle.posterior(x), joint)
    torch.testing.assert_close(torch.stack(rates).mean(0), expected)


def test_terms_are_the_rates_of_the_levels_and_their_sum_by_example():
    model, x = chain(), images()
    value, terms = judge(LadderELBO(), model, x)
    assert list(terms) == ["distortion", "rate", "rate_1", "rate_2", "rate_3"]
    assert all(term.shape == (6,) for term in terms.values())
    levels = [terms[f"rate_{level}"] for level in (1, 2, 3)]
    torch.testing.assert_close(terms["rate"], sum(levels))
    assert all((level >= 0).all() for level in levels)
    torch.testing.assert_close(value, (terms["distortion"] + terms["rate"]).mean())
    torch.manual_seed(1)
    output = model(x)
    torch.testing.assert_close(rate_of_each_level(output, x), torch.stack(levels, 1))


def test_each_level_has_its_own_price_at_each_step():
    model, x = chain(), images()
    terms = judge(LadderELBO(), model, x).terms
    objective = LadderELBO(beta=(1.0, 3.0, linear_warmup(10)))
    for step, last in ((0, 0.0), (5, 0.5), (50, 1.0)):
        expected = terms["distortion"].mean()
        for level, price in ((1, 1.0), (2, 3.0), (3, last)):
            expected = expected + price * terms[f"rate_{level}"].mean()
        found = judge(objective, model, x, step).value
        torch.testing.assert_close(found, expected)


def test_a_level_below_its_free_nats_pays_them_and_feels_no_pull():
    """Its value is constant there, so that the slope is that of a price of 0."""
    model, x = chain(), images()
    terms = judge(LadderELBO(), model, x).terms
    floor = 10 * terms["rate_3"].mean().item()
    free = judge(LadderELBO(free=(0.0, 0.0, floor)), model, x).value
    unpriced = judge(LadderELBO(beta=(1.0, 1.0, 0.0)), model, x).value
    torch.testing.assert_close(free, unpriced + floor)
    weights = list(model.parameters())
    slopes = [
        torch.autograd.grad(one, weights, allow_unused=True) for one in (free, unpriced)
    ]
    for slope, other in zip(*slopes, strict=True):
        torch.testing.assert_close(slope, other)
    paid = judge(LadderELBO(free=(0.0, 0.0, floor / 100)), model, x).value
    torch.testing.assert_close(paid, judge(LadderELBO(), model, x).value)


def test_gradients_of_the_ladder_match_finite_differences():
    """Along random directions, through messages, merges, draws and decoder at once."""
    model, x = chain(), images()
    objective = LadderELBO(beta=(1.0, 2.0, 0.5))
    weights = list(model.parameters())
    slopes = torch.autograd.grad(judge(objective, model, x).value, weights)
    torch.manual_seed(2)
    for _ in range(3):
        direction = [torch.randn_like(weight) for weight in weights]

        def moved(distance, direction=direction):
            with torch.no_grad():
                for weight, change in zip(weights, direction, strict=True):
                    weight.add_(change, alpha=distance)
                return judge(objective, model, x).value

        step = 1e-6
        above, below = moved(step), moved(-2 * step)
        moved(step)
        slope = sum((g * d).sum() for g, d in zip(slopes, direction, strict=True))
        # Central differences of a loss near 20 in float64: 1e-15 * 20 / 1e-6 = 2e-8.
        torch.testing.assert_close((above - below) / 2e-6, slope, rtol=1e-5, atol=1e-6)


def test_at_the_true_posterior_the_loss_is_minus_the_evidence_on_average():
    """20,000 draws: -E[distortion] - rate = log p(x) within five standard errors."""
    oracle = LadderOracle.random()
    x = oracle.marginal().sample((1,))
    many = x.expand(20_000, -1)
    terms = judge(LadderELBO(), oracle.model(), many).terms
    bounds = -terms["distortion"] - terms["rate"]
    error = float(bounds.std()) / math.sqrt(len(many))
    assert abs(float(bounds.mean() - oracle.marginal().log_prob(x))) < 5 * error
    assert error < 0.02


@pytest.mark.parametrize("build", [chain, lambda: grid_ladder(SHAPE, ((2, 2), (3, 1)))])
def test_training_lowers_the_loss(build):
    model = build().float()
    history = fit(
        model,
        LadderELBO(),
        images(4).float(),
        steps=60,
        batch_size=8,
        learning_rate=1e-2,
        progress=False,
    )
    # Sixty steps on four images: a third of the way is little, nothing would be a bug.
    assert history["loss"][-3:].mean() < history["loss"][:3].mean() - 1
    assert set(history.names) >= {"rate_1", "rate_2", "rate", "distortion"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beta": -1.0}, "beta must be non-negative and finite, got -1.0"),
        ({"beta": (1.0, math.nan)}, "beta must be non-negative and finite, got nan"),
        ({"beta": (1.0, "2")}, "beta must be a number or a function.*, got str"),
        ({"free": -0.1}, "free must be non-negative and finite, got -0.1"),
        ({"free": (0.0, math.inf)}, "free must be non-negative and finite, got inf"),
        ({"free": linear_warmup(3)}, "free must be a number, got a function"),
        ({"free": (0.0, linear_warmup(3))}, "free must be a number, got a function"),
    ],
)
def test_bad_prices_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        LadderELBO(**options)


@pytest.mark.parametrize("name", ["beta", "free"])
@pytest.mark.parametrize("count", [0, 2, 4])
def test_as_many_prices_as_levels_are_needed(name, count):
    objective = LadderELBO(**{name: (1.0,) * count})
    text = f"{name} must be one number or one for each of the 3 levels, got {count}"
    with pytest.raises(ValueError, match=text):
        objective(chain(), images())


def test_images_that_the_ladder_does_not_fit_are_refused():
    output = chain()(images())
    with pytest.raises(ValueError, match=r"event shape \(1, 2, 8\), got \(1, 4, 4\)"):
        rate_of_each_level(output, images().view(6, 1, 2, 8))
    with pytest.raises(ValueError, match="at least one example"):
        rate_of_each_level(output, images()[:0])

"""The ladder VAE: levels that multiply Gaussians, and one level that is the VAE."""

import pytest
import torch
from torch import nn
from torch.distributions import Independent, MultivariateNormal, Normal, kl_divergence

from vae_lib.models import (
    VAE,
    LadderCode,
    LadderOutput,
    LadderVAE,
    StandardNormal,
    chain_ladder,
    grid_ladder,
    merge,
)
from vae_lib.networks import (
    DiagonalGaussian,
    GridGaussian,
    LadderRung,
    MLPDecoder,
)
from vae_lib.objectives import NegativeELBO

SHAPE = (1, 4, 4)
DIMS, WIDTHS = (5, 4, 3), (9, 8, 7)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def chain(levels=3):
    model = chain_ladder(SHAPE, DIMS[:levels], WIDTHS[:levels]).double().eval()
    # Untrained priors are all but constant; these depend on what is above.
    with torch.no_grad():
        for weight in model.priors.parameters():
            weight.mul_(3)
    return model


def grids():
    shapes = ((2, 8), (3, 4), (5, 1))
    return grid_ladder((3, 16, 16), shapes, width=6).double().eval()


def images(model, count=6):
    shape = SHAPE if isinstance(model.messages[0], DiagonalGaussian) else (3, 16, 16)
    return torch.rand(count, *shape, dtype=torch.float64)


def gaussian(mean, scale):
    return Independent(Normal(mean, scale), mean.dim() - 1)


def one_level_and_its_vae():
    rung, message = LadderRung(SHAPE, 8), DiagonalGaussian(8, 3)
    decoder, prior = MLPDecoder(3, SHAPE), StandardNormal(3)
    ladder = LadderVAE([rung], [message], [], decoder, prior)
    return ladder, VAE(nn.Sequential(rung, message), decoder, prior)


def test_one_level_is_the_vae():
    """The same distributions, the same draw, the same images."""
    ladder, vae = one_level_and_its_vae()
    x = torch.rand(5, *SHAPE)
    torch.manual_seed(1)
    found = ladder(x)
    torch.manual_seed(1)
    expected = vae(x)
    assert torch.equal(found.z[0], expected.z)
    assert torch.equal(found.posteriors[0].mean, expected.posterior.mean)
    assert torch.equal(found.likelihood.mean, expected.likelihood.mean)
    assert found.priors[0].event_shape == expected.prior.event_shape
    assert torch.equal(ladder.decode(found.z), vae.decode(expected.z))


@pytest.mark.parametrize("build", [chain, grids])
def test_forward_returns_distributions_and_samples_of_every_level(build):
    model = build()
    output = model(images(model))
    assert isinstance(output, LadderOutput)
    assert model.levels == len(output.z) == 3
    for posterior, z, prior in zip(*output[:3], strict=True):
        assert posterior.event_shape == prior.event_shape == z.shape[1:]
        assert posterior.batch_shape == z.shape[:1] == (6,)
    assert output.priors[-1].batch_shape == ()
    assert output.likelihood.event_shape == images(model).shape[1:]


@pytest.mark.parametrize("build", [chain, grids])
def test_each_posterior_is_the_message_times_the_prior_given_the_draws_above(build):
    model, x = build(), None
    x = images(model)
    messages, output = model.climb(x), model(x)
    for level in range(2):
        prior = model.priors[level](*output.z[level + 1 :])
        expected = merge(messages[level], prior)
        torch.testing.assert_close(output.posteriors[level].mean, expected.mean)
        torch.testing.assert_close(output.posteriors[level].stddev, expected.stddev)
    torch.testing.assert_close(output.posteriors[2].mean, messages[2].mean)


def test_encoding_follows_the_means_and_draws_nothing():
    model = chain()
    x = images(model)
    state = torch.get_rng_state()
    code = model.encode(x)
    assert isinstance(code, LadderCode)
    assert torch.equal(torch.get_rng_state(), state)
    for posterior, z in zip(code.posteriors, code.z, strict=True):
        assert torch.equal(posterior.mean, z)


@pytest.mark.parametrize("build", [chain, grids])
def test_innovations_and_levels_are_two_names_of_the_same(build):
    """Each is the other's inverse, for levels of images and for samples."""
    model = build()
    for z in (model(images(model)).z, model.sample(6)):
        back = model.compose(model.innovations(z))
        for found, expected in zip(back, z, strict=True):
            torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)


def test_innovations_of_samples_are_standard_normal_and_independent():
    """100,000 draws: a mean's standard error is 0.003, a covariance's as well."""
    model = chain()
    noise = torch.cat(model.innovations(model.sample(100_000)), dim=1)
    assert noise.mean(0).abs().max() < 5 * 100_000**-0.5
    error = noise.T.cov() - torch.eye(noise.shape[1], dtype=torch.float64)
    assert error.abs().max() < 5 * (2 / 100_000) ** 0.5


def test_the_joint_density_is_that_of_the_innovations_less_the_scales():
    """Change of variables: log p(z) = log N(e; 0, 1) - sum of log scales."""
    model = chain()
    z = model.sample(8)
    code = model.innovations(z)
    priors = [model.priors[0](*z[1:]), model.priors[1](*z[2:]), model.prior()]
    joint = sum(prior.log_prob(one) for prior, one in zip(priors, z, strict=True))
    normal = sum(Normal(0.0, 1.0).log_prob(e).sum(1) for e in code)
    scales = sum(prior.base_dist.scale.log().sum(-1) for prior in priors)
    torch.testing.assert_close(joint, normal - scales)


@pytest.mark.parametrize("frozen", [(), (1,), (2,), (3,), (1, 3), (2, 3), (1, 2, 3)])
def test_resampling_keeps_the_innovations_of_the_frozen_levels_only(frozen):
    model = chain()
    z = model(images(model)).z
    again = model.resample(z, frozen)
    before, after = model.innovations(z), model.innovations(again)
    for level in (1, 2, 3):
        same = torch.allclose(before[level - 1], after[level - 1], atol=1e-9)
        assert same == (level in frozen)
    # What lies above all that is drawn anew stays to the last digit or nearly so.
    drawn = max({1, 2, 3} - set(frozen), default=0)
    for level in range(drawn, 3):
        torch.testing.assert_close(again[level], z[level])


def test_a_generator_fixes_samples_and_leaves_the_global_one_alone():
    model = chain()
    state = torch.get_rng_state()
    draws = [
        model.resample(model.sample(4, seeded), (2,), seeded)
        for seeded in (torch.Generator().manual_seed(s) for s in (3, 3, 4))
    ]
    assert torch.equal(torch.get_rng_state(), state)
    for one, same, other in zip(*draws, strict=True):
        assert torch.equal(one, same)
        assert not torch.equal(one, other)


def test_every_weight_of_the_ladder_is_trained():
    """No level is cut off: each parameter gets a slope that is not all zero."""
    for model in (chain().train(), grids().train()):
        x = images(model)
        output = model(x)
        rates = [
            kl_divergence(*pair).sum()
            for pair in zip(output.posteriors, output.priors, strict=True)
        ]
        (sum(rates) - output.likelihood.log_prob(x).sum()).backward()
        for name, weight in model.named_parameters():
            assert weight.grad is not None, name
            assert (weight.grad != 0).any(), name


def test_a_chain_does_not_read_past_its_neighbour_and_a_grid_does():
    for model, reads in ((chain(), False), (grids(), True)):
        z = model.sample(2)
        moved = (*z[:-1], z[-1] + 1)
        assert torch.equal(model.decode(z), model.decode(moved)) != reads


def test_a_linear_gaussian_ladder_draws_from_its_marginal():
    """z_2 ~ N(0, 1), z_1 = A z_2 + s e: covariance A A' + s^2, from samples."""
    matrix = torch.randn(3, 2, dtype=torch.float64)

    class Linear(nn.Module):
        def forward(self, above):
            return gaussian(above @ matrix.T, torch.full((len(above), 3), 0.5).double())

    top = StandardNormal(2).double()
    model = LadderVAE(
        [nn.Identity()] * 2, [nn.Identity()] * 2, [Linear()], Linear(), top
    )
    drawn = model.sample(200_000)[0]
    expected = matrix @ matrix.T + 0.25 * torch.eye(3, dtype=torch.float64)
    marginal = MultivariateNormal(torch.zeros(3, dtype=torch.float64), expected)
    scale = marginal.variance.max()
    # Standard errors of 200,000 draws, five of them.
    error = float(5 * scale * (2 / 2e5) ** 0.5)
    torch.testing.assert_close(drawn.T.cov(), expected, rtol=0, atol=error)


def identity(count):
    return [nn.Identity() for _ in range(count)]


@pytest.mark.parametrize(
    ("rungs", "messages", "priors"), [(0, 0, 0), (1, 1, 1), (2, 1, 1), (2, 2, 0)]
)
def test_modules_that_make_no_ladder_are_refused(rungs, messages, priors):
    text = f"L - 1 priors, got {rungs}, {messages} and {priors}"
    with pytest.raises(ValueError, match=text):
        LadderVAE(*map(identity, (rungs, messages, priors)), nn.Identity(), None)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m, z: m.decode(z[:2]), "z must have 3 levels, got 2"),
        (lambda m, z: m.innovations(z[1:]), "z must have 3 levels, got 2"),
        (lambda m, z: m.compose((*z, z[0])), "innovations must have 3 levels, got 4"),
        (lambda m, _: m.infer(m.climb(images(m))[:1]), "messages must have 3 levels"),
        (lambda m, z: m.resample(z, (0, 1)), r"hold levels 1 to 3, got \[0\]"),
        (lambda m, z: m.resample(z, (4, 9)), r"hold levels 1 to 3, got \[4, 9\]"),
        (lambda m, _: m.sample(0), "count must be at least 1, got 0"),
        (lambda m, z: m.decode((z[1], *z[1:])), r"z must have shape \(B, 5\), got"),
        (lambda m, _: m(torch.rand(4, 9)), r"x must have shape \(B, 1, 4, 4\), got"),
    ],
)
def test_bad_calls_are_refused(call, message):
    model = chain()
    with pytest.raises(ValueError, match=message):
        call(model, model.sample(2))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: chain_ladder(SHAPE, (), ()), "one number a level, got 0 and 0"),
        (lambda: chain_ladder(SHAPE, (2, 2), (8,)), "one number a level, got 2 and 1"),
        (lambda: chain_ladder(SHAPE, (2, 0), (8, 8)), "dim must be at least 1, got 0"),
        (lambda: chain_ladder(SHAPE, (2,), (0,)), "width must be at least 1, got 0"),
        (lambda: grid_ladder((3, 8, 8), ()), "at least one level, got none"),
        (
            lambda: grid_ladder((3, 8, 8), ((1, 3),)),
            "the side 8 must be a power of two",
        ),
        (lambda: StandardNormal((2, 0)), r"dim must be at least 1, got \(2, 0\)"),
        (lambda: GridGaussian(0, 2), "width must be at least 1, got 0"),
    ],
)
def test_ladders_that_cannot_be_are_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_the_ladder_is_judged_as_its_vae_is():
    """NegativeELBO of the VAE is minus log p less the rate of the ladder's pass."""
    ladder, vae = one_level_and_its_vae()
    x = torch.rand(5, *SHAPE)
    torch.manual_seed(2)
    expected = NegativeELBO()(vae, x).terms
    torch.manual_seed(2)
    output = ladder(x)
    rate = kl_divergence(output.posteriors[0], output.priors[0])
    assert torch.equal(rate, expected["rate"])
    assert torch.equal(-output.likelihood.log_prob(x), expected["distortion"])

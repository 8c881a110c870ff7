"""Directions: exact on codes that are linear in attributes, whatever goes together."""

import pytest
import torch

from vae_lib.evaluation import (
    AttributeDirections,
    NamedCode,
    joint_directions,
    leakage,
    marginal_directions,
)
from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import MLPDecoder, MLPEncoder

NAMES = ("smile", "age", "grey")


@pytest.fixture
def sample():
    """Attributes (500, 3) of which two go together, and codes (500, 5) made of them."""
    generator = torch.Generator().manual_seed(0)
    attributes = torch.randn(500, 3, dtype=torch.float64, generator=generator)
    attributes[:, 2] = 0.8 * attributes[:, 1] + 0.6 * attributes[:, 2]
    attributes = attributes * torch.tensor([0.3, 2.0, 5.0]) + 1
    true = torch.randn(3, 5, dtype=torch.float64, generator=generator)
    noise = torch.randn(500, 5, dtype=torch.float64, generator=generator)
    return attributes, true, noise


def test_joint_directions_are_exact_on_linear_codes(sample):
    """Z = c + t B with t in standard deviations: least squares finds B itself."""
    attributes, true, _ = sample
    standard = (attributes - attributes.mean(0)) / attributes.std(0)
    found = joint_directions(7 + standard @ true, attributes, NAMES)
    torch.testing.assert_close(found.vectors, true)


def test_marginal_directions_are_joint_ones_mixed_by_the_correlations(sample):
    """Cov(z, t) = R B + Cov(e, t), and a residual of least squares has no Cov(e, t)."""
    attributes, true, noise = sample
    codes = attributes @ true + noise
    joint = joint_directions(codes, attributes, NAMES)
    marginal = marginal_directions(codes, attributes, NAMES)
    correlations = torch.corrcoef(attributes.T)
    torch.testing.assert_close(marginal.vectors, correlations @ joint.vectors)


def test_marginal_direction_of_two_values_is_the_difference_of_the_means(sample):
    attributes, _, noise = sample
    has = (attributes[:, :1] > 1).double()
    found = marginal_directions(noise, has, ("glasses",))["glasses"]
    difference = noise[has[:, 0] == 1].mean(0) - noise[has[:, 0] == 0].mean(0)
    torch.testing.assert_close(found, difference * has.std() * 499 / 500 * _bessel(has))


def _bessel(has):
    """N/(N-1) of the covariance, over the variance's own: exact for any split."""
    share, count = has.mean(), len(has)
    return share * (1 - share) / has.var() * (count / (count - 1)) * count / (count - 1)


@pytest.mark.parametrize("find", [joint_directions, marginal_directions])
def test_units_of_attributes_do_not_matter(sample, find):
    attributes, true, noise = sample
    codes = attributes @ true + noise
    other = attributes * torch.tensor([1000.0, 0.1, 3.0]) - 40
    one, two = find(codes, attributes, NAMES), find(codes, other, NAMES)
    torch.testing.assert_close(one.vectors, two.vectors)


def test_edits_add_up_and_can_be_undone():
    directions = AttributeDirections(("a", "b"), torch.randn(2, 4))
    z = torch.randn(3, 4)
    both = directions.edit(z, a=-2.0, b=1.5)
    torch.testing.assert_close(both, directions.edit(directions.edit(z, b=1.5), a=-2.0))
    torch.testing.assert_close(directions.edit(both, a=2.0, b=-1.5), z)
    torch.testing.assert_close(directions.edit(z), z)


def test_some_directions_are_the_same_directions():
    directions = AttributeDirections(NAMES, torch.randn(3, 4))
    some = directions.only(["grey", "smile"])
    assert some.names == ("grey", "smile")
    torch.testing.assert_close(some.vectors, directions.vectors[[2, 0]])
    with pytest.raises(ValueError, match="must be out of smile, age, grey, got 'hat'"):
        directions.only(["hat"])


def test_leakage_recovers_a_linear_decoders_own_mixture(sample):
    """Pictures linear in z: the weights are the mixture, whatever lies beside them."""
    generator = torch.Generator().manual_seed(1)
    pixels = torch.randn(3, 12, dtype=torch.float64, generator=generator)
    mixture = torch.tensor([[1.0, 0, 0], [0, 0.7, 0.5], [0.2, 0, 0]]).double()
    directions = AttributeDirections(NAMES, mixture)
    effects = pixels.view(1, 3, 1, 3, 4).repeat(6, 1, 1, 1, 1)
    codes = torch.randn(6, 3, dtype=torch.float64, generator=generator)
    for amount in (1.0, -3.0):
        found = leakage(_linear(pixels), codes, directions, effects, amount)
        torch.testing.assert_close(found, mixture)


def _linear(pixels):
    return lambda z: (z @ pixels).view(-1, 1, 3, 4)


@pytest.fixture
def named():
    """A named code of a small VAE, its sample of codes, and attributes."""
    torch.manual_seed(0)
    model = VAE(
        MLPEncoder((1, 4, 4), 5, (16,)),
        MLPDecoder(5, (1, 4, 4), (16,)),
        StandardNormal(5),
    ).eval()
    attributes = torch.randn(400, 3)
    attributes[:, 2] = 0.8 * attributes[:, 1] + 0.6 * attributes[:, 2]
    codes = attributes @ torch.randn(3, 5) + 0.5 * torch.randn(400, 5)
    directions = joint_directions(codes, attributes, NAMES)
    return NamedCode(model, directions, codes, attributes), directions, codes


def test_named_code_changes_coordinates_and_nothing_else(named):
    """Encode and decode by names: the same reconstruction."""
    code, *_ = named
    x = torch.rand(7, 1, 4, 4)
    plain = code.model.decode(code.model.encode(x).mean)
    torch.testing.assert_close(code.decode(code.encode(x).mean), plain)


def test_moving_a_named_coordinate_is_an_edit(named):
    code, directions, codes = named
    z = codes[:6]
    u = (z - code.centre) @ code.inverse
    u[:, 0] -= 2.0
    u[:, 1] += 1.5
    edited = code.model.decode(directions.edit(z, smile=-2.0, age=1.5))
    torch.testing.assert_close(code.decode(u), edited, atol=1e-5, rtol=1e-4)


def test_the_remainder_has_unit_variance_and_no_correlation(named):
    code, _, codes = named
    rest = ((codes - code.centre) @ code.inverse)[:, 3:]
    torch.testing.assert_close(torch.cov(rest.T), torch.eye(2), atol=1e-4, rtol=0)


def test_posterior_over_coordinates_is_the_codes_own(named):
    """A linear map of a Gaussian: u = (z - centre) M has covariance M' S M."""
    code, *_ = named
    x = torch.rand(2, 1, 4, 4)
    posterior = code.model.encode(x)
    covariance = torch.diag_embed(posterior.variance)
    expected = code.inverse.T @ covariance @ code.inverse
    torch.testing.assert_close(code.encode(x).covariance_matrix, expected)


def test_readings_have_the_least_variance(named):
    """Gauss, Markov and Aitken: any other unbiased reading varies more.

    The sample's covariance stands for the noise's; both readings are unbiased for the
    directions, so the difference of their variances over the noise is that over z.
    """
    code, directions, codes = named
    best = code.inverse[:, :3]
    plain = torch.linalg.pinv(directions.vectors)
    torch.testing.assert_close(directions.vectors @ plain, torch.eye(3))
    torch.testing.assert_close(
        directions.vectors @ best, torch.eye(3), atol=1e-5, rtol=0
    )
    centred = codes - codes.mean(0)
    assert ((centred @ best).var(0) < (centred @ plain).var(0)).all()


TABLE = torch.randn(20, 2, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("codes", "attributes", "names", "message"),
    [
        (TABLE[:, 0], TABLE, "ab", r"codes must be a table, got \(20,\)"),
        (TABLE, TABLE * torch.nan, "ab", "attributes must be finite"),
        (TABLE[:9], TABLE, "ab", r"got \(9, 2\), \(20, 2\) and 2 names"),
        (TABLE, TABLE, "abc", "and 3 names"),
        (TABLE[:3], TABLE[:3], "ab", "2 attributes need more than 3 rows"),
        (TABLE, TABLE * torch.tensor([1, 0]), "ab", "b must take at least two values"),
    ],
)
@pytest.mark.parametrize("find", [joint_directions, marginal_directions])
def test_bad_samples_are_refused(find, codes, attributes, names, message):
    with pytest.raises(ValueError, match=message):
        find(codes, attributes, tuple(names))


def test_mixtures_cannot_be_told_apart():
    twice = torch.cat([TABLE, TABLE[:, :1] + TABLE[:, 1:]], dim=1)
    with pytest.raises(
        ValueError, match="mixtures of one another, got 3 columns of rank 2"
    ):
        joint_directions(TABLE, twice, ("a", "b", "c"))


@pytest.mark.parametrize(
    ("names", "vectors", "message"),
    [
        (("a", "a"), torch.eye(2), "names must differ, got a, a"),
        (("a",), torch.eye(2), r"shape \(1, D\), a row for each name, got \(2, 2\)"),
        (("a", "b"), torch.eye(2) / 0, "vectors must be finite"),
    ],
)
def test_bad_directions_are_refused(names, vectors, message):
    with pytest.raises(ValueError, match=message):
        AttributeDirections(names, vectors)


@pytest.mark.parametrize(
    ("effects", "amount", "message"),
    [
        (torch.eye(2)[None], 0.0, "amount must not be 0"),
        (torch.eye(2), 1.0, r"effects must have shape \(1, B, \*event\)"),
        (torch.ones(1, 2, 2), 1.0, "mixtures of one another"),
        (torch.eye(3)[None], 1.0, r"event \(3,\), got \(1, 2\)"),
    ],
)
def test_leakage_refuses_what_it_cannot_measure(effects, amount, message):
    directions = AttributeDirections(("a", "b"), torch.eye(2))
    with pytest.raises(ValueError, match=message):
        leakage(lambda z: z, torch.zeros(1, 2), directions, effects, amount)


@pytest.mark.parametrize(
    ("codes", "attributes", "message"),
    [
        (torch.randn(9, 4), torch.randn(9, 3), r"codes must be \(N, 5\)"),
        (torch.randn(9, 5), torch.randn(9, 2), r"attributes \(N, 3\)"),
        (torch.randn(5, 5), torch.randn(5, 3), "5 latents and 5 codes"),
    ],
)
def test_named_code_refuses_what_does_not_fit(named, codes, attributes, message):
    code, directions, _ = named
    with pytest.raises(ValueError, match=message):
        NamedCode(code.model, directions, codes, attributes)

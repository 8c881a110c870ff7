"""The parts of ladders: shapes that fit, chains that do not look past a neighbour."""

import pytest
import torch

from vae_lib.networks import (
    ChainDecoder,
    ChainPrior,
    Gaussian,
    GridGaussian,
    GridLadderDecoder,
    GridPrior,
    GridRung,
    LadderRung,
)
from vae_lib.networks.ladder_conv import GridDescent

SHAPES = ((2, 8, 8), (3, 4, 4), (5, 1, 1))


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def grids(count=4, dtype=torch.float32):
    return [torch.randn(count, *shape, dtype=dtype) for shape in SHAPES]


def test_a_rung_normalises_its_features_over_the_batch():
    """Before the leaky rectifier each has mean 0 and variance 1 in training."""
    rung = LadderRung((1, 4, 4), 7)
    features = rung.trunk[:-1](torch.rand(200, 1, 4, 4))
    torch.testing.assert_close(features.mean(0), torch.zeros(7), rtol=0, atol=1e-5)
    # The variance is short by the normalisation's epsilon of 1e-5.
    variance = features.var(0, correction=0)
    torch.testing.assert_close(variance, torch.ones(7), rtol=0, atol=1e-2)


@pytest.mark.parametrize("size", [1, 2, 8, 16])
def test_a_rung_of_grids_has_the_side_it_was_asked_for(size):
    features = GridRung((3, 16, 16), 6, size)(torch.rand(4, 3, 16, 16))
    assert features.shape == (4, 6, size, size)


def test_a_chain_reads_its_neighbour_and_nothing_above():
    above = torch.randn(6, 4), torch.randn(6, 2)
    for part in (ChainPrior(4, 3, 8).eval(), ChainDecoder(4, (1, 4, 4), 8).eval()):
        found = part(*above)
        assert torch.equal(part(above[0], above[1] + 1).mean, found.mean)
        assert torch.equal(part(above[0]).mean, found.mean)
        assert not torch.equal(part(above[0] + 1, above[1]).mean, found.mean)


@pytest.mark.parametrize("level", range(3))
def test_a_grids_decoder_reads_every_level(level):
    decoder, z = GridLadderDecoder(SHAPES, (3, 16, 16), 6), grids()
    expected = decoder(*z)
    assert (expected.batch_shape, expected.event_shape) == ((4,), (3, 16, 16))
    z[level] = z[level] + 1
    assert not torch.allclose(decoder(*z).mean, expected.mean)


def test_a_grids_prior_is_a_gaussian_over_its_grid():
    prior = GridPrior(SHAPES[1:], SHAPES[0], 6)(*grids()[1:])
    assert (prior.batch_shape, prior.event_shape) == ((4,), SHAPES[0])
    assert (prior.stddev > 0).all()


def test_a_place_in_the_largest_grid_moves_pixels_around_it_only():
    """What a level of small patches can say: a spot of the image and its neighbours.

    A place covers 2 x 2 pixels; the convolutions that follow reach six pixels further.
    """
    decoder, z = GridLadderDecoder(SHAPES, (3, 16, 16), 6).double(), grids(1)
    z = [one.double() for one in z]
    before = decoder(*z).mean
    z[0][:, :, 0, 0] += 1
    moved = (decoder(*z).mean - before).abs().sum((0, 1)) > 0
    assert moved[:2, :2].any()
    assert not moved[8:].any()
    assert not moved[:, 8:].any()


def test_gradients_of_the_grids_match_finite_differences():
    decoder = GridLadderDecoder(SHAPES, (1, 16, 16), 3, Gaussian(1.0)).double()
    z = [one.double().requires_grad_() for one in grids(1)]
    assert torch.autograd.gradcheck(lambda *parts: decoder(*parts).mean.sum(), z)


def test_the_scale_of_a_grid_is_kept_in_range():
    head = GridGaussian(2, 1)
    with torch.no_grad():
        head.convolution.bias.copy_(torch.tensor([0.0, 1e6]))
    assert torch.isfinite(head(torch.zeros(1, 2, 3, 3)).stddev).all()


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: LadderRung((0, 4), 3), "pixels must be at least 1, got 0"),
        (lambda: LadderRung((1, 4), 0), "width must be at least 1, got 0"),
        (lambda: ChainPrior(0, 2, 3), "above must be at least 1, got 0"),
        (lambda: ChainPrior(2, 0, 3), "dim must be at least 1, got 0"),
        (lambda: ChainDecoder(0, (1, 4), 3), "dim must be at least 1, got 0"),
        (lambda: ChainDecoder(2, (1, 0), 3), "pixels must be at least 1, got 0"),
        (lambda: GridRung((3, 16, 16), 4, 0), "size must be at least 1, got 0"),
        (
            lambda: GridRung((3, 16, 16), 4, 5),
            "16 must be a power of two times size, got 5",
        ),
        (lambda: GridRung((3, 16, 16), 4, 32), "a power of two times size, got 32"),
        (lambda: GridDescent((), 4, 8), "levels must be at least 1, got 0"),
        (lambda: GridDescent(SHAPES[::-1], 4, 8), "times the next, got 8, 1, 4, 8"),
        (lambda: GridDescent(SHAPES, 4, 12), "times the next, got 12, 8, 4, 1"),
        (lambda: GridGaussian(3, 0), "dim must be at least 1, got 0"),
    ],
)
def test_parts_that_cannot_be_are_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: LadderRung((1, 4), 3)(torch.rand(2, 4)),
            r"x must have shape \(B, 1, 4",
        ),
        (lambda: ChainPrior(4, 2, 3)(torch.rand(2, 3)), r"z must have shape \(B, 4\)"),
        (
            lambda: ChainDecoder(4, (1, 4), 3)(torch.rand(2, 4).double()),
            "z must be torch.float32",
        ),
        (lambda: GridRung((3, 8, 8), 2, 4)(torch.rand(2, 3, 4, 4)), r"\(B, 3, 8, 8\)"),
        (
            lambda: GridLadderDecoder(SHAPES, (3, 16, 16), 2)(*grids()[::-1]),
            r"x must have shape \(B, 5, 1, 1\)",
        ),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()

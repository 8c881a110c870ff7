"""Sprites: the renderer draws the published images, and right ones at other sizes."""

import math

import pytest
import torch

from vae_lib.data import ImageSource, Sprites, load
from vae_lib.data.outlines import OUTLINES

SHAPES = ["square", "ellipse", "heart"]


def intersection_over_union(a, b):
    a, b = a.bool(), b.bool()
    return (a & b).sum((1, 2, 3)) / (a | b).sum((1, 2, 3))


@pytest.mark.parametrize("split", ["grid", "subset"])
def test_the_published_images_are_drawn(published, split):
    """At pixel centres, so that only boundary pixels can differ from the published."""
    data = load("dsprites", published, split)
    sprites = Sprites()
    overlap = torch.cat(
        [
            intersection_over_union(
                sprites.render(data.factors(index)), data.images(index)
            )
            for index in torch.arange(len(data)).split(2000)
        ]
    )
    shape = data.all_factors[:, 0]
    for which, least in enumerate([0.9995, 0.999, 0.999]):
        mean = overlap[shape == which].mean()
        assert mean >= least, f"{SHAPES[which]}: {mean:.5f}"
    assert overlap.min() >= 0.95


def test_the_grid_is_that_of_dsprites():
    sprites = Sprites()
    assert sprites.names == ("shape", "scale", "orientation", "posX", "posY")
    assert sprites.sizes == (3, 6, 40, 32, 32)
    assert len(sprites) == 3 * 6 * 40 * 32 * 32 == 737_280
    assert isinstance(sprites, ImageSource)
    ends = sprites.values([[0, 0, 0, 0, 0], [2, 5, 39, 31, 31]])
    assert ends[0].tolist() == [1.0, 0.5, 0.0, 0.0, 0.0]
    assert ends[1].tolist() == [3.0, 1.0, 2 * math.pi, 1.0, 1.0]


def test_index_undoes_factors():
    sprites = Sprites()
    index = torch.arange(0, len(sprites), 977)
    assert torch.equal(sprites.index(sprites.factors(index)), index)


def test_images_are_rendered_factors():
    sprites = Sprites()
    index = torch.arange(0, len(sprites), 9973)
    assert torch.equal(sprites.images(index), sprites.render(sprites.factors(index)))


@pytest.mark.parametrize("size", [64, 20])
def test_an_image_does_not_depend_on_its_batch(size):
    """Sorting, grouping and windows are an implementation's affair."""
    sprites = Sprites(size)
    index = torch.arange(0, len(sprites), 4999)
    together = sprites.images(index)
    alone = torch.cat([sprites.images([i]) for i in index.tolist()])
    assert torch.equal(together, alone)


def test_images_of_the_published_size_are_binary():
    images = Sprites().images(torch.arange(0, 737_280, 7001))
    assert images.dtype == torch.float32
    assert images.shape[1:] == (1, 64, 64)
    assert images.unique().tolist() == [0.0, 1.0]


@pytest.mark.parametrize("size", [1, 8, 28, 63, 100])
def test_white_is_the_area_of_the_outline(size):
    """The pixels' sum, times a pixel's area, is the sprite's area at any resolution.

    64 samples a pixel leave an error of the boundary pixels only: their number grows
    with the size, the pixel's area falls with its square. At size 1 and scale 0.5 the
    whole image is one pixel of 64 samples, a 64th of which is 64 square pixels.
    """
    sprites = Sprites(size)
    factors = torch.cartesian_prod(
        torch.arange(3), torch.tensor([0, 5]), torch.tensor([0, 7]),
        torch.tensor([0, 16]), torch.tensor([5]),
    )  # fmt: skip
    images = sprites.render(factors)
    assert images.min() >= 0
    assert images.max() <= 1
    areas = images.sum((1, 2, 3)).double() * (64 / size) ** 2
    scale = sprites.values(factors)[:, 1]
    expected = scale**2 * torch.tensor([OUTLINES[k].area for k in factors[:, 0]])
    spacing = 64 / size / 8
    perimeter = 2 * math.pi * 14 * scale
    assert ((areas - expected).abs() <= spacing * perimeter / 2).all()
    if size >= 63:
        torch.testing.assert_close(areas, expected.double(), rtol=0.02, atol=0)


def test_half_the_size_is_the_mean_of_blocks_of_twice_the_samples():
    """Coverage adds up: a pixel at size 16 covers exactly four pixels at size 32."""
    index = torch.arange(0, 737_280, 30_011)
    coarse = Sprites(16).images(index)
    fine = torch.nn.functional.avg_pool2d(Sprites(32).images(index), 2)
    # Both count the same area with 64 and 256 samples on a pixel; an edge through a
    # pixel misjudges at most about one row of 8 samples in each.
    torch.testing.assert_close(coarse, fine, rtol=0, atol=0.13)
    assert (coarse - fine).abs().mean() < 2e-3


def test_positions_move_right_and_down():
    images = Sprites().render([[1, 2, 3, 0, 0], [1, 2, 3, 31, 0], [1, 2, 3, 0, 31]])
    pixel = torch.arange(64.0)
    total = images.sum((1, 2, 3))
    x = (images.sum((1, 2)) * pixel).sum(1) / total
    y = (images.sum((1, 3)) * pixel).sum(1) / total
    torch.testing.assert_close(x, torch.tensor([15.5, 47.5, 15.5]), rtol=0, atol=0.2)
    torch.testing.assert_close(y, torch.tensor([15.5, 15.5, 47.5]), rtol=0, atol=0.2)


def test_an_upright_heart_points_down():
    """Its lower half narrows to a tip: the widest row lies above the centre."""
    heart = Sprites().render([[2, 5, 0, 16, 16]])[0, 0]
    widths = heart.sum(1)
    rows = widths.nonzero().flatten()
    widest = widths.argmax()
    assert widest - rows[0] < rows[-1] - widest
    assert widths[rows[-1]] <= 2


@pytest.mark.parametrize("shape", range(3), ids=SHAPES)
@pytest.mark.parametrize("size", [48, 64])
def test_a_full_turn_changes_nothing(shape, size):
    """Orientations 0 and 39 are the angles 0 and 2 pi."""
    first, last = Sprites(size).render([[shape, 3, 0, 7, 9], [shape, 3, 39, 7, 9]])
    torch.testing.assert_close(first, last, rtol=0, atol=1e-6 if size == 64 else 1 / 32)


def test_rendering_is_deterministic_and_draws_no_random_numbers():
    state = torch.random.get_rng_state()
    index = torch.arange(0, 737_280, 10_007)
    assert torch.equal(Sprites(40).images(index), Sprites(40).images(index))
    assert torch.equal(torch.random.get_rng_state(), state)


def test_the_repr_names_the_size():
    assert repr(Sprites(32)) == "Sprites(size=32)"


@pytest.mark.parametrize(
    ("size", "message"),
    [
        (0, "size must be at least 1 pixel, got 0"),
        (-64, "size must be at least 1 pixel, got -64"),
        (64.0, "size must be an integer, got 64.0"),
        (float("nan"), "size must be an integer, got nan"),
        ("64", "size must be an integer, got '64'"),
        (None, "size must be an integer, got None"),
    ],
)
def test_a_bad_size_is_refused(size, message):
    with pytest.raises(ValueError, match=message):
        Sprites(size)


@pytest.mark.parametrize("method", ["render", "index", "values"])
@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ([[3, 0, 0, 0, 0]], r"factor 'shape' must lie in \[0, 2\], got .* 3 to 3"),
        ([[0, 6, 0, 0, 0]], r"factor 'scale' must lie in \[0, 5\], got .* 6 to 6"),
        ([[0, 0, 40, 0, 0]], r"factor 'orientation' must lie in \[0, 39\]"),
        ([[0, 0, 0, -1, 0]], r"factor 'posX' must lie in \[0, 31\]"),
        ([[0, 0, 0, 0, 32]], r"factor 'posY' must lie in \[0, 31\]"),
        ([[1, 0, 0, 0, 0, 0]], r"factors must have shape \(N, 5\), got \(1, 6\)"),
        (torch.zeros(1, 5), "factors must hold integers, got torch.float32"),
        (torch.zeros(0, 5, dtype=torch.int64), "factors must not be empty"),
        (torch.full((1, 5), float("nan")), "factors must hold integers"),
    ],
)
def test_bad_factors_are_refused(method, factors, message):
    with pytest.raises(ValueError, match=message):
        getattr(Sprites(), method)(factors)


@pytest.mark.parametrize("method", ["images", "factors"])
@pytest.mark.parametrize(
    ("index", "message"),
    [
        ([737_280], r"index must lie in \[0, 737279\], got values from 737280"),
        ([-1], r"index must lie in \[0, 737279\], got values from -1"),
        ([], "index must not be empty"),
        ([[0]], r"index must have shape \(B,\), got \(1, 1\)"),
        ([0.5], "index must hold integers"),
    ],
)
def test_a_bad_index_is_refused(method, index, message):
    with pytest.raises(ValueError, match=message):
        getattr(Sprites(), method)(index)

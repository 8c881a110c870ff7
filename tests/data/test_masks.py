"""Masks: what is seen of an image, and what a model is told about it."""

import math

import pytest
import torch

from vae_lib.data import Binarized, Digits, Masked, brush_masks, quadrants, seen_part
from vae_lib.data.masks import _painted


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.mark.parametrize("size", [2, 8, 28])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_so_many_quarters_of_an_image_are_seen_and_each_holds_the_one_before(
    count, size
):
    seen = quadrants(count, size)
    assert seen.shape == (1, size, size)
    assert int(seen.sum()) == count * size * size // 4
    if count > 1:
        assert (seen | quadrants(count - 1, size)).equal(seen)


def test_three_quadrants_leave_the_lower_right_to_predict():
    """As in the published experiment."""
    hidden = ~quadrants(3, 28)
    assert hidden[:, 14:, 14:].all()
    assert int(hidden.sum()) == 14 * 14


def test_a_brush_paints_all_within_its_radius_of_a_stroke_and_no_more():
    """A stroke along the fifth row, whose pixels' centres lie at 4.5."""
    stroke = torch.tensor([[[4.5, 0.0, 4.5, 10.0]]])
    for radius, rows in ((0.1, [4]), (1.1, [3, 4, 5]), (2.1, [2, 3, 4, 5, 6])):
        painted = _painted(stroke, torch.tensor([[radius]]), 10)[0]
        assert painted.all(1).nonzero().flatten().tolist() == rows
        assert int(painted.sum()) == 10 * len(rows)


def test_a_brush_that_does_not_move_paints_a_disc():
    dot = torch.tensor([[[5.0, 5.0, 5.0, 5.0]]])
    painted = _painted(dot, torch.tensor([[4.0]]), 10)
    # Of a circle of radius 4, in whole pixels.
    assert int(painted.sum()) == pytest.approx(math.pi * 16, rel=0.1)
    assert painted.equal(painted.flip(1))
    assert painted.equal(painted.transpose(1, 2))


def test_brush_masks_hide_some_of_most_images_and_differ():
    masks = brush_masks(500)
    seen = masks.float().mean((1, 2, 3))
    assert masks.shape == (500, 1, 28, 28)
    assert len(masks.flatten(1).unique(dim=0)) > 490
    # From nearly nothing hidden to nearly all, so that a reader may paint anything.
    assert seen.quantile(0.05) < 0.15
    assert seen.quantile(0.95) > 0.9


def test_the_same_generator_paints_the_same_masks():
    first = brush_masks(5, generator=torch.Generator().manual_seed(3))
    again = brush_masks(5, generator=torch.Generator().manual_seed(3))
    assert first.equal(again)
    assert not first.equal(brush_masks(5, generator=torch.Generator().manual_seed(4)))


def test_the_seen_part_tells_nothing_of_what_is_hidden():
    """Two images that differ only there have the same seen part."""
    x, other = torch.rand(2, 4, 1, 8, 8)
    seen = quadrants(2, 8)
    merged = torch.where(seen, x, other)
    assert seen_part(x, seen).equal(seen_part(merged, seen))
    assert not seen_part(x, seen).equal(seen_part(other, seen))


def test_masked_images_come_whole_and_with_their_seen_parts():
    digits = Digits("test")
    masks = brush_masks(7, 8)
    batch = Masked(digits, masks).images(range(50))
    assert batch.x.equal(digits.images(range(50)))
    mask = batch.y[:, 1:]
    assert batch.y[:, :1].equal(batch.x * mask)
    drawn = {tuple(one.flatten().tolist()) for one in mask}
    known = {tuple(one.flatten().tolist()) for one in masks.float()}
    assert drawn == known  # 50 draws of 7: one is missed once in 2,000 seeds


def test_the_part_is_of_the_very_image_that_was_drawn():
    """Binarised images are drawn anew each time; the part must not be another draw."""
    source = Masked(Binarized(Digits("test")), quadrants(3, 8))
    batch = source.images([5] * 20)
    assert batch.y[:, :1].equal(batch.x * quadrants(3, 8))
    assert len(batch.x.unique(dim=0)) > 1
    assert len(source) == 360
    assert "Masked(Binarized(" in repr(source)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: quadrants(0), "count must be 1, 2 or 3 quadrants, got 0"),
        (lambda: quadrants(4), "count must be 1, 2 or 3 quadrants, got 4"),
        (lambda: quadrants(1, 7), "size must be even and at least 2, got 7"),
        (lambda: brush_masks(0), "count and size must be positive, got 0 and 28"),
        (lambda: brush_masks(2, 0), "count and size must be positive, got 2 and 0"),
        (
            lambda: seen_part(torch.rand(2, 1, 4, 4), torch.ones(3, 1, 4, 4)),
            r"seen must have shape .* for images \(2, 1, 4, 4\), got \(3, 1, 4, 4\)",
        ),
        (
            lambda: seen_part(torch.rand(2, 4, 4), torch.ones(1, 4, 4)),
            r"for images \(2, 4, 4\), got \(1, 4, 4\)",
        ),
        (
            lambda: Masked(torch.rand(2, 1, 4, 4), quadrants(1, 4)),
            r"must have a length and a method images\(index\), got Tensor",
        ),
        (
            lambda: Masked(Digits("test"), torch.ones(1, 8, 8)),
            r"seen must be bool .* got torch.float32 of shape \(1, 8, 8\)",
        ),
        (
            lambda: Masked(Digits("test"), torch.ones(5, 2, 8, 8).bool()),
            r"\(M, 1, H, W\), got torch.bool of shape \(5, 2, 8, 8\)",
        ),
    ],
)
def test_what_is_no_mask_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()

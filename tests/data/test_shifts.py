"""Shifted copies hold the same pixels elsewhere, and black where there were none."""

import pytest
import torch

from vae_lib.data import shifted_copies


@pytest.mark.parametrize("reach", [0, 1, 3])
def test_there_is_a_copy_for_each_shift(reach):
    images = torch.rand(3, 2, 5, 6)
    assert shifted_copies(images, reach).shape == ((2 * reach + 1) ** 2, 3, 2, 5, 6)


def test_the_middle_copy_is_the_image():
    images = torch.rand(3, 2, 5, 6)
    assert torch.equal(shifted_copies(images, 2)[12], images)


def test_copies_are_rolled_where_nothing_leaves_the_frame():
    """With two black rows and columns around, moving by two loses no pixel."""
    images = torch.zeros(2, 1, 8, 9)
    images[:, :, 2:6, 2:7] = torch.rand(2, 1, 4, 5)
    moves = [(down, right) for down in range(-2, 3) for right in range(-2, 3)]
    for copy, move in zip(shifted_copies(images, 2), moves, strict=True):
        assert torch.equal(copy, images.roll(move, (2, 3)))


def test_what_leaves_the_frame_does_not_come_back():
    copies = shifted_copies(torch.ones(1, 1, 4, 4), 1)
    assert copies.sum((1, 2, 3, 4)).tolist() == [9, 12, 9, 12, 16, 12, 9, 12, 9]


def test_bytes_stay_bytes():
    images = torch.randint(256, (2, 1, 4, 4)).byte()
    assert shifted_copies(images, 1).dtype == torch.uint8


@pytest.mark.parametrize("reach", [-1, 4])
def test_a_reach_outside_the_frame_is_refused(reach):
    with pytest.raises(ValueError, match=rf"reach must lie in \[0, 3\], got {reach}"):
        shifted_copies(torch.rand(1, 1, 4, 5), reach)


def test_other_than_images_are_refused():
    with pytest.raises(ValueError, match=r"shape \(N, C, H, W\), got \(2, 4, 4\)"):
        shifted_copies(torch.rand(2, 4, 4), 1)

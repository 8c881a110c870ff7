"""ImageGrid: a factor grid whose images are given."""

import pytest
import torch

from vae_lib.data import ImageGrid, ImageSet

LEVELS = {"shape": [0, 1, 2], "size": [0.5, 1.0]}


def test_an_index_means_the_same_image_and_factors():
    pixels = torch.arange(6, dtype=torch.uint8).view(6, 1, 1, 1)
    grid = ImageGrid(LEVELS, ImageSet(pixels))
    assert len(grid) == 6
    everything = torch.arange(6)
    factors = grid.factors(everything)
    assert torch.equal(grid.index(factors), everything)
    assert torch.equal(255 * grid.images(everything).flatten(), everything.float())


def test_every_combination_has_an_image():
    pixels = torch.zeros(5, 1, 1, 1, dtype=torch.uint8)
    text = "a grid of 6 combinations needs as many images, got 5"
    with pytest.raises(ValueError, match=text):
        ImageGrid(LEVELS, ImageSet(pixels))

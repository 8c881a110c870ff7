"""Grids of images: each image in its place, gaps that belong to no image."""

import numpy as np
import pytest
import torch

from vae_lib.plots import image_grid, tile


def numbered(count, channels=1, height=3, width=4):
    """Images of one grey each: image k is k / 10."""
    levels = torch.arange(count) / 10
    return levels.reshape(-1, 1, 1, 1).expand(-1, channels, height, width)


def test_tile_reads_like_text():
    """Image k stands in row k // columns and column k % columns."""
    canvas = tile(numbered(5), columns=2, gap=2)
    assert canvas.shape == (3 * 3 + 2 * 2, 2 * 4 + 2)
    for k in range(5):
        top, left = (k // 2) * 5, (k % 2) * 6
        block = canvas[top : top + 3, left : left + 4]
        np.testing.assert_allclose(block, k / 10)


def test_gaps_and_missing_images_are_transparent():
    """NaN is drawn as nothing: a black gap would read as a picture's border."""
    canvas = tile(numbered(3), columns=2)
    assert np.isnan(canvas[3]).all()
    assert np.isnan(canvas[:, 4]).all()
    assert np.isnan(canvas[4:, 5:]).all()
    assert np.isfinite(canvas).sum() == 3 * 3 * 4


def test_tile_keeps_colour_and_clips_to_the_range_of_images():
    """A decoder's mean of 1.2 is white, and not the reason to darken the others."""
    images = torch.full((1, 3, 2, 2), 1.2)
    images[:, 1] = -0.5
    canvas = tile(images, columns=1)
    assert canvas.shape == (2, 2, 3)
    np.testing.assert_array_equal(canvas[0, 0], [1, 0, 1])


def test_a_dictionary_is_one_labelled_row_each():
    """The label stands at the middle of its row."""
    figure = image_grid({"x": numbered(3), "mean": numbered(3).flip(0)})
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_yticklabels()] == ["x", "mean"]
    np.testing.assert_allclose(axes.get_yticks(), [1.5, 5.5])
    shown = np.asarray(axes.images[0].get_array())
    assert shown.shape == (2 * 3 + 1, 3 * 4 + 2)
    np.testing.assert_allclose(shown[4, [0, 5, 10]], [0.2, 0.1, 0.0], atol=1e-6)


def test_grey_is_drawn_from_black_to_white():
    """Without fixed limits matplotlib would stretch a grey image's contrast."""
    (axes,) = image_grid(numbered(2)).axes
    assert axes.images[0].get_clim() == (0, 1)
    assert axes.images[0].get_cmap().name == "gray"


def test_a_tensor_is_one_row_unless_told_otherwise():
    """Columns are free for a tensor, with labels above them."""
    (axes,) = image_grid(numbered(4), column_labels=["a", "b", "c", "d"]).axes
    assert axes.images[0].get_array().shape == (3, 4 * 4 + 3)
    assert [text.get_text() for text in axes.get_xticklabels()] == ["a", "b", "c", "d"]
    (axes,) = image_grid(numbered(4), columns=2).axes
    assert axes.images[0].get_array().shape == (2 * 3 + 1, 2 * 4 + 1)


@pytest.mark.parametrize(
    ("images", "columns", "message"),
    [
        (torch.zeros(2, 8, 8), 2, r"images must have shape .* got \(2, 8, 8\)"),
        (torch.zeros(2, 2, 8, 8), 2, r"C of 1 or 3 .* got \(2, 2, 8, 8\)"),
        (torch.zeros(0, 1, 8, 8), 2, r"N at least 1, got \(0, 1, 8, 8\)"),
        (torch.zeros(2, 1, 8, 8), 0, "columns must be at least 1, got 0"),
    ],
)
def test_tile_refuses_what_is_no_grid_of_images(images, columns, message):
    """The text says what was expected and what came."""
    with pytest.raises(ValueError, match=message):
        tile(images, columns)


def test_rows_of_different_lengths_are_refused():
    """Rows of one figure compare the same images."""
    rows = {"x": torch.zeros(3, 1, 4, 4), "mean": torch.zeros(2, 1, 4, 4)}
    with pytest.raises(ValueError, match="rows must have one shape, got"):
        image_grid(rows)

import numpy as np
import pytest
import torch

from vae_lib.plots import traversal_grid


def test_each_model_has_a_panel_whose_pictures_stand_in_their_places():
    """Row d, column s of a panel shows picture [d, s], a gap of one pixel apart."""
    pictures = torch.rand(3, 4, 1, 6, 5)
    figure = traversal_grid({"a": pictures, "b": 1 - pictures}, width=4)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["a", "b"]
    canvas = figure.axes[1].images[0].get_array()
    assert canvas.shape == (3 * 7 - 1, 4 * 6 - 1)
    np.testing.assert_allclose(canvas[14:20, 12:17], 1 - pictures[2, 2, 0], rtol=1e-6)


def test_a_row_label_stands_at_the_middle_of_its_row():
    figure = traversal_grid({"a": torch.rand(2, 3, 1, 8, 8)}, {"a": ["z1", "z2"]})
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_yticklabels()] == ["z1", "z2"]
    assert list(axes.get_yticks()) == [4, 13]


def test_colour_pictures_keep_their_channels():
    figure = traversal_grid({"a": torch.rand(2, 3, 3, 8, 8)})
    assert figure.axes[0].images[0].get_array().shape == (17, 26, 3)


@pytest.mark.parametrize(
    ("panels", "labels", "message"),
    [
        ({}, None, "got none"),
        ({"a": torch.rand(3, 1, 8, 8)}, None, r"shape, got \[\(3, 1, 8, 8\)\]"),
        (
            {"a": torch.rand(1, 2, 1, 8, 8), "b": torch.rand(2, 2, 1, 8, 8)},
            None,
            "of one shape",
        ),
        (
            {"a": torch.rand(2, 2, 1, 8, 8)},
            {"a": ["z1"]},
            "row_labels of 'a' must be 2, got 1",
        ),
        (
            {"a": torch.rand(2, 2, 1, 8, 8)},
            {"b": ["z1", "z2"]},
            r"labels for \['b'\]",
        ),
    ],
)
def test_panels_and_labels_that_do_not_fit_are_refused(panels, labels, message):
    with pytest.raises(ValueError, match=message):
        traversal_grid(panels, labels)

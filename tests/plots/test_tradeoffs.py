import numpy as np
import pytest

from vae_lib.plots import rate_distortion_plane


def test_the_curve_joins_the_models_and_names_each():
    figure = rate_distortion_plane([9, 2], [20, 90], ["cheap", "dear"])
    (axes,) = figure.axes
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), [[9, 20], [2, 90]])
    assert [text.get_text() for text in axes.texts] == ["cheap", "dear"]
    assert [text.xy for text in axes.texts] == [(9, 20), (2, 90)]


def test_the_region_below_the_entropy_is_shaded_and_named():
    """Rate + distortion >= entropy: a triangle with both legs of that length."""
    (axes,) = rate_distortion_plane([9, 2], [20, 90], ["a", "b"], floor=13.5).axes
    (region,) = axes.collections
    np.testing.assert_allclose(region.get_paths()[0].get_extents().max, [13.5, 13.5])
    assert [text.get_text() for text in axes.legend_.get_texts()] == ["impossible"]


def test_without_a_floor_nothing_is_shaded():
    (axes,) = rate_distortion_plane([9], [20], ["a"]).axes
    assert not axes.collections


@pytest.mark.parametrize(
    ("rates", "distortions", "labels"),
    [([1, 2], [1], ["a", "b"]), ([1], [1], ["a", "b"]), ([], [], [])],
)
def test_unequal_numbers_are_refused(rates, distortions, labels):
    with pytest.raises(ValueError, match="must be equally many"):
        rate_distortion_plane(rates, distortions, labels)

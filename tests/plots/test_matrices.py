import numpy as np
import pytest

from vae_lib.plots import matrices

TABLE = np.array([[1.0, -0.25], [0.04, 2.0], [0.0, -0.1]])


def test_every_panel_shows_its_matrix_in_one_scale():
    figure = matrices({"a": TABLE, "b": 2 * TABLE}, "pqr", "xy", limit=3)
    for axes, expected in zip(figure.axes, (TABLE, 2 * TABLE), strict=True):
        (image,) = axes.images
        np.testing.assert_array_equal(image.get_array(), expected)
        assert image.get_clim() == (-3, 3)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["a", "b"]


def test_large_numbers_are_written_where_they_stand():
    (axes,) = matrices({"a": TABLE}, "pqr", "xy").axes
    found = {text.get_position(): text.get_text() for text in axes.texts}
    assert found == {(0, 0): "1.00", (1, 0): "−.25", (1, 1): "2.00", (1, 2): "−.10"}


def test_zero_is_transparent():
    """So that it has the colour of any page."""
    (axes,) = matrices({"a": TABLE}, "pqr", "xy").axes
    (image,) = axes.images
    assert image.cmap(image.norm(0.0))[3] < 0.01
    assert image.cmap(image.norm(1.0))[3] == image.cmap(image.norm(-1.0))[3] == 1


@pytest.mark.parametrize("panels", [{}, {"a": TABLE.T}, {"a": TABLE, "b": TABLE[:1]}])
def test_other_shapes_are_refused(panels):
    with pytest.raises(ValueError, match=r"panels must be matrices \(3, 2\)"):
        matrices(panels, "pqr", "xy")


def test_no_limit_is_refused():
    with pytest.raises(ValueError, match="limit must be positive, got 0"):
        matrices({"a": TABLE}, "pqr", "xy", limit=0)

import numpy as np
import pytest

from vae_lib.plots import matrices

TABLE = np.array([[1.0, -0.25], [0.04, 2.0], [0.0, -0.1]])


def squares(axes):
    """Area and fill of the squares, as matrices."""
    areas, full = np.zeros((3, 2)), np.zeros((3, 2), bool)
    for patch in axes.patches:
        column, row = np.rint(np.add(patch.get_xy(), patch.get_width() / 2)).astype(int)
        areas[row, column] = patch.get_width() * patch.get_height()
        full[row, column] = patch.get_facecolor()[3] == 1
    return areas, full


def test_areas_are_the_sizes_and_fill_is_the_sign():
    figure = matrices({"a": TABLE, "b": -TABLE}, "pqr", "xy", limit=2)
    for axes, expected in zip(figure.axes, (TABLE, -TABLE), strict=True):
        areas, full = squares(axes)
        np.testing.assert_allclose(areas / areas.max(), np.abs(expected) / 2)
        np.testing.assert_array_equal(full, expected > 0)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["a", "b"]


def test_rows_are_named_once_and_columns_below_each():
    first, second = matrices({"a": TABLE, "b": TABLE}, "pqr", "xy").axes
    for axes in (first, second):
        assert [label.get_text() for label in axes.get_xticklabels()] == ["x", "y"]
    assert [label.get_text() for label in first.get_yticklabels()] == ["p", "q", "r"]
    assert not any(label.get_text() for label in second.get_yticklabels())


def test_numbers_beyond_the_limit_fill_their_cell_and_no_more():
    areas, _ = squares(matrices({"a": TABLE}, "pqr", "xy").axes[0])
    assert areas[0, 0] == areas[1, 1] < 1


@pytest.mark.parametrize("panels", [{}, {"a": TABLE.T}, {"a": TABLE, "b": TABLE[:1]}])
def test_other_shapes_are_refused(panels):
    with pytest.raises(ValueError, match=r"panels must be matrices \(3, 2\)"):
        matrices(panels, "pqr", "xy")


def test_no_limit_is_refused():
    with pytest.raises(ValueError, match="limit must be positive, got 0"):
        matrices({"a": TABLE}, "pqr", "xy", limit=0)

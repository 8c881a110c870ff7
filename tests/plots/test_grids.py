import numpy as np
import pytest

from vae_lib.plots import coordinate_lines

ONE = np.zeros((3, 5, 2))
OTHER = np.ones((2, 5, 2))


def test_the_two_families_differ_in_more_than_colour():
    (axes,) = coordinate_lines({"a": (ONE, OTHER)}, names=("x", "y")).axes
    assert len(axes.lines) == 5
    assert len({line.get_linestyle() for line in axes.lines}) == 2
    assert len({line.get_color() for line in axes.lines}) == 2


@pytest.mark.parametrize(
    ("panels", "message"),
    [
        ({}, "at least one panel"),
        ({"a": (ONE, ONE[0])}, r"'a' must have shape \(L, S, 2\), got \(5, 2\)"),
    ],
)
def test_bad_lines_are_named(panels, message):
    with pytest.raises(ValueError, match=message):
        coordinate_lines(panels, names=("x", "y"))

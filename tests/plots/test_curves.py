import numpy as np
import pytest

from vae_lib.plots import lines, new_axes, training_curves
from vae_lib.training import History


def test_each_series_is_drawn_through_its_own_points():
    series = {"a": ([1, 2, 3], [3.0, 1.0, 2.0]), "b": ([1, 3], [0.0, 5.0])}
    (axes,) = lines(series, x_label="step", y_label="rate (nats)").axes
    drawn = {line.get_label(): line.get_xydata().T for line in axes.lines}
    for name, points in series.items():
        np.testing.assert_array_equal(drawn[name], points)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("step", "rate (nats)")


def test_series_differ_in_colour_marker_and_dash():
    """Colour alone would not tell them apart in print, or to everyone."""
    series = {str(k): ([0, 1], [k, k]) for k in range(6)}
    (axes,) = lines(series, x_label="x", y_label="y").axes
    for look in ("get_color", "get_marker", "get_linestyle"):
        seen = {str(getattr(line, look)()) for line in axes.lines}
        # Two of the dashes have no name of their own and both read "--".
        assert len(seen) == 6 or look == "get_linestyle"


def test_an_unnamed_series_stays_out_of_the_legend():
    assert lines({"": ([0], [0])}, x_label="x", y_label="y").axes[0].legend_ is None
    (axes,) = lines({"": ([0], [0]), "b": ([0], [1])}, x_label="x", y_label="y").axes
    assert [text.get_text() for text in axes.legend_.get_texts()] == ["b"]


def test_given_axes_are_drawn_into():
    figure, (left, right) = new_axes(1, 2)
    assert lines({"a": ([0], [0])}, x_label="x", y_label="y", axes=right) is figure
    assert not left.lines
    assert len(right.lines) == 1


def test_the_horizontal_axis_may_be_logarithmic():
    series = {"a": ([1, 10], [0, 1])}
    (axes,) = lines(series, x_label="x", y_label="y", log_x=True).axes
    assert axes.get_xscale() == "log"


def test_smoothing_averages_the_last_records():
    history = History()
    for step, value in enumerate([4.0, 2.0, 0.0, 8.0]):
        history.record(10 * step, {"rate": value})
    (axes,) = training_curves({"run": history}, terms=["rate"], smooth=2).axes
    np.testing.assert_allclose(axes.lines[0].get_xydata().T, [[10, 20, 30], [3, 1, 4]])
    assert axes.get_ylabel() == "rate (nats)"


def test_each_term_has_its_panel():
    history = History()
    history.record(0, {"distortion": 5.0, "rate": 1.0})
    figure = training_curves({"run": history})
    assert [axes.get_ylabel() for axes in figure.axes] == [
        "distortion (nats)",
        "rate (nats)",
    ]


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="at least one series"):
        lines({}, x_label="x", y_label="y")
    with pytest.raises(ValueError, match=r"x and y of 'a' must .* \(2,\) and \(3,\)"):
        lines({"a": ([0, 1], [0, 1, 2])}, x_label="x", y_label="y")
    with pytest.raises(ValueError, match="smooth must be at least 1, got 0"):
        training_curves({}, smooth=0)
    history = History()
    history.record(0, {"rate": 1.0})
    with pytest.raises(KeyError, match="no series 'loss'"):
        training_curves({"run": history}, terms=["loss"])

import pytest

from vae_lib.plots import seed_dots

ROWS = {"as it is": [9.0, 12.0, 15.0], "restarts": [500.0, 510.0]}


def test_each_seed_is_a_dot_and_each_mean_a_line():
    (axes,) = seed_dots({"codes": ROWS}).axes
    dots, mean, others, other_mean = axes.lines
    assert list(dots.get_xdata()) == ROWS["as it is"]
    assert set(dots.get_ydata()) == {0}
    assert list(mean.get_xdata()) == [12.0, 12.0]
    assert list(others.get_xdata()) == ROWS["restarts"]
    assert list(other_mean.get_xdata()) == [505.0, 505.0]


def test_settings_are_named_once_first_on_top():
    first, second = seed_dots({"codes": ROWS, "error": ROWS}).axes
    assert [text.get_text() for text in first.get_yticklabels()] == list(ROWS)
    low, high = first.get_ylim()
    assert low > high
    assert not second.yaxis.get_tick_params()["labelleft"]
    assert (first.get_xlabel(), second.get_xlabel()) == ("codes", "error")


def test_one_panel_may_be_logarithmic():
    first, second = seed_dots({"codes": ROWS, "error": ROWS}, log_x=["codes"]).axes
    assert (first.get_xscale(), second.get_xscale()) == ("log", "linear")


@pytest.mark.parametrize(
    ("panels", "message"),
    [
        ({}, "at least one setting, got none"),
        ({"codes": {}}, "at least one setting, got none"),
        ({"codes": ROWS, "error": {"other": [1.0]}}, r"'error' must have the settings"),
        ({"codes": {"empty": []}}, "a number for each seed of 'empty'"),
    ],
)
def test_bad_panels_are_named(panels, message):
    with pytest.raises(ValueError, match=message):
        seed_dots(panels)

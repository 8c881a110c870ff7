import numpy as np
import pytest

from vae_lib.plots import code_clouds

CODES = np.random.default_rng(0).normal(size=(20, 2))
LABELS = np.arange(20) % 4


def test_every_code_is_drawn_at_one_scale_in_every_panel():
    figure = code_clouds({"a": CODES, "b": 100 * CODES}, LABELS, reach=4.0)
    first, second = figure.axes[:2]
    assert first.get_xlim() == second.get_xlim() == first.get_ylim()
    for axes in (first, second):
        places = np.concatenate([it.get_offsets() for it in axes.collections])
        assert len(places) == 20
        assert np.abs(places).max() <= 4  # what lies beyond stays at the edge


def test_circles_are_the_priors():
    axes = code_clouds({"a": CODES}, LABELS).axes[0]
    assert [circle.radius for circle in axes.patches] == [1, 2]


def test_panels_without_a_cloud_are_empty():
    figure = code_clouds(dict.fromkeys("abcd", CODES), LABELS, columns=3)
    assert [axes.axison for axes in figure.axes] == [True] * 4 + [False] * 2


@pytest.mark.parametrize(
    ("clouds", "labels", "message"),
    [
        ({}, LABELS, "at least one cloud, got none"),
        ({"a": CODES[:, 0]}, LABELS, r"'a' must have shape \(N, 2\), got \(20,\)"),
        ({"a": CODES}, LABELS[:5], r"labels must have shape \(20,\), got \(5,\)"),
    ],
)
def test_bad_arguments_are_named(clouds, labels, message):
    with pytest.raises(ValueError, match=message):
        code_clouds(clouds, labels)

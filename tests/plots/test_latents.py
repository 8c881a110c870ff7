"""Codes and rates: every point drawn once, in a mark that a legend can name."""

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex

from vae_lib.plots import COLORS, latent_scatter, rate_bars


def test_every_code_is_drawn_once_among_its_class():
    """Points of class k are the k-th collection, unchanged."""
    rng = np.random.default_rng(0)
    codes, labels = rng.normal(size=(60, 2)), rng.integers(0, 4, 60)
    (axes,) = latent_scatter(codes, labels).axes
    assert len(axes.collections) == 4
    for k, drawn in enumerate(axes.collections):
        np.testing.assert_array_equal(drawn.get_offsets(), codes[labels == k])


def test_each_class_is_named_at_its_median():
    """Colour is never the only sign: the class stands in the middle of its points."""
    codes = np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 9.0], [5.0, 5.0]])
    (axes,) = latent_scatter(codes, [7, 7, 7, 2]).axes
    named = {text.get_text(): text.get_position() for text in axes.texts}
    assert named == {"7": (1.0, 0.0), "2": (5.0, 5.0)}


def test_ten_classes_look_different():
    """There are fewer colours than digits, so the marker changes with the round."""
    codes = np.arange(20.0).reshape(10, 2)
    (axes,) = latent_scatter(codes, range(10)).axes
    looks = {
        (to_hex(c.get_facecolor()[0]), c.get_paths()[0].vertices.tobytes())
        for c in axes.collections
    }
    assert len(looks) == 10


def test_without_labels_there_is_one_cloud_and_no_name():
    """A single class needs no mark; tensors are taken as they are."""
    (axes,) = latent_scatter(torch.zeros(5, 2)).axes
    assert len(axes.collections) == 1
    assert not axes.texts


def test_a_circle_of_codes_is_drawn_round():
    """Distances in a latent space mean something: one scale for both axes."""
    (axes,) = latent_scatter([[0, 0], [3, 1]], names=("$z_3$", "$z_7$")).axes
    assert axes.get_aspect() == 1
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("$z_3$", "$z_7$")


@pytest.mark.parametrize(
    ("codes", "labels", "message"),
    [
        (np.zeros((4, 3)), None, r"codes must have shape \(N, 2\), got \(4, 3\)"),
        (np.zeros((0, 2)), None, r"codes must have shape \(N, 2\), got \(0, 2\)"),
        (np.zeros((4, 2)), [0, 1], r"labels must have shape \(4,\), got \(2,\)"),
    ],
)
def test_codes_off_the_plane_are_refused(codes, labels, message):
    """The text says what was expected and what came."""
    with pytest.raises(ValueError, match=message):
        latent_scatter(codes, labels)


@pytest.mark.parametrize("rates", [[0.5, 3.0, 0.0], torch.tensor([0.5, 3.0, 0.0])])
def test_bars_are_sorted_and_share_one_scale(rates):
    """The largest first; panels compare only if a nat is as high in each."""
    figure = rate_bars({"a": rates, "b": [6.0]})
    heights = [[bar.get_height() for bar in axes.patches] for axes in figure.axes]
    assert heights == [[3.0, 0.5, 0.0], [6.0]]
    assert [axes.get_title("left") for axes in figure.axes] == ["a", "b"]
    assert len({axes.get_ylim() for axes in figure.axes}) == 1
    assert figure.axes[0].get_ylim()[1] > 6
    assert to_hex(figure.axes[0].patches[0].get_facecolor()) == COLORS[0]


def test_no_model_is_refused():
    """A figure without panels is a mistake."""
    with pytest.raises(ValueError, match="at least one model, got none"):
        rate_bars({})


def test_latents_are_counted_in_whole_numbers():
    """There is no latent 2.5."""
    (axes,) = rate_bars({"a": np.arange(8.0)}).axes
    assert all(float(tick).is_integer() for tick in axes.get_xticks())

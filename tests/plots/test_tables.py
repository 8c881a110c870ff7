import numpy as np
import pytest

from vae_lib.plots import score_table


def test_each_cell_says_its_value_in_words_and_colour():
    """Colour is never the only sign."""
    figure = score_table([[0.0, 0.25], [0.5, 1.0]], ["a", "b"], ["x", "y"])
    (axes,) = figure.axes
    places = {text.get_text(): text.get_position() for text in axes.texts}
    assert places["0.25"] == (1.5, 0.5)
    assert places["0.50"] == (0.5, 1.5)
    mesh = axes.collections[0]
    np.testing.assert_array_equal(mesh.get_array().ravel(), [0, 0.25, 0.5, 1])
    assert axes.yaxis_inverted()  # the first row is on top


def test_ink_contrasts_with_its_cell():
    """By relative luminance, as WCAG asks of text: at least 4.5 to 1."""

    def luminance(rgb):
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    values = np.linspace(0, 1, 101)
    figure = score_table(values[None], ["a"], [""] * 101)
    (axes,) = figure.axes
    mesh = axes.collections[0]
    for text, cell in zip(axes.texts, mesh.to_rgba(values), strict=True):
        ink = 1.0 if text.get_color() == "white" else 0.0
        pair = sorted([ink, luminance(cell[:3])])
        assert (pair[1] + 0.05) / (pair[0] + 0.05) > 4.5


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[0.5]], r"shape \(1, 2\) and not be empty, got \(1, 1\)"),
        ([[0.5, 1.5]], r"must lie in \[0, 1\], got \[0.5, 1.5\]"),
        ([[0.5, np.nan]], r"must lie in \[0, 1\]"),
    ],
)
def test_bad_values_are_named(values, message):
    with pytest.raises(ValueError, match=message):
        score_table(values, ["a"], ["x", "y"])

"""One look: legible on both of the book's backgrounds, and nothing left behind."""

import io

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex, to_rgb

from vae_lib.plots import COLORS, INK, lines, new_axes, style
from vae_lib.plots.style import DASHES, MARKERS, series_styles

PAGES = {"light": "#ffffff", "dark": "#14181e"}


def luminance(color):
    """Relative luminance of a colour (WCAG 2.2), from 0 to 1."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in to_rgb(color)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Contrast ratio of two colours (WCAG 2.2), from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_knows_black_and_white():
    """The ratio's extremes, so that the tests below measure what they say."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#123456", "#123456") == 1


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
@pytest.mark.parametrize("color", [*COLORS, INK])
def test_every_colour_can_be_seen_on_both_pages(color, page):
    """WCAG 2.2 asks 3:1 of graphics; figures are transparent, so of both pages."""
    assert contrast(color, page) >= 3


def test_series_differ_in_more_than_colour():
    """A reader who sees no colours still has a marker and a dash for each series."""
    looks = [look for look, _ in zip(series_styles(), COLORS, strict=False)]
    assert len({look["color"] for look in looks}) == len(COLORS)
    assert len({look["marker"] for look in looks}) == len(MARKERS) == len(COLORS)
    assert len({str(look["linestyle"]) for look in looks}) == len(DASHES) == len(COLORS)


def test_style_is_undone_after_its_block():
    """Drawing one of our figures must not restyle the reader's own."""
    before = dict(mpl.rcParams)
    with style():
        assert mpl.rcParams["figure.facecolor"] == "none"
    assert dict(mpl.rcParams) == before


def test_new_axes_are_in_the_style_without_a_style_block():
    """A cell that makes its own axes gets the same ink and no background."""
    figure, axes = new_axes(1, 2, width=4, height=2)
    assert len(axes) == 2
    assert figure.get_facecolor()[3] == 0
    for ax in axes:
        assert ax.get_facecolor()[3] == 0
        assert to_hex(ax.spines["left"].get_edgecolor()) == INK
        assert not ax.spines["top"].get_visible()


def test_figures_are_not_left_open_in_pyplot():
    """An open figure would be shown twice, and keep its memory."""
    plt.close("all")
    new_axes(2, 2)
    lines({"a": ([0, 1], [0, 1])}, x_label="x", y_label="y")
    assert plt.get_fignums() == []


def test_the_same_figure_has_the_same_bytes():
    """Two builds of the book give the same files."""

    def svg():
        figure = lines({"a": ([0, 1], [0, 1])}, x_label="x", y_label="y")
        buffer = io.BytesIO()
        with style():
            figure.savefig(buffer, format="svg", metadata={"Date": None})
        return buffer.getvalue()

    assert svg() == svg()

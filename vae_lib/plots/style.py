"""One look for every figure: readable on paper, on a light page and on a dark one.

Figures are transparent, so ink has to contrast with white and with near-black at once.
A mid grey does for text and axes. The series colours below all lie between 3:1 and 7:1
against both backgrounds, and are told apart by marker and dash as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

__all__ = ["COLORS", "INK", "MAP", "new_axes", "series_styles", "style"]

INK = "#7a7f87"
GRID = "#9aa0a833"
# Blue, orange, green, red, violet, teal: hues from Okabe & Ito (2008), moved to one
# lightness so that none drowns on either background.
COLORS = ("#2f86c9", "#d9772b", "#2e9e6b", "#d1495b", "#8e6bbf", "#2b9aa8")
MARKERS = ("o", "s", "^", "D", "v", "P")
DASHES = (
    "-",
    (0, (5, 2)),
    (0, (2, 2)),
    (0, (6, 2, 1.5, 2)),
    (0, (8, 3)),
    (0, (1, 1.5)),
)
MAP = "viridis"

_STYLE = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "savefig.bbox": "tight",
    "figure.dpi": 110,
    "savefig.dpi": 160,
    "font.size": 11,
    "font.family": "sans-serif",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "image.cmap": "gray",
    "image.interpolation": "nearest",
    # The same figure gives the same bytes in every build.
    "svg.hashsalt": "vae_lib",
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the book's style inside this block, and leave matplotlib as it was."""
    with mpl.rc_context(_STYLE):
        yield


def new_axes(
    rows: int = 1, columns: int = 1, *, width: float = 6.4, height: float = 3.2
) -> tuple[Figure, list[Axes]]:
    """Return a figure of that size in inches and its axes, row by row, in the style.

    The figure is closed for pyplot: a notebook shows it once, where it is returned.
    """
    with style():
        figure, axes = plt.subplots(
            rows, columns, figsize=(width, height), squeeze=False, layout="constrained"
        )
    plt.close(figure)
    return figure, list(axes.flat)


def series_styles() -> Iterator[dict[str, object]]:
    """Yield colour, marker and dash of the first series, the second, and so on."""
    for color, marker, dash in cycle(zip(COLORS, MARKERS, DASHES, strict=True)):
        yield {"color": color, "marker": marker, "linestyle": dash}

"""Lines: training curves, and one quantity against another."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from vae_lib.plots.style import new_axes, series_styles, style
from vae_lib.training import History

__all__ = ["lines", "training_curves"]


def lines(
    series: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    x_label: str,
    y_label: str,
    log_x: bool = False,
    axes: Axes | None = None,
    markers: bool = True,
    width: float = 6.4,
    height: float = 3.2,
) -> Figure:
    """Draw named series (x, y) into one pair of axes.

    Args:
        series: name -> (x (N,), y (N,)); an empty name stays out of the legend.
        x_label: what is measured along x, with its unit.
        y_label: what is measured along y, with its unit.
        log_x: space x by its logarithm.
        axes: draw here instead of in a new figure.
        markers: mark every point; for curves of many points, leave off.
        width: of a new figure, in inches.
        height: of a new figure, in inches.

    Raises:
        ValueError: if there is no series, or the x and y of one differ in length.

    >>> lines({"line": ([0, 1], [1, 2])}, x_label="x", y_label="y")
    <Figure size ...>
    """
    if not series:
        raise ValueError("lines needs at least one series, got none")
    with style():
        if axes is None:
            _, (axes,) = new_axes(width=width, height=height)
        for (name, (x, y)), look in zip(series.items(), series_styles(), strict=False):
            x, y = np.asarray(x), np.asarray(y)
            if x.shape != y.shape:
                raise ValueError(
                    f"x and y of {name!r} must have the same shape, "
                    f"got {x.shape} and {y.shape}"
                )
            if not markers:
                look = look | {"marker": ""}
            axes.plot(x, y, label=name or None, **look)
        axes.set(xlabel=x_label, ylabel=y_label)
        if log_x:
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter("{x:g}")  # 100, not 10 to the 2
        if any(series):
            axes.legend()
    return axes.figure


def training_curves(
    histories: Mapping[str, History],
    terms: Sequence[str] = ("distortion", "rate"),
    *,
    smooth: int = 1,
    width: float = 6.4,
    height: float = 2.8,
) -> Figure:
    """Draw each term of each history against the step, one panel a term.

    Args:
        histories: label -> what `fit` returned.
        terms: series to draw, in nats.
        smooth: average over that many records.
        width: of the figure, in inches.
        height: of the figure, in inches.

    Raises:
        ValueError: if smooth is not positive; KeyError if a term was not recorded.
    """
    if smooth < 1:
        raise ValueError(f"smooth must be at least 1, got {smooth}")
    window = np.ones(smooth) / smooth
    with style():
        figure, panels = new_axes(1, len(terms), width=width, height=height)
        for term, axes in zip(terms, panels, strict=True):
            series = {
                label: (
                    history.steps[smooth - 1 :],
                    np.convolve(history[term], window, mode="valid"),
                )
                for label, history in histories.items()
            }
            lines(
                series,
                x_label="step",
                y_label=f"{term} (nats)",
                axes=axes,
                markers=False,
            )
    return figure

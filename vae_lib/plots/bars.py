"""Bars of several parts, one upon the other."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from vae_lib.plots.style import COLORS, INK, new_axes, style

__all__ = ["stacked_bars"]

HATCHES = ("", "///", "...", "xxx", "\\\\\\", "++")


def stacked_bars(
    parts: Mapping[str, ArrayLike],
    labels: Sequence[str],
    *,
    x_label: str,
    y_label: str,
    level: tuple[float, str] | None = None,
    axes: Axes | None = None,
    width: float = 6.4,
    height: float = 3.2,
) -> Figure:
    """Stack the parts of each bar; colour and hatching both say which part it is.

    Args:
        parts: name -> its share of each bar, (N,), non-negative; at most six, the first
            at the bottom.
        labels: N names, below the bars.
        x_label: what the bars are.
        y_label: what their length is, with its unit.
        level: a height to draw a line at, and its name.
        axes: draw here instead of in a new figure.
        width: of a new figure, in inches.
        height: of a new figure, in inches.

    Raises:
        ValueError: if there is no part, more than six, or one is not (N,).

    >>> stacked_bars({"a": [1, 2], "b": [2, 1]}, ["x", "y"], x_label="", y_label="nats")
    <Figure size ...>
    """
    if not 1 <= len(parts) <= len(HATCHES):
        raise ValueError(f"1 to {len(HATCHES)} parts fit, got {len(parts)}")
    values = {name: np.asarray(part, float) for name, part in parts.items()}
    for name, part in values.items():
        if part.shape != (len(labels),):
            raise ValueError(
                f"{name!r} must have one value for each of {len(labels)} bars, "
                f"got shape {part.shape}"
            )
    with style():
        if axes is None:
            _, (axes,) = new_axes(width=width, height=height)
        place, below = np.arange(len(labels)), np.zeros(len(labels))
        looks = zip(values.items(), COLORS, HATCHES, strict=False)
        for (name, part), color, hatch in looks:
            axes.bar(
                place,
                part,
                0.7,
                below,
                color=color + "cc",
                hatch=hatch,
                edgecolor=INK,
                linewidth=0.6,
                label=name,
            )
            below = below + part
        if level is not None:
            axes.axhline(level[0], color=INK, linestyle=(0, (5, 3)), label=level[1])
        axes.set(xlabel=x_label, ylabel=y_label)
        axes.set_xticks(place, labels)
        axes.grid(visible=False, axis="x")
        axes.legend()
    return axes.figure

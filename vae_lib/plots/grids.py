"""Coordinate lines: what a change of coordinates does to a plane."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from vae_lib.plots.style import COLORS, DASHES, new_axes, style

__all__ = ["coordinate_lines"]


def coordinate_lines(
    panels: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    names: tuple[str, str],
    width: float = 7.2,
    height: float = 3.0,
) -> Figure:
    """Draw two families of lines in one square panel each.

    Args:
        panels: title -> two families of lines, (L, S, 2) each: L lines of S points.
            The first is drawn solid, the second dashed and in another colour.
        names: of the axes.
        width: of the figure, in inches.
        height: of the figure, in inches.

    Raises:
        ValueError: if there is no panel, or a family is not (L, S, 2).

    >>> family = np.zeros((3, 5, 2))
    >>> coordinate_lines({"a": (family, family)}, names=("x", "y"))
    <Figure size ...>
    """
    if not panels:
        raise ValueError("coordinate_lines needs at least one panel, got none")
    with style():
        figure, axes = new_axes(1, len(panels), width=width, height=height)
        for panel, (title, families) in zip(axes, panels.items(), strict=True):
            for family, color, dash in zip(families, COLORS, DASHES, strict=False):
                family = np.asarray(family)
                if family.ndim != 3 or family.shape[2] != 2:
                    raise ValueError(
                        f"lines of {title!r} must have shape (L, S, 2), "
                        f"got {family.shape}"
                    )
                for line in family:
                    panel.plot(*line.T, color=color, linestyle=dash, linewidth=1.3)
            panel.set(title=title, xlabel=names[0], aspect="equal")
            panel.grid(visible=False)
        axes[0].set_ylabel(names[1])
    return figure

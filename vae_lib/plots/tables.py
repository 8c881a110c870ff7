"""Numbers in [0, 1] as a table whose cells are coloured by their value."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from vae_lib.plots.style import INK, MAP, new_axes, style

__all__ = ["score_table"]


def score_table(
    values: ArrayLike,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    width: float = 7.2,
    row_height: float = 0.36,
) -> Figure:
    """Draw scores as a table: the number in each cell, and its colour, say the same.

    Args:
        values: scores in [0, 1], (R, C).
        rows: text beside each row, R.
        columns: text above each column, C.
        width: of the figure, in inches.
        row_height: of one row, in inches.

    Raises:
        ValueError: if values are not (R, C), or leave [0, 1].

    >>> score_table([[1.0, 0.2]], ["perfect"], ["MIG", "SAP"])
    <Figure size ...>
    """
    values = np.asarray(values, float)
    if values.shape != (len(rows), len(columns)) or values.size == 0:
        raise ValueError(
            f"values must have shape ({len(rows)}, {len(columns)}) and not be empty, "
            f"got {values.shape}"
        )
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError(
            f"values must lie in [0, 1], got [{values.min():g}, {values.max():g}]"
        )
    colors = mpl.colormaps[MAP]
    with style():
        figure, (axes,) = new_axes(width=width, height=row_height * len(rows) + 0.6)
        axes.pcolormesh(
            values, vmin=0, vmax=1, cmap=colors, edgecolors=INK, linewidth=0.5
        )
        for (row, column), value in np.ndenumerate(values):
            ink = "black" if _luminance(colors(value)) > 0.18 else "white"
            place = (column + 0.5, row + 0.5)
            axes.text(*place, f"{value:.2f}", ha="center", va="center", color=ink)
        axes.invert_yaxis()
        axes.grid(visible=False)
        for side in axes.spines.values():
            side.set_visible(False)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.set_xticks(np.arange(len(columns)) + 0.5, list(columns))
        axes.set_yticks(np.arange(len(rows)) + 0.5, list(rows))
    return figure


def _luminance(color: tuple[float, ...]) -> float:
    """Relative luminance of a colour, as WCAG 2 defines it, in [0, 1].

    Black and white contrast equally with 0.18.
    """
    rgb = np.asarray(color[:3])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])

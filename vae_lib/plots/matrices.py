"""Tables of numbers as squares."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from vae_lib.plots.style import COLORS, GRID, INK, new_axes, style

__all__ = ["matrices"]


def matrices(
    panels: Mapping[str, ArrayLike],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    limit: float = 1.0,
    width: float = 7.4,
) -> Figure:
    """Show matrices side by side: the area of a square is the size of a number.

    A positive number is a full square, a negative one a hollow square.

    Args:
        panels: title -> matrix (R, C).
        rows: R labels, beside the first panel.
        columns: C labels, below every panel.
        limit: size of a number whose square fills its cell; larger ones look the same.
        width: of the figure, in inches.

    Raises:
        ValueError: if there is no panel, a matrix is not (R, C), or limit is not
            positive.

    >>> matrices({"a": np.eye(2), "b": -np.eye(2)}, ["p", "q"], ["p", "q"])
    <Figure size ...>
    """
    if not limit > 0:
        raise ValueError(f"limit must be positive, got {limit}")
    tables = {title: np.asarray(table, float) for title, table in panels.items()}
    shapes = {table.shape for table in tables.values()}
    if shapes != {(len(rows), len(columns))}:
        raise ValueError(
            f"panels must be matrices ({len(rows)}, {len(columns)}), "
            f"got {sorted(shapes) or 'none'}"
        )
    height = width / len(tables) * len(rows) / len(columns) + 0.7
    with style():
        figure, axes = new_axes(1, len(tables), width=width, height=height)
        for panel, (title, table) in zip(axes, tables.items(), strict=True):
            for (row, column), value in np.ndenumerate(table):
                side = np.sqrt(min(abs(value) / limit, 1)) * 0.94
                panel.add_patch(
                    Rectangle(
                        (column - side / 2, row - side / 2),
                        side,
                        side,
                        facecolor=COLORS[0] if value > 0 else "none",
                        edgecolor=COLORS[0] if value > 0 else COLORS[1],
                        linewidth=0 if value > 0 else 1.2,
                    )
                )
            panel.set(
                aspect="equal",
                xlim=(-0.6, len(columns) - 0.4),
                ylim=(len(rows) - 0.4, -0.6),
            )
            panel.grid(color=GRID)
            panel.tick_params(length=0, colors=INK, labelsize=9)
            panel.set_yticks(range(len(rows)), rows if panel is axes[0] else [])
            panel.set_xticks(range(len(columns)), columns, rotation=90)
            for line in panel.spines.values():
                line.set_visible(False)
            panel.set_title(title)
    return figure

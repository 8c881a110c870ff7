"""Tables of numbers as coloured squares."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from vae_lib.plots.style import COLORS, INK, new_axes, style

__all__ = ["matrices"]

# From one hue over nothing at all to another: zero is the page itself, light or dark.
SIGNED = LinearSegmentedColormap.from_list(
    "signed", [COLORS[1], f"{COLORS[1]}00", f"{COLORS[0]}00", COLORS[0]]
)


def matrices(
    panels: Mapping[str, ArrayLike],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    limit: float = 1.0,
    written: float = 0.1,
    width: float = 7.4,
) -> Figure:
    """Show matrices side by side; colour is the sign and size of each number.

    Args:
        panels: title -> matrix (R, C).
        rows: R labels, beside the first panel.
        columns: C labels, above every panel.
        limit: size of a number in full colour; larger ones look the same.
        written: numbers of at least this size are also written, with two digits.
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
    height = width / len(tables) * len(rows) / len(columns) + 0.9
    with style():
        figure, axes = new_axes(1, len(tables), width=width, height=height)
        for panel, (title, table) in zip(axes, tables.items(), strict=True):
            panel.imshow(table, cmap=SIGNED, vmin=-limit, vmax=limit)
            for row, column in np.argwhere(np.abs(table) >= written):
                text = f"{table[row, column]:.2f}"
                if abs(table[row, column]) < 1:
                    text = text.replace("0", "", 1)
                panel.text(
                    column,
                    row,
                    text.replace("-", "−"),
                    ha="center",
                    va="center",
                    fontsize=7,
                )
            panel.grid(visible=False)
            panel.tick_params(length=0, colors=INK, labelsize=8)
            panel.set_yticks(range(len(rows)), rows if panel is axes[0] else [])
            panel.set_xticks(range(len(columns)), columns, rotation=90)
            panel.set_title(title)
    return figure

"""What several seeds reached under several settings: a dot a seed, a row a setting."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from vae_lib.plots.style import COLORS, INK, new_axes, style

__all__ = ["seed_dots"]


def seed_dots(
    panels: Mapping[str, Mapping[str, Sequence[float]]],
    *,
    log_x: Sequence[str] = (),
    width: float = 7.2,
    row_height: float = 0.3,
) -> Figure:
    """Draw each seed's number as a dot and each setting's mean as a line.

    Few seeds are shown as what they are: an interval would say more than they know.

    Args:
        panels: what is measured -> setting -> its number for each seed. Panels stand
            side by side and share their settings, of which the first is on top.
        log_x: panels whose axis is logarithmic.
        width: of the figure, in inches.
        row_height: of a setting, in inches.

    Raises:
        ValueError: if there is nothing to draw, the panels have other settings than the
            first, or a setting has no seed.

    >>> seed_dots({"codes in use": {"as it is": [9, 12], "restarts": [500, 510]}})
    <Figure size ...>
    """
    settings = list(next(iter(panels.values()), ()))
    if not settings:
        raise ValueError("panels must hold at least one setting, got none")
    for name, rows in panels.items():
        if list(rows) != settings:
            raise ValueError(
                f"{name!r} must have the settings {settings}, got {list(rows)}"
            )
        empty = [setting for setting, values in rows.items() if not len(values)]
        if empty:
            raise ValueError(f"{name!r} needs a number for each seed of {empty[0]!r}")
    height = row_height * len(settings) + 0.6
    with style():
        figure, axes = new_axes(1, len(panels), width=width, height=height)
        for place, (name, rows) in zip(axes, panels.items(), strict=True):
            for row, values in enumerate(rows.values()):
                place.plot(
                    values, [row] * len(values), "o", color=COLORS[0], alpha=0.75
                )
                mean = float(np.mean(values))
                place.plot([mean, mean], [row - 0.35, row + 0.35], color=INK, lw=1.5)
            place.set_xlabel(name)
            if name in log_x:
                place.set_xscale("log")
                place.xaxis.set_major_formatter("{x:g}")
            place.set_yticks(range(len(settings)), settings)
            place.set_ylim(len(settings) - 0.5, -0.5)
            place.grid(visible=True, axis="both")
        for place in axes[1:]:
            place.tick_params(labelleft=False)
    return figure

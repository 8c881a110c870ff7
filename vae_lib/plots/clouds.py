"""Clouds of codes side by side, over the circles of the prior."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from numpy.typing import ArrayLike

from vae_lib.plots.style import COLORS, INK, MARKERS, new_axes, style

__all__ = ["code_clouds"]


def code_clouds(
    clouds: Mapping[str, ArrayLike],
    labels: ArrayLike,
    *,
    reach: float = 4.0,
    columns: int = 3,
    width: float = 7.2,
) -> Figure:
    """Draw codes in one square panel each, all at one scale.

    The circles hold 39 and 86 in 100 draws of a standard normal prior: they lie at one
    and two of its standard deviations.

    Args:
        clouds: title -> codes (N, 2), the same N images in each.
        labels: class of each image, (N,) integer, told by colour and mark.
        reach: half the side of a panel; codes beyond it are drawn at its edge.
        columns: panels in a row.
        width: of the figure, in inches.

    Raises:
        ValueError: if there is no cloud, codes are not (N, 2), or labels not (N,).

    >>> code_clouds({"a": np.zeros((3, 2))}, [0, 1, 1])
    <Figure size ...>
    """
    if not clouds:
        raise ValueError("code_clouds needs at least one cloud, got none")
    labels = np.asarray(labels)
    rows = -(-len(clouds) // columns)
    with style():
        figure, panels = new_axes(
            rows, columns, width=width, height=rows * (width / columns + 0.25)
        )
        for axes, (title, codes) in zip(panels, clouds.items(), strict=False):
            codes = np.asarray(codes)
            if codes.ndim != 2 or codes.shape[1] != 2:
                raise ValueError(
                    f"codes of {title!r} must have shape (N, 2), got {codes.shape}"
                )
            if labels.shape != codes.shape[:1]:
                raise ValueError(
                    f"labels must have shape ({len(codes)},), got {labels.shape}"
                )
            shown = codes.clip(-reach, reach)
            for place, label in enumerate(np.unique(labels)):
                color = COLORS[place % len(COLORS)]
                marker = MARKERS[(place // len(COLORS) + place) % len(MARKERS)]
                chosen = shown[labels == label]
                axes.scatter(
                    *chosen.T, s=7, color=color, marker=marker, alpha=0.6, lw=0
                )
            for radius in (1, 2):
                axes.add_patch(Circle((0, 0), radius, fill=False, ec=INK, lw=1.2))
            edge = 1.04 * reach
            axes.set(title=title, xlim=(-edge, edge), ylim=(-edge, edge))
            axes.set(aspect="equal", xticks=(-2, 0, 2), yticks=(-2, 0, 2))
        for axes in panels[len(clouds) :]:
            axes.set_axis_off()
    return figure

"""What one quantity costs in another: points along a trade, named one by one."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from vae_lib.plots.style import COLORS, INK, new_axes, style

__all__ = ["rate_distortion_plane"]


def rate_distortion_plane(
    rates: ArrayLike,
    distortions: ArrayLike,
    labels: Sequence[str],
    *,
    floor: float | None = None,
    width: float = 6.4,
    height: float = 3.8,
) -> Figure:
    """Draw models as points (rate, distortion), joined in the order given.

    Args:
        rates: of each model, (N,), in nats.
        distortions: of each model, (N,), in nats.
        labels: text beside each point.
        floor: entropy of the data in nats; rate + distortion cannot lie below it, and
            the region where it would is shaded.
        width: of the figure, in inches.
        height: of the figure, in inches.

    Raises:
        ValueError: if rates, distortions and labels differ in number, or are none.

    >>> rate_distortion_plane([2, 9], [90, 20], ["dear", "cheap"], floor=13.5)
    <Figure size ...>
    """
    rates, distortions = np.asarray(rates, float), np.asarray(distortions, float)
    if not (rates.shape == distortions.shape == (len(labels),) and len(labels)):
        raise ValueError(
            "rates, distortions and labels must be equally many, "
            f"got {rates.shape}, {distortions.shape} and {len(labels)}"
        )
    with style():
        figure, (axes,) = new_axes(width=width, height=height)
        axes.plot(rates, distortions, color=COLORS[0], marker="o")
        for rate, distortion, label in zip(rates, distortions, labels, strict=True):
            axes.annotate(
                label,
                (rate, distortion),
                xytext=(7, 5),
                textcoords="offset points",
                color=INK,
            )
        right, top = 1.15 * rates.max(), 1.1 * distortions.max()
        if floor is not None:
            axes.fill_between(
                [0, floor], [floor, 0], color=INK, alpha=0.25, lw=0, label="impossible"
            )
            axes.legend(loc="upper right")
        axes.set(
            xlabel="rate (nats)",
            ylabel="distortion (nats)",
            xlim=(0, right),
            ylim=(0, top),
        )
    return figure

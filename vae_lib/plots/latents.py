"""Codes: where a two-dimensional posterior lies, and what each latent carries."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from vae_lib.plots.style import COLORS, INK, MARKERS, new_axes, style

__all__ = ["latent_scatter", "rate_bars"]


def latent_scatter(
    codes: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    names: tuple[str, str] = ("$z_1$", "$z_2$"),
    width: float = 4.6,
    height: float = 4.2,
) -> Figure:
    """Scatter codes (N, 2), marked by label: colour and digit say the same.

    Args:
        codes: positions, (N, 2).
        labels: class of each, (N,) integer; each class is named at its median.
        names: of the axes.
        width: of the figure, in inches.
        height: of the figure, in inches.

    Raises:
        ValueError: if codes are not (N, 2) or labels not (N,).
    """
    codes = np.asarray(codes)
    if codes.ndim != 2 or codes.shape[1] != 2 or len(codes) == 0:
        raise ValueError(f"codes must have shape (N, 2), got {codes.shape}")
    labels = np.zeros(len(codes), int) if labels is None else np.asarray(labels)
    if labels.shape != codes.shape[:1]:
        raise ValueError(f"labels must have shape ({len(codes)},), got {labels.shape}")
    classes = np.unique(labels)
    with style():
        figure, (axes,) = new_axes(width=width, height=height)
        for place, label in enumerate(classes):
            chosen = codes[labels == label]
            color = COLORS[place % len(COLORS)]
            marker = MARKERS[(place // len(COLORS) + place) % len(MARKERS)]
            axes.scatter(*chosen.T, s=7, color=color, marker=marker, alpha=0.55, lw=0)
        if len(classes) > 1:
            for label in classes:
                x, y = np.median(codes[labels == label], axis=0)
                box = {"boxstyle": "circle,pad=0.2", "fc": "white", "ec": INK}
                axes.text(
                    x, y, str(label), ha="center", va="center", color="black", bbox=box
                )
        axes.set(xlabel=names[0], ylabel=names[1])
        axes.set_aspect("equal", adjustable="datalim")
    return figure


def rate_bars(
    rates: dict[str, ArrayLike],
    *,
    width: float = 6.4,
    height: float = 2.6,
) -> Figure:
    """Bars of the nats that each latent carries, largest first, one panel a model.

    Args:
        rates: model's label -> rates (D,), in nats.
        width: of the figure, in inches.
        height: of the figure, in inches.

    Raises:
        ValueError: if there is no model.
    """
    if not rates:
        raise ValueError("rate_bars needs at least one model, got none")
    with style():
        figure, panels = new_axes(1, len(rates), width=width, height=height)
        top = max(float(np.asarray(values).max()) for values in rates.values())
        for axes, (label, values) in zip(panels, rates.items(), strict=True):
            ordered = np.sort(np.asarray(values))[::-1]
            axes.bar(np.arange(1, len(ordered) + 1), ordered, color=COLORS[0])
            axes.set(title=label, xlabel="latent, by rate", ylim=(0, 1.05 * top))
            axes.grid(visible=False, axis="x")
            axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        panels[0].set_ylabel("rate (nats)")
    return figure

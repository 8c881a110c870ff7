"""The plane divided among codes: to each the places that are nearest to it."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from numpy.typing import ArrayLike

from vae_lib.plots.style import COLORS, INK, new_axes, style

__all__ = ["code_cells", "voronoi_cells"]


def voronoi_cells(codes: ArrayLike, reach: float) -> list[np.ndarray]:
    """The Voronoi cell of each code within the square [-reach, reach]^2.

    The square is cut once for every other code, along the line halfway between the two.
    Of codes in one place the first has the cell, as in `nearest_codes`.

    Args:
        codes: (K, 2), finite.
        reach: half the square's side, positive.

    Returns:
        K polygons (corners, 2), counter-clockwise; (0, 2) where nothing is left.

    Raises:
        ValueError: if codes are not (K, 2) and finite, or reach is not positive.

    Source: Sutherland & Hodgman (1974), "Reentrant polygon clipping".

    >>> left, right = voronoi_cells([[-1.0, 0.0], [1.0, 0.0]], reach=2.0)
    >>> left.tolist()
    [[-2.0, -2.0], [0.0, -2.0], [0.0, 2.0], [-2.0, 2.0]]
    """
    codes = np.asarray(codes, float)
    if codes.ndim != 2 or codes.shape[1] != 2 or not np.isfinite(codes).all():
        raise ValueError(f"codes must be finite of shape (K, 2), got {codes.shape}")
    if not reach > 0:
        raise ValueError(f"reach must be positive, got {reach}")
    square = reach * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    return [_cell(codes, place, square) for place in range(len(codes))]


def code_cells(
    panels: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    reach: float,
    width: float = 7.2,
) -> Figure:
    """Draw latents, codes and the codes' cells, a square panel each.

    A code is a ringed dot in its cell's colour; a cell without a latent is hatched.

    Args:
        panels: title -> latents (N, 2) and codes (K, 2).
        reach: half the side of a panel; latents beyond it are drawn at its edge.
        width: of the figure, in inches.

    Raises:
        ValueError: if there is no panel, or latents are not (N, 2).

    >>> code_cells({"a": (np.zeros((3, 2)), np.zeros((1, 2)))}, reach=1.0)
    <Figure size ...>
    """
    if not panels:
        raise ValueError("code_cells needs at least one panel, got none")
    with style():
        figure, drawn = new_axes(
            1, len(panels), width=width, height=width / len(panels) + 0.25
        )
        for axes, (title, (latents, codes)) in zip(drawn, panels.items(), strict=True):
            latents, codes = np.asarray(latents, float), np.asarray(codes, float)
            if latents.ndim != 2 or latents.shape[1] != 2:
                raise ValueError(
                    f"latents of {title!r} must have shape (N, 2), got {latents.shape}"
                )
            chosen = ((latents[:, None] - codes) ** 2).sum(2).argmin(1)
            for place, cell in enumerate(voronoi_cells(codes, reach)):
                color = COLORS[place % len(COLORS)]
                mine = latents[chosen == place].clip(-reach, reach)
                axes.add_patch(
                    Polygon(
                        cell.reshape(-1, 2),
                        fc=color + "22",
                        ec=INK,
                        lw=0.8,
                        hatch=None if len(mine) else "///",
                    )
                )
                axes.scatter(*mine.T, s=6, color=color, lw=0)
                axes.scatter(*codes[place], s=60, color=color, ec=INK, lw=1.5, zorder=3)
            axes.set(title=title, xlim=(-reach, reach), ylim=(-reach, reach))
            axes.set(aspect="equal", xticks=(), yticks=())
            axes.grid(visible=False)
    return figure


def _cell(codes: np.ndarray, place: int, polygon: np.ndarray) -> np.ndarray:
    for other, code in enumerate(codes):
        apart = code - codes[place]
        if not apart.any():
            if other < place:
                return np.zeros((0, 2))
            continue
        # Positive beyond the line halfway to the other code.
        beyond = (polygon - (code + codes[place]) / 2) @ apart
        polygon = _cut(polygon, beyond)
    return polygon


def _cut(polygon: np.ndarray, beyond: np.ndarray) -> np.ndarray:
    """What of a convex polygon (C, 2) is not beyond a line."""
    kept: list[np.ndarray] = []
    for k in range(len(polygon)):
        start, end = polygon[k - 1], polygon[k]
        before, after = beyond[k - 1], beyond[k]
        if (before > 0) != (after > 0):
            kept.append(start + (end - start) * before / (before - after))
        if after <= 0:
            kept.append(end)
    return np.array(kept).reshape(-1, 2)

"""Pictures of pictures."""

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from vae_lib.plots.style import INK, new_axes, style

__all__ = ["image_grid", "tile"]


def tile(images: Tensor, columns: int, gap: int = 1) -> NDArray[np.float32]:
    """Lay images (N, C, H, W) in [0, 1] out in rows: one array (rows, width[, 3]).

    The gap between images, in pixels, is NaN: matplotlib leaves it transparent.

    Raises:
        ValueError: if images are not (N, 1 or 3, H, W), or columns is not positive.

    >>> tile(torch.zeros(4, 1, 8, 8), columns=2).shape
    (17, 17)
    """
    if images.dim() != 4 or images.shape[1] not in (1, 3) or images.numel() == 0:
        raise ValueError(
            "images must have shape (N, C, H, W) with C of 1 or 3 and N at least 1, "
            f"got {tuple(images.shape)}"
        )
    if columns < 1:
        raise ValueError(f"columns must be at least 1, got {columns}")
    count, channels, height, width = images.shape
    rows = -(-count // columns)
    canvas = np.full(
        (rows * (height + gap) - gap, columns * (width + gap) - gap, channels),
        np.nan,
        dtype=np.float32,
    )
    pixels = images.detach().cpu().clamp(0, 1).permute(0, 2, 3, 1).float().numpy()
    for place, image in enumerate(pixels):
        top = (place // columns) * (height + gap)
        left = (place % columns) * (width + gap)
        canvas[top : top + height, left : left + width] = image
    return canvas[..., 0] if channels == 1 else canvas


def image_grid(
    rows: dict[str, Tensor] | Tensor,
    *,
    columns: int | None = None,
    column_labels: Sequence[str] = (),
    width: float = 6.4,
) -> Figure:
    """Show images in a grid; a dictionary gives each row its label.

    Args:
        rows: images (N, C, H, W) in [0, 1], or row label -> images, all of one size.
        columns: images in a row, when `rows` is a tensor; by default all in one row.
        column_labels: text above each column.
        width: of the figure, in inches.

    Returns:
        The figure.

    Raises:
        ValueError: if rows have different lengths, or images a wrong shape.

    >>> image_grid({"x": torch.rand(3, 1, 8, 8), "mean": torch.rand(3, 1, 8, 8)})
    <Figure size ...>
    """
    if isinstance(rows, Tensor):
        stacked, labels = rows, []
        columns = columns or len(rows)
    else:
        shapes = {tuple(images.shape) for images in rows.values()}
        if len(shapes) != 1:
            raise ValueError(f"rows must have one shape, got {sorted(shapes)}")
        stacked, labels = torch.cat(list(rows.values())), list(rows)
        columns = len(next(iter(rows.values())))
    canvas = tile(stacked, columns)
    height, step = stacked.shape[-2], stacked.shape[-2] + 1
    across = stacked.shape[-1] + 1
    with style():
        figure, (axes,) = new_axes(
            width=width, height=width * canvas.shape[0] / canvas.shape[1] + 0.3
        )
        axes.imshow(canvas, vmin=0, vmax=1, cmap="gray")
        axes.grid(visible=False)
        for side in axes.spines.values():
            side.set_visible(False)
        axes.tick_params(length=0, colors=INK)
        axes.set_yticks([k * step + height / 2 for k in range(len(labels))], labels)
        axes.xaxis.tick_top()
        axes.set_xticks(
            [k * across + across / 2 for k in range(len(column_labels))],
            list(column_labels),
        )
    return figure

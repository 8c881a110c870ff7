"""Copies of images moved by a few pixels: the cheapest augmentation there is."""

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["shifted_copies"]


def shifted_copies(images: Tensor, reach: int) -> Tensor:
    """Move every image by up to `reach` pixels in both directions; zeros come in.

    Args:
        images: (N, C, H, W).
        reach: pixels, from 0 on and below H and W.

    Returns:
        All N under each of S = (2 reach + 1)^2 shifts, (S, N, C, H, W), in the order of
        the rows that they move down, then of the columns that they move right.

    Raises:
        ValueError: if images have another number of dimensions, or reach does not fit.

    A pixel moves up and left, up, up and right, and so on:

    >>> dot = torch.tensor([[[[0, 0, 0], [0, 1, 0], [0, 0, 0]]]])
    >>> [int(copy.flatten().argmax()) for copy in shifted_copies(dot, 1)]
    [0, 1, 2, 3, 4, 5, 6, 7, 8]
    """
    if images.dim() != 4:
        raise ValueError(
            f"images must have shape (N, C, H, W), got {tuple(images.shape)}"
        )
    height, width = images.shape[2:]
    if not 0 <= reach < min(height, width):
        raise ValueError(
            f"reach must lie in [0, {min(height, width) - 1}], got {reach}"
        )
    wide = F.pad(images, (reach,) * 4)
    copies = [
        wide[:, :, row : row + height, column : column + width]
        for row in range(2 * reach, -1, -1)
        for column in range(2 * reach, -1, -1)
    ]
    return torch.stack(copies)

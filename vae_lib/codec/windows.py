"""Grids larger than a prior's, cut into windows that it can price."""

from torch import Tensor

__all__ = ["cut", "join"]


def cut(indices: Tensor, window: tuple[int, int]) -> Tensor:
    """Cut grids into windows, row by row.

    Args:
        indices: grids (B, H, W), whose sides the window's divide.
        window: its height h and width w.

    Returns:
        Windows (B H W / (h w), h, w). They forget each other: a prior of windows prices
        the first code of each as if nothing stood beside it.

    Raises:
        ValueError: if the window does not divide the grid.

    >>> import torch
    >>> cut(torch.arange(8).view(1, 2, 4), (2, 2)).tolist()
    [[[0, 1], [4, 5]], [[2, 3], [6, 7]]]
    """
    count, height, width = indices.shape
    tall, wide = window
    if height % tall or width % wide:
        raise ValueError(
            f"windows of {tall} x {wide} must divide the grid, got {height} x {width}"
        )
    parts = indices.view(count, height // tall, tall, width // wide, wide)
    return parts.transpose(2, 3).reshape(-1, tall, wide)


def join(windows: Tensor, grid: tuple[int, int]) -> Tensor:
    """Put windows (B H W / (h w), h, w) together to grids (B, H, W): undoes `cut`.

    >>> import torch
    >>> grids = torch.arange(12).view(1, 2, 6)
    >>> torch.equal(join(cut(grids, (2, 3)), (2, 6)), grids)
    True
    """
    height, width = grid
    tall, wide = windows.shape[1:]
    parts = windows.view(-1, height // tall, width // wide, tall, wide)
    return parts.transpose(2, 3).reshape(-1, height, width)

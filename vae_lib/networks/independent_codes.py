"""Codes that know nothing of each other: one table of logits a place."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from vae_lib.networks.checks import (
    check_grid,
    check_labels,
    check_range,
    check_sizes,
)

__all__ = ["IndependentCodes"]


class IndependentCodes(nn.Module):
    """Logits of each code of a grid that depend on its place (and class) alone.

    Fresh, it is uniform; `count` makes it the best prior of independent codes.

    Args:
        num_codes: size K of the codebook.
        grid: height H and width W.
        num_classes: classes Y to condition on; None for none.

    Raises:
        ValueError: if a size is not positive, or indices or labels do not fit.

    >>> network = IndependentCodes(2, (1, 1))
    >>> network.count(torch.tensor([[[1]], [[1]], [[0]], [[1]]]), smoothing=0.0)
    >>> network.table.data.exp().flatten()
    tensor([0.2500, 0.7500])
    """

    def __init__(
        self, num_codes: int, grid: tuple[int, int], num_classes: int | None = None
    ) -> None:
        super().__init__()
        height, width = grid
        classes = 1 if num_classes is None else num_classes
        check_sizes(num_codes=num_codes, height=height, width=width, classes=classes)
        self.num_codes, self.grid, self.num_classes = num_codes, grid, num_classes
        self.table = nn.Parameter(torch.zeros(classes, num_codes, height, width))

    def forward(self, indices: Tensor, labels: Tensor | None = None) -> Tensor:
        """Logits (B, K, H, W) of indices (B, H, W) int64 and classes (B,) int64."""
        check_grid(indices, self.grid)
        return self._logits(len(indices), labels)

    def steps(
        self, count: int, labels: Tensor | None = None
    ) -> Callable[[Tensor | None], Tensor]:
        """The same logits (B, K) place by place, for grids that are being drawn.

        Args:
            count: number of grids B.
            labels: their classes, as `forward` takes them.
        """
        places = iter(self._logits(count, labels).flatten(2).unbind(2))
        return lambda _previous: next(places)

    def _logits(self, count: int, labels: Tensor | None) -> Tensor:
        check_labels(labels, count, self.num_classes)
        if labels is None:
            return self.table.expand(count, -1, -1, -1)
        return self.table[labels]

    @torch.no_grad()
    def count(
        self, indices: Tensor, labels: Tensor | None = None, smoothing: float = 0.1
    ) -> None:
        """Set the table to the log frequencies of codes (N, H, W) at each place.

        Args:
            indices: int64.
            labels: the grids' classes, (N,), int64, if there are classes.
            smoothing: added to each count, so that a code that was never seen is not
                impossible.

        Raises:
            ValueError: if indices or labels do not fit, or smoothing is negative.
        """
        check_grid(indices, self.grid)
        check_labels(labels, indices.shape[0], self.num_classes)
        check_range("indices", indices, self.num_codes)
        if smoothing < 0:
            raise ValueError(f"smoothing must not be negative, got {smoothing}")
        classes, height, width = len(self.table), *self.grid
        place = torch.arange(height * width, device=indices.device)
        cell = place * self.num_codes + indices.flatten(1)
        if labels is not None:
            check_range("labels", labels, classes)
            cell = cell + labels[:, None] * (height * width * self.num_codes)
        # One number a code, where its one-hot vector would have num_codes.
        counts = torch.bincount(cell.flatten(), minlength=self.table.numel())
        counts = counts.view(classes, height, width, self.num_codes)
        counts = counts.to(self.table.dtype) + smoothing
        frequencies = counts / counts.sum(-1, keepdim=True)
        self.table.copy_(frequencies.log().permute(0, 3, 1, 2))

"""A full grid of named factors: index of an image <-> factor indices <-> values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from vae_lib.data.indexing import Index, as_index, as_integers

__all__ = ["FactorGrid"]


class FactorGrid:
    """Every combination of the values of K named factors, in C order.

    The last factor changes fastest, as in a NumPy array of shape `sizes`.

    Args:
        levels: the values of each factor, by name, in order.

    Raises:
        ValueError: if there is no factor, or one has no value, or one that is not
            finite.

    >>> grid = FactorGrid({"size": [0.5, 1.0], "angle": [0.0, 120.0, 240.0]})
    >>> grid
    FactorGrid(size: 2, angle: 3)
    >>> len(grid)
    6
    >>> grid.factors([0, 1, 5])
    tensor([[0, 0],
            [0, 1],
            [1, 2]])
    >>> grid.index([[1, 2]])
    tensor([5])
    >>> grid.values([[1, 2]])
    tensor([[  1., 240.]], dtype=torch.float64)
    """

    def __init__(self, levels: Mapping[str, Sequence[float]]) -> None:
        if not levels:
            raise ValueError("levels must name at least one factor, got none")
        self._levels = {
            name: torch.as_tensor(values, dtype=torch.float64)
            for name, values in levels.items()
        }
        for name, values in self._levels.items():
            if values.ndim != 1 or len(values) == 0:
                raise ValueError(
                    f"factor {name!r} must have values of shape (n,) with n >= 1, "
                    f"got {tuple(values.shape)}"
                )
            if not values.isfinite().all():
                raise ValueError(
                    f"factor {name!r} must have finite values, got {values.tolist()}"
                )
        self.names: tuple[str, ...] = tuple(self._levels)
        self.sizes: tuple[int, ...] = tuple(len(v) for v in self._levels.values())

    def __len__(self) -> int:
        return math.prod(self.sizes)

    def __repr__(self) -> str:
        pairs = zip(self.names, self.sizes, strict=True)
        return f"FactorGrid({', '.join(f'{name}: {size}' for name, size in pairs)})"

    def factors(self, index: Index) -> Tensor:
        """Return the factor indices (N, K), int64, of positions `index` (N,)."""
        index = as_index(index, len(self))
        return torch.stack(torch.unravel_index(index, self.sizes), dim=1)

    def index(self, factors: Index) -> Tensor:
        """Return the positions (N,), int64, of factor indices (N, K)."""
        columns = self.check(factors).unbind(dim=1)
        position = torch.zeros_like(columns[0])
        for column, size in zip(columns, self.sizes, strict=True):
            position = position * size + column
        return position

    def values(self, factors: Index) -> Tensor:
        """Return the values (N, K), float64, of factor indices (N, K)."""
        columns = self.check(factors).unbind(dim=1)
        levels = self._levels.values()
        return torch.stack([v[c] for v, c in zip(levels, columns, strict=True)], dim=1)

    def check(self, factors: Index) -> Tensor:
        """Return factor indices as int64 (N, K) once each is known to be in range.

        Raises:
            ValueError: if they are empty, not integers, not of shape (N, K), or if one
                is negative or not below the size of its factor.
        """
        tensor = as_integers(factors, "factors")
        if tensor.ndim != 2 or tensor.shape[1] != len(self.sizes):
            raise ValueError(
                f"factors must have shape (N, {len(self.sizes)}), "
                f"got {tuple(tensor.shape)}"
            )
        low, high = (bound.tolist() for bound in torch.aminmax(tensor, dim=0))
        for k, (name, size) in enumerate(zip(self.names, self.sizes, strict=True)):
            if low[k] < 0 or high[k] >= size:
                raise ValueError(
                    f"factor {name!r} must lie in [0, {size - 1}], "
                    f"got values from {low[k]} to {high[k]}"
                )
        return tensor

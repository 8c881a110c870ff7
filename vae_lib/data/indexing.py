"""Check the indices by which every data set is asked for its images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

__all__ = ["Index", "as_index", "as_integers"]

Index = Tensor | np.ndarray | Sequence[int]


def as_integers(values: Index, name: str) -> Tensor:
    """Return `values` as a non-empty int64 tensor on the CPU, of any shape.

    Args:
        values: integers as a tensor, an array or a (nested) sequence. Booleans and
            floats are refused: a mask or a rounded number is a mistake here.
        name: what the values are called in an error message.

    Returns:
        The values as int64, sharing memory with the input where that is possible.

    Raises:
        ValueError: if `values` is empty, ragged or not of an integer type.

    >>> as_integers([[2, 0], [1, 1]], "factors")
    tensor([[2, 0],
            [1, 1]])
    """
    try:
        tensor = torch.as_tensor(values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(
            f"{name} must be a tensor, array or sequence of integers, "
            f"got {type(values).__name__}: {error}"
        ) from error
    # An empty list becomes a float tensor: say that it is empty, which is the reason.
    if tensor.numel() == 0:
        raise ValueError(f"{name} must not be empty, got shape {tuple(tensor.shape)}")
    if tensor.is_floating_point() or tensor.is_complex() or tensor.dtype == torch.bool:
        raise ValueError(f"{name} must hold integers, got {tensor.dtype}")
    return tensor.to(device="cpu", dtype=torch.int64)


def as_index(index: Index, length: int) -> Tensor:
    """Return `index` as an int64 tensor (B,) whose entries lie in [0, length).

    Negative entries are refused: counting from the end hides off-by-one errors when
    an index is computed.

    Args:
        index: positions, shape (B,), integer.
        length: number of items in the data set.

    Raises:
        ValueError: if `index` is empty, not one-dimensional, not of an integer type, or
            out of range.

    >>> as_index(range(3), length=5)
    tensor([0, 1, 2])
    """
    tensor = as_integers(index, "index")
    if tensor.ndim != 1:
        raise ValueError(f"index must have shape (B,), got {tuple(tensor.shape)}")
    low, high = (int(bound) for bound in torch.aminmax(tensor))
    if low < 0 or high >= length:
        raise ValueError(
            f"index must lie in [0, {length - 1}], got values from {low} to {high}"
        )
    return tensor

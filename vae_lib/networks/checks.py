"""Argument checks shared by the networks."""

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = [
    "check_batch",
    "check_grid",
    "check_labels",
    "check_latents",
    "check_range",
    "check_sizes",
]


def check_sizes(**sizes: int) -> None:
    """Raise ValueError unless every size is at least 1."""
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")


def check_batch(x: Tensor, event_shape: Sequence[int], dtype: torch.dtype) -> None:
    """Raise ValueError unless x is a batch (B, *event_shape) of the weights' dtype."""
    _check("x", x, tuple(event_shape), dtype)


def check_latents(z: Tensor, latent_dim: int, dtype: torch.dtype) -> None:
    """Raise ValueError unless z is a batch (B, latent_dim) of the weights' dtype."""
    _check("z", z, (latent_dim,), dtype)


def _check(
    name: str, value: Tensor, event_shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    if not isinstance(value, Tensor):
        raise ValueError(f"{name} must be a tensor, got {type(value).__name__}")
    if value.dim() != len(event_shape) + 1 or tuple(value.shape[1:]) != event_shape:
        expected = ", ".join(["B", *map(str, event_shape)])
        raise ValueError(
            f"{name} must have shape ({expected}), got {tuple(value.shape)}"
        )
    if value.shape[0] == 0:
        raise ValueError(f"{name} must hold at least one example, got none")
    if value.dtype != dtype:
        raise ValueError(
            f"{name} must be {dtype}, as the network's weights are, got {value.dtype}"
        )


def check_grid(indices: Tensor, grid: tuple[int, int]) -> None:
    """Raise ValueError unless indices is a batch (B, *grid) of int64.

    Their values are not looked at: a network that looks cannot be exported.
    """
    expected = ("B", *grid)
    if indices.dim() != 3 or tuple(indices.shape[1:]) != tuple(grid):
        raise ValueError(
            f"indices must have shape ({', '.join(map(str, expected))}), "
            f"got {tuple(indices.shape)}"
        )
    if indices.dtype != torch.int64:
        raise ValueError(f"indices must be torch.int64, got {indices.dtype}")


def check_labels(
    labels: Tensor | None,
    count: int,
    num_classes: int | None,
    grid: tuple[int, ...] = (),
) -> None:
    """Raise ValueError unless there are count labels (B, *grid) int64, or rightly none.

    None is right for a network without classes, and for no other.
    """
    if num_classes is None:
        if labels is not None:
            raise ValueError("labels were given to a network without classes")
        return
    if labels is None:
        raise ValueError(f"labels must be given, for there are {num_classes} classes")
    expected = (count, *grid)
    if labels.dtype != torch.int64 or tuple(labels.shape) != expected:
        raise ValueError(
            f"labels must be torch.int64 of shape {expected}, "
            f"got {labels.dtype} of shape {tuple(labels.shape)}"
        )


def check_range(name: str, values: Tensor, count: int) -> None:
    """Raise ValueError unless there are values, all of them in [0, count)."""
    if values.numel() == 0:
        raise ValueError(f"{name} must not be empty, got {tuple(values.shape)}")
    low, high = torch.aminmax(values)
    if low < 0 or high >= count:
        raise ValueError(
            f"{name} must lie in [0, {count - 1}], got {int(low)} to {int(high)}"
        )

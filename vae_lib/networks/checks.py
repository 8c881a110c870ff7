"""Argument checks shared by the networks."""

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["check_batch", "check_latents", "check_sizes"]


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

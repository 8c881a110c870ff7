"""Argument checks shared by the evaluation functions."""

import torch
from torch import Tensor

__all__ = ["check_images", "check_pair", "check_positive"]


def check_images(name: str, x: Tensor) -> None:
    """Raise ValueError unless x is a non-empty, finite, floating batch (B, ...)."""
    if not isinstance(x, Tensor):
        raise ValueError(f"{name} must be a tensor, got {type(x).__name__}")
    if x.dim() < 2 or x.numel() == 0:
        raise ValueError(
            f"{name} must have shape (B, *event) and hold at least one example, "
            f"got {tuple(x.shape)}"
        )
    if not x.is_floating_point():
        raise ValueError(f"{name} must be floating point in [0, 1], got {x.dtype}")
    if not torch.isfinite(x).all():
        raise ValueError(f"{name} must be finite, got NaN or infinity")


def check_pair(x: Tensor, y: Tensor) -> None:
    """Raise ValueError unless x and y are batches (B, ...) of one shape and dtype."""
    check_images("x", x)
    check_images("y", y)
    if x.shape != y.shape:
        raise ValueError(
            "x and y must have the same shape, "
            f"got {tuple(x.shape)} and {tuple(y.shape)}"
        )
    if x.dtype != y.dtype:
        raise ValueError(
            f"x and y must have the same dtype, got {x.dtype} and {y.dtype}"
        )


def check_positive(**counts: int) -> None:
    """Raise ValueError unless every count is an integer from 1 on."""
    for name, count in counts.items():
        if not isinstance(count, int) or count < 1:
            raise ValueError(f"{name} must be an integer of at least 1, got {count}")

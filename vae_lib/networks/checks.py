"""Shape checks shared by the networks."""

from collections.abc import Sequence

from torch import Tensor

__all__ = ["check_batch", "check_latents"]


def check_batch(x: Tensor, event_shape: Sequence[int]) -> None:
    """Raise ValueError unless x is a floating batch (B, *event_shape)."""
    if tuple(x.shape[1:]) != tuple(event_shape) or x.dim() != len(event_shape) + 1:
        expected = ", ".join(["B", *map(str, event_shape)])
        raise ValueError(f"x must have shape ({expected}), got {tuple(x.shape)}")
    if not x.is_floating_point():
        raise ValueError(f"x must be floating point in [0, 1], got {x.dtype}")


def check_latents(z: Tensor, latent_dim: int) -> None:
    """Raise ValueError unless z is a floating batch (B, latent_dim)."""
    if z.dim() != 2 or z.shape[1] != latent_dim:
        raise ValueError(f"z must have shape (B, {latent_dim}), got {tuple(z.shape)}")
    if not z.is_floating_point():
        raise ValueError(f"z must be floating point, got {z.dtype}")

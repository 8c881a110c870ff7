"""Priors over the latent variable: modules that may be given a condition."""

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, Normal

__all__ = ["StandardNormal"]


class StandardNormal(nn.Module):
    """p(z) = N(0, I).

    Args:
        dim: number of latent dimensions D.

    Raises:
        ValueError: if dim is not positive.

    >>> StandardNormal(3)().event_shape
    torch.Size([3])
    """

    zero: Tensor

    def __init__(self, dim: int) -> None:
        super().__init__()
        if dim < 1:
            raise ValueError(f"dim must be at least 1, got {dim}")
        # A buffer follows the model to another device or dtype; it is no weight.
        self.register_buffer("zero", torch.zeros(dim), persistent=False)

    def forward(self, _y: Tensor | None = None) -> Distribution:
        """Return p(z), batch (), event (D,), whatever the condition."""
        scale = torch.ones_like(self.zero)
        return Independent(Normal(self.zero, scale, validate_args=False), 1)

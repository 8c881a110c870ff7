"""Priors over the latent variable: modules that may be given a condition."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.distributions import Categorical, Distribution, Independent, Normal

__all__ = ["StandardNormal", "UniformClasses"]


class StandardNormal(nn.Module):
    """p(z) = N(0, I).

    Args:
        dim: number of latent dimensions D, or the shape of a grid of them.

    Raises:
        ValueError: if dim is not positive.

    >>> StandardNormal(3)().event_shape
    torch.Size([3])
    >>> StandardNormal((2, 4, 4))().event_shape
    torch.Size([2, 4, 4])
    """

    zero: Tensor

    def __init__(self, dim: int | Sequence[int]) -> None:
        super().__init__()
        shape = (dim,) if isinstance(dim, int) else tuple(dim)
        if min(shape, default=0) < 1:
            raise ValueError(f"dim must be at least 1, got {dim}")
        # A buffer follows the model to another device or dtype; it is no weight.
        self.register_buffer("zero", torch.zeros(shape), persistent=False)

    def forward(self, _y: Tensor | None = None) -> Distribution:
        """Return p(z), batch (), event (D,) or the grid's shape, whatever y is."""
        scale = torch.ones_like(self.zero)
        normal = Normal(self.zero, scale, validate_args=False)
        return Independent(normal, self.zero.dim())


class UniformClasses(nn.Module):
    """p(y) = 1 / K for each of K classes.

    Args:
        num_classes: K.

    Raises:
        ValueError: if num_classes is not positive.

    >>> UniformClasses(4)().probs
    tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """

    logits: Tensor

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        if num_classes < 1:
            raise ValueError(f"num_classes must be at least 1, got {num_classes}")
        self.register_buffer("logits", torch.zeros(num_classes), persistent=False)

    def forward(self) -> Categorical:
        """Return p(y), batch (), K classes."""
        return Categorical(logits=self.logits, validate_args=False)

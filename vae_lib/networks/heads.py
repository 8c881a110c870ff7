"""Heads: the last layer of a network, which turns numbers into a distribution."""

import math

import torch
from torch import Tensor, nn
from torch.distributions import Bernoulli as TorchBernoulli
from torch.distributions import Distribution, Independent, Normal
from torch.nn import functional as F

from vae_lib.networks.checks import check_sizes

__all__ = ["Bernoulli", "DiagonalGaussian", "Gaussian"]

# Beyond these a posterior's scale overflows float32 in the KL or rounds to zero; a
# healthy model's log scales lie well inside (-7 is a code of ten bits a dimension).
LOG_SCALE_RANGE = (-12.0, 6.0)


class DiagonalGaussian(nn.Module):
    """Linear map from features to N(mean, diag(scale^2)).

    Args:
        in_features: width of the features h (B, in_features).
        dim: number of latent dimensions D.

    Returns (on call):
        Distribution with batch (B,) and event (D,).

    Raises:
        ValueError: if a size is not positive, or h has another width.

    >>> DiagonalGaussian(8, 2)(torch.zeros(5, 8)).event_shape
    torch.Size([2])
    """

    def __init__(self, in_features: int, dim: int) -> None:
        super().__init__()
        check_sizes(in_features=in_features, dim=dim)
        self.dim = dim
        self.linear = nn.Linear(in_features, 2 * dim)

    def forward(self, h: Tensor) -> Distribution:
        """Return N(mean, diag(scale^2)) of features h (B, in_features)."""
        if h.dim() == 0 or h.shape[-1] != self.linear.in_features:
            raise ValueError(
                f"expected {self.linear.in_features} features in the last "
                f"dimension, got shape {tuple(h.shape)}"
            )
        # Under autocast the features may be bfloat16; exp and the KL need float32.
        mean, log_scale = self.linear(h).to(self.linear.weight.dtype).chunk(2, dim=-1)
        scale = log_scale.clamp(*LOG_SCALE_RANGE).exp()
        return Independent(Normal(mean, scale, validate_args=False), 1)


class _IndependentBernoulli(Independent):
    """Independent(Bernoulli) that changes the sign after the sum and not before.

    The same number, bit for bit, with one pass less over all pixels forwards and
    another backwards: a quarter of the likelihood's time.
    """

    def log_prob(self, value: Tensor) -> Tensor:
        logits, value = torch.broadcast_tensors(self.base_dist.logits, value)
        pixels = F.binary_cross_entropy_with_logits(logits, value, reduction="none")
        event = tuple(range(-len(self.event_shape), 0))
        return -pixels.sum(event) if event else -pixels


class Bernoulli(nn.Module):
    """One independent Bernoulli a pixel, from logits.

    `log_prob` accepts any x in [0, 1]: for grey values it is the cross-entropy, which
    is *not* a normalised density (Loaiza-Ganem & Cunningham, 2019, arXiv:1907.06845).

    >>> Bernoulli()(torch.zeros(2, 1, 4, 4)).event_shape
    torch.Size([1, 4, 4])
    """

    def forward(self, logits: Tensor) -> Distribution:
        """Return the pixels' distribution, event (*event), of logits (B, *event)."""
        pixels = TorchBernoulli(logits=logits, validate_args=False)
        return _IndependentBernoulli(pixels, logits.dim() - 1)


class Gaussian(nn.Module):
    """One Gaussian a pixel with a common, fixed scale, from the means.

    Args:
        scale: standard deviation, in the units of x; positive.

    Raises:
        ValueError: if scale is not positive and finite.

    Halving the scale quarters the variance:

    >>> Gaussian(0.5)(torch.zeros(1, 3)).variance
    tensor([[0.2500, 0.2500, 0.2500]])
    """

    def __init__(self, scale: float = 1.0) -> None:
        super().__init__()
        if not (scale > 0 and math.isfinite(scale)):
            raise ValueError(f"scale must be positive and finite, got {scale}")
        self.scale = scale

    def forward(self, mean: Tensor) -> Distribution:
        """Return the pixels' distribution, event (*event), of means (B, *event)."""
        scale = torch.full_like(mean, self.scale)
        return Independent(Normal(mean, scale, validate_args=False), mean.dim() - 1)

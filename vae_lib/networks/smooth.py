"""A likelihood whose errors hang together, so that a missing line costs its worth."""

import math
from typing import ClassVar

import torch
from torch import Size, Tensor, nn
from torch.distributions import Distribution, constraints

__all__ = ["SmoothGaussian"]


class SmoothGaussian(nn.Module):
    """A Gaussian of images whose errors are alike in neighbouring pixels.

    With e = x - mean, and i ~ j for neighbours in a row or column of one channel,

        -log p(x) = (sum_i e_i^2 + edge sum_{i ~ j} (e_i - e_j)^2) / (2 scale^2) + log Z

    A wall in slightly the wrong colour is one error, not thousands: its neighbours err
    alike. A line that is missing is an error of its own. `Gaussian` is edge = 0.

    Args:
        scale: standard deviation of a pixel that has no neighbours, in the units of x;
            positive.
        edge: what a difference of neighbouring errors costs, in units of what the
            errors themselves cost; non-negative.

    Raises:
        ValueError: if scale is not positive or edge negative, or either not finite; on
            call if the means are not images (B, C, H, W).

    Source: a Gaussian Markov random field, Rue & Held (2005), "Gaussian Markov Random
    Fields", chapter 2. Dorta et al. (2018), arXiv:1802.07079, let a VAE predict such a
    precision for each image; here it is the same for all.

    Two images with the same squared error, spread out and in one line:

    >>> likelihood = SmoothGaussian(1.0, edge=10.0)(torch.zeros(1, 1, 4, 4))
    >>> spread, line = torch.full((1, 1, 4, 4), 0.5), torch.zeros(1, 1, 4, 4)
    >>> line[..., 1] = 1.0
    >>> float(likelihood.log_prob(spread) - likelihood.log_prob(line))
    40.0
    """

    def __init__(self, scale: float = 1.0, edge: float = 10.0) -> None:
        super().__init__()
        if not 0 < scale < math.inf:
            raise ValueError(f"scale must be positive and finite, got {scale}")
        if not 0 <= edge < math.inf:
            raise ValueError(f"edge must be non-negative and finite, got {edge}")
        self.scale = scale
        self.edge = edge

    def forward(self, mean: Tensor) -> Distribution:
        """Return the images' distribution, event (C, H, W), of means (B, C, H, W)."""
        return _SmoothField(mean, self.scale, self.edge)


class _SmoothField(Distribution):
    """The distribution that `SmoothGaussian` describes: batch (B,), event (C, H, W)."""

    arg_constraints: ClassVar = {"mean": constraints.real}
    has_rsample = True

    def __init__(self, mean: Tensor, scale: float, edge: float) -> None:
        if mean.dim() != 4:
            raise ValueError(
                f"means must be images (B, C, H, W), got shape {tuple(mean.shape)}"
            )
        self._mean = mean
        self.scale = scale
        self.edge = edge
        super().__init__(mean.shape[:1], mean.shape[1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The most likely images, (B, C, H, W)."""
        return self._mean

    @property
    def variance(self) -> Tensor:
        """Of each pixel, (B, C, H, W)."""
        rows, columns = (_cosines(n, self._mean).square() for n in self._mean.shape[2:])
        variance = rows.T @ (1 / self._precision()) @ columns
        return variance.expand_as(self._mean)

    def log_prob(self, value: Tensor) -> Tensor:
        """Log density in nats of images (B, C, H, W): (B,)."""
        error = value - self._mean
        event = (-3, -2, -1)
        energy = error.square().sum(event)
        for axis in (-2, -1):
            energy = energy + self.edge * error.diff(dim=axis).square().sum(event)
        channels, height, width = self._mean.shape[1:]
        log_determinant = channels * self._precision().log().sum()
        count = channels * height * width
        normaliser = (log_determinant - count * math.log(2 * math.pi)) / 2
        return normaliser - energy / (2 * self.scale**2)

    def rsample(self, sample_shape: Size | tuple[int, ...] = ()) -> Tensor:
        """Draw images (*sample_shape, B, C, H, W)."""
        shape = self._extended_shape(Size(sample_shape))
        noise = torch.randn(shape, dtype=self._mean.dtype, device=self._mean.device)
        rows, columns = (_cosines(n, self._mean) for n in self._mean.shape[2:])
        return self._mean + rows.T @ (noise / self._precision().sqrt()) @ columns

    def _precision(self) -> Tensor:
        """Of each wave of the cosine transform, (H, W): there it is diagonal."""
        height, width = (_roughness(n, self._mean) for n in self._mean.shape[2:])
        return (1 + self.edge * (height[:, None] + width)) / self.scale**2


def _roughness(n: int, like: Tensor) -> Tensor:
    """Sum of squared differences of neighbours along each of n cosine waves, (n,)."""
    waves = torch.arange(n, dtype=like.dtype, device=like.device)
    return 4 * torch.sin(math.pi * waves / (2 * n)).square()


def _cosines(n: int, like: Tensor) -> Tensor:
    """The orthonormal cosine waves (n, n), one a row: DCT-II."""
    waves = torch.arange(n, dtype=like.dtype, device=like.device)
    table = torch.cos(math.pi / n * waves[:, None] * (waves + 0.5)) * math.sqrt(2 / n)
    table[0] /= math.sqrt(2)
    return table

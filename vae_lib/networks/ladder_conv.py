"""The parts of a ladder of grids: a rung halves the image, a level is a grid of it."""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn
from torch.distributions import Distribution, Independent, Normal
from torch.nn import functional as F

from vae_lib.networks.checks import check_batch, check_sizes
from vae_lib.networks.heads import LOG_SCALE_RANGE, Gaussian

__all__ = ["GridDescent", "GridGaussian", "GridLadderDecoder", "GridPrior", "GridRung"]


def _doublings(smaller: int, larger: int) -> int:
    """How often a side doubles from the smaller to the larger; -1 if it does not."""
    count = max(larger // smaller, 1).bit_length() - 1
    return count if smaller * 2**count == larger else -1


class GridRung(nn.Module):
    """Features (B, width, size, size) of a larger image or grid: halve, and look again.

    Args:
        event_shape: of the input, (C, S, S), S a power of two times size.
        width: maps of the features.
        size: side of the features.

    Raises:
        ValueError: if a size is not positive or does not divide S so, or the input has
            another shape or dtype.
    """

    def __init__(self, event_shape: Sequence[int], width: int, size: int) -> None:
        super().__init__()
        self.event_shape = tuple(event_shape)
        channels, side = self.event_shape[0], self.event_shape[-1]
        check_sizes(channels=channels, width=width, size=size)
        if _doublings(size, side) < 0:
            raise ValueError(
                f"the side {side} must be a power of two times size, got {size}"
            )
        layers: list[nn.Module] = []
        while side > size:
            layers += [nn.Conv2d(channels, width, 4, stride=2, padding=1), nn.ReLU()]
            channels, side = width, side // 2
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
        self.trunk = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Return features (B, width, size, size) of x (B, *event_shape)."""
        check_batch(x, self.event_shape, self.trunk[0].weight.dtype)
        return self.trunk(x)


class GridGaussian(nn.Module):
    """A 1 x 1 convolution from features to a diagonal Gaussian over a grid.

    Args:
        width: maps of the features (B, width, S, S).
        dim: numbers in each place of z (B, dim, S, S).

    Raises:
        ValueError: if a size is not positive.

    >>> import torch
    >>> GridGaussian(8, 2)(torch.zeros(5, 8, 4, 4)).event_shape
    torch.Size([2, 4, 4])
    """

    def __init__(self, width: int, dim: int) -> None:
        super().__init__()
        check_sizes(width=width, dim=dim)
        self.convolution = nn.Conv2d(width, 2 * dim, 1)

    def forward(self, features: Tensor) -> Distribution:
        """Return N(mean, diag(scale^2)), event (dim, S, S)."""
        # Under autocast the features may be bfloat16; exp and the KL need float32.
        numbers = self.convolution(features).to(self.convolution.weight.dtype)
        mean, log_scale = numbers.chunk(2, dim=1)
        scale = log_scale.clamp(*LOG_SCALE_RANGE).exp()
        return Independent(Normal(mean, scale, validate_args=False), 3)


class GridDescent(nn.Module):
    """Features of all levels above, from the smallest grid up to a size.

    The topmost level is spread over its grid; then the resolution doubles, and each
    level joins where its own is reached.

    Args:
        above: event shapes (C, S, S) of the levels above, the nearest and largest
            first; each side a power of two times the next.
        width: maps of the features.
        size: side of the result, a power of two times that of the nearest level.

    Raises:
        ValueError: if the sides are not such, or a level has another shape or dtype.
    """

    def __init__(self, above: Sequence[Sequence[int]], width: int, size: int) -> None:
        super().__init__()
        self.above = tuple(tuple(shape) for shape in above)
        check_sizes(levels=len(self.above), width=width, size=size)
        sides = [size, *(shape[-1] for shape in self.above)]
        for larger, smaller in pairwise(sides):
            if _doublings(smaller, larger) < 0:
                raise ValueError(
                    "each side must be a power of two times the next, got "
                    f"{', '.join(map(str, sides))}"
                )
        self.joins = nn.ModuleList(
            # A grid of one place has no neighbours to look at.
            nn.Conv2d(shape[0], width, 1)
            if shape[-1] == 1
            else nn.Conv2d(shape[0], width, 3, padding=1)
            for shape in self.above
        )
        self.mixes = nn.ModuleList(
            nn.Conv2d(width, width, 3, padding=1) for _ in self.above
        )
        self.rises = nn.ModuleList(
            nn.Sequential(
                *(
                    layer
                    for _ in range(_doublings(smaller, larger))
                    for layer in (
                        nn.ConvTranspose2d(width, width, 4, stride=2, padding=1),
                        nn.ReLU(),
                    )
                )
            )
            for larger, smaller in pairwise(sides)
        )

    def forward(self, *levels: Tensor) -> Tensor:
        """Return features (B, width, size, size) of levels (B, C, S, S)."""
        features: Tensor | None = None
        for k in reversed(range(len(self.above))):
            check_batch(levels[k], self.above[k], self.joins[k].weight.dtype)
            joined = self.joins[k](levels[k])
            features = joined if features is None else features + joined
            features = features + self.mixes[k](F.relu(features))
            features = self.rises[k](F.relu(features))
        return features


class GridPrior(nn.Module):
    """p(z_l | all levels above): a grid of Gaussians.

    Args:
        above: event shapes of the levels above, the nearest first.
        event_shape: of this level, (C, S, S).
        width: maps of the features.

    Raises:
        ValueError: as of `GridDescent`.
    """

    def __init__(
        self, above: Sequence[Sequence[int]], event_shape: Sequence[int], width: int
    ) -> None:
        super().__init__()
        channels, size = event_shape[0], event_shape[-1]
        self.descent = GridDescent(above, width, size)
        self.head = GridGaussian(width, channels)

    def forward(self, *above: Tensor) -> Distribution:
        """Return p(z_l | above), event (C, S, S)."""
        return self.head(self.descent(*above))


class GridLadderDecoder(nn.Module):
    """p(x | all levels): features at half the image's size, unfolded into pixels.

    Args:
        levels: event shapes of the levels, level 1 first.
        event_shape: of x, (C, S, S).
        width: maps of the features.
        likelihood: maps parameters (B, C, S, S) to a distribution; by default a
            Gaussian with a scale of 0.1.

    Raises:
        ValueError: as of `GridDescent`.
    """

    def __init__(
        self,
        levels: Sequence[Sequence[int]],
        event_shape: Sequence[int],
        width: int,
        likelihood: nn.Module | None = None,
    ) -> None:
        super().__init__()
        channels, size = event_shape[0], event_shape[-1]
        self.descent = GridDescent(levels, width, size // 2)
        self.pixels = nn.Sequential(
            nn.Conv2d(width, 4 * channels, 3, padding=1), nn.PixelShuffle(2)
        )
        self.likelihood = Gaussian(0.1) if likelihood is None else likelihood

    def forward(self, *levels: Tensor) -> Distribution:
        """Return p(x | z_1 .. z_L), event (C, S, S)."""
        parameters = self.pixels(self.descent(*levels))
        return self.likelihood(parameters.to(levels[0].dtype))

"""The parts of a ladder of vectors: rungs, conditional Gaussians and a decoder."""

import math
from collections.abc import Sequence

from torch import Tensor, nn
from torch.distributions import Distribution

from vae_lib.networks.checks import check_batch, check_latents, check_sizes
from vae_lib.networks.heads import Bernoulli, DiagonalGaussian

__all__ = ["ChainDecoder", "ChainPrior", "LadderRung"]

LEAK = 0.1


def _two_layers(fan_in: int, width: int) -> list[nn.Module]:
    """Two layers with batch normalisation: without it deep ladders do not learn."""
    layers: list[nn.Module] = []
    for size in (fan_in, width):
        # The normalisation has a shift of its own.
        layers += [nn.Linear(size, width, bias=False), nn.BatchNorm1d(width)]
        layers += [nn.LeakyReLU(LEAK)]
    return layers


class LadderRung(nn.Module):
    """Features of features: flatten, two layers with batch normalisation.

    Args:
        event_shape: shape of one input, e.g. (1, 28, 28), or (width,) further up.
        width: of the features (B, width).

    Raises:
        ValueError: if a size is not positive, or the input does not have event_shape
            or the dtype of the weights.

    Source: Sonderby et al. (2016), arXiv:1602.02282, section 3: two layers a level,
    leaky rectifiers of slope 0.1, batch normalisation in all deterministic layers.
    """

    def __init__(self, event_shape: Sequence[int], width: int) -> None:
        super().__init__()
        self.event_shape = tuple(event_shape)
        check_sizes(pixels=math.prod(self.event_shape), width=width)
        fan_in = math.prod(self.event_shape)
        self.trunk = nn.Sequential(nn.Flatten(), *_two_layers(fan_in, width))

    def forward(self, x: Tensor) -> Tensor:
        """Return features (B, width) of x (B, *event_shape)."""
        check_batch(x, self.event_shape, self.trunk[1].weight.dtype)
        return self.trunk(x)


class ChainPrior(nn.Module):
    """p(z_l | z_l+1): the levels farther above are not read.

    Args:
        above: number of dimensions of the level above.
        dim: of this level.
        width: of the two hidden layers.

    Raises:
        ValueError: if a size is not positive, or the level above is not (B, above).

    Source: as of `LadderRung`.
    """

    def __init__(self, above: int, dim: int, width: int) -> None:
        super().__init__()
        check_sizes(above=above, dim=dim, width=width)
        self.above = above
        self.trunk = nn.Sequential(*_two_layers(above, width))
        self.head = DiagonalGaussian(width, dim)

    def forward(self, nearest: Tensor, *_farther: Tensor) -> Distribution:
        """Return p(z_l | z_l+1), event (dim,), of the level above (B, above)."""
        check_latents(nearest, self.above, self.head.linear.weight.dtype)
        return self.head(self.trunk(nearest))


class ChainDecoder(nn.Module):
    """p(x | z_1): the levels above are not read.

    Args:
        dim: number of dimensions of level 1.
        event_shape: shape of one x, e.g. (1, 28, 28).
        width: of the two hidden layers.
        likelihood: maps parameters (B, *event_shape) to a distribution over x; by
            default one Bernoulli a pixel.

    Raises:
        ValueError: if a size is not positive, or z_1 is not (B, dim).

    Source: as of `LadderRung`.

    >>> import torch
    >>> decoder = ChainDecoder(4, (1, 8, 8), 16)
    >>> decoder(torch.zeros(5, 4), torch.zeros(5, 2)).event_shape
    torch.Size([1, 8, 8])
    """

    def __init__(
        self,
        dim: int,
        event_shape: Sequence[int],
        width: int,
        likelihood: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.event_shape = tuple(event_shape)
        pixels = math.prod(self.event_shape)
        check_sizes(dim=dim, pixels=pixels, width=width)
        self.dim = dim
        self.trunk = nn.Sequential(*_two_layers(dim, width))
        self.linear = nn.Linear(width, pixels)
        self.likelihood = Bernoulli() if likelihood is None else likelihood

    def forward(self, nearest: Tensor, *_farther: Tensor) -> Distribution:
        """Return p(x | z_1) of level 1 (B, dim)."""
        check_latents(nearest, self.dim, self.linear.weight.dtype)
        parameters = self.linear(self.trunk(nearest)).to(self.linear.weight.dtype)
        return self.likelihood(parameters.unflatten(1, self.event_shape))

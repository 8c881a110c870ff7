"""Fully convolutional networks between images and grids of latents, with residuals."""

from torch import Tensor, nn
from torch.distributions import Distribution
from torch.nn import functional as F

from vae_lib.networks.checks import check_sizes
from vae_lib.networks.heads import Gaussian
from vae_lib.networks.quantizer import check_grid

__all__ = ["GridDecoder", "GridEncoder", "residual_blocks"]


class _ResidualBlock(nn.Module):
    """x + convolution(1 x 1) of relu of convolution(3 x 3) of relu of x."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.wide = nn.Conv2d(width, inner, 3, padding=1)
        self.narrow = nn.Conv2d(inner, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.narrow(F.relu(self.wide(F.relu(x))))


def residual_blocks(width: int, count: int) -> list[nn.Module]:
    """Residual blocks of `width` maps, `count` of them, and a ReLU."""
    inner = max(1, width // 4)
    return [*(_ResidualBlock(width, inner) for _ in range(count)), nn.ReLU()]


class GridEncoder(nn.Module):
    """Images to a grid of latents: halvings, one more convolution, residual blocks.

    Args:
        channels: C, of x (B, C, H, W).
        dim: D, numbers in a latent.
        halvings: how often the resolution is halved: latents are
            (B, D, H / 2^halvings, W / 2^halvings).
        width: maps after the last halving; before it there are half as many.
        blocks: residual blocks, each a quarter as wide inside.

    Raises:
        ValueError: if a size is not positive, or x has other channels, another dtype or
            sides that 2^halvings does not divide.

    Source: van den Oord et al. (2017), arXiv:1711.00937, section 4.1, who use 256 maps
    throughout.

    >>> import torch
    >>> GridEncoder(3, dim=8, width=16)(torch.zeros(2, 3, 32, 48)).shape
    torch.Size([2, 8, 8, 12])
    """

    def __init__(
        self,
        channels: int,
        dim: int,
        halvings: int = 2,
        width: int = 128,
        blocks: int = 2,
    ) -> None:
        super().__init__()
        check_sizes(
            channels=channels, dim=dim, halvings=halvings, width=width, blocks=blocks
        )
        self.channels = channels
        self.halvings = halvings
        layers: list[nn.Module] = []
        fan_in = channels
        for fan_out in _widths(width, halvings):
            layers += [nn.Conv2d(fan_in, fan_out, 4, stride=2, padding=1), nn.ReLU()]
            fan_in = fan_out
        layers += [
            nn.Conv2d(width, width, 3, padding=1),
            *residual_blocks(width, blocks),
        ]
        self.trunk = nn.Sequential(*layers)
        self.head = nn.Conv2d(width, dim, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return latents (B, D, H', W') of images x (B, C, H, W)."""
        self._check(x)
        # Under autocast the trunk may answer in bfloat16; codes need float32.
        return self.head(self.trunk(x)).to(x.dtype)

    def _check(self, x: Tensor) -> None:
        shape, factor = tuple(x.shape), 2**self.halvings
        fits = len(shape) == 4 and shape[1] == self.channels and 0 not in shape
        if not fits or shape[2] % factor or shape[3] % factor:
            raise ValueError(
                f"x must have shape (B, {self.channels}, H, W) with H and W multiples "
                f"of {factor}, got {shape}"
            )
        if x.dtype != self.head.weight.dtype:
            raise ValueError(
                f"x must be {self.head.weight.dtype}, as the network's weights are, "
                f"got {x.dtype}"
            )


class GridDecoder(nn.Module):
    """A grid of latents to p(x | latents): the mirror image of `GridEncoder`.

    Args:
        dim: D, numbers in a latent.
        channels: C, of x (B, C, H, W).
        halvings: how often the resolution is doubled.
        width: maps before the first doubling; later there are half as many.
        blocks: residual blocks, each a quarter as wide inside.
        likelihood: maps parameters (B, C, H, W) to a distribution; by default a
            Gaussian with a scale of 0.1. With `nn.Identity()` the decoder returns
            features.

    Raises:
        ValueError: if a size is not positive, or latents are not (B, D, H', W') of the
            weights' dtype.

    Source: as of `GridEncoder`.
    """

    def __init__(
        self,
        dim: int,
        channels: int,
        halvings: int = 2,
        width: int = 128,
        blocks: int = 2,
        likelihood: nn.Module | None = None,
    ) -> None:
        super().__init__()
        check_sizes(
            dim=dim, channels=channels, halvings=halvings, width=width, blocks=blocks
        )
        self.dim = dim
        layers: list[nn.Module] = [
            nn.Conv2d(dim, width, 3, padding=1),
            *residual_blocks(width, blocks),
        ]
        fan_in, *fan_outs = (*reversed(_widths(width, halvings)), channels)
        for fan_out in fan_outs:
            layers += [
                nn.ConvTranspose2d(fan_in, fan_out, 4, stride=2, padding=1),
                nn.ReLU(),
            ]
            fan_in = fan_out
        self.trunk = nn.Sequential(*layers[:-1])
        self.likelihood = Gaussian(0.1) if likelihood is None else likelihood

    def forward(self, latents: Tensor) -> Distribution:
        """Return p(x | latents), event (C, H, W), of latents (B, D, H', W')."""
        check_grid(latents, self.dim, self.trunk[0].weight.dtype)
        return self.likelihood(self.trunk(latents).to(latents.dtype))


def _widths(width: int, halvings: int) -> tuple[int, ...]:
    """Maps after each halving: half as many where pixels are many."""
    return (*[max(1, width // 2)] * (halvings - 1), width)

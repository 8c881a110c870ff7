"""Networks between images and grids of latents that cut the image into patches."""

from torch import Tensor, nn
from torch.distributions import Distribution
from torch.nn import functional as F

from vae_lib.networks.checks import check_sizes
from vae_lib.networks.heads import Gaussian
from vae_lib.networks.quantizer import check_grid
from vae_lib.networks.residual import residual_blocks

__all__ = ["PatchDecoder", "PatchEncoder"]

# Pixels are centred here, so that fresh networks start from grey and not from black.
MIDDLE = 0.5


class PatchEncoder(nn.Module):
    """Images to a grid of latents, one for each patch, that have seen its neighbours.

    A linear way leads from the pixels of a patch to its latent, and beside it
    convolutions over the grid. The linear way learns in hundreds of steps what strided
    convolutions need thousands for, which suits a budget of seconds.

    Args:
        channels: C, of x (B, C, H, W).
        dim: D, numbers in a latent.
        patch: pixels along a patch's side; latents are (B, D, H / patch, W / patch).
        width: maps of the convolutions.
        blocks: residual blocks, each a quarter as wide inside.

    Raises:
        ValueError: if a size is not positive, or x has other channels, another dtype or
            sides that the patch does not divide.

    >>> import torch
    >>> PatchEncoder(3, dim=8, patch=4, width=16)(torch.zeros(2, 3, 32, 48)).shape
    torch.Size([2, 8, 8, 12])
    """

    def __init__(
        self, channels: int, dim: int, patch: int, width: int = 64, blocks: int = 2
    ) -> None:
        super().__init__()
        check_sizes(channels=channels, dim=dim, patch=patch, width=width, blocks=blocks)
        self.channels = channels
        self.patch = patch
        pixels = channels * patch**2
        self.straight = nn.Conv2d(pixels, dim, 1)
        self.trunk = nn.Sequential(
            nn.Conv2d(pixels, width, 1),
            nn.Conv2d(width, width, 3, padding=1),
            *residual_blocks(width, blocks),
            nn.Conv2d(width, dim, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return latents (B, D, H', W') of images x (B, C, H, W)."""
        shape = tuple(x.shape)
        fits = len(shape) == 4 and shape[1] == self.channels and 0 not in shape
        if not fits or shape[2] % self.patch or shape[3] % self.patch:
            raise ValueError(
                f"x must have shape (B, {self.channels}, H, W) with H and W multiples "
                f"of {self.patch}, got {shape}"
            )
        if x.dtype != self.straight.weight.dtype:
            raise ValueError(
                f"x must be {self.straight.weight.dtype}, as the network's weights "
                f"are, got {x.dtype}"
            )
        patches = F.pixel_unshuffle(x - MIDDLE, self.patch)
        # Under autocast the sum may be in bfloat16; codes need float32.
        return (self.straight(patches) + self.trunk(patches)).to(x.dtype)


class PatchDecoder(nn.Module):
    """A grid of latents to p(x | latents): the mirror image of `PatchEncoder`.

    Args:
        dim: D, numbers in a latent.
        channels: C, of x (B, C, H, W).
        patch: pixels along a patch's side.
        width: maps of the convolutions.
        blocks: residual blocks, each a quarter as wide inside.
        likelihood: maps parameters (B, C, H, W) to a distribution; by default a
            Gaussian with a scale of 0.1.

    Raises:
        ValueError: if a size is not positive, or latents are not (B, D, H', W') of the
            weights' dtype.
    """

    def __init__(
        self,
        dim: int,
        channels: int,
        patch: int,
        width: int = 64,
        blocks: int = 2,
        likelihood: nn.Module | None = None,
    ) -> None:
        super().__init__()
        check_sizes(dim=dim, channels=channels, patch=patch, width=width, blocks=blocks)
        self.dim = dim
        self.patch = patch
        pixels = channels * patch**2
        self.straight = nn.Conv2d(dim, pixels, 1)
        self.trunk = nn.Sequential(
            nn.Conv2d(dim, width, 3, padding=1),
            *residual_blocks(width, blocks),
            nn.Conv2d(width, pixels, 1),
        )
        self.likelihood = Gaussian(0.1) if likelihood is None else likelihood

    def forward(self, latents: Tensor) -> Distribution:
        """Return p(x | latents), event (C, H, W), of latents (B, D, H', W')."""
        check_grid(latents, self.dim, self.straight.weight.dtype)
        patches = self.straight(latents) + self.trunk(latents)
        image = F.pixel_shuffle(patches, self.patch) + MIDDLE
        return self.likelihood(image.to(latents.dtype))

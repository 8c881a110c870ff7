"""Convolutional encoders and decoders for 64 x 64 images, one also for 32 x 32.

Three pairs, each a list of layers. Burgess and Locatello are the two that most
disentanglement papers share; Subpixel does half their arithmetic, because its widest
maps never reach full resolution: pixels are folded into channels first (2 x 2 pixels
into 4 channels), and unfolded last.
"""

from itertools import pairwise

from torch import Tensor, nn
from torch.distributions import Distribution

from vae_lib.networks.checks import check_batch, check_latents, check_sizes
from vae_lib.networks.heads import Bernoulli, DiagonalGaussian

__all__ = [
    "BurgessDecoder",
    "BurgessEncoder",
    "LocatelloDecoder",
    "LocatelloEncoder",
    "SubpixelDecoder",
    "SubpixelEncoder",
]


def _down(channels: int, maps: int, kernel: int = 4) -> list[nn.Module]:
    """Halve the resolution; an even kernel larger than the stride overlaps."""
    padding = (kernel - 2) // 2
    return [nn.Conv2d(channels, maps, kernel, stride=2, padding=padding), nn.ReLU()]


def _up(channels: int, maps: int) -> list[nn.Module]:
    """Double the resolution, after the activation of what comes in."""
    return [nn.ReLU(), nn.ConvTranspose2d(channels, maps, 4, stride=2, padding=1)]


class _ConvEncoder(nn.Module):
    """q(z | x) from a trunk that maps (B, C, size, size) to features (B, 256)."""

    def __init__(
        self, channels: int, latent_dim: int, trunk: list[nn.Module], size: int = 64
    ) -> None:
        super().__init__()
        self.event_shape = (channels, size, size)
        self.trunk = nn.Sequential(*trunk)
        self.head = DiagonalGaussian(256, latent_dim)

    def forward(self, x: Tensor) -> Distribution:
        check_batch(x, self.event_shape, self.head.linear.weight.dtype)
        return self.head(self.trunk(x))


class _ConvDecoder(nn.Module):
    """p(x | z) from a trunk that maps (B, D) to parameters (B, C, size, size)."""

    def __init__(
        self, latent_dim: int, trunk: list[nn.Module], likelihood: nn.Module | None
    ) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.trunk = nn.Sequential(*trunk)
        self.likelihood = Bernoulli() if likelihood is None else likelihood

    def forward(self, z: Tensor) -> Distribution:
        check_latents(z, self.latent_dim, self.trunk[0].weight.dtype)
        # Under autocast the trunk may answer in bfloat16; log_prob needs float32.
        return self.likelihood(self.trunk(z).to(z.dtype))


class BurgessEncoder(_ConvEncoder):
    """q(z | x): four convolutions of 32 maps, two layers of 256.

    Args:
        channels: of x (B, channels, 64, 64).
        latent_dim: number of latent dimensions D.

    Raises:
        ValueError: if a size is not positive, or x has another shape or dtype.

    Source: Burgess et al. (2018), arXiv:1804.03599, appendix A.1.
    """

    def __init__(self, channels: int = 1, latent_dim: int = 10) -> None:
        check_sizes(channels=channels, latent_dim=latent_dim)
        trunk = [
            *_down(channels, 32),
            *_down(32, 32),
            *_down(32, 32),
            *_down(32, 32),
            nn.Flatten(),
            nn.Linear(32 * 4 * 4, 256),
            nn.ReLU(),
            nn.Linear(256, 256),
            nn.ReLU(),
        ]
        super().__init__(channels, latent_dim, trunk)


class BurgessDecoder(_ConvDecoder):
    """p(x | z): the mirror image of `BurgessEncoder`.

    Args:
        latent_dim: number of latent dimensions D.
        channels: of x (B, channels, 64, 64).
        likelihood: maps parameters (B, channels, 64, 64) to a distribution.

    Raises:
        ValueError: if a size is not positive, or z is not (B, D) or has another dtype.

    Source: Burgess et al. (2018), arXiv:1804.03599, appendix A.1.
    """

    def __init__(
        self,
        latent_dim: int = 10,
        channels: int = 1,
        likelihood: nn.Module | None = None,
    ) -> None:
        check_sizes(latent_dim=latent_dim, channels=channels)
        trunk = [
            nn.Linear(latent_dim, 256),
            nn.ReLU(),
            nn.Linear(256, 256),
            nn.ReLU(),
            nn.Linear(256, 32 * 4 * 4),
            nn.Unflatten(1, (32, 4, 4)),
            *_up(32, 32),
            *_up(32, 32),
            *_up(32, 32),
            *_up(32, channels),
        ]
        super().__init__(latent_dim, trunk, likelihood)


class LocatelloEncoder(_ConvEncoder):
    """q(z | x): convolutions of 32, 32, 64, 64 maps, one layer of 256.

    Its last two kernels are 2 x 2, all others 4 x 4.

    Args:
        channels: of x (B, channels, 64, 64).
        latent_dim: number of latent dimensions D.

    Raises:
        ValueError: if a size is not positive, or x has another shape or dtype.

    Source: Locatello et al. (2019), arXiv:1811.12359, appendix H, table 1;
    `conv_encoder` and `deconv_decoder` of their disentanglement_lib.
    """

    def __init__(self, channels: int = 1, latent_dim: int = 10) -> None:
        check_sizes(channels=channels, latent_dim=latent_dim)
        trunk = [
            *_down(channels, 32),
            *_down(32, 32),
            *_down(32, 64, kernel=2),
            *_down(64, 64, kernel=2),
            nn.Flatten(),
            nn.Linear(64 * 4 * 4, 256),
            nn.ReLU(),
        ]
        super().__init__(channels, latent_dim, trunk)


class LocatelloDecoder(_ConvDecoder):
    """p(x | z): one layer of 256, transposed convolutions of 64, 32, 32 maps.

    Args:
        latent_dim: number of latent dimensions D.
        channels: of x (B, channels, 64, 64).
        likelihood: maps parameters (B, channels, 64, 64) to a distribution.

    Raises:
        ValueError: if a size is not positive, or z is not (B, D) or has another dtype.

    Source: Locatello et al. (2019), arXiv:1811.12359, appendix H, table 1;
    `conv_encoder` and `deconv_decoder` of their disentanglement_lib.
    """

    def __init__(
        self,
        latent_dim: int = 10,
        channels: int = 1,
        likelihood: nn.Module | None = None,
    ) -> None:
        check_sizes(latent_dim=latent_dim, channels=channels)
        trunk = [
            nn.Linear(latent_dim, 256),
            nn.ReLU(),
            nn.Linear(256, 64 * 4 * 4),
            nn.Unflatten(1, (64, 4, 4)),
            *_up(64, 64),
            *_up(64, 32),
            *_up(32, 32),
            *_up(32, channels),
        ]
        super().__init__(latent_dim, trunk, likelihood)


class SubpixelEncoder(_ConvEncoder):
    """q(z | x): fold 2 x 2 pixels into channels, then 32, 64, 64 maps, 256 units.

    For images of half the size the third convolution is left out.

    Args:
        channels: of x (B, channels, size, size).
        latent_dim: number of latent dimensions D.
        size: height and width of x, 64 or 32 pixels.

    Raises:
        ValueError: if a size is not as above, or x has another shape or dtype.

    Source: the folding is Shi et al. (2016), arXiv:1609.05158, section 2.2.
    """

    def __init__(self, channels: int = 1, latent_dim: int = 10, size: int = 64) -> None:
        check_sizes(channels=channels, latent_dim=latent_dim)
        maps = _subpixel_maps(size)
        trunk: list[nn.Module] = [nn.PixelUnshuffle(2)]
        for fan_in, fan_out in pairwise((4 * channels, *maps)):
            trunk += _down(fan_in, fan_out)
        trunk += [nn.Flatten(), nn.Linear(64 * 4 * 4, 256), nn.ReLU()]
        super().__init__(channels, latent_dim, trunk, size)


class SubpixelDecoder(_ConvDecoder):
    """p(x | z): the mirror image of `SubpixelEncoder`.

    Args:
        latent_dim: number of latent dimensions D.
        channels: of x (B, channels, size, size).
        likelihood: maps parameters (B, channels, size, size) to a distribution.
        size: height and width of x, 64 or 32 pixels.

    Raises:
        ValueError: if a size is not as above, or z is not (B, D) or has another dtype.

    Source: the unfolding is Shi et al. (2016), arXiv:1609.05158, section 2.2.
    """

    def __init__(
        self,
        latent_dim: int = 10,
        channels: int = 1,
        likelihood: nn.Module | None = None,
        size: int = 64,
    ) -> None:
        check_sizes(latent_dim=latent_dim, channels=channels)
        maps = _subpixel_maps(size)
        trunk: list[nn.Module] = [
            nn.Linear(latent_dim, 256),
            nn.ReLU(),
            nn.Linear(256, 64 * 4 * 4),
            nn.Unflatten(1, (64, 4, 4)),
        ]
        for fan_in, fan_out in pairwise((*reversed(maps), 4 * channels)):
            trunk += _up(fan_in, fan_out)
        super().__init__(latent_dim, [*trunk, nn.PixelShuffle(2)], likelihood)


def _subpixel_maps(size: int) -> tuple[int, ...]:
    """Maps after each halving of the folded image, down to 4 x 4 places."""
    if size not in (32, 64):
        raise ValueError(f"size must be 32 or 64, got {size}")
    return (32, 64, 64) if size == 64 else (32, 64)

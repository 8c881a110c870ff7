"""What a model's forward pass returns: distributions and samples, never a loss."""

from typing import NamedTuple

from torch import Tensor
from torch.distributions import Categorical, Distribution

from vae_lib.networks import Quantized

__all__ = [
    "LadderCode",
    "LadderOutput",
    "M2Output",
    "VAEOutput",
    "VQVAE2Output",
    "VQVAEOutput",
]


class VAEOutput(NamedTuple):
    """One pass of x (B, *event) through a VAE with D latent dimensions.

    In a CVAE everything is given y as well.

    Attributes:
        posterior: q(z | x), batch (B,), event (D,).
        z: a reparameterised sample of the posterior, (B, D).
        likelihood: p(x | z), batch (B,), event (*event).
        prior: p(z), batch (), event (D,); of a CVAE p(z | y), batch () or (B,).
    """

    posterior: Distribution
    z: Tensor
    likelihood: Distribution
    prior: Distribution


class VQVAEOutput(NamedTuple):
    """One pass of x (B, *event) through a VQ-VAE with an H x W grid of codes.

    Attributes:
        latents: what the encoder said, (B, D, H, W).
        quantized: the codes that stand for it.
        likelihood: p(x | codes), batch (B,), event (*event).
    """

    latents: Tensor
    quantized: Quantized
    likelihood: Distribution

    @property
    def levels(self) -> tuple[Quantized]:
        """The codes of each level, of which there is one."""
        return (self.quantized,)


class VQVAE2Output(NamedTuple):
    """One pass of x (B, *event) through a VQ-VAE with two grids of codes.

    Attributes:
        top: the codes of the coarser grid, (B, D, H', W').
        bottom: those of the finer grid, (B, D, H, W).
        likelihood: p(x | top, bottom), batch (B,), event (*event).
    """

    top: Quantized
    bottom: Quantized
    likelihood: Distribution

    @property
    def levels(self) -> tuple[Quantized, Quantized]:
        """The codes of each level, the top first."""
        return self.top, self.bottom


class LadderCode(NamedTuple):
    """The L levels of a ladder VAE, that next to the image first.

    Attributes:
        posteriors: q(z_l | x, levels above), batch (B,), event (*event of the level).
        z: what was drawn, (B, *event of the level).
        priors: p(z_l | levels above), of the same shapes; batch () at the top.
    """

    posteriors: tuple[Distribution, ...]
    z: tuple[Tensor, ...]
    priors: tuple[Distribution, ...]


class LadderOutput(NamedTuple):
    """One pass of x (B, *event) through a ladder VAE of L levels.

    Attributes:
        posteriors: q(z_l | x, levels above), that next to the image first.
        z: reparameterised samples of them, (B, *event of the level).
        priors: p(z_l | levels above); batch () at the top.
        likelihood: p(x | z_1 .. z_L), batch (B,), event (*event).
    """

    posteriors: tuple[Distribution, ...]
    z: tuple[Tensor, ...]
    priors: tuple[Distribution, ...]
    likelihood: Distribution


class M2Output(NamedTuple):
    """One pass of x (B, *event) with labels (B,) through an M2 with K classes.

    The last four are what a VAE returns once it knows the class.

    Attributes:
        classes: q(y | x), batch (B,), K classes.
        class_prior: p(y), batch (), K classes.
        posterior: q(z | x, y), batch (B,), event (D,).
        z: a reparameterised sample of the posterior, (B, D).
        likelihood: p(x | z, y), batch (B,), event (*event).
        prior: p(z), batch (), event (D,).
    """

    classes: Categorical
    class_prior: Categorical
    posterior: Distribution
    z: Tensor
    likelihood: Distribution
    prior: Distribution

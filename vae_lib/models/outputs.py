"""What a model's forward pass returns: distributions and samples, never a loss."""

from typing import NamedTuple

from torch import Tensor
from torch.distributions import Distribution

from vae_lib.networks import Quantized

__all__ = ["VAEOutput", "VQVAEOutput"]


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

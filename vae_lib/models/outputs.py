"""What a model's forward pass returns: distributions and samples, never a loss."""

from typing import NamedTuple

from torch import Tensor
from torch.distributions import Categorical, Distribution

from vae_lib.networks import Quantized

__all__ = ["M2Output", "VAEOutput", "VQVAEOutput"]


class VAEOutput(NamedTuple):
    """One pass of x (B, *event) through a VAE with D latent dimensions.

    Attributes:
        posterior: q(z | x), batch (B,), event (D,).
        z: a reparameterised sample of the posterior, (B, D).
        likelihood: p(x | z), batch (B,), event (*event).
        prior: p(z), batch (), event (D,).
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

"""What a model's forward pass returns: distributions and samples, never a loss."""

from typing import NamedTuple

from torch import Tensor
from torch.distributions import Distribution

__all__ = ["VAEOutput"]


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

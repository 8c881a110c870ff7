"""The variational autoencoder."""

from torch import Tensor, nn
from torch.distributions import Distribution

from vae_lib.models.outputs import VAEOutput

__all__ = ["VAE"]


class VAE(nn.Module):
    """Latent-variable model p(x | z) p(z) with an amortised posterior q(z | x).

    Args:
        encoder: maps x (B, *event) to q(z | x), batch (B,), event (D,).
        decoder: maps z (B, D) to p(x | z), batch (B,), event (*event).
        prior: called without arguments, returns p(z), event (D,).

    Source: Kingma & Welling (2014), arXiv:1312.6114, section 2.

    >>> from vae_lib.networks import MLPDecoder, MLPEncoder
    >>> from vae_lib.models import StandardNormal
    >>> shape = (1, 8, 8)
    >>> model = VAE(MLPEncoder(shape, 2), MLPDecoder(2, shape), StandardNormal(2))
    >>> model.decode(model.prior().sample((5,))).shape
    torch.Size([5, 1, 8, 8])
    """

    def __init__(
        self, encoder: nn.Module, decoder: nn.Module, prior: nn.Module
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.prior = prior

    @property
    def latent_dim(self) -> int:
        """Number of latent dimensions D."""
        return self.prior().event_shape[0]

    def forward(self, x: Tensor) -> VAEOutput:
        """Return the distributions along one pass of x (B, *event)."""
        posterior = self.encoder(x)
        z = posterior.rsample()
        return VAEOutput(posterior, z, self.decoder(z), self.prior())

    def encode(self, x: Tensor) -> Distribution:
        """The posterior q(z | x) of x (B, *event): batch (B,), event (D,)."""
        return self.encoder(x)

    def decode(self, z: Tensor) -> Tensor:
        """The mean image E[x | z] of z (B, D): shape (B, *event)."""
        return self.decoder(z).mean

"""The conditional variational autoencoder."""

from torch import Tensor, nn
from torch.distributions import Distribution

from vae_lib.models.outputs import VAEOutput

__all__ = ["CVAE"]


class CVAE(nn.Module):
    """Conditional model p(x | z, y) p(z | y) with an amortised posterior q(z | x, y).

    The condition y is whatever the three networks take: classes (B,), a vector of
    attributes (B, A), or a part of an image (B, C + 1, H, W). Objectives and bounds
    are given it in a `Labelled` or `Conditioned` batch.

    Args:
        encoder: maps x (B, *event) and y to q(z | x, y), batch (B,), event (D,).
        decoder: maps z (B, D) and y to p(x | z, y), batch (B,), event (*event).
        prior: maps y to p(z | y), event (D,): `StandardNormal`, which ignores it, or
            a learned `ConditionalPrior`.

    Source: Sohn, Lee & Yan (2015), "Learning structured output representation using
    deep conditional generative models", NeurIPS, section 4; for classes and a prior
    without condition Kingma et al. (2014), arXiv:1406.5298, section 2.

    >>> import torch
    >>> from vae_lib.networks import (ConditionalDecoder, ConditionalEncoder, OneHot,
    ...                               MLPDecoder, MLPEncoder)
    >>> from vae_lib.models import StandardNormal
    >>> encoder = ConditionalEncoder(MLPEncoder((64 + 10,), 2), OneHot(10))
    >>> decoder = ConditionalDecoder(MLPDecoder(2 + 10, (1, 8, 8)), OneHot(10))
    >>> model = CVAE(encoder, decoder, StandardNormal(2))
    >>> sevens = torch.full((5,), 7)
    >>> model.decode(model.sample_codes(sevens), sevens).shape
    torch.Size([5, 1, 8, 8])
    """

    def __init__(
        self, encoder: nn.Module, decoder: nn.Module, prior: nn.Module
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.prior = prior

    def forward(self, x: Tensor, y: Tensor) -> VAEOutput:
        """Return the distributions along one pass of x (B, *event) given y."""
        posterior = self.encoder(x, y)
        z = posterior.rsample()
        return VAEOutput(posterior, z, self.decoder(z, y), self.prior(y))

    def encode(self, x: Tensor, y: Tensor) -> Distribution:
        """The posterior q(z | x, y) of x (B, *event): batch (B,), event (D,)."""
        return self.encoder(x, y)

    def decode(self, z: Tensor, y: Tensor) -> Tensor:
        """The mean image E[x | z, y] of z (B, D): shape (B, *event)."""
        return self.decoder(z, y).mean

    def sample_codes(self, y: Tensor) -> Tensor:
        """Draw one z (B, D) from p(z | y) for each condition."""
        prior = self.prior(y)
        return prior.sample() if prior.batch_shape else prior.sample((len(y),))

    def change(self, x: Tensor, y: Tensor, other: Tensor) -> Tensor:
        """What x, of which y is true, would look like if other were: (B, *event).

        Encode with y, decode the posterior's mean with other. All that z keeps stays.
        """
        return self.decode(self.encode(x, y).mean, other)

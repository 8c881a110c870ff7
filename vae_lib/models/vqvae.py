"""The vector-quantised autoencoder."""

from torch import Tensor, nn

from vae_lib.models.outputs import VQVAEOutput

__all__ = ["VQVAE"]


class VQVAE(nn.Module):
    """Latent-variable model whose latents are a grid of codes from a codebook.

    As a VAE it has a deterministic posterior, all on the nearest code, and in training
    a uniform prior over the K codes: its rate is constant, H W ln K nats, and plays no
    part in the loss. A `CodePrior` fitted afterwards makes a generative model of it.

    Args:
        encoder: maps x (B, *event) to latents (B, D, H, W).
        quantizer: replaces latents by codes: a `VectorQuantizer` or a
            `FiniteScalarQuantizer`.
        decoder: maps latents (B, D, H, W) to p(x | latents), event (*event).

    Source: van den Oord et al. (2017), arXiv:1711.00937, section 3.

    >>> import torch
    >>> from vae_lib.networks import GridDecoder, GridEncoder, VectorQuantizer
    >>> model = VQVAE(
    ...     GridEncoder(1, dim=4, width=8),
    ...     VectorQuantizer(num_codes=16, dim=4),
    ...     GridDecoder(4, channels=1, width=8),
    ... )
    >>> indices = model.encode(torch.zeros(5, 1, 28, 28))
    >>> indices.shape, model.decode(indices).shape
    (torch.Size([5, 7, 7]), torch.Size([5, 1, 28, 28]))
    """

    def __init__(
        self, encoder: nn.Module, quantizer: nn.Module, decoder: nn.Module
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.quantizer = quantizer
        self.decoder = decoder

    @property
    def num_codes(self) -> int:
        """Number of codes K."""
        return self.quantizer.num_codes

    def forward(self, x: Tensor) -> VQVAEOutput:
        """Return what one pass of x (B, *event) makes."""
        latents = self.encoder(x)
        quantized = self.quantizer(latents)
        return VQVAEOutput(latents, quantized, self.decoder(quantized.latents))

    def encode(self, x: Tensor) -> Tensor:
        """The codes' indices (B, H, W), int64 in [0, K), of x (B, *event)."""
        return self.quantizer(self.encoder(x)).indices

    def decode(self, indices: Tensor) -> Tensor:
        """The mean image E[x | codes] of indices (B, H, W): shape (B, *event)."""
        return self.decoder(self.quantizer.lookup(indices)).mean

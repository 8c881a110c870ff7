"""The VQ-VAE with two grids of codes, one above the other."""

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from vae_lib.models.outputs import VQVAE2Output
from vae_lib.networks import Quantized

__all__ = ["VQVAE2"]


class VQVAE2(nn.Module):
    """Latent-variable model whose latents are a coarse and a fine grid of codes.

    The top codes are chosen first. What they decode to, at the bottom's resolution,
    goes two ways: to the bottom encoder, which so knows what has been said already,
    and to the decoder, beside the bottom codes.

    As a VAE its rate is constant in training, as a `VQVAE`'s is. A `CodePrior` over the
    top grid and one over the bottom grid given the top make a generative model of it.

    Nothing in the loss asks the top to say anything. Whoever hides the bottom from the
    decoder now and then does: the top then learns to draw a picture by itself.

    Args:
        encoder: maps x (B, *event) to features (B, F, H, W).
        top_encoder: maps these to the top's latents (B, D', H', W').
        top_quantizer: replaces them by codes.
        top_decoder: maps top codes (B, D', H', W') to features (B, G, H, W).
        bottom_encoder: maps both features, (B, F + G, H, W), x's first, to the bottom's
            latents (B, D, H, W).
        bottom_quantizer: replaces them by codes.
        decoder: maps the top's features and the bottom codes, (B, G + D, H, W) in this
            order, to p(x | top, bottom), event (*event).
        top_alone: share of the examples whose bottom codes the decoder sees as zeros in
            training mode, drawn anew each time, in [0, 1).

    Raises:
        ValueError: if top_alone is outside its range, or codes do not fit.

    Source: Razavi et al. (2019), arXiv:1906.00446, section 3.1 and algorithm 1.

    >>> from vae_lib.networks import GridDecoder, GridEncoder, VectorQuantizer
    >>> model = VQVAE2(
    ...     encoder=GridEncoder(1, dim=8, width=8),
    ...     top_encoder=GridEncoder(8, dim=4, halvings=1, width=8),
    ...     top_quantizer=VectorQuantizer(num_codes=16, dim=4),
    ...     top_decoder=GridDecoder(4, 4, 1, width=8, likelihood=nn.Identity()),
    ...     bottom_encoder=nn.Conv2d(8 + 4, 4, 1),
    ...     bottom_quantizer=VectorQuantizer(num_codes=32, dim=4),
    ...     decoder=GridDecoder(4 + 4, channels=1, width=8),
    ... )
    >>> top, bottom = model.encode(torch.zeros(5, 1, 16, 16))
    >>> top.shape, bottom.shape, model.decode(top, bottom).shape
    (torch.Size([5, 2, 2]), torch.Size([5, 4, 4]), torch.Size([5, 1, 16, 16]))
    """

    def __init__(
        self,
        *,
        encoder: nn.Module,
        top_encoder: nn.Module,
        top_quantizer: nn.Module,
        top_decoder: nn.Module,
        bottom_encoder: nn.Module,
        bottom_quantizer: nn.Module,
        decoder: nn.Module,
        top_alone: float = 0.0,
    ) -> None:
        super().__init__()
        if not 0 <= top_alone < 1:
            raise ValueError(f"top_alone must lie in [0, 1), got {top_alone}")
        self.encoder = encoder
        self.top_encoder = top_encoder
        self.top_quantizer = top_quantizer
        self.top_decoder = top_decoder
        self.bottom_encoder = bottom_encoder
        self.bottom_quantizer = bottom_quantizer
        self.decoder = decoder
        self.top_alone = top_alone

    @property
    def num_codes(self) -> tuple[int, int]:
        """Number of codes of the top and of the bottom."""
        return self.top_quantizer.num_codes, self.bottom_quantizer.num_codes

    def forward(self, x: Tensor) -> VQVAE2Output:
        """Return what one pass of x (B, *event) makes."""
        top, bottom, told = self._quantize(x)
        codes = bottom.latents
        if self.training and self.top_alone:
            seen = torch.rand(len(codes), 1, 1, 1, device=codes.device)
            codes = torch.where(seen < self.top_alone, 0.0, codes)
        likelihood = self.decoder(torch.cat([told, codes], 1))
        return VQVAE2Output(top, bottom, likelihood)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The codes' indices of x (B, *event): top (B, H', W'), bottom (B, H, W)."""
        top, bottom, _ = self._quantize(x)
        return top.indices, bottom.indices

    def decode(self, top: Tensor, bottom: Tensor | None = None) -> Tensor:
        """The mean image E[x | top, bottom], (B, *event), of indices as below."""
        return self.likelihood(top, bottom).mean

    def likelihood(self, top: Tensor, bottom: Tensor | None = None) -> Distribution:
        """p(x | top, bottom) of indices (B, H', W') and (B, H, W), int64.

        Without a bottom it is what the decoder makes of the top alone, which it has
        learned if `top_alone` is positive.

        Raises:
            ValueError: if the two are not of as many images, their grids do not lie
                above one another, or an index is outside its codebook.
        """
        told = self.top_decoder(self.top_quantizer.lookup(top))
        places = (told.shape[0], *told.shape[2:])
        if bottom is None:
            codes = told.new_zeros(places[0], self.bottom_quantizer.dim, *places[1:])
        else:
            codes = self.bottom_quantizer.lookup(bottom)
        if bottom is not None and tuple(bottom.shape) != places:
            raise ValueError(
                f"bottom must have shape {places} below a top of shape "
                f"{tuple(top.shape)}, got {tuple(bottom.shape)}"
            )
        return self.decoder(torch.cat([told, codes], 1))

    def _quantize(self, x: Tensor) -> tuple[Quantized, Quantized, Tensor]:
        """Both levels' codes, and what the top tells the bottom, (B, G, H, W)."""
        features = self.encoder(x)
        top = self.top_quantizer(self.top_encoder(features))
        told = self.top_decoder(top.latents)
        latents = self.bottom_encoder(torch.cat([features, told], 1))
        return top, self.bottom_quantizer(latents), told

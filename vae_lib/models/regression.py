"""A prediction without a latent variable, to hold conditional VAEs against."""

from torch import Tensor, nn
from torch.distributions import Distribution

__all__ = ["Regression"]


class Regression(nn.Module):
    """p(x | y) in one step: a CVAE with no z, whose pixels are independent given y.

    Args:
        decoder: as a CVAE's: maps z (B, D) and y to p(x | z, y). It is given D = 0.

    Source: the baseline of Sohn, Lee & Yan (2015), section 5.1.

    >>> import torch
    >>> from vae_lib.networks import ConditionalDecoder, MLPDecoder, OneHot
    >>> model = Regression(ConditionalDecoder(MLPDecoder(10, (1, 8, 8)), OneHot(10)))
    >>> model(torch.zeros(3, 1, 8, 8), torch.tensor([7, 8, 9])).event_shape
    torch.Size([1, 8, 8])
    """

    def __init__(self, decoder: nn.Module) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, x: Tensor, y: Tensor) -> Distribution:
        """Return p(x | y), batch (B,), event (*event); of x only the size is read."""
        return self.decoder(x.new_empty(len(x), 0), y)

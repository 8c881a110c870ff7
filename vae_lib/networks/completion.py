"""A likelihood of the pixels that are missing, where the others are given."""

from typing import ClassVar

import torch
from torch import Size, Tensor, nn
from torch.distributions import Distribution, Independent, constraints

__all__ = ["CompletionDecoder"]


class CompletionDecoder(nn.Module):
    """p(x | z, y) where y holds a part of x: what is seen is certain and free.

    Its `log_prob` counts the missing pixels only. Its mean and its samples have the
    seen pixels as they are.

    Args:
        decoder: maps z (B, D) and y (B, C + 1, H, W) to independent pixels, event
            (C, H, W). The last channel of y is the mask, see `vae_lib.data.seen_part`.

    Raises:
        ValueError: if the decoder's pixels are not independent, or do not fit y.

    Source: Sohn, Lee & Yan (2015), section 5.1.

    Of four pixels with even odds two are hidden; they cost ln 2 each:

    >>> from vae_lib.networks import ConditionalDecoder, MLPDecoder
    >>> network = MLPDecoder(1 + 8, (1, 2, 2))
    >>> for weight in network.parameters(): _ = nn.init.zeros_(weight)
    >>> decoder = CompletionDecoder(ConditionalDecoder(network, nn.Identity()))
    >>> y = torch.tensor([[1.0, 0, 0, 0], [1, 1, 0, 0]]).view(1, 2, 2, 2)
    >>> likelihood = decoder(torch.zeros(1, 1), y)
    >>> likelihood.log_prob(torch.ones(1, 1, 2, 2)).exp().item()
    0.25
    >>> likelihood.mean.flatten().tolist()
    [1.0, 0.0, 0.5, 0.5]
    """

    def __init__(self, decoder: nn.Module) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, z: Tensor, y: Tensor) -> Distribution:
        """Return p(x | z, y), batch (B,), event (C, H, W)."""
        return _Completed(self.decoder(z, y), y)


class _Completed(Distribution):
    """Independent pixels of which some are known: batch (B,), event (C, H, W)."""

    arg_constraints: ClassVar = {"part": constraints.real}

    def __init__(self, pixels: Distribution, y: Tensor) -> None:
        if not isinstance(pixels, Independent) or pixels.base_dist.event_shape:
            raise ValueError(
                "the decoder must describe independent pixels (Independent), "
                f"got {pixels}"
            )
        channels, height, width = pixels.event_shape
        expected = (*pixels.batch_shape, channels + 1, height, width)
        if tuple(y.shape) != expected:
            raise ValueError(
                "y must hold an image and a mask as its last channel, "
                f"{expected}, got {tuple(y.shape)}"
            )
        self.pixels = pixels.base_dist
        self.part, mask = y[:, :-1], y[:, -1:]
        self.seen = mask > 0.5
        super().__init__(pixels.batch_shape, pixels.event_shape, validate_args=False)

    @property
    def mean(self) -> Tensor:
        """Seen pixels as they are, the means of the others, (B, C, H, W)."""
        return torch.where(self.seen, self.part, self.pixels.mean)

    def log_prob(self, value: Tensor) -> Tensor:
        """Of the missing pixels of images (B, C, H, W): (B,), nats."""
        of_each = self.pixels.log_prob(value)
        return of_each.masked_fill(self.seen, 0.0).sum((-3, -2, -1))

    def sample(self, sample_shape: Size | tuple[int, ...] = ()) -> Tensor:
        """Draw the missing pixels: (*sample_shape, B, C, H, W)."""
        drawn = self.pixels.sample(Size(sample_shape))
        return torch.where(self.seen, self.part, drawn)

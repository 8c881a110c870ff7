"""Discriminators: networks that answer with one logit an example."""

import math
from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from vae_lib.networks.checks import check_batch, check_sizes

__all__ = ["ConvDiscriminator", "MLPDiscriminator"]


class MLPDiscriminator(nn.Module):
    """Real or fake, of codes or small images: leaky ReLU layers and a logit.

    Args:
        event_shape: shape of one example, e.g. (10,) for codes or (1, 8, 8).
        hidden: widths of the hidden layers.
        slope: of the activation below zero.

    Raises:
        ValueError: if a width is not positive, or an example does not have event_shape
            or the dtype of the weights.

    Source: Kim & Mnih (2018), arXiv:1802.05983, appendix A. They use two outputs, of
    which only the difference matters: that is the logit here.

    >>> import torch
    >>> MLPDiscriminator((10,), hidden=(50, 50))(torch.zeros(5, 10)).shape
    torch.Size([5])
    """

    def __init__(
        self,
        event_shape: Sequence[int],
        hidden: Sequence[int] = (1000,) * 6,
        slope: float = 0.2,
    ) -> None:
        super().__init__()
        self.event_shape = tuple(event_shape)
        widths = (math.prod(self.event_shape), *hidden)
        if any(width < 1 for width in widths):
            raise ValueError(f"layer widths must be at least 1, got {widths}")
        layers: list[nn.Module] = [nn.Flatten()]
        for fan_in, fan_out in pairwise(widths):
            layers += [nn.Linear(fan_in, fan_out), nn.LeakyReLU(slope)]
        self.trunk = nn.Sequential(*layers)
        self.head = nn.Linear(widths[-1], 1)

    def features(self, x: Tensor) -> Tensor:
        """The last hidden layer's activations (B, hidden[-1]) of x (B, *event)."""
        check_batch(x, self.event_shape, self.head.weight.dtype)
        return self.trunk(x).to(x.dtype)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (B,) of x (B, *event), positive for "real"."""
        # Under autocast the head answers in bfloat16; the cross-entropy needs float32.
        return self.head(self.features(x)).squeeze(1).to(x.dtype)


class ConvDiscriminator(nn.Module):
    """Real or fake, of 64 x 64 images: four strided convolutions and a logit.

    Args:
        channels: of x (B, channels, 64, 64).
        maps: of the first convolution; the second has twice as many, the others four
            times.
        slope: of the activation below zero.

    Raises:
        ValueError: if a size is not positive, or x has another shape or dtype.

    Source: after Radford et al. (2016), arXiv:1511.06434, section 3, without batch
    normalisation, so that an example's answer depends on that example alone.

    >>> import torch
    >>> network = ConvDiscriminator(maps=4)
    >>> network(torch.zeros(2, 1, 64, 64)).shape
    torch.Size([2])
    >>> network.features(torch.zeros(2, 1, 64, 64)).shape
    torch.Size([2, 1024])
    """

    def __init__(self, channels: int = 1, maps: int = 32, slope: float = 0.2) -> None:
        super().__init__()
        check_sizes(channels=channels, maps=maps)
        self.event_shape = (channels, 64, 64)
        widths = (channels, maps, 2 * maps, 4 * maps)
        layers: list[nn.Module] = []
        for fan_in, fan_out in pairwise(widths):
            layers += [nn.Conv2d(fan_in, fan_out, 4, 2, 1), nn.LeakyReLU(slope)]
        self.trunk = nn.Sequential(*layers, nn.Flatten())
        self.head = nn.Sequential(
            nn.Unflatten(1, (4 * maps, 8, 8)),
            nn.Conv2d(4 * maps, 4 * maps, 4, 2, 1),
            nn.LeakyReLU(slope),
            nn.Flatten(),
            nn.Linear(4 * maps * 4 * 4, 1),
        )

    def features(self, x: Tensor) -> Tensor:
        """The third convolution's activations (B, 256 maps) of x (B, C, 64, 64)."""
        check_batch(x, self.event_shape, self.trunk[0].weight.dtype)
        return self.trunk(x).to(x.dtype)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (B,) of x (B, C, 64, 64), positive for "real"."""
        return self.head(self.features(x)).squeeze(1).to(x.dtype)

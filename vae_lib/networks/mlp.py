"""Multilayer perceptrons for vectors and small images."""

import math
from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn
from torch.distributions import Distribution

from vae_lib.networks.checks import check_batch, check_latents, check_sizes
from vae_lib.networks.heads import Bernoulli, DiagonalGaussian

__all__ = ["MLPDecoder", "MLPEncoder"]


def _hidden_layers(widths: Sequence[int]) -> nn.Sequential:
    if any(width < 1 for width in widths):
        raise ValueError(f"layer widths must be at least 1, got {tuple(widths)}")
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(widths):
        layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
    return nn.Sequential(*layers)


class MLPEncoder(nn.Module):
    """q(z | x): flatten, hidden ReLU layers, diagonal Gaussian.

    Args:
        event_shape: shape of one x, e.g. (1, 28, 28).
        latent_dim: number of latent dimensions D.
        hidden: widths of the hidden layers.

    Raises:
        ValueError: if a width is not positive, or x does not have event_shape or
            the dtype of the weights.

    Source: Kingma & Welling (2014), arXiv:1312.6114, appendix C.2.
    """

    def __init__(
        self,
        event_shape: Sequence[int],
        latent_dim: int,
        hidden: Sequence[int] = (400,),
    ) -> None:
        super().__init__()
        self.event_shape = tuple(event_shape)
        widths = (math.prod(self.event_shape), *hidden)
        self.trunk = _hidden_layers(widths)
        self.head = DiagonalGaussian(widths[-1], latent_dim)

    def forward(self, x: Tensor) -> Distribution:
        """Return q(z | x) of x (B, *event_shape)."""
        check_batch(x, self.event_shape, self.head.linear.weight.dtype)
        return self.head(self.trunk(x.flatten(1)))


class MLPDecoder(nn.Module):
    """p(x | z): hidden ReLU layers, a linear layer, a likelihood.

    Args:
        latent_dim: number of latent dimensions D.
        event_shape: shape of one x, e.g. (1, 28, 28).
        hidden: widths of the hidden layers.
        likelihood: maps parameters (B, *event_shape) to a distribution over x.

    Raises:
        ValueError: if a width is not positive, or z is not (B, D) or does not have the
            dtype of the weights.

    Source: Kingma & Welling (2014), arXiv:1312.6114, appendix C.1.
    """

    def __init__(
        self,
        latent_dim: int,
        event_shape: Sequence[int],
        hidden: Sequence[int] = (400,),
        likelihood: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.event_shape = tuple(event_shape)
        check_sizes(pixels=math.prod(self.event_shape))
        widths = (latent_dim, *hidden)
        self.trunk = _hidden_layers(widths)
        self.linear = nn.Linear(widths[-1], math.prod(self.event_shape))
        self.likelihood = Bernoulli() if likelihood is None else likelihood

    def forward(self, z: Tensor) -> Distribution:
        """Return p(x | z) of z (B, D)."""
        check_latents(z, self.latent_dim, self.linear.weight.dtype)
        parameters = self.linear(self.trunk(z)).to(self.linear.weight.dtype)
        return self.likelihood(parameters.unflatten(1, self.event_shape))

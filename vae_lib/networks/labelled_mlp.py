"""Multilayer perceptrons that are told a class, or asked for one."""

import math
from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn
from torch.distributions import Categorical, Distribution
from torch.nn import functional as F

from vae_lib.networks.checks import (
    check_batch,
    check_labels,
    check_latents,
    check_sizes,
)
from vae_lib.networks.heads import Bernoulli, DiagonalGaussian

__all__ = ["LabelledMLPDecoder", "LabelledMLPEncoder", "MLPClassifier", "PixelHead"]


class _Hidden(nn.Module):
    """Hidden layers with softplus between them; a class enters at the first.

    A class as a one-hot vector picks a row of a weight matrix, so the row is what is
    learned. It starts with entries N(0, 1), much larger than a layer's weights would:
    from a class that is hardly heard a decoder learns to do without it.
    """

    def __init__(
        self, in_features: int, hidden: Sequence[int], num_classes: int | None
    ) -> None:
        super().__init__()
        check_sizes(in_features=in_features, hidden_layers=len(hidden))
        check_sizes(**{f"hidden[{k}]": width for k, width in enumerate(hidden)})
        widths = (in_features, *hidden)
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(widths))
        self.num_classes = num_classes
        self.of_class = None
        if num_classes is not None:
            check_sizes(num_classes=num_classes)
            self.of_class = nn.Embedding(num_classes, hidden[0])

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return features (B, hidden[-1]) of vectors x (B, in_features)."""
        # Not len(x), which would fix the batch size of an exported network.
        check_labels(labels, x.shape[0], self.num_classes)
        first, *others = self.layers
        h = first(x)
        if self.of_class is not None:
            h = h + self.of_class(labels)
        h = F.softplus(h)
        for layer in others:
            h = F.softplus(layer(h))
        return h


class MLPClassifier(nn.Module):
    """q(y | x): flatten, hidden softplus layers, one of K classes.

    Args:
        event_shape: shape of one x, e.g. (1, 28, 28).
        num_classes: K.
        hidden: widths of the hidden layers, at least one.

    Raises:
        ValueError: if a size is not positive, or x does not have event_shape or the
            dtype of the weights.

    Source: Kingma, Mohamed, Rezende & Welling (2014), arXiv:1406.5298, section 2.

    >>> import torch
    >>> MLPClassifier((1, 8, 8), 10)(torch.zeros(5, 1, 8, 8)).probs.shape
    torch.Size([5, 10])
    """

    def __init__(
        self,
        event_shape: Sequence[int],
        num_classes: int,
        hidden: Sequence[int] = (500,),
    ) -> None:
        super().__init__()
        check_sizes(num_classes=num_classes)
        self.event_shape = tuple(event_shape)
        self.trunk = _Hidden(math.prod(self.event_shape), hidden, None)
        self.logits = nn.Linear(hidden[-1], num_classes)

    @property
    def num_classes(self) -> int:
        """Number of classes K."""
        return self.logits.out_features

    def forward(self, x: Tensor) -> Categorical:
        """Return q(y | x) of x (B, *event_shape): batch (B,)."""
        check_batch(x, self.event_shape, self.logits.weight.dtype)
        logits = self.logits(self.trunk(x.flatten(1))).to(self.logits.weight.dtype)
        return Categorical(logits=logits, validate_args=False)


class LabelledMLPEncoder(nn.Module):
    """q(z | x, y): flatten, hidden softplus layers told the class, diagonal Gaussian.

    Args:
        event_shape: shape of one x, e.g. (1, 28, 28).
        latent_dim: number of latent dimensions D.
        num_classes: K.
        hidden: widths of the hidden layers, at least one.

    Raises:
        ValueError: if a size is not positive, x does not have event_shape or the dtype
            of the weights, or there is not one int64 label for each x.

    Source: Kingma, Mohamed, Rezende & Welling (2014), arXiv:1406.5298, section 2.
    """

    def __init__(
        self,
        event_shape: Sequence[int],
        latent_dim: int,
        num_classes: int,
        hidden: Sequence[int] = (500,),
    ) -> None:
        super().__init__()
        self.event_shape = tuple(event_shape)
        self.trunk = _Hidden(math.prod(self.event_shape), hidden, num_classes)
        self.head = DiagonalGaussian(hidden[-1], latent_dim)

    def forward(self, x: Tensor, labels: Tensor) -> Distribution:
        """Return q(z | x, y) of x (B, *event_shape) and labels (B,)."""
        check_batch(x, self.event_shape, self.head.linear.weight.dtype)
        return self.head(self.trunk(x.flatten(1), labels))


class LabelledMLPDecoder(nn.Module):
    """p(x | z, y): hidden softplus layers told the class, then a head.

    Args:
        latent_dim: number of latent dimensions D.
        num_classes: K.
        head: maps features (B, hidden[-1]) to a distribution over x: a `PixelHead`, or
            a `DiagonalGaussian` where x is itself a code.
        hidden: widths of the hidden layers, at least one.

    Raises:
        ValueError: if a size is not positive, z is not (B, D) or does not have the
            dtype of the weights, or there is not one int64 label for each z.

    Source: Kingma, Mohamed, Rezende & Welling (2014), arXiv:1406.5298, section 2.
    """

    def __init__(
        self,
        latent_dim: int,
        num_classes: int,
        head: nn.Module,
        hidden: Sequence[int] = (500,),
    ) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.trunk = _Hidden(latent_dim, hidden, num_classes)
        self.head = head

    def forward(self, z: Tensor, labels: Tensor) -> Distribution:
        """Return p(x | z, y) of z (B, D) and labels (B,)."""
        check_latents(z, self.latent_dim, self.trunk.layers[0].weight.dtype)
        return self.head(self.trunk(z, labels))


class PixelHead(nn.Module):
    """Linear map from features to the pixels' distribution.

    Args:
        in_features: width of the features h (B, in_features).
        event_shape: shape of one x, e.g. (1, 28, 28).
        likelihood: maps parameters (B, *event_shape) to a distribution over x.

    Raises:
        ValueError: if a size is not positive.
    """

    def __init__(
        self,
        in_features: int,
        event_shape: Sequence[int],
        likelihood: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.event_shape = tuple(event_shape)
        check_sizes(in_features=in_features, pixels=math.prod(self.event_shape))
        self.linear = nn.Linear(in_features, math.prod(self.event_shape))
        self.likelihood = Bernoulli() if likelihood is None else likelihood

    def forward(self, h: Tensor) -> Distribution:
        """Return p(x | ...), event (*event_shape), of features h (B, in_features)."""
        parameters = self.linear(h).to(self.linear.weight.dtype)
        return self.likelihood(parameters.unflatten(1, self.event_shape))

"""Networks that are given a condition y, made of those that are not.

Whatever y is, a small module turns it into features: `OneHot` or `nn.Embedding` for a
class, `nn.Identity` for a vector or an image, `SignedPart` for a part of an image. The
features join x on its way into an encoder, and z on its way into a decoder.
"""

import torch
from torch import Tensor, nn
from torch.distributions import Distribution
from torch.nn import functional as F

from vae_lib.networks.checks import check_sizes

__all__ = [
    "ConditionalDecoder",
    "ConditionalEncoder",
    "ConditionalPrior",
    "OneHot",
    "SignedPart",
]


class OneHot(nn.Module):
    """A class as a vector with a single one.

    Args:
        num_classes: Y, at least 1.

    Raises:
        ValueError: if num_classes is not positive, or labels are not (B,) int64.

    >>> OneHot(3)(torch.tensor([2, 0]))
    tensor([[0., 0., 1.],
            [1., 0., 0.]])
    """

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        check_sizes(num_classes=num_classes)
        self.num_classes = num_classes
        # A table, since it follows the model's device and dtype, and can be exported.
        self.register_buffer("table", torch.eye(num_classes), persistent=False)

    def forward(self, labels: Tensor) -> Tensor:
        """Return (B, Y) of labels (B,), int64."""
        if labels.dtype != torch.int64 or labels.dim() != 1:
            raise ValueError(
                "labels must be torch.int64 of shape (B,), "
                f"got {labels.dtype} of shape {tuple(labels.shape)}"
            )
        return F.embedding(labels, self.table)


class SignedPart(nn.Module):
    """A part of an image in one number a pixel: 1 white, -1 black, 0 hidden.

    Of grey images a hidden pixel and a middle grey look alike.

    Raises:
        ValueError: if y is no image with a mask as its last channel.

    >>> y = torch.tensor([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]]).view(1, 2, 1, 3)
    >>> SignedPart()(y).flatten()
    tensor([ 1., -1.,  0.])
    """

    def forward(self, y: Tensor) -> Tensor:
        """Return (B, C, H, W) of y (B, C + 1, H, W), see `vae_lib.data.seen_part`."""
        if y.dim() != 4 or y.shape[1] < 2:
            raise ValueError(
                f"y must hold images and a mask, (B, C + 1, H, W), got {tuple(y.shape)}"
            )
        part, mask = y[:, :-1], y[:, -1:]
        return 2 * part * mask - mask


class ConditionalEncoder(nn.Module):
    """q(z | x, y): an encoder that is shown y beside x.

    An encoder of vectors, as `MLPEncoder((F,), D)`, is given all numbers of x and of
    y's features in a row. One of images is given y's features as further channels; a
    vector fills each of its channels with one number.

    Args:
        encoder: has an `event_shape`: (size of x + size of the features,), or
            (channels of x + channels of the features, H, W).
        condition: maps y to features (B, F) or (B, F, H, W).

    Raises:
        ValueError: if x and the features are not equally many, or do not fill the
            encoder's event.

    >>> from vae_lib.networks import MLPEncoder, SubpixelEncoder
    >>> x, y = torch.zeros(2, 1, 64, 64), torch.tensor([3, 4])
    >>> flat = ConditionalEncoder(MLPEncoder((64 * 64 + 10,), 8), OneHot(10))
    >>> maps = ConditionalEncoder(SubpixelEncoder(1 + 10, 8), OneHot(10))
    >>> flat(x, y).event_shape == maps(x, y).event_shape == (8,)
    True
    """

    def __init__(self, encoder: nn.Module, condition: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.condition = condition

    def forward(self, x: Tensor, y: Tensor) -> Distribution:
        """Return q(z | x, y) of x (B, *event) and y (B, *condition)."""
        features = _features(self.condition, y, x.shape[0]).to(x.dtype)
        if len(self.encoder.event_shape) == 1:
            return self.encoder(torch.cat([x.flatten(1), features.flatten(1)], 1))
        if features.dim() == 2:
            features = features[..., None, None].expand(-1, -1, *x.shape[2:])
        return self.encoder(torch.cat([x, features], 1))


class ConditionalDecoder(nn.Module):
    """p(x | z, y): a decoder that is given y's features after z.

    Args:
        decoder: of D + F latents, where F is the size of the features.
        condition: maps y to features (B, F), or more axes, which are flattened.

    Raises:
        ValueError: if z and the features are not equally many, or not D + F.

    >>> from vae_lib.networks import MLPDecoder
    >>> decoder = ConditionalDecoder(MLPDecoder(2 + 10, (1, 8, 8)), OneHot(10))
    >>> decoder(torch.zeros(3, 2), torch.tensor([7, 8, 9])).event_shape
    torch.Size([1, 8, 8])
    """

    def __init__(self, decoder: nn.Module, condition: nn.Module) -> None:
        super().__init__()
        self.decoder = decoder
        self.condition = condition

    def forward(self, z: Tensor, y: Tensor) -> Distribution:
        """Return p(x | z, y) of z (B, D) and y (B, *condition)."""
        features = _features(self.condition, y, z.shape[0]).to(z.dtype)
        return self.decoder(torch.cat([z, features.flatten(1)], 1))


class ConditionalPrior(nn.Module):
    """p(z | y): a learned prior, an encoder of y's features.

    Args:
        encoder: has an `event_shape`, (F,) or that of the features.
        condition: maps y to features (B, F) or (B, F, H, W).

    Raises:
        ValueError: if the features do not fill the encoder's event.

    Source: Sohn, Lee & Yan (2015), section 4.

    >>> from vae_lib.networks import MLPEncoder
    >>> prior = ConditionalPrior(MLPEncoder((10,), 2), OneHot(10))
    >>> prior(torch.tensor([7, 8, 9])).batch_shape
    torch.Size([3])
    """

    def __init__(self, encoder: nn.Module, condition: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.condition = condition

    def forward(self, y: Tensor) -> Distribution:
        """Return p(z | y) of y (B, *condition): batch (B,), event (D,)."""
        features = self.condition(y)
        flat = len(self.encoder.event_shape) == 1
        return self.encoder(features.flatten(1) if flat else features)


def _features(condition: nn.Module, y: Tensor, count: int) -> Tensor:
    features = condition(y)
    if features.dim() < 2 or features.shape[0] != count:
        raise ValueError(
            f"the condition must give features (B, F) for each of {count} examples, "
            f"got {tuple(features.shape)}"
        )
    return features

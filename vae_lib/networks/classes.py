"""A class as something to encode and to decode."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.distributions import Categorical, Distribution, Independent, Normal

from vae_lib.networks.checks import check_labels, check_latents, check_sizes
from vae_lib.networks.heads import LOG_SCALE_RANGE
from vae_lib.networks.mlp import MLPDecoder

__all__ = ["ClassDecoder", "ClassEncoder"]


class ClassEncoder(nn.Module):
    """q(z | y) of a class y: a table of one diagonal Gaussian a class.

    No network can say more of a class than a table.

    Args:
        num_classes: C.
        latent_dim: number of latent dimensions D.

    Raises:
        ValueError: if a size is not positive, or y is not (B,) int64.

    >>> ClassEncoder(10, 2)(torch.tensor([3, 3, 8])).batch_shape
    torch.Size([3])
    """

    def __init__(self, num_classes: int, latent_dim: int) -> None:
        super().__init__()
        check_sizes(num_classes=num_classes, latent_dim=latent_dim)
        self.table = nn.Embedding(num_classes, 2 * latent_dim)
        # Close to the prior, and not quite alike.
        nn.init.normal_(self.table.weight, std=0.1)

    def forward(self, labels: Tensor) -> Distribution:
        """Return q(z | y) of labels (B,): batch (B,), event (D,)."""
        check_labels(labels, len(labels), self.table.num_embeddings)
        mean, log_scale = self.table(labels).chunk(2, dim=-1)
        scale = log_scale.clamp(*LOG_SCALE_RANGE).exp()
        return Independent(Normal(mean, scale, validate_args=False), 1)


class ClassDecoder(nn.Module):
    """p(y | z): hidden ReLU layers, a linear layer, a softmax.

    Args:
        latent_dim: number of latent dimensions D.
        num_classes: C.
        hidden: widths of the hidden layers.

    Raises:
        ValueError: if a size is not positive, or z is not (B, D) or does not have the
            dtype of the weights.

    >>> ClassDecoder(2, 10)(torch.zeros(4, 2)).probs.shape
    torch.Size([4, 10])
    """

    def __init__(
        self, latent_dim: int, num_classes: int, hidden: Sequence[int] = (64,)
    ) -> None:
        super().__init__()
        check_sizes(latent_dim=latent_dim, num_classes=num_classes)
        self.latent_dim = latent_dim
        self.network = MLPDecoder(latent_dim, (num_classes,), hidden, nn.Identity())

    def forward(self, z: Tensor) -> Distribution:
        """Return p(y | z) of z (B, D): batch (B,), event ()."""
        check_latents(z, self.latent_dim, self.network.linear.weight.dtype)
        logits = torch.log_softmax(self.network(z), dim=-1)
        return Categorical(logits=logits, validate_args=False)

"""A generative model in which the class is one of the latent variables."""

from torch import Tensor, nn
from torch.distributions import Categorical

from vae_lib.models.outputs import M2Output, VAEOutput

__all__ = ["M2"]


class M2(nn.Module):
    """p(x | z, y) p(y) p(z), with a classifier q(y | x) and a posterior q(z | x, y).

    Given a class it is a VAE. Without one, the class is a second latent variable, and
    the classifier is its posterior.

    Args:
        classifier: maps x (B, *event) to q(y | x), Categorical, batch (B,).
        encoder: maps x (B, *event) and labels (B,) to q(z | x, y), event (D,).
        decoder: maps z (B, D) and labels (B,) to p(x | z, y), event (*event).
        class_prior: called without arguments, returns p(y), Categorical, batch ().
        prior: called without arguments, returns p(z), event (D,).

    Source: Kingma, Mohamed, Rezende & Welling (2014), arXiv:1406.5298, section 2.

    >>> import torch
    >>> from vae_lib.models import StandardNormal, UniformClasses
    >>> from vae_lib.networks import (
    ...     LabelledMLPDecoder, LabelledMLPEncoder, MLPClassifier, PixelHead
    ... )
    >>> shape = (1, 8, 8)
    >>> model = M2(
    ...     MLPClassifier(shape, 10),
    ...     LabelledMLPEncoder(shape, 2, 10),
    ...     LabelledMLPDecoder(2, 10, PixelHead(500, shape)),
    ...     UniformClasses(10),
    ...     StandardNormal(2),
    ... )
    >>> model.decode(model.prior().sample((3,)), torch.tensor([7, 8, 9])).shape
    torch.Size([3, 1, 8, 8])
    """

    def __init__(
        self,
        classifier: nn.Module,
        encoder: nn.Module,
        decoder: nn.Module,
        class_prior: nn.Module,
        prior: nn.Module,
    ) -> None:
        super().__init__()
        self.classifier = classifier
        self.encoder = encoder
        self.decoder = decoder
        self.class_prior = class_prior
        self.prior = prior

    @property
    def latent_dim(self) -> int:
        """Number of latent dimensions D."""
        return self.prior().event_shape[0]

    @property
    def num_classes(self) -> int:
        """Number of classes K."""
        return self.class_prior().logits.shape[-1]

    def forward(self, x: Tensor, labels: Tensor) -> M2Output:
        """Return the distributions along one pass of x (B, *event) with labels (B,)."""
        return M2Output(self.classify(x), self.class_prior(), *self.given(x, labels))

    def given(self, x: Tensor, labels: Tensor) -> VAEOutput:
        """The pass through the VAE that the model is once the class is known."""
        posterior = self.encoder(x, labels)
        z = posterior.rsample()
        return VAEOutput(posterior, z, self.decoder(z, labels), self.prior())

    def classify(self, x: Tensor) -> Categorical:
        """The classes q(y | x) of x (B, *event): batch (B,)."""
        return self.classifier(x)

    def decode(self, z: Tensor, labels: Tensor) -> Tensor:
        """The mean image E[x | z, y] of z (B, D) and labels (B,): (B, *event)."""
        return self.decoder(z, labels).mean

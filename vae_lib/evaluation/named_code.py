"""A model's code written in named coordinates, with a remainder."""

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, MultivariateNormal

from vae_lib.evaluation.directions import AttributeDirections
from vae_lib.models import VAE

__all__ = ["NamedCode"]


class NamedCode(nn.Module):
    """A VAE whose code is written as named attributes and an unnamed remainder.

    It changes coordinates and nothing else: z = centre + u @ basis, where basis (D, D)
    is invertible. Its first A rows are the attributes' directions; the others span what
    is left, scaled to unit variance. Moving one named coordinate is `edit`. The named
    coordinates of a picture are what the model reads off it: of all linear readings
    that answer 1 to a direction of their own and 0 to the others, those with the least
    variance over the sample (generalised least squares).

    Args:
        model: the VAE.
        directions: of A <= D attributes.
        codes: sample that the directions were found from, (N, D), N > D.
        attributes: of the sample, (N, A), in any units.

    Raises:
        ValueError: if shapes do not agree, there are more attributes than latents, or
            the directions leave no code to be written in them uniquely.

    Source: the readings are those of Aitken (1935), with the covariance estimated.
    """

    def __init__(
        self,
        model: VAE,
        directions: AttributeDirections,
        codes: Tensor,
        attributes: Tensor,
    ) -> None:
        super().__init__()
        named, latents = directions.vectors.shape
        if codes.shape != (len(attributes), latents) or attributes.shape[1] != named:
            raise ValueError(
                f"codes must be (N, {latents}) and attributes (N, {named}), "
                f"got {tuple(codes.shape)} and {tuple(attributes.shape)}"
            )
        if not named <= latents < len(codes):
            raise ValueError(
                "there must be at most as many attributes as latents, and more codes, "
                f"got {named} attributes, {latents} latents and {len(codes)} codes"
            )
        if latents != model.latent_dim:
            raise ValueError(
                f"model must have {latents} latents, got {model.latent_dim}"
            )
        self.model = model
        self.names = directions.names
        codes = codes.double()
        self.register_buffer("centre", codes.mean(0))
        self.register_buffer("basis", _basis(directions, codes, attributes.double()))
        self.register_buffer("inverse", torch.linalg.inv(self.basis))
        self.float()

    @property
    def latent_dim(self) -> int:
        """Number of coordinates D, first the named ones and then the remainder."""
        return len(self.centre)

    def encode(self, x: Tensor) -> Distribution:
        """The posterior over coordinates of x (B, *event): batch (B,), event (D,)."""
        posterior = self.model.encode(x)
        mean = (posterior.mean - self.centre) @ self.inverse
        factor = posterior.stddev[..., None] * self.inverse  # rows: of z; columns: of u
        return MultivariateNormal(mean, factor.mT @ factor)

    def decode(self, u: Tensor) -> Tensor:
        """The mean image of coordinates u (B, D): shape (B, *event)."""
        return self.model.decode(self.centre + u @ self.basis)


def _basis(
    directions: AttributeDirections, codes: Tensor, attributes: Tensor
) -> Tensor:
    """The directions, and the principal directions of what they cannot explain."""
    named = directions.vectors.double()
    count, latents = len(named), codes.shape[1]
    centred = codes - codes.mean(0)
    standard = (attributes - attributes.mean(0)) / attributes.std(0)
    noise = torch.linalg.inv(torch.cov((centred - standard @ named).T))
    if torch.linalg.matrix_rank(named) < count:
        raise ValueError(f"directions must be independent, got rank below {count}")
    readers = noise @ named.T @ torch.linalg.inv(named @ noise @ named.T)  # (D, A)
    remainder = centred - centred @ readers @ named
    values, vectors = torch.linalg.eigh(torch.cov(remainder.T))
    kept = range(latents - 1, count - 1, -1)  # A of the values are zero
    rows = [values[k].sqrt() * vectors[:, k] for k in kept]
    return torch.cat([named, *(row[None] for row in rows)])

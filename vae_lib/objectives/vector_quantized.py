"""What a VQ-VAE is trained with."""

from dataclasses import dataclass

from torch import Tensor

from vae_lib.models import VQVAE, VQVAE2
from vae_lib.objectives.loss import Loss

__all__ = ["VectorQuantized"]


@dataclass(frozen=True)
class VectorQuantized:
    """Distortion plus the two losses of the quantiser, or of each level's.

    The rate of a uniform prior over the codes is constant, and left out. The commitment
    is priced by the quantiser, so that it stands in one place.

    Source: van den Oord et al. (2017), arXiv:1711.00937, section 3.2, equation 3; for
    two levels Razavi et al. (2019), arXiv:1906.00446, section 3.1.
    """

    def __call__(self, model: VQVAE | VQVAE2, x: Tensor, step: int = 0) -> Loss:
        """Judge model on x (B, *event): scalar value, terms (B,).

        The distortion is in nats; "codebook" and "commitment" are squared distances in
        the latents' units, summed over the grid and over the levels.

        Raises:
            ValueError: if the decoder describes another event than x.
        """
        output = model(x)
        expected, found = tuple(x.shape[1:]), tuple(output.likelihood.event_shape)
        if found != expected:
            raise ValueError(
                f"the decoder must describe x with event shape {expected}, got {found}"
            )
        terms = {
            "distortion": -output.likelihood.log_prob(x),
            "codebook": sum(level.codebook_loss for level in output.levels),
            "commitment": sum(level.commitment_loss for level in output.levels),
        }
        return Loss(sum(term.mean() for term in terms.values()), terms)

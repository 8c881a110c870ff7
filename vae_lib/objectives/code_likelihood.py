"""What a prior over codes is trained with."""

from dataclasses import dataclass

from torch import Tensor

from vae_lib.data import Labelled, x_and_labels
from vae_lib.models import CodePrior
from vae_lib.objectives.loss import Loss

__all__ = ["CodeLikelihood"]


@dataclass(frozen=True)
class CodeLikelihood:
    """Negative log likelihood of a grid of codes: nats that it takes to write it down.

    Source: van den Oord et al. (2017), arXiv:1711.00937, section 3.3.
    """

    def __call__(self, model: CodePrior, x: Tensor | Labelled, step: int = 0) -> Loss:
        """Judge model on indices (B, H, W) int64, with their classes or without.

        Returns:
            The batch's mean, and "nats" (B,), both in nats a grid.
        """
        indices, labels = x_and_labels(x)
        nats = -model.log_prob(indices, labels)
        return Loss(nats.mean(), {"nats": nats})

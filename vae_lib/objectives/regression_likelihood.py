"""What a prediction without a latent variable is trained with."""

from dataclasses import dataclass

from vae_lib.data import Batch, x_and_given
from vae_lib.models import Regression
from vae_lib.objectives.loss import Loss

__all__ = ["RegressionLikelihood"]


@dataclass(frozen=True)
class RegressionLikelihood:
    """Negative log likelihood -log p(x | y) of a `Regression`, exact."""

    def __call__(self, model: Regression, x: Batch, step: int = 0) -> Loss:
        """Judge model on a conditioned batch: the mean, and "nats" (B,).

        Raises:
            ValueError: if the batch has no condition.
        """
        examples, given = x_and_given(x)
        if not given:
            raise ValueError("a regression needs a condition: Labelled or Conditioned")
        nats = -model(examples, *given).log_prob(examples)
        return Loss(nats.mean(), {"nats": nats})

"""Total correlation priced by a density ratio that an adversary learns."""

from dataclasses import dataclass

import torch
from torch import Tensor

from vae_lib.models import VAE
from vae_lib.objectives.adversary import Adversary, tell_apart
from vae_lib.objectives.elbo import distortion_and_rate
from vae_lib.objectives.loss import Loss, Schedule, at_step, check_weight

__all__ = ["FactorVAE", "permute_dimensions"]


@dataclass(frozen=True)
class FactorVAE:
    """Negative ELBO plus gamma times the total correlation of the aggregate posterior.

    The adversary tells codes z ~ q(z), "real", from codes whose dimensions come from
    different examples. Its best logit is log q(z) - sum_d log q(z_d), whose mean is
    the total correlation.

    Args:
        adversary: answers to codes (B, D) with logits (B,).
        gamma: price of a nat of total correlation, dimensionless; a number or a
            function of the step.

    Raises:
        ValueError: if gamma is negative or not finite.

    Source: Kim & Mnih (2018), arXiv:1802.05983, section 3, equation 2, algorithm 2.
    There the adversary meets the codes of the model's minibatch beside permuted codes
    of a second one; here both kinds come from the second.

    >>> from vae_lib.networks import MLPDiscriminator
    >>> objective = FactorVAE(Adversary(MLPDiscriminator((10,), (50, 50))), gamma=20)
    >>> objective.adversary.betas
    (0.5, 0.9)
    """

    adversary: Adversary
    gamma: Schedule = 35.0

    def __post_init__(self) -> None:
        check_weight("gamma", self.gamma)

    def __call__(self, model: VAE, x: Tensor, step: int = 0) -> Loss:
        """Judge model on x (B, *event): scalar value, terms (B,), all in nats.

        The term "total_correlation" is the adversary's logit: as good as its training.
        """
        output = model(x)
        terms = distortion_and_rate(output, x)
        terms["total_correlation"] = self.adversary.logits(output.z)
        gamma = at_step(self.gamma, step)
        value = terms["distortion"] + terms["rate"] + gamma * terms["total_correlation"]
        return Loss(value.mean(), terms)

    def adversary_loss(self, model: VAE, x: Tensor, step: int = 0) -> Loss:
        """Judge the adversary on the codes of x (B, *event): cross-entropy in nats."""
        with torch.no_grad():
            z = model.encode(x).sample()
        permuted = self.adversary.logits(permute_dimensions(z))
        return tell_apart(real=self.adversary.logits(z), fake=permuted)


def permute_dimensions(z: Tensor) -> Tensor:
    """Shuffle every column of z (B, D) apart: each keeps its values, not their company.

    Source: Kim & Mnih (2018), arXiv:1802.05983, algorithm 1.

    >>> permuted = permute_dimensions(torch.tensor([[1.0, 10.0], [2.0, 20.0]]))
    >>> permuted.sort(0).values
    tensor([[ 1., 10.],
            [ 2., 20.]])
    """
    return z.gather(0, torch.rand(z.shape, device=z.device).argsort(0))

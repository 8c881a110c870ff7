"""The ladder's bound: one distortion, and a rate at each level with a price of its own.

The total rate KL(q(z_1 .. z_L | x) || p(z_1 .. z_L)) is the sum over levels of the
expected KL(q(z_l | x, levels above) || p(z_l | levels above)): the chain rule.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import kl_divergence

from vae_lib.models import LadderOutput, LadderVAE
from vae_lib.objectives.checks import check_events
from vae_lib.objectives.loss import Loss, Schedule, at_step, check_weight

__all__ = ["LadderELBO", "rate_of_each_level"]


def rate_of_each_level(output: LadderOutput, x: Tensor) -> Tensor:
    """Rates (B, L) in nats of one pass of x (B, *event), level 1 first.

    Each is exact given the draws above it, and non-negative.

    Raises:
        ValueError: if x is empty, or the distributions' event shapes do not match.
    """
    rates = []
    for posterior, prior in zip(output.posteriors, output.priors, strict=True):
        check_events(x, posterior, output.likelihood, prior)
        rates.append(kl_divergence(posterior, prior))
    return torch.stack(rates, dim=1)


@dataclass(frozen=True)
class LadderELBO:
    """Distortion plus each level's rate at its own price, its first nats free.

    With the price of 1 and nothing free it is the negative ELBO.

    Args:
        beta: price of a nat, dimensionless; a number or a function of the step, as in
            a warm-up; one for all levels, or a tuple of one a level, level 1 first.
        free: nats that a level may carry free of charge, on the batch average; a
            number, or a tuple of one a level, level 1 first.

    Raises:
        ValueError: if a price or a number of free nats is negative or not finite; on
            call if there are not as many as the model has levels.

    Source: Sonderby et al. (2016), arXiv:1602.02282, sections 2.2 and 2.3 (the warm-up
    is theirs); free nats are Kingma et al.'s (2016), arXiv:1606.04934, appendix C.8.
    """

    beta: Schedule | tuple[Schedule, ...] = 1.0
    free: float | tuple[float, ...] = 0.0

    def __post_init__(self) -> None:
        for beta in _as_tuple(self.beta):
            check_weight("beta", beta)
        for free in _as_tuple(self.free):
            if callable(free):
                raise ValueError("free must be a number, got a function of the step")
            check_weight("free", free)

    def __call__(self, model: LadderVAE, x: Tensor, step: int = 0) -> Loss:
        """Judge model on x (B, *event).

        Returns:
            Scalar value in nats; terms (B,) in nats: "distortion", "rate" in all, and
            each level's, "rate_1" next to the image.
        """
        betas = self._of_levels("beta", self.beta, model.levels)
        free = self._of_levels("free", self.free, model.levels)
        output = model(x)
        rates = rate_of_each_level(output, x)
        distortion = -output.likelihood.log_prob(x)
        value = distortion.mean()
        for rate, beta, floor in zip(rates.mean(0), betas, free, strict=True):
            priced = rate.clamp(min=floor) if floor > 0 else rate
            value = value + at_step(beta, step) * priced
        levels = {f"rate_{l}": rate for l, rate in enumerate(rates.unbind(1), start=1)}
        return Loss(value, {"distortion": distortion, "rate": rates.sum(1), **levels})

    @staticmethod
    def _of_levels(name: str, given: object, levels: int) -> tuple:
        each = given if isinstance(given, tuple) else (given,) * levels
        if len(each) != levels:
            raise ValueError(
                f"{name} must be one number or one for each of the {levels} levels, "
                f"got {len(each)}"
            )
        return each


def _as_tuple(given: object) -> tuple:
    return given if isinstance(given, tuple) else (given,)

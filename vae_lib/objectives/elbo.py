"""The evidence lower bound and the objectives that only reweigh its two terms.

With distortion = -log p(x | z) and rate = KL(q(z | x) || p(z)), for z ~ q(z | x), the
negative ELBO is the mean of distortion + rate (Alemi et al. 2018, arXiv:1711.00464).
Given y, in a `Labelled` or `Conditioned` batch, all of them are conditional on it.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Distribution, kl_divergence

from vae_lib.data import Batch, x_and_given
from vae_lib.models import CVAE, VAE, VAEOutput
from vae_lib.objectives.checks import check_diagonal_gaussian, check_events
from vae_lib.objectives.loss import Loss, Schedule, at_step, check_weight

__all__ = [
    "BetaVAE",
    "CapacityVAE",
    "FreeBits",
    "NegativeELBO",
    "distortion_and_rate",
    "rate_of_each_dimension",
]


def distortion_and_rate(output: VAEOutput, x: Tensor) -> dict[str, Tensor]:
    """The two terms of the negative ELBO of x (B, *event), each (B,), in nats.

    Raises:
        ValueError: if x is empty, or the distributions' event shapes do not match.
    """
    check_events(x, output.posterior, output.likelihood, output.prior)
    return {
        "distortion": -output.likelihood.log_prob(x),
        "rate": kl_divergence(output.posterior, output.prior),
    }


@dataclass(frozen=True)
class NegativeELBO:
    """Distortion plus rate: an upper bound on -log p(x).

    Source: Kingma & Welling (2014), arXiv:1312.6114, section 2.2.
    """

    def __call__(self, model: VAE | CVAE, x: Batch, step: int = 0) -> Loss:
        """Judge model on x (B, *event): scalar value, terms (B,), all in nats."""
        terms = distortion_and_rate(*_one_pass(model, x))
        return Loss((terms["distortion"] + terms["rate"]).mean(), terms)


@dataclass(frozen=True)
class BetaVAE:
    """Distortion plus beta times rate; beta = 1 is the negative ELBO.

    Args:
        beta: price of a nat of rate, dimensionless; a number or a function of the step.

    Raises:
        ValueError: if beta is negative or not finite.

    Source: Higgins et al. (2017), "beta-VAE", ICLR, section 2.
    """

    beta: Schedule = 4.0

    def __post_init__(self) -> None:
        check_weight("beta", self.beta)

    def __call__(self, model: VAE | CVAE, x: Batch, step: int = 0) -> Loss:
        """Judge model on x (B, *event): scalar value, terms (B,), all in nats."""
        terms = distortion_and_rate(*_one_pass(model, x))
        beta = at_step(self.beta, step)
        return Loss((terms["distortion"] + beta * terms["rate"]).mean(), terms)


@dataclass(frozen=True)
class CapacityVAE:
    """Distortion plus gamma times |mean rate - capacity|: ask for a rate, not a price.

    Args:
        gamma: price of a nat of deviation, dimensionless; a number or a function.
        capacity: the rate asked for, nats; a number or a function of the step.

    Raises:
        ValueError: if gamma or capacity is negative or not finite.

    Source: Burgess et al. (2018), arXiv:1804.03599, section 5, equation 8. As in the
    study of Locatello et al. (2019, arXiv:1811.12359) the deviation is that of the
    batch's mean rate, so that an easy image may cost less than a hard one.
    """

    gamma: Schedule = 1000.0
    capacity: Schedule = 25.0

    def __post_init__(self) -> None:
        check_weight("gamma", self.gamma)
        check_weight("capacity", self.capacity)

    def __call__(self, model: VAE | CVAE, x: Batch, step: int = 0) -> Loss:
        """Judge model on x (B, *event): scalar value, terms (B,), all in nats."""
        terms = distortion_and_rate(*_one_pass(model, x))
        deviation = (terms["rate"].mean() - at_step(self.capacity, step)).abs()
        value = terms["distortion"].mean() + at_step(self.gamma, step) * deviation
        return Loss(value, terms)


@dataclass(frozen=True)
class FreeBits:
    """Negative ELBO in which each latent's first `floor` nats of rate cost nothing.

    Args:
        floor: nats a latent dimension may carry free of charge, on the batch average.

    Raises:
        ValueError: if floor is not a number, negative or not finite.

    Source: Kingma et al. (2016), arXiv:1606.04934, appendix C.8.
    """

    floor: float = 0.1

    def __post_init__(self) -> None:
        if callable(self.floor):
            raise ValueError("floor must be a number, got a function of the step")
        check_weight("floor", self.floor)

    def __call__(self, model: VAE | CVAE, x: Batch, step: int = 0) -> Loss:
        """Judge model on x (B, *event): scalar value, terms (B,), all in nats."""
        output, x = _one_pass(model, x)
        terms = distortion_and_rate(output, x)
        rates = rate_of_each_dimension(output.posterior, output.prior).mean(0)  # (D,)
        priced = torch.clamp(rates, min=self.floor).sum()
        return Loss(terms["distortion"].mean() + priced, terms)


def _one_pass(model: VAE | CVAE, batch: Batch) -> tuple[VAEOutput, Tensor]:
    """What a model returns of a batch, and the batch's examples."""
    x, given = x_and_given(batch)
    return model(x, *given), x


def rate_of_each_dimension(posterior: Distribution, prior: Distribution) -> Tensor:
    """KL(q(z_d | x) || p(z_d)) of diagonal Gaussians; sums to the rate.

    Args:
        posterior: q(z | x), Independent(Normal), batch (B,), event (D,).
        prior: p(z), Independent(Normal), event (D,).

    Returns:
        Rates in nats, (B, D), non-negative.

    Raises:
        ValueError: if one of them is not a diagonal Gaussian.
    """
    check_diagonal_gaussian("posterior", posterior)
    check_diagonal_gaussian("prior", prior)
    return kl_divergence(posterior.base_dist, prior.base_dist)

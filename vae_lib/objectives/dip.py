"""Disentangled inferred prior: the codes' covariance held against the identity."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Distribution

from vae_lib.models import VAE
from vae_lib.objectives.elbo import distortion_and_rate
from vae_lib.objectives.loss import Loss, Schedule, at_step, check_weight

__all__ = ["DIPVAE1", "DIPVAE2", "covariance_penalty"]


def covariance_penalty(
    covariance: Tensor, off_diagonal: float, diagonal: float
) -> Tensor:
    """Weighted squared distance of a covariance (D, D) from the identity: a scalar.

    off_diagonal times the sum of squares off the diagonal, plus diagonal times the
    sum of (variance - 1)^2.

    >>> covariance = torch.tensor([[3.0, 0.5], [0.5, 1.0]])
    >>> covariance_penalty(covariance, off_diagonal=10.0, diagonal=1.0)
    tensor(9.)
    """
    variances = covariance.diagonal()
    correlated = covariance.square().sum() - variances.square().sum()
    return off_diagonal * correlated + diagonal * (variances - 1).square().sum()


@dataclass(frozen=True)
class _DIPVAE(ABC):
    """Negative ELBO plus a penalty on a covariance that a subclass names."""

    off_diagonal: Schedule
    diagonal: Schedule

    def __post_init__(self) -> None:
        check_weight("off_diagonal", self.off_diagonal)
        check_weight("diagonal", self.diagonal)

    def __call__(self, model: VAE, x: Tensor, step: int = 0) -> Loss:
        """Judge model on x (B, *event), B >= 2: scalar value, terms (B,).

        Distortion and rate are in nats; "covariance_penalty" belongs to the minibatch
        and is the same for all its examples.
        """
        output = model(x)
        terms = distortion_and_rate(output, x)
        penalty = covariance_penalty(
            self._covariance(output.posterior),
            at_step(self.off_diagonal, step),
            at_step(self.diagonal, step),
        )
        terms["covariance_penalty"] = penalty.expand(len(x))
        return Loss((terms["distortion"] + terms["rate"]).mean() + penalty, terms)

    @abstractmethod
    def _covariance(self, posterior: Distribution) -> Tensor: ...


@dataclass(frozen=True)
class DIPVAE1(_DIPVAE):
    """Negative ELBO plus a penalty on the covariance of the posterior means.

    Args:
        off_diagonal: lambda_od, price of squared covariances; a number or a function
            of the step, like the next.
        diagonal: lambda_d, price of squared deviations of the variances from 1.

    Raises:
        ValueError: if a weight is negative or not finite.

    Source: Kumar et al. (2018), arXiv:1711.00848, equation 6.
    """

    off_diagonal: Schedule = 10.0
    diagonal: Schedule = 100.0

    def _covariance(self, posterior: Distribution) -> Tensor:
        return _covariance_of_means(posterior.mean)


@dataclass(frozen=True)
class DIPVAE2(_DIPVAE):
    """Negative ELBO plus a penalty on the covariance of the aggregate posterior.

    By the law of total covariance that is the covariance of the posterior means plus
    the mean of the posterior variances.

    Args:
        off_diagonal: lambda_od, price of squared covariances; a number or a function
            of the step, like the next.
        diagonal: lambda_d, price of squared deviations of the variances from 1.

    Raises:
        ValueError: if a weight is negative or not finite.

    Source: Kumar et al. (2018), arXiv:1711.00848, equation 7.
    """

    off_diagonal: Schedule = 10.0
    diagonal: Schedule = 10.0

    def _covariance(self, posterior: Distribution) -> Tensor:
        noise = posterior.variance.mean(0)
        return _covariance_of_means(posterior.mean) + torch.diag(noise)


def _covariance_of_means(means: Tensor) -> Tensor:
    """The unbiased covariance (D, D) of means (B, D)."""
    if len(means) < 2:
        raise ValueError(f"a covariance takes at least two examples, got {len(means)}")
    centred = means - means.mean(0)
    return centred.T @ centred / (len(means) - 1)

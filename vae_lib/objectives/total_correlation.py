"""The rate in three parts, and the objective that prices each of them apart.

Averaged over the data the rate is, with q(z) the aggregate posterior (the average of
q(z | x) over the N examples of the dataset),

    rate = I(x; z) + KL(q(z) || prod_d q(z_d)) + KL(prod_d q(z_d) || p(z)),

mutual information, total correlation, and how far each latent's own aggregate is from
the prior. A minibatch holds only B of the N terms of q(z); an estimator says how much
each of them counts.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.distributions import Distribution

from vae_lib.models import VAE
from vae_lib.objectives.checks import check_diagonal_gaussian
from vae_lib.objectives.elbo import distortion_and_rate
from vae_lib.objectives.loss import Loss, Schedule, at_step, check_weight

__all__ = [
    "AggregateEstimator",
    "BetaTCVAE",
    "MinibatchStratified",
    "MinibatchWeighted",
    "rate_in_three_parts",
]


class AggregateEstimator(Protocol):
    """How much q(z_i | x_j) counts in an estimate of the aggregate density q(z_i)."""

    def __call__(self, batch_size: int, dataset_size: int) -> Tensor:
        """Return weights (B, B), row i for z_i, column j for x_j; float64."""
        ...


@dataclass(frozen=True)
class MinibatchWeighted:
    """1 / (N B) for every example: simple, and off by a factor between B and N.

    An example's own posterior deserves 1 / N, all others together (N - 1) / N. Where
    posteriors are far apart log q(z) comes out too small by log B, where they coincide
    by log N. That lifts the mutual information; as the aggregate of each latent is as
    much too small, the total correlation of D latents is lifted by up to
    (D - 1) log N, and the last of the three parts lowered by up to D log N. In the
    sum of the three the errors cancel.

    Source: Chen et al. (2018), arXiv:1802.04942, section 3.1 and appendix C.1.

    >>> MinibatchWeighted()(batch_size=2, dataset_size=10)
    tensor([[0.0500, 0.0500],
            [0.0500, 0.0500]], dtype=torch.float64)
    """

    def __call__(self, batch_size: int, dataset_size: int) -> Tensor:
        """Return weights (B, B)."""
        _check_batch(batch_size, dataset_size, at_least=1)
        weight = 1 / (dataset_size * batch_size)
        return torch.full((batch_size, batch_size), weight, dtype=torch.float64)


@dataclass(frozen=True)
class MinibatchStratified:
    """Weights that make the estimated density q(z_i) unbiased over minibatches.

    With M = B - 1 other examples: 1 / N for the example itself, (N - M) / (N M) for
    the one that follows it (the first follows the last), 1 / M for the rest. A row
    sums to one. It is unbiased for minibatches without repetition; drawn with
    replacement, as `fit` draws them, the own example counts 1 / N too much.

    Source: Chen et al. (2018), arXiv:1802.04942, appendix C.2.

    >>> MinibatchStratified()(batch_size=3, dataset_size=10)
    tensor([[0.1000, 0.4000, 0.5000],
            [0.5000, 0.1000, 0.4000],
            [0.4000, 0.5000, 0.1000]], dtype=torch.float64)
    """

    def __call__(self, batch_size: int, dataset_size: int) -> Tensor:
        """Return weights (B, B)."""
        _check_batch(batch_size, dataset_size, at_least=2)
        others = batch_size - 1
        weights = torch.full((batch_size, batch_size), 1 / others, dtype=torch.float64)
        row = torch.arange(batch_size)
        weights[row, row] = 1 / dataset_size
        following = (row + 1) % batch_size
        weights[row, following] = (dataset_size - others) / (dataset_size * others)
        return weights


@dataclass(frozen=True)
class BetaTCVAE:
    """Distortion plus alpha, beta, gamma times the three parts of the rate.

    With alpha = beta = gamma = 1 the three parts of an example sum to
    log q(z | x) - log p(z), whose mean over z is its rate: the negative ELBO in
    expectation, whatever the estimator.

    Args:
        dataset_size: N, number of examples that the minibatches come from.
        alpha: price of a nat of mutual information, dimensionless; a number or a
            function of the step, like the next two.
        beta: price of a nat of total correlation.
        gamma: price of a nat of the latents' own divergence from the prior.
        estimator: of the aggregate posterior's density from a minibatch.

    Raises:
        ValueError: if dataset_size is not a positive integer, a weight is negative or
            not finite, or the posterior is not a diagonal Gaussian.

    Source: Chen et al. (2018), arXiv:1802.04942, section 3.2, equation 4.

    >>> BetaTCVAE(dataset_size=737_280)
    BetaTCVAE(dataset_size=737280, alpha=1.0, beta=6.0, gamma=1.0,
              estimator=MinibatchWeighted())
    """

    dataset_size: int
    alpha: Schedule = 1.0
    beta: Schedule = 6.0
    gamma: Schedule = 1.0
    estimator: AggregateEstimator = MinibatchWeighted()

    def __post_init__(self) -> None:
        if not isinstance(self.dataset_size, int) or self.dataset_size < 1:
            raise ValueError(
                f"dataset_size must be a positive integer, got {self.dataset_size}"
            )
        for name in ("alpha", "beta", "gamma"):
            check_weight(name, getattr(self, name))

    def __call__(self, model: VAE, x: Tensor, step: int = 0) -> Loss:
        """Judge model on x (B, *event): scalar value, terms (B,), all in nats.

        The terms are the distortion, the three parts "mutual_information",
        "total_correlation" and "dimension_wise_kl" at one z of each example, and the
        exact rate, which their sum estimates.
        """
        output = model(x)
        terms = distortion_and_rate(output, x)
        weights = self.estimator(len(x), self.dataset_size)
        parts = rate_in_three_parts(output.posterior, output.z, output.prior, weights)
        value = (
            terms["distortion"]
            + at_step(self.alpha, step) * parts["mutual_information"]
            + at_step(self.beta, step) * parts["total_correlation"]
            + at_step(self.gamma, step) * parts["dimension_wise_kl"]
        ).mean()
        return Loss(value, {**terms, **parts})


def rate_in_three_parts(
    posterior: Distribution, z: Tensor, prior: Distribution, weights: Tensor
) -> dict[str, Tensor]:
    """Estimates of the rate's three parts at z; they sum to log q(z | x) - log p(z).

    Args:
        posterior: q(z | x), Independent(Normal), batch (B,), event (D,).
        z: one sample of each posterior, (B, D).
        prior: p(z), event (D,).
        weights: of q(z_i | x_j) in the estimate of q(z_i), (B, B).

    Returns:
        "mutual_information", "total_correlation" and "dimension_wise_kl", each (B,),
        in nats. A single one may be negative; so may a mean, by the estimator's bias.

    Raises:
        ValueError: if the posterior is not a diagonal Gaussian.
    """
    check_diagonal_gaussian("posterior", posterior)
    log_densities = posterior.base_dist.log_prob(z[:, None])  # (B, B, D)
    log_weights = weights.log().to(log_densities)
    log_joint = torch.logsumexp(log_weights + log_densities.sum(-1), 1)
    log_marginals = torch.logsumexp(log_weights[..., None] + log_densities, 1).sum(-1)
    return {
        "mutual_information": posterior.log_prob(z) - log_joint,
        "total_correlation": log_joint - log_marginals,
        "dimension_wise_kl": log_marginals - prior.log_prob(z),
    }


def _check_batch(batch_size: int, dataset_size: int, at_least: int) -> None:
    if not at_least <= batch_size <= dataset_size:
        upper = f"the dataset's size {dataset_size}"
        raise ValueError(
            f"the batch size must be from {at_least} to {upper}, got {batch_size}"
        )

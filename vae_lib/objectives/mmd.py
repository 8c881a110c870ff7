"""Matching the aggregate posterior to the prior by their maximum mean discrepancy."""

from dataclasses import dataclass, field

from torch import Tensor

from vae_lib.models import VAE
from vae_lib.objectives.checks import check_events
from vae_lib.objectives.elbo import distortion_and_rate
from vae_lib.objectives.kernels import GaussianKernel, InverseMultiquadric, Kernel
from vae_lib.objectives.loss import Loss, Schedule, at_step, check_weight

__all__ = ["WAE", "DeterministicWAE", "InfoVAE", "squared_mmd"]


def squared_mmd(x: Tensor, y: Tensor, kernel: Kernel) -> Tensor:
    """Unbiased estimate of MMD^2 = E k(x, x') + E k(y, y') - 2 E k(x, y).

    Args:
        x: independent draws from one distribution, (B, D), B >= 2.
        y: as many draws from another, (B, D).
        kernel: maps (N, D) and (M, D) to (N, M).

    Returns:
        Each pair's contribution, (B,), whose mean is the estimate, in units of the
        kernel. The estimate may be negative: its expectation is zero for x and y from
        the same distribution.

    Raises:
        ValueError: if the shapes differ or there are fewer than two draws.

    Source: Gretton et al. (2012), "A Kernel Two-Sample Test", JMLR 13, lemma 6,
    equation 3.

    Two draws at one place, two others at another, a distance of 2 away:

    >>> import torch
    >>> x, y = torch.zeros(2, 1), torch.full((2, 1), 2.0)
    >>> squared_mmd(x, y, GaussianKernel(scale=1.0))  # 1 + 1 - 2 exp(-2)
    tensor([1.7293, 1.7293])
    """
    if x.shape != y.shape or x.dim() != 2:
        raise ValueError(
            "x and y must have the same shape (B, D), "
            f"got {tuple(x.shape)} and {tuple(y.shape)}"
        )
    if len(x) < 2:
        raise ValueError(f"MMD takes at least two examples, got {len(x)}")
    pairs = len(x) - 1
    within_x, within_y = kernel(x, x), kernel(y, y)
    across = kernel(x, y)
    # Without the diagonals: a draw is no second, independent draw.
    own_x = (within_x.sum(1) - within_x.diagonal()) / pairs
    own_y = (within_y.sum(1) - within_y.diagonal()) / pairs
    return own_x + own_y - across.mean(1) - across.mean(0)


@dataclass(frozen=True)
class InfoVAE:
    """Distortion + (1 - alpha) rate + (alpha + lambda_ - 1) MMD^2(q(z), p(z)).

    alpha takes mutual information out of the price of the rate; lambda_ is the price
    of an aggregate posterior away from the prior. alpha = 0 and lambda_ = 1 is the
    negative ELBO, alpha = 1 ("MMD-VAE") leaves the matching to MMD alone.

    Args:
        alpha: at most 1, dimensionless; may be negative, to price information higher.
        lambda_: dimensionless, at least 1 - alpha.
        kernel: of the discrepancy.

    Raises:
        ValueError: if a coefficient of the value would be negative or not finite.

    Source: Zhao et al. (2019), "InfoVAE", AAAI, arXiv:1706.02262, section 3.

    >>> InfoVAE(alpha=0.5)
    InfoVAE(alpha=0.5, lambda_=1000.0, kernel=GaussianKernel(scale=None))
    """

    alpha: float = 0.0
    lambda_: float = 1000.0
    kernel: Kernel = field(default_factory=GaussianKernel)

    def __post_init__(self) -> None:
        check_weight("1 - alpha", 1 - self.alpha)
        check_weight("alpha + lambda_ - 1", self.alpha + self.lambda_ - 1)

    def __call__(self, model: VAE, x: Tensor, step: int = 0) -> Loss:
        """Judge model on x (B, *event): scalar value, terms (B,).

        Distortion and rate are in nats; "mmd", whose mean estimates MMD^2, is in units
        of the kernel.
        """
        output = model(x)
        terms = distortion_and_rate(output, x)
        draws = output.prior.sample((len(x),))
        terms["mmd"] = squared_mmd(output.z, draws, self.kernel)
        value = (
            terms["distortion"]
            + (1 - self.alpha) * terms["rate"]
            + (self.alpha + self.lambda_ - 1) * terms["mmd"]
        )
        return Loss(value.mean(), terms)


@dataclass(frozen=True)
class WAE:
    """Distortion plus lambda_ times MMD^2(q(z), p(z)), with a random encoder.

    The rate is free: each posterior may differ from the prior, as long as their
    aggregate does not. Under a Gaussian decoder of fixed scale the distortion is the
    squared error of the transport up to a factor and a constant.

    Args:
        lambda_: price of MMD^2, nats; a number or a function of the step.
        kernel: of the discrepancy.

    Raises:
        ValueError: if lambda_ is negative or not finite.

    Source: Tolstikhin et al. (2018), arXiv:1711.01558, section 3, algorithm 2.

    >>> WAE(lambda_=100.0)
    WAE(lambda_=100.0, kernel=InverseMultiquadric(scales=(1.0,)))
    """

    lambda_: Schedule = 10.0
    kernel: Kernel = field(default_factory=InverseMultiquadric)

    def __post_init__(self) -> None:
        check_weight("lambda_", self.lambda_)

    def __call__(self, model: VAE, x: Tensor, step: int = 0) -> Loss:
        """Judge model on x (B, *event): scalar value, terms (B,) as of `InfoVAE`."""
        output = model(x)
        terms = distortion_and_rate(output, x)
        draws = output.prior.sample((len(x),))
        terms["mmd"] = squared_mmd(output.z, draws, self.kernel)
        weight = at_step(self.lambda_, step)
        return Loss((terms["distortion"] + weight * terms["mmd"]).mean(), terms)


@dataclass(frozen=True)
class DeterministicWAE:
    """`WAE` whose code is the posterior's mean: the scale is neither used nor trained.

    There is no rate, as a code without noise carries unlimited information.

    Args:
        lambda_: price of MMD^2, nats; a number or a function of the step.
        kernel: of the discrepancy.

    Raises:
        ValueError: if lambda_ is negative or not finite.

    Source: Tolstikhin et al. (2018), arXiv:1711.01558, section 3, algorithm 2.
    """

    lambda_: Schedule = 10.0
    kernel: Kernel = field(default_factory=InverseMultiquadric)

    def __post_init__(self) -> None:
        check_weight("lambda_", self.lambda_)

    def __call__(self, model: VAE, x: Tensor, step: int = 0) -> Loss:
        """Judge model on x (B, *event): scalar value, terms (B,) as of `WAE`."""
        posterior, prior = model.encode(x), model.prior()
        likelihood = model.decoder(posterior.mean)
        check_events(x, posterior, likelihood, prior)
        draws = prior.sample((len(x),))
        terms = {
            "distortion": -likelihood.log_prob(x),
            "mmd": squared_mmd(posterior.mean, draws, self.kernel),
        }
        weight = at_step(self.lambda_, step)
        return Loss((terms["distortion"] + weight * terms["mmd"]).mean(), terms)

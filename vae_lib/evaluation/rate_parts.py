"""The rate's three parts without an estimator: the whole data set is the mixture."""

import math

import torch
from torch import Tensor
from torch.distributions import Independent, Normal

from vae_lib.evaluation.checks import check_positive

__all__ = ["rate_parts"]


@torch.no_grad()
def rate_parts(
    means: Tensor, scales: Tensor, draws: int = 500, chunk: int = 32
) -> dict[str, Tensor]:
    """Mutual information, total correlation, dimension-wise KL of a set of posteriors.

    The data set is the N examples whose posteriors these are, no more: then the
    aggregate q(z) is a mixture of N Gaussians, which is evaluated as it stands. One z
    is drawn from each of the first posteriors; that draw is the only error. The prior
    is the standard normal.

    Args:
        means: of q(z | x), (N, D).
        scales: standard deviations of q(z | x), (N, D), positive.
        draws: number K of examples to average over, in [1, N]; they should be in random
            order.
        chunk: draws held against all N posteriors at once (memory, not result).

    Returns:
        "mutual_information", "total_correlation" and "dimension_wise_kl", each (K,), in
        nats: their means are the parts, of which the first is at most log N.

    Raises:
        ValueError: if means and scales are not (N, D) alike, a scale is not positive,
            or draws is not in [1, N].

    Source: Hoffman & Johnson (2016), section 2; Chen et al. (2018), arXiv:1802.04942,
    equation 2.

    Examples that are coded apart leave no doubt which one it was:

    >>> means = torch.tensor([[-30.0, -30.0], [30.0, 30.0]])
    >>> parts = rate_parts(means, torch.ones(2, 2), draws=2)
    >>> print(f"{parts['mutual_information'].mean():.4f} {math.log(2):.4f}")
    0.6931 0.6931
    """
    check_positive(chunk=chunk)
    if means.dim() != 2 or means.shape != scales.shape or not (scales > 0).all():
        raise ValueError(
            "means and scales must be (N, D) alike, scales positive, "
            f"got {tuple(means.shape)} and {tuple(scales.shape)}, "
            f"least scale {float(scales.min()) if scales.numel() else math.nan:g}"
        )
    count = len(means)
    if not 1 <= draws <= count:
        raise ValueError(f"draws must lie in [1, {count}], got {draws}")
    own = Independent(Normal(means[:draws], scales[:draws]), 1)
    z = own.sample()
    mixture = Normal(means, scales)
    joint, marginals = [], []
    for part in z.split(chunk):
        density = mixture.log_prob(part[:, None]).double()  # (chunk, N, D)
        joint.append(density.sum(-1).logsumexp(1) - math.log(count))
        marginals.append((density.logsumexp(1) - math.log(count)).sum(-1))
    log_joint, log_marginals = torch.cat(joint), torch.cat(marginals)
    prior = Normal(torch.zeros_like(z), torch.ones_like(z)).log_prob(z).sum(-1)
    return {
        "mutual_information": own.log_prob(z) - log_joint,
        "total_correlation": log_joint - log_marginals,
        "dimension_wise_kl": log_marginals - prior,
    }

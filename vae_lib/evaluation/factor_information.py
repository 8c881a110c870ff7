"""How many nats of a known factor a code carries."""

import math
from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from vae_lib.evaluation.checks import check_positive
from vae_lib.models import VAE

__all__ = ["FactorSource", "factor_information"]


class FactorSource(Protocol):
    """Images made from K independent factors, factor k with sizes[k] values."""

    sizes: Sequence[int]

    def render(self, factors: Tensor) -> Tensor:
        """Return images (N, C, H, W), float32 in [0, 1], of factor indices (N, K)."""
        ...


@torch.no_grad()
def factor_information(
    model: VAE,
    data: FactorSource,
    places: Tensor,
    free: Sequence[int],
    chunk: int = 512,
) -> Tensor:
    """Mutual information I(v_k; z | the held factors) for each free factor k.

    At each place the free factors run through all their n combinations, equally likely,
    and the others are held. With one draw z ~ q(z | x_i) for each of the n images,

        I(v_k; z) = E log ( mean_{j: v_k(j) = v_k(i)} q(z | x_j) / mean_j q(z | x_j) ).

    Both mixtures are complete, so the only error is that of the draws: no classifier is
    trained and nothing is binned. It is 0 if the code says nothing of the factor, and
    log sizes[k] if it never leaves a doubt.

    Args:
        model: its posterior is a diagonal Gaussian.
        data: has `sizes` (K,) and `render`.
        places: factor indices (P, K), integer; the result is their average.
        free: which factors vary, distinct indices in [0, K).
        chunk: images encoded at once (memory, not result).

    Returns:
        Nats, (len(free),), float64; in [0, log sizes[k]] but for the draws' noise.

    Raises:
        ValueError: if places are not (P, K) with P >= 1, free is empty, repeated or out
            of range, or chunk is not positive.

    Source: the definition of mutual information; Chen et al. (2018), arXiv:1802.04942,
    section 4, use the encoder's density in the same way for one latent at a time.
    """
    check_positive(chunk=chunk)
    count = len(data.sizes)
    if places.dim() != 2 or places.shape[1] != count or len(places) == 0:
        raise ValueError(
            f"places must have shape (P, {count}) with P of at least 1, "
            f"got {tuple(places.shape)}"
        )
    free = list(free)
    if not free or len(set(free)) < len(free) or not set(free) <= set(range(count)):
        raise ValueError(
            f"free must be distinct factors out of 0 to {count - 1}, got {free}"
        )
    values = torch.cartesian_prod(*(torch.arange(data.sizes[k]) for k in free))
    values = values.reshape(-1, len(free))  # one factor alone would come as (n,)
    total = torch.zeros(len(free), dtype=torch.float64)
    for place in places:
        factors = place.repeat(len(values), 1)
        factors[:, free] = values
        parts = [model.encode(data.render(part)) for part in factors.split(chunk)]
        density = _log_density(
            torch.cat([part.mean for part in parts]).double(),
            torch.cat([part.stddev for part in parts]).double(),
        )
        anything = density.logsumexp(1) - math.log(len(values))
        for position in range(len(free)):
            same = values[:, None, position] == values[:, position]  # (n, n)
            alike = density.masked_fill(~same, -math.inf).logsumexp(1)
            total[position] += (alike - same.sum(1).log() - anything).mean()
    return total / len(places)


def _log_density(mean: Tensor, scale: Tensor) -> Tensor:
    """Up to a constant log q(z_i | x_j), (n, n), of one draw z_i ~ q(z | x_i) each.

    The square is multiplied out into matrix products: (n, n, D) would not fit in cache.
    In float64, because its parts are larger than the sum.
    """
    z = mean + scale * torch.randn_like(mean)
    precision = scale.pow(-2)
    square = z.square() @ precision.T - 2 * z @ (mean * precision).T
    constant = (mean.square() * precision).sum(1) + 2 * scale.log().sum(1)
    return -0.5 * (square + constant)

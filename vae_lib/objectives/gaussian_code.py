"""The rate's three parts where all of them have closed forms: two Gaussian numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.func import grad

__all__ = ["GaussianCode"]

# Step sizes of the six knobs: the sharpness bends most, the turn has no more to do
# than a quarter of a circle.
STEP_SIZES = (0.05, 0.05, 0.05, 0.004, 0.02, 0.02)
# Which of the six make the sharpness, row by row, the turn, and the widths.
SHARPNESS = (
    (1, 0, 0, 0, 0, 0),
    (0, 1, 0, 0, 0, 0),
    (0, 1, 0, 0, 0, 0),
    (0, 0, 1, 0, 0, 0),
)
TURN = (0, 0, 0, 1, 0, 0)
WIDTHS = ((0, 0, 0, 0, 1, 0), (0, 0, 0, 0, 0, 1))
ONE, QUARTER = ((1, 0), (0, 1)), ((0, -1), (1, 0))


@dataclass(frozen=True)
class GaussianCode:
    """Two correlated Gaussian numbers x, a linear encoder, and the best decoder for it.

    The encoder is q(z | x) = N(W x, diag(s²)), the likelihood N(A z, noise I). Of W and
    s any choice can be written with six numbers, the knobs: with R a rotation and P a
    symmetric matrix,

        W = diag(s) R P,   s_d = width_d / sqrt((R P C P Rᵀ + I)_dd),

    P (three numbers) is how sharply z sees x, R (one angle) how the code is turned, and
    width_d the standard deviation of z_d over the data. Neither the distortion nor the
    information depends on R or the widths.

    Args:
        covariance: C of x, two rows of two numbers, symmetric and positive definite.
        noise: variance of the likelihood, positive.

    Raises:
        ValueError: if covariance or noise is not as above.

    Source: the parts are those of Chen et al. (2018), arXiv:1802.04942, equation 2.

    An encoder that sees nothing carries nothing, and every nat is missing:

    >>> code = GaussianCode(((2.0, 1.0), (1.0, 2.0)), noise=0.5)
    >>> code.parts(torch.zeros(6)).round(decimals=3)
    tensor([4., 0., 0., 0.])
    """

    covariance: Sequence[Sequence[float]]
    noise: float

    def __post_init__(self) -> None:
        c = torch.as_tensor(self.covariance, dtype=torch.float64)
        good = c.shape == (2, 2) and c[0, 1] == c[1, 0] and c[0, 0] > 0 and c.det() > 0
        if not good or not c.isfinite().all():
            raise ValueError(
                "covariance must be 2 x 2, symmetric and positive definite, "
                f"got {c.tolist()}"
            )
        if not 0 < self.noise < math.inf:
            raise ValueError(f"noise must be positive and finite, got {self.noise}")

    def parts(self, knobs: Tensor) -> Tensor:
        """Distortion, mutual information, total correlation, dimension-wise KL, (4,).

        In nats. The distortion is counted from that of a code that loses nothing,
        log(2 pi noise). The last three add up to the rate.

        Args:
            knobs: P_11, P_12, P_22, the angle of R in radians, the logarithms of the
                two widths, (6,).
        """
        seen = self._before_widths(knobs)
        volume = _determinant(seen).log()
        information = 0.5 * volume
        correlation = 0.5 * (_diagonal(seen).log().sum() - volume)
        widths = knobs @ _like(knobs, WIDTHS).T
        alone = (0.5 * ((2 * widths).exp() - 1) - widths).sum()
        distortion = self._error(knobs) / (2 * self.noise)
        return torch.stack([distortion, information, correlation, alone])

    def encoder(self, knobs: Tensor) -> tuple[Tensor, Tensor]:
        """The matrix W (2, 2) and the standard deviations s (2,) of q(z | x)."""
        scales = knobs[4:].exp() / _diagonal(self._before_widths(knobs)).sqrt()
        return scales[:, None] * _seeing(knobs), scales

    def aggregate(self, knobs: Tensor) -> Tensor:
        """The covariance (2, 2) of z over the data."""
        _, scales = self.encoder(knobs)
        return scales[:, None] * self._before_widths(knobs) * scales

    def relax(self, knobs: Tensor, prices: Tensor, free: Tensor, steps: int) -> Tensor:
        """Descend on distortion + prices · the three parts, some steps down its slope.

        Args:
            knobs: where to start, (6,).
            prices: alpha, beta, gamma, (3,).
            free: 1 for a knob that may move, 0 for one that is held, (6,).
            steps: how many.

        Returns:
            The knobs after the steps, (6,).
        """
        sizes = free * torch.tensor(STEP_SIZES, dtype=knobs.dtype)

        def loss(at: Tensor) -> Tensor:
            parts = self.parts(at)
            return parts[0] + (prices * parts[1:]).sum()

        for _ in range(steps):
            knobs = knobs - sizes * grad(loss)(knobs)
        return knobs

    def best(self, alpha: float) -> Tensor:
        """Where `relax` ends if only information has a price: float64, (6,).

        A direction of x with variance v keeps ½ log(v / (alpha noise)) nats, or none if
        that is negative. Turn and widths, which nobody pays for, are 0.

        Raises:
            ValueError: if alpha is not positive and finite.

        >>> code = GaussianCode(((8.0, 0.0), (0.0, 0.5)), noise=0.125)
        >>> print(f"{code.parts(code.best(1.0))[1]:.4f} {math.log(64 * 4) / 2:.4f}")
        2.7726 2.7726
        """
        if not 0 < alpha < math.inf:
            raise ValueError(f"alpha must be positive and finite, got {alpha}")
        covariance = torch.tensor(self.covariance, dtype=torch.float64)
        variances, directions = torch.linalg.eigh(covariance)
        sharpness = (1 / (alpha * self.noise) - 1 / variances).clamp(min=0).sqrt()
        p = directions @ sharpness.diag() @ directions.T
        return torch.stack([p[0, 0], p[0, 1], p[1, 1], *torch.zeros(3, dtype=p.dtype)])

    def _before_widths(self, knobs: Tensor) -> Tensor:
        """R P C P Rᵀ + I, the code's covariance in units of its own noise."""
        seeing = _seeing(knobs)
        return seeing @ _like(knobs, self.covariance) @ seeing.T + _like(knobs, ONE)

    def _error(self, knobs: Tensor) -> Tensor:
        """Trace of the variance of x given z, which is C⁻¹ + P P inverted."""
        (xx, xy), (_, yy) = self.covariance
        volume = xx * yy - xy * xy
        known = ((yy / volume, -xy / volume), (-xy / volume, xx / volume))
        seeing = _seeing(knobs)
        precision = _like(knobs, known) + seeing.T @ seeing
        return _diagonal(precision).sum() / _determinant(precision)


# Exported graphs stay small if nothing is taken apart into single numbers: the knobs
# are chosen by constant matrices, and a determinant comes from two sums.


def _like(knobs: Tensor, matrix: Sequence) -> Tensor:
    return torch.tensor(matrix, dtype=knobs.dtype)


def _seeing(knobs: Tensor) -> Tensor:
    """R P, (2, 2)."""
    sharpness = (_like(knobs, SHARPNESS) @ knobs).view(2, 2)
    turn = knobs @ _like(knobs, TURN)
    return (turn.cos() * _like(knobs, ONE) + turn.sin() * _like(knobs, QUARTER)) @ (
        sharpness
    )


def _diagonal(matrix: Tensor) -> Tensor:
    return (matrix * _like(matrix, ONE)).sum(1)


def _determinant(matrix: Tensor) -> Tensor:
    """Of a symmetric matrix (2, 2)."""
    return 0.5 * (_diagonal(matrix).sum().square() - matrix.square().sum())

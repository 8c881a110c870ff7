"""Modularity: whether a code dimension knows one factor and no other."""

import numpy as np

from vae_lib.evaluation.information import mutual_information
from vae_lib.evaluation.representations import (
    Array,
    as_representation,
    check_scorable,
)

__all__ = ["modularity_score"]


def modularity_score(codes: Array, factors: Array, bins: int = 20) -> float:
    """Modularity: mean over code dimensions of 1 - (spread over other factors).

    With m_dk = I(z_d; v_k) and the best factor k* of dimension d,

        modularity_d = 1 - sum_{k != k*} m_dk^2 / ( m_dk*^2 (K - 1) ).

    Unlike the other scores it looks at dimensions, not factors: copies cost nothing,
    and a factor that no dimension knows costs nothing either. A dimension that knows
    nothing at all has modularity 0.

    Args:
        codes: representation, (N, D), real, D >= 2.
        factors: ground-truth indices, (N, K), integer, K >= 2.
        bins: equal-width bins per code dimension.

    Returns:
        Score in [0, 1], dimensionless; higher is better. Random codes score well above
        0, because the bins find more where a factor has more values.

    Raises:
        ValueError: if codes are not a finite (N, D) or factors not an integer (N, K)
            array, the N differ, D < 2, K < 2, a factor is constant, or bins is not
            positive.

    Source: Ridgeway & Mozer (2018), arXiv:1802.05312, section 3, equation 2.

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> modularity_score(np.hstack([factors, factors]), factors)
    1.0
    """
    codes, factors = as_representation(codes, factors)
    check_scorable(codes, factors)
    if factors.shape[1] < 2:
        raise ValueError(
            "modularity compares factors and needs at least 2, "
            f"got factors of shape {factors.shape}"
        )
    squared = mutual_information(codes, factors, bins) ** 2  # (D, K)
    best = squared.max(1)
    known = best > 0
    others = squared[known].sum(1) - best[known]
    score = np.zeros(len(best))
    score[known] = 1 - others / (best[known] * (factors.shape[1] - 1))
    return float(score.mean())

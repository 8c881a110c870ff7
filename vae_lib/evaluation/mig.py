"""Mutual information gap."""

import numpy as np

from vae_lib.evaluation.information import entropy, mutual_information
from vae_lib.evaluation.representations import (
    Array,
    as_representation,
    check_scorable,
)

__all__ = ["mig_score"]


def mig_score(codes: Array, factors: Array, bins: int = 20) -> float:
    """Mutual information gap: how far each factor's best code leads the next.

        MIG = mean_k ( I(z_(1); v_k) - I(z_(2); v_k) ) / H(v_k)

    where z_(1) and z_(2) are the two dimensions that know most of factor k.

    Args:
        codes: representation, (N, D), real, D >= 2. Use posterior means.
        factors: ground-truth indices, (N, K), integer.
        bins: equal-width bins per code dimension; fewer than a factor has values, and
            even a perfect code scores below 1 (.90 on dSprites with 20).

    Returns:
        Score in [0, 1], dimensionless; higher is better. Codes that know nothing score
        about 0: what the bins alone find is much the same in every dimension.

    Raises:
        ValueError: if codes are not a finite (N, D) or factors not an integer (N, K)
            array, the N differ, D < 2, a factor is constant, or bins is not positive.

    Source: Chen et al. (2018), arXiv:1802.04942, section 4.1, equation 6; with the
    equal-width bins of Locatello et al. (2019), arXiv:1811.12359, appendix B. It does
    not change if a dimension is scaled, shifted or moved, or a factor relabelled.

    A dimension for each factor is perfect, and a copy of each leaves no gap:

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> mig_score(factors, factors)
    1.0
    >>> mig_score(np.hstack([factors, factors]), factors)
    0.0
    """
    codes, factors = as_representation(codes, factors)
    check_scorable(codes, factors)
    information = mutual_information(codes, factors, bins)  # (D, K)
    runner_up, best = np.sort(information, axis=0)[-2:]
    return float(np.mean((best - runner_up) / entropy(factors)))

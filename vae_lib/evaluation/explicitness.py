"""Explicitness: whether each value of a factor can be read off the whole code."""

import numpy as np
from scipy.stats import rankdata

from vae_lib.evaluation.logistic import fit_logistic
from vae_lib.evaluation.representations import Array, hold_out

__all__ = ["explicitness_score"]


def explicitness_score(
    codes: Array,
    factors: Array,
    test_fraction: float = 1 / 3,
    seed: int = 0,
    *,
    test: tuple[Array, Array] | None = None,
) -> float:
    """Explicitness: how well linear machines tell each value of a factor from the rest.

        explicitness = mean_k mean_v ( 2 AUC_kv - 1 )

    with AUC_kv the area under the ROC curve, on held-out points, of a logistic machine
    that sees all of the code and says whether factor k has the value v.

    It looks at neither dimensions nor axes: rotations and copies cost nothing. But a
    plane cuts space in two, so that a factor whose values lie in order along a line has
    ends that can be told and a middle that cannot: that perfect code scores about half.

    Args:
        codes: representation, (N, D), real, D >= 2. Use posterior means. Each dimension
            is standardised, so that scale and shift do not matter.
        factors: ground-truth indices, (N, K), integer.
        test_fraction: share of the N that is held out, in (0, 1).
        seed: decides which are held out.
        test: codes (M, D) and factors (M, K) to hold out instead; all N then train.

    Returns:
        Score up to 1, dimensionless; higher is better. Codes that know nothing score
        about 0, on either side. A value that is missing on one side of the split is
        left out.

    Raises:
        ValueError: if codes are not a finite (N, D) or factors not an integer (N, K)
            array, the N differ, D < 2, a factor is constant among the training points
            or the held-out ones, the fraction leaves no point on one side, or the test
            set does not fit.

    Source: Ridgeway & Mozer (2018), arXiv:1802.05312, section 3; the area is brought
    from [1/2, 1] to [0, 1] as there.

    Three values, a dimension each, and the same three along a line:

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [2, 0], [2, 1]] * 20)
    >>> seen = np.hstack([np.eye(3)[factors[:, 0]], factors[:, 1:]])
    >>> explicitness_score(seen, factors, test=(seen, factors))
    1.0
    >>> round(explicitness_score(factors, factors, test=(factors, factors)), 3)
    0.833
    """
    codes, factors, held_codes, held_factors = hold_out(
        codes, factors, test, test_fraction, seed
    )
    centre, scale = codes.mean(0, dtype=np.float64), codes.std(0, dtype=np.float64)
    scale[scale == 0] = 1  # a dead dimension is 0 everywhere, and tells nothing
    train, held = (codes - centre) / scale, (held_codes - centre) / scale
    columns = zip(factors.T, held_factors.T, strict=True)
    return float(
        np.mean([_factor(train, held, *pair, k) for k, pair in enumerate(columns)])
    )


def _factor(
    codes: np.ndarray, held: np.ndarray, factor: np.ndarray, truth: np.ndarray, k: int
) -> float:
    values, labels = np.unique(factor, return_inverse=True)
    shared = [c for c, value in enumerate(values) if 0 < (truth == value).mean() < 1]
    if not shared:
        raise ValueError(
            "a ROC curve needs a value that training and held-out points share, and "
            f"held-out points of another; factor {k} has none"
        )
    slopes, intercepts = fit_logistic(codes, labels, len(values))
    scores = held @ slopes.T + intercepts  # (M, C)
    return float(
        np.mean([2 * _area(scores[:, c], truth == values[c]) - 1 for c in shared])
    )


def _area(scores: np.ndarray, positive: np.ndarray) -> float:
    """Chance that a positive point scores above a negative one; a tie counts half."""
    inside = positive.sum()
    wins = rankdata(scores)[positive].sum() - inside * (inside + 1) / 2
    return wins / (inside * (len(scores) - inside))

"""Separated attribute predictability."""

import numpy as np

from vae_lib.evaluation.linear_svm import fit_lines
from vae_lib.evaluation.representations import Array, hold_out

__all__ = ["sap_score", "separability"]

# The published score's: the machine is barely regularised at the scale of latents.
PENALTY = 0.01


def sap_score(
    codes: Array,
    factors: Array,
    test_fraction: float = 1 / 3,
    seed: int = 0,
    *,
    test: tuple[Array, Array] | None = None,
) -> float:
    """Separated attribute predictability: the best code's lead in telling a factor.

        SAP = mean_k ( S_(1)k - S_(2)k )

    with S the accuracy on held-out points of a linear machine that reads factor k from
    a single dimension, and S_(1)k, S_(2)k the two best of its column.

    A machine of one feature can tell few of many ordered values apart, so that a
    perfect code stays far below 1 where factors have many values (.25 on dSprites).

    Args:
        codes: representation, (N, D), real, D >= 2. Use posterior means.
        factors: ground-truth indices, (N, K), integer.
        test_fraction: share of the N that is held out, in (0, 1).
        seed: decides which are held out.
        test: codes (M, D) and factors (M, K) to hold out instead; all N then train.

    Returns:
        Score in [0, 1], dimensionless; higher is better. Codes that know nothing score
        about 0.

    Raises:
        ValueError: if codes are not a finite (N, D) or factors not an integer (N, K)
            array, the N differ, D < 2, a factor is constant, the fraction leaves no
            point on one side, or the test set does not fit.

    Source: Kumar et al. (2018), arXiv:1711.00848, section 3; linear machines with
    C = 0.01 and balanced classes for every factor as in Locatello et al. (2019),
    arXiv:1811.12359, appendix B. Their penalty falls on slope and intercept, so that
    scaling or shifting a dimension moves the score a little.

    Two binary factors, a dimension each: the wrong one is right half the time.

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 10)
    >>> sap_score(10 * factors - 5, factors, test=(10 * factors - 5, factors))
    0.5
    >>> sap_score(np.hstack([factors, factors]), factors)
    0.0
    """
    accuracy = separability(codes, factors, test_fraction, seed, test=test)
    runner_up, best = np.sort(accuracy, axis=0)[-2:]
    return float(np.mean(best - runner_up))


def separability(
    codes: Array,
    factors: Array,
    test_fraction: float = 1 / 3,
    seed: int = 0,
    *,
    test: tuple[Array, Array] | None = None,
) -> np.ndarray:
    """Accuracy with which one code dimension tells one factor, linearly.

    Args:
        codes: as for `sap_score`.
        factors: as for `sap_score`.
        test_fraction: as for `sap_score`.
        seed: as for `sap_score`.
        test: as for `sap_score`.

    Returns:
        Accuracies on the held-out points, (D, K), in [0, 1]; chance is about one over
        the number of values.

    Raises:
        ValueError: as for `sap_score`.

    Source: Kumar et al. (2018), arXiv:1711.00848, section 3, the matrix S.
    """
    codes, factors, test_codes, test_factors = hold_out(
        codes, factors, test, test_fraction, seed
    )
    values, labels = zip(
        *(np.unique(column, return_inverse=True) for column in factors.T),
        strict=True,
    )
    labels = np.stack(labels, axis=1)
    accuracy = np.empty((codes.shape[1], factors.shape[1]))
    for d, (train, held) in enumerate(zip(codes.T, test_codes.T, strict=True)):
        for k, lines in enumerate(fit_lines(train, labels, PENALTY)):
            predicted = values[k][lines.predict(held.astype(np.float64))]
            accuracy[d, k] = np.mean(predicted == test_factors[:, k])
    return accuracy

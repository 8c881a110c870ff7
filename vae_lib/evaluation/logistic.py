"""Logistic machines, one a class, all at once and to convergence."""

import numpy as np

__all__ = ["fit_logistic"]

MOST_STEPS = 100
MOST_HALVINGS = 40
# Share of the objective that a Newton step may still promise when it has converged.
TOLERANCE = 1e-13


def fit_logistic(
    x: np.ndarray, labels: np.ndarray, classes: int, penalty: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Fit one-versus-rest machines of all features to one column of labels.

    Each class has the plane that minimises

        |w|^2 / 2 + penalty sum_i log(1 + exp(-y_i (w x_i + b))),   y_i = +-1,

    which is strictly convex where both signs occur. It is what
    `LogisticRegression(C=penalty)` of scikit-learn minimises for that class.

    Args:
        x: the features, (N, D).
        labels: integers from 0 to classes - 1, at least two of them taken, (N,).
        classes: how many machines, C.
        penalty: what errors weigh, positive.

    Returns:
        Slopes (C, D) and intercepts (C,).

    Raises:
        RuntimeError: if a machine has not converged; Newton's steps, halved where they
            are too long, are enough for a convex objective.

    Source: Hastie, Tibshirani & Friedman (2009), "The Elements of Statistical
    Learning", section 4.4.1 (Newton's method), with a ridge.
    """
    count, dim = x.shape
    design = np.hstack([x, np.ones((count, 1))])
    sign = np.where(labels == np.arange(classes)[:, None], 1.0, -1.0)  # (C, N)
    ridge = np.diag([1.0] * dim + [0.0])

    def judge(theta: np.ndarray) -> np.ndarray:
        margin = sign * (theta @ design.T)
        loss = penalty * np.logaddexp(0, -margin).sum(1)
        return loss + (theta[:, :dim] ** 2).sum(1) / 2

    theta = np.zeros((classes, dim + 1))
    value = judge(theta)
    for _ in range(MOST_STEPS):
        # Of the tail, so that neither exp nor the product overflows.
        wrong = np.exp(-np.logaddexp(0, sign * (theta @ design.T)))
        slope = theta @ ridge - penalty * (sign * wrong) @ design
        bend = penalty * wrong * (1 - wrong)
        hessian = np.stack([(design * row[:, None]).T @ design for row in bend]) + ridge
        step = np.linalg.solve(hessian, slope[..., None])[..., 0]
        promise = (step * slope).sum(1)
        if (promise <= TOLERANCE * value).all():
            theta = theta - step  # where Newton's method doubles the digits, take it
            return theta[:, :dim], theta[:, dim]
        length = np.ones(classes)
        for _ in range(MOST_HALVINGS):
            trial = theta - length[:, None] * step
            tried = judge(trial)
            # Rounding hides the last gains: accept what is equal to 12 digits.
            worse = tried > value * (1 + 1e-12) - 1e-4 * length * promise
            worse &= promise > TOLERANCE * value
            if not worse.any():
                break
            length[worse] /= 2
        theta, value = trial, tried
    raise RuntimeError(
        f"a logistic machine has not converged in {MOST_STEPS} Newton steps: "
        f"the next promises {float((promise / value).max()):.1e} of its objective"
    )

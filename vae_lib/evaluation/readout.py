"""How much of each real-valued factor can be read off a code by a linear map."""

import numpy as np

from vae_lib.evaluation.representations import Array, as_array

__all__ = ["linear_readout"]

# Penalties on the squared weights, in units of the codes' mean variance a point.
PENALTIES = 10.0 ** np.arange(-4, 4)


def linear_readout(codes: Array, factors: Array, seed: int = 0) -> np.ndarray:
    """Share of each factor's variance that ridge regression predicts of unseen points.

    Half of the points fit the weights, a quarter chooses the penalty of each factor,
    and the last quarter is asked:

        R^2 = 1 - E[(v - predicted)^2] / Var(v)

    A probe that finds nothing proves nothing: what is there may not be linear.

    Args:
        codes: representation, (N, D), real, N >= 40.
        factors: real values of each factor, (N, K).
        seed: of the split.

    Returns:
        Shares (K,), at most 1; 0 is what the factor's mean alone would reach, and
        chance lies a little below it.

    Raises:
        ValueError: if shapes do not agree, there are fewer than 40 points, a number is
            not finite, or a factor is constant.

    Source: Hoerl & Kennard (1970), "Ridge regression", Technometrics 12(1).

    >>> codes = np.random.default_rng(0).normal(size=(400, 3))
    >>> linear_readout(codes, codes[:, :2] * [1.0, -5.0]).round(3).tolist()
    [1.0, 1.0]
    """
    x = np.asarray(as_array(codes, "codes"), float)
    v = np.asarray(as_array(factors, "factors"), float)
    _check(x, v)
    order = np.random.default_rng(seed).permutation(len(x))
    fit, choose, ask = np.split(order, [len(x) // 2, 3 * len(x) // 4])
    mean, level = x[fit].mean(0), v[fit].mean(0)
    x = x - mean
    values, axes = np.linalg.eigh(x[fit].T @ x[fit])
    values = values.clip(min=0)
    pulls = axes.T @ (x[fit].T @ (v[fit] - level))
    unit = max(values.mean(), np.finfo(float).tiny)
    weights = [
        axes @ (pulls / (values + penalty * unit)[:, None]) for penalty in PENALTIES
    ]
    errors = [((x[choose] @ w + level - v[choose]) ** 2).mean(0) for w in weights]
    best = np.argmin(errors, axis=0)
    chosen = np.stack([weights[k][:, j] for j, k in enumerate(best)], axis=1)
    error = ((x[ask] @ chosen + level - v[ask]) ** 2).mean(0)
    return 1 - error / v[ask].var(0)


def _check(codes: np.ndarray, factors: np.ndarray) -> None:
    if codes.ndim != 2 or factors.ndim != 2 or len(codes) != len(factors):
        raise ValueError(
            "codes and factors must have shapes (N, D) and (N, K), "
            f"got {codes.shape} and {factors.shape}"
        )
    if len(codes) < 40:
        raise ValueError(f"a readout needs at least 40 points, got {len(codes)}")
    if not (np.isfinite(codes).all() and np.isfinite(factors).all()):
        raise ValueError("codes and factors must be finite, got NaN or infinity")
    if (factors.std(0) == 0).any():
        raise ValueError("factors must vary, got a constant one")

"""Linear support vector machines of one feature, many at once, to convergence."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Lines", "fit_lines"]

MOST_STEPS = 100
MOST_HALVINGS = 40
# Share of the objective that a Newton step may still promise when it has converged.
TOLERANCE = 1e-13
# Points classified at a time: the scores of all classes then stay in cache.
BLOCK = 512


@dataclass(frozen=True)
class Lines:
    """One line a class, slope x + intercept; the highest at x is the class believed.

    Args:
        slope: (classes,).
        intercept: (classes,).
    """

    slope: np.ndarray
    intercept: np.ndarray

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the class (M,) of points x (M,)."""
        parts = [
            (x[low : low + BLOCK, None] * self.slope + self.intercept).argmax(1)
            for low in range(0, len(x), BLOCK)
        ]
        return np.concatenate(parts)


def fit_lines(x: np.ndarray, labels: np.ndarray, penalty: float) -> list[Lines]:
    """Fit one-versus-rest machines of one feature to each column of labels.

    Each class has the line that minimises

        (w^2 + b^2) / 2 + sum_i c_i max(0, 1 - y_i (w x_i + b))^2,   y_i = +-1,

    with c_i = penalty, times N / (K n_k) for the n_k points of the class itself, so
    that rare classes count as much as common ones. With two classes there is one such
    line, weighted on both sides, and the other class has its negative. This is what
    `LinearSVC(C=penalty, class_weight="balanced")` of scikit-learn minimises.

    Only the points on one side of a threshold are inside the margin, so sums of
    1, x and x^2 over them are differences of running sums. A Newton step then costs a
    binary search a class, however many points there are.

    Args:
        x: the feature, (N,).
        labels: integers 0, 1, ..., each value taken, (N, K).
        penalty: C, positive.

    Returns:
        The lines of each of the K columns.

    Raises:
        RuntimeError: if a machine has not converged; the objective is convex and
            piecewise quadratic, and a few steps are enough.

    Source: Fan et al. (2008), "LIBLINEAR", JMLR 9, section 2 and appendix; Keerthi &
    DeCoste (2005), JMLR 6, Newton's method for this loss.
    """
    classes = labels.max(0) + 1
    first = np.cumsum(classes) - classes
    size = np.bincount((labels + first).ravel())
    inside = penalty * len(x) / (np.repeat(classes, classes) * size)
    outside = np.full(len(size), penalty)
    for k in np.flatnonzero(classes == 2):
        pair = slice(first[k], first[k] + 2)
        outside[pair] = inside[pair][::-1]
    slope, intercept = _Machines(x, labels + first, inside, outside).fit()
    cuts = first[1:]
    return [
        Lines(w, b)
        for w, b in zip(np.split(slope, cuts), np.split(intercept, cuts), strict=True)
    ]


class _Machines:
    """All the machines of one feature: P problems in two unknowns.

    Args:
        x: the feature, (N,).
        labels: the problem for which a point is positive, by factor, (N, K).
        inside: weight of its positive points, by problem, (P,).
        outside: weight of its negative points, (P,).
    """

    def __init__(
        self,
        x: np.ndarray,
        labels: np.ndarray,
        inside: np.ndarray,
        outside: np.ndarray,
    ) -> None:
        self.inside, self.outside = inside, outside
        # Standardised, the two unknowns hardly interact; the penalty keeps its meaning
        # by way of the quadratic form: w = a / scale, b = c - a centre / scale.
        x = x.astype(np.float64)
        self.centre, self.scale = x.mean(), x.std() or 1.0
        back = np.array([[1.0, 0.0], [-self.centre, self.scale]]) / self.scale
        self.back, self.ridge = back, back.T @ back
        u = (x - self.centre) / self.scale
        order = u.argsort()
        self.sorted = u[order]
        rank = np.empty(len(x), dtype=np.int64)
        rank[order] = np.arange(len(x))
        # Points of each problem's class in ascending order, one problem after another.
        self.keys = np.sort((labels * len(x) + rank[:, None]).ravel())
        self.all = _running_sums(self.sorted)
        self.own = _running_sums(self.sorted[self.keys % len(x)])
        problems = np.arange(len(inside))
        self.offset = problems * len(x)
        self.start = self.own[:, np.searchsorted(self.keys, self.offset)]
        self.total = self._own_below(np.full(len(inside), len(x)))

    def fit(self) -> tuple[np.ndarray, np.ndarray]:
        """Return slopes and intercepts (P,)."""
        theta = np.zeros((len(self.inside), 2))
        value, gradient, hessian = self._judge(theta)
        for _ in range(MOST_STEPS):
            step = np.linalg.solve(hessian, gradient[..., None])[..., 0]
            promise = (step * gradient).sum(1)
            if (promise <= TOLERANCE * value).all():
                return tuple((theta @ self.back.T).T)
            length = np.ones(len(theta))
            for _ in range(MOST_HALVINGS):
                trial = theta - length[:, None] * step
                tried = self._judge(trial)
                # Rounding hides the last gains: accept what is equal to 12 digits.
                worse = tried[0] > value * (1 + 1e-12) - 1e-4 * length * promise
                worse &= promise > TOLERANCE * value
                if not worse.any():
                    break
                length[worse] /= 2
            theta, (value, gradient, hessian) = trial, tried
        raise RuntimeError(
            f"a linear machine has not converged in {MOST_STEPS} Newton steps: "
            f"the next promises {float((promise / value).max()):.1e} of its objective"
        )

    def _judge(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return objective (P,), gradient (P, 2) and Hessian (P, 2, 2) at theta."""
        a, c = (theta + 0.0).T  # -0.0 becomes 0.0: the sign decides below
        falling = a < 0
        with np.errstate(divide="ignore", invalid="ignore"):
            edges = np.stack([(1 - c) / a, (-1 - c) / a])
        below = np.searchsorted(self.sorted, edges)
        low = self._own_below(below[0])
        positive = np.where(falling, self.total - low, low)
        low = self.all[:, below[1]] - self._own_below(below[1])
        rest = self.all[:, -1:] - self.total
        negative = np.where(falling, low, rest - low)
        n, s, q = self.inside * positive + self.outside * negative
        dn, ds, _ = self.inside * positive - self.outside * negative
        hessian = 2 * np.stack([q, s, s, n], axis=1).reshape(-1, 2, 2) + self.ridge
        pull = 2 * np.stack([ds, dn], axis=1)
        curved = (hessian @ theta[..., None])[..., 0]
        value = (theta * (curved / 2 - pull)).sum(1) + n
        return value, curved - pull, hessian

    def _own_below(self, rank: np.ndarray) -> np.ndarray:
        """Sums (3, P) over each problem's positive points below a rank (P,)."""
        place = np.searchsorted(self.keys, self.offset + rank)
        return self.own[:, place] - self.start


def _running_sums(x: np.ndarray) -> np.ndarray:
    """Sums of 1, x and x^2 over the first 0, 1, ..., N points, (3, N + 1)."""
    sums = np.zeros((3, len(x) + 1))
    sums[0] = np.arange(len(x) + 1)
    x.cumsum(out=sums[1, 1:])
    (x * x).cumsum(out=sums[2, 1:])
    return sums

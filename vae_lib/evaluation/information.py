"""What single code dimensions tell about single factors, in nats."""

import numpy as np
from scipy.special import entr, rel_entr

from vae_lib.evaluation.checks import check_positive
from vae_lib.evaluation.representations import (
    Array,
    as_array,
    as_codes,
    as_representation,
)

__all__ = ["discretize", "entropy", "mutual_information"]


def discretize(codes: Array, bins: int = 20) -> np.ndarray:
    """Number the equal-width bins into which each code dimension falls.

    The bins of a dimension divide the span from its least to its greatest value. A bin
    holds its lower edge; the last holds both. A constant dimension falls into one bin.

    Args:
        codes: real numbers, (N, D).
        bins: per dimension, at least 1.

    Returns:
        Bin numbers in [0, bins), (N, D), int64.

    Raises:
        ValueError: if codes are not a finite (N, D) array, or bins is not positive.

    >>> discretize([[0.0], [0.9], [1.0], [4.0]], bins=4).T
    array([[0, 0, 1, 3]])
    """
    codes = as_codes(codes)
    check_positive(bins=bins)
    result = np.empty(codes.shape[::-1], dtype=np.int64)
    for column, found in zip(np.ascontiguousarray(codes.T), result, strict=True):
        edges = np.histogram_bin_edges(column, bins)
        found[:] = np.searchsorted(edges[1:-1], column, side="right")
    return result.T


def entropy(factors: Array) -> np.ndarray:
    """Entropy H(v_k) of each column of labels, from their frequencies.

    Args:
        factors: integers, (N, K).

    Returns:
        Nats, (K,), in [0, log(number of values)].

    Raises:
        ValueError: if factors are not an integer (N, K) array.

    A fair coin is worth log 2 nats, a constant nothing:

    >>> entropy([[0, 7], [1, 7]]).round(4)
    array([0.6931, 0.    ])
    """
    _, labels = as_representation(factors, factors)
    counts = (np.unique(column, return_counts=True)[1] for column in labels.T)
    return np.array([entr(count / len(labels)).sum() for count in counts])


def mutual_information(codes: Array, factors: Array, bins: int = 20) -> np.ndarray:
    """Mutual information I(z_d; v_k) of every code dimension and every factor.

    From the joint frequencies n(a, b) / N of labels a and b,

        I = sum_ab n(a, b) / N  log( N n(a, b) / (n(a) n(b)) ).

    Such plug-in estimates are too high by about (bins - 1)(values - 1) / 2N: for 20
    bins, 40 values and 10,000 points .04 nats where the truth is none.

    Args:
        codes: (N, D). Real codes are cut into equal-width bins; integer codes are
            labels already and stay as they are.
        factors: ground-truth indices, (N, K), integer.
        bins: equal-width bins per real code dimension.

    Returns:
        Nats, (D, K), in [0, H(v_k)].

    Raises:
        ValueError: if codes are not a finite (N, D) or factors not an integer (N, K)
            array, the N differ, or bins is not positive.

    Source: Chen et al. (2018), arXiv:1802.04942, section 4.1, the information; the
    equal-width bins are those of Locatello et al. (2019), arXiv:1811.12359, appendix B.

    Of two fair coins, a code that is the first tells one bit of it, none of the other:

    >>> coins = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> mutual_information(coins[:, :1], coins).round(4)
    array([[0.6931, 0.    ]])
    """
    check_positive(bins=bins)
    points, factors = as_representation(codes, factors)
    labelled = as_array(codes, "codes").dtype.kind in "iu"
    labels = _consecutive(points) if labelled else discretize(points, bins)
    values = _consecutive(factors)
    # All factors share one table of counts: each has its own range of columns in it.
    widths = values.max(0) + 1
    starts = np.cumsum(widths) - widths
    columns = values + starts
    frequency = np.bincount(columns.ravel())
    total = len(labels)
    information = np.empty((labels.shape[1], values.shape[1]))
    for d, label in enumerate(labels.T):
        cells = label[:, None] * len(frequency) + columns
        height = int(label.max()) + 1
        joint = np.bincount(cells.ravel(), minlength=height * len(frequency))
        joint = joint.reshape(height, -1)
        apart = np.bincount(label)[:, None] * (frequency / total)
        # Empty cells contribute nothing: 0 log 0 = 0, and apart may be 0 there too.
        gain = rel_entr(joint, np.where(joint > 0, apart, 1.0)).sum(0) / total
        information[d] = np.add.reduceat(gain, starts)
    # Rounding can leave independent labels a hair below none.
    return information.clip(min=0.0)


def _consecutive(labels: np.ndarray) -> np.ndarray:
    """The labels of each column replaced by 0, 1, 2, ... in their order."""
    columns = [np.unique(column, return_inverse=True)[1] for column in labels.T]
    return np.stack(columns, axis=1)

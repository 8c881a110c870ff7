"""Codes and the factors behind them: what the disentanglement scores are given."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

__all__ = [
    "Array",
    "as_array",
    "as_codes",
    "as_representation",
    "check_scorable",
    "hold_out",
]

Array = np.ndarray | Tensor | Sequence[Sequence[float]]


def as_codes(codes: Array, name: str = "codes") -> np.ndarray:
    """Return codes (N, D) as a finite float32 or float64 array.

    Float32 stays float32, so that values computed elsewhere from the same array can be
    met to the last bit; half precision becomes float32, integers float64.

    Args:
        codes: real or integer numbers, (N, D), as a tensor, an array or nested lists.
        name: what the codes are called in an error message.

    Raises:
        ValueError: if they are not numbers of shape (N, D) with N, D >= 1, or not
            finite.

    >>> as_codes([[0, 1], [2, 3]])
    array([[0., 1.],
           [2., 3.]])
    """
    array = as_array(codes, name)
    if array.dtype.kind not in "fiu":
        raise ValueError(f"{name} must hold real numbers, got {array.dtype}")
    _check_table(array, name, "(N, D)")
    if array.dtype != np.float32:
        half = array.dtype.kind == "f" and array.dtype.itemsize < 4
        array = array.astype(np.float32 if half else np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got NaN or infinity")
    return array


def as_representation(
    codes: Array, factors: Array, name: str = ""
) -> tuple[np.ndarray, np.ndarray]:
    """Return codes (N, D), floating point, and factors (N, K), int64, that belong.

    Args:
        codes: real numbers, (N, D).
        factors: ground-truth indices, (N, K), integer; any labels will do.
        name: a prefix for "codes" and "factors" in error messages.

    Raises:
        ValueError: if either has another shape or type, the codes are not finite, or
            the N differ.
    """
    points = as_codes(codes, f"{name}codes")
    labels = as_array(factors, f"{name}factors")
    if labels.dtype.kind not in "iu":
        raise ValueError(f"{name}factors must hold integers, got {labels.dtype}")
    _check_table(labels, f"{name}factors", "(N, K)")
    if len(points) != len(labels):
        raise ValueError(
            f"{name}codes and {name}factors must have the same number of rows, "
            f"got {len(points)} and {len(labels)}"
        )
    return points, labels.astype(np.int64)


def check_scorable(codes: np.ndarray, factors: np.ndarray) -> None:
    """Raise ValueError unless D >= 2 and every factor takes at least two values."""
    if codes.shape[1] < 2:
        raise ValueError(
            "a score compares code dimensions and needs at least 2, "
            f"got codes of shape {codes.shape}"
        )
    still = np.flatnonzero(factors.min(0) == factors.max(0))
    if len(still):
        raise ValueError(
            "every factor must take at least two values, "
            f"got constant columns {still.tolist()}: leave them out"
        )


def hold_out(
    codes: Array,
    factors: Array,
    test: tuple[Array, Array] | None,
    test_fraction: float,
    seed: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return training codes and factors, then test codes and factors.

    Args:
        codes: real numbers, (N, D).
        factors: integers, (N, K).
        test: codes (M, D) and factors (M, K) to test on; None draws them from the N.
        test_fraction: share of the N held out where test is None, in (0, 1).
        seed: of the permutation that decides which are held out.

    Raises:
        ValueError: if arguments are no representation, D < 2, a factor is constant
            among the training points, the fraction leaves either part without a point,
            or the test set has other columns.
    """
    codes, factors = as_representation(codes, factors)
    check_scorable(codes, factors)
    if test is not None:
        held_codes, held_factors = as_representation(*test, name="test ")
        for name, train, held in (
            ("codes", codes, held_codes),
            ("factors", factors, held_factors),
        ):
            if train.shape[1] != held.shape[1]:
                raise ValueError(
                    f"test {name} must have {train.shape[1]} columns "
                    f"as the training {name} have, got {held.shape[1]}"
                )
        return codes, factors, held_codes, held_factors
    if not 0 < test_fraction < 1:
        raise ValueError(f"test_fraction must lie in (0, 1), got {test_fraction}")
    held = math.ceil(len(codes) * test_fraction)
    if held == len(codes):
        raise ValueError(
            f"test_fraction {test_fraction} of {len(codes)} points leaves none to "
            "train on"
        )
    order = np.random.default_rng(seed).permutation(len(codes))
    train, rest = order[held:], order[:held]
    check_scorable(codes[train], factors[train])
    return codes[train], factors[train], codes[rest], factors[rest]


def as_array(values: Array, name: str) -> np.ndarray:
    """Return a tensor, an array or nested lists as an array, of whatever type."""
    if isinstance(values, Tensor):
        values = values.detach().cpu()
        # NumPy has no bfloat16.
        return (values.float() if values.dtype == torch.bfloat16 else values).numpy()
    try:
        return np.asarray(values)
    except ValueError as error:  # ragged lists
        raise ValueError(f"{name} must be a table of numbers: {error}") from error


def _check_table(array: np.ndarray, name: str, shape: str) -> None:
    if array.ndim != 2 or array.size == 0:
        raise ValueError(
            f"{name} must have shape {shape} and not be empty, got {array.shape}"
        )

"""What widgets accept: each check says what was expected and what came."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

__all__ = [
    "check_codes",
    "check_examples",
    "check_labels",
    "check_names",
    "check_span",
    "finite_numbers",
]

MOST_EXAMPLES = 12  # more would not fit beside the picture


def check_span(span: float) -> None:
    """Raise ValueError unless span is positive and finite."""
    if not (math.isfinite(span) and span > 0):
        raise ValueError(f"span must be positive and finite, got {span}")


def check_examples(examples: Any, shape: Sequence[int]) -> None:
    """Raise ValueError unless examples are 1 to 12 images (N, *shape) in [0, 1]."""
    if not isinstance(examples, Tensor) or examples.dim() != 4 or not len(examples):
        found = tuple(getattr(examples, "shape", ())) or type(examples).__name__
        raise ValueError(f"examples must be images (N, C, H, W), got {found}")
    if tuple(examples.shape[1:]) != tuple(shape):
        raise ValueError(
            f"examples must have the decoder's shape {tuple(shape)}, "
            f"got {tuple(examples.shape[1:])}"
        )
    if len(examples) > MOST_EXAMPLES:
        raise ValueError(f"at most {MOST_EXAMPLES} examples fit, got {len(examples)}")
    low, high = float(examples.min()), float(examples.max())
    if not 0 <= low <= high <= 1:
        raise ValueError(f"examples must lie in [0, 1], got [{low:g}, {high:g}]")


def check_names(names: Sequence[str], most: int) -> None:
    """Raise ValueError unless names are 1 to most different strings, none empty."""
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError(f"names must be words, got {list(names)}")
    if len(set(names)) != len(names) or not 1 <= len(names) <= most:
        raise ValueError(
            f"names must be 1 to {most} different words, got {len(names)}: "
            f"{', '.join(names)}"
        )


def finite_numbers(name: str, values: Any, count: int) -> np.ndarray:
    """Values as a float64 array (count,), or ValueError if they are anything else."""
    array = np.asarray(values, float)
    if array.shape != (count,):
        raise ValueError(f"{name} must be {count} numbers, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {array.tolist()}")
    return array


def check_codes(codes: Any) -> np.ndarray:
    """Codes as a float64 array (N, 2), or ValueError if they are anything else."""
    array = np.asarray(codes, float)
    if array.ndim != 2 or array.shape[1] != 2 or not len(array):
        raise ValueError(f"codes must have shape (N, 2), N >= 1, got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError("codes must be finite, got NaN or infinity")
    return array


def check_labels(
    labels: Any, count: int, most: int, names: Sequence[str] | None
) -> np.ndarray:
    """Labels as an integer array (count,) in [0, most), each with a name if any has."""
    array = np.asarray(labels)
    if array.shape != (count,) or array.dtype.kind not in "iu":
        raise ValueError(
            f"labels must be {count} integers, got {array.dtype} {array.shape}"
        )
    if array.min() < 0 or array.max() >= most:
        raise ValueError(
            f"labels must lie in [0, {most}), got [{array.min()}, {array.max()}]"
        )
    if names is not None and len(names) <= array.max():
        raise ValueError(
            f"names must cover label {array.max()}, got {len(names)} names"
        )
    return array

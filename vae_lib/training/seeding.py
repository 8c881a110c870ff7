"""One seed for every source of randomness."""

import random
from typing import Any

import numpy as np
import torch

__all__ = ["get_generators", "seed_everything", "set_generators"]


def seed_everything(seed: int) -> None:
    """Seed Python, NumPy and PyTorch (every device).

    Args:
        seed: in [0, 2**32), the range that NumPy accepts.

    Raises:
        ValueError: if the seed is not an integer in that range.

    >>> seed_everything(0)
    >>> first = torch.rand(())
    >>> seed_everything(0)
    >>> bool(torch.rand(()) == first)
    True
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"seed must be an integer in [0, 2**32), got {seed!r}")
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - libraries that use the global generator
    torch.manual_seed(seed)


def get_generators() -> dict[str, Any]:
    """Return the states of Python's and NumPy's global generators, as JSON can hold."""
    name, keys, *position = np.random.get_state()  # noqa: NPY002
    return {"python": random.getstate(), "numpy": [name, keys.tolist(), *position]}


def set_generators(states: dict[str, Any]) -> None:
    """Undo `get_generators`, also after a passage through JSON."""
    version, keys, gauss = states["python"]
    random.setstate((version, tuple(keys), gauss))
    np.random.set_state(tuple(states["numpy"]))  # noqa: NPY002

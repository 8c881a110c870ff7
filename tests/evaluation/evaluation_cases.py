"""Representations whose scores are known, for the tests of the scores."""

import numpy as np

from vae_lib.data import FactorGrid

SIZES = (3, 4, 5)


def all_factors(repeats: int = 10) -> np.ndarray:
    """Every combination of factors of 3, 4 and 5 values, so often, (N, 3)."""
    grid = np.stack(np.unravel_index(np.arange(60), SIZES), axis=1)
    return np.tile(grid, (repeats, 1))


def spread(factors: np.ndarray) -> np.ndarray:
    """Factors as codes: each centred, one unit from the least to the greatest."""
    return 10 * (factors / (np.array(SIZES) - 1) - 0.5)


def noise(count: int, dims: int, seed: int = 0) -> np.ndarray:
    """Codes that know nothing, (count, dims)."""
    return np.random.default_rng(seed).normal(size=(count, dims))


class Numbers(FactorGrid):
    """A grid whose images show the factors as pixels: an encoder can read them."""

    def __init__(self, *sizes: int) -> None:
        super().__init__({f"v{k}": range(size) for k, size in enumerate(sizes)})
        self.encoded = 0

    def images(self, index):
        """Return images (N, 1, 1, K)."""
        self.encoded += len(index)
        return self.factors(index).float()[:, None, None]

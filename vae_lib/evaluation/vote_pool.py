"""Encoded images of a factor grid, from which the voting scores draw."""

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from vae_lib.evaluation.checks import check_positive
from vae_lib.evaluation.representations import as_codes

__all__ = ["Encoder", "FactorDataset", "VotePool", "encode_pool"]

# Images encoded at once: memory, not result.
CHUNK = 512

Encoder = Callable[[Tensor], Tensor | np.ndarray]


class FactorDataset(Protocol):
    """Images of every combination of K factors, factor k with sizes[k] values."""

    sizes: Sequence[int]

    def index(self, factors: Tensor) -> Tensor:
        """Return positions (N,) of factor indices (N, K)."""
        ...

    def images(self, index: Tensor) -> Tensor:
        """Return images (N, C, H, W), float32 in [0, 1], at positions (N,)."""
        ...


# Votes taken at once.
BLOCK = 256


class VotePool:
    """Codes of points whose factors are known, to be drawn with one factor fixed.

    Args:
        codes: (N, D), floating point.
        factors: (N, K), non-negative integers.
    """

    def __init__(self, codes: np.ndarray, factors: np.ndarray) -> None:
        self.codes = codes
        self.factors = factors
        # Points by value: those of one value lie in a row.
        self._order = factors.argsort(0, kind="stable").T
        self._counts = [np.bincount(column) for column in factors.T]
        self._starts = [np.cumsum(count) - count for count in self._counts]

    def factors_in_blocks(
        self, count: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, list[tuple[int, int]]]:
        """Draw the factor of each of some votes, in order, and deal them out.

        Returns:
            Factors (count,), ascending, and blocks (factor, number of votes): a few
            hundred votes at a time stay in cache.
        """
        kinds = self.factors.shape[1]
        drawn = np.sort(rng.integers(kinds, size=count))
        numbers = np.bincount(drawn, minlength=kinds)
        return drawn, [
            (factor, size)
            for factor, number in enumerate(numbers)
            for size in [BLOCK] * (number // BLOCK) + [number % BLOCK]
        ]

    def points(self, size: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Draw points: positions in the pool of shape `size`, all equally likely."""
        return rng.integers(len(self.codes), size=size)

    def alike(
        self,
        points: np.ndarray,
        factor: int,
        size: tuple[int, ...],
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Draw points that share a factor with given ones.

        Args:
            points: positions in the pool, broadcastable to `size`.
            factor: which factor they share.
            size: of the result.
            rng: source of the draws.
        """
        value = self.factors[points, factor]
        count = self._counts[factor][value]
        place = self._starts[factor][value] + (rng.random(size) * count).astype(int)
        return self._order[factor][place]


@torch.no_grad()
def encode_pool(
    encode: Encoder,
    dataset: FactorDataset,
    pool: int,
    batch_size: int,
    rng: np.random.Generator,
) -> VotePool:
    """Encode the whole grid if it is no larger than the pool, else a random part.

    Drawing from the whole grid is drawing afresh. Draws from a random part repeat
    points, so that a variance within a vote errs by sqrt(2 / n), n points sharing a
    value, beside its own error sqrt(2 / batch_size): the pool must be large enough that
    the first is not the greater.

    Args:
        encode: images (B, C, H, W) to codes (B, D).
        dataset: has `sizes`, `index` and `images`.
        pool: images encoded at most.
        batch_size: points in a vote.
        rng: source of the random part.

    Returns:
        The pool; factors with a single value are left out of it.

    Raises:
        ValueError: if fewer than two factors have two values, the pool is too small,
            or encode does not return finite codes (B, D).
    """
    check_positive(pool=pool, batch_size=batch_size)
    sizes = tuple(int(size) for size in dataset.sizes)
    moving = [k for k, size in enumerate(sizes) if size > 1]
    if len(moving) < 2:
        raise ValueError(
            f"votes need at least 2 factors of at least 2 values, got sizes {sizes}"
        )
    total = math.prod(sizes)
    if total <= pool:
        factors = np.stack(np.unravel_index(np.arange(total), sizes), axis=1)
    elif pool < batch_size * max(sizes):
        raise ValueError(
            f"a pool smaller than the grid of {total} must hold at least "
            f"batch_size x {max(sizes)} = {batch_size * max(sizes)} images, got {pool}"
        )
    else:
        factors = rng.integers(sizes, size=(pool, len(sizes)))
    parts = [
        _encode(encode, dataset, torch.from_numpy(factors[low : low + CHUNK]))
        for low in range(0, len(factors), CHUNK)
    ]
    return VotePool(np.concatenate(parts), factors[:, moving])


def _encode(encode: Encoder, dataset: FactorDataset, factors: Tensor) -> np.ndarray:
    """Codes (B, D) of the images with these factors (B, K)."""
    codes = encode(dataset.images(dataset.index(factors)))
    if not isinstance(codes, Tensor | np.ndarray):
        raise ValueError(
            "encode must return codes (B, D) as a tensor or an array, "
            f"got {type(codes).__name__}: of a posterior take the mean"
        )
    codes = as_codes(codes, "encoded images")
    if len(codes) != len(factors):
        raise ValueError(
            f"encode must return a code for each of {len(factors)} images, "
            f"got shape {codes.shape}"
        )
    return codes

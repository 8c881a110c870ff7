"""Random numbers that a page and a kernel draw alike: Philox4x32-10.

A draw is a function of where it stands: the seed, what it is for, the step, its place.
So a run can be paused, repeated or checked from any step without keeping a generator.
"""

import numpy as np

__all__ = [
    "CLUSTERS",
    "FIRST_CODES",
    "MINIBATCH",
    "NEXT_CODE",
    "NOISE",
    "RESTARTS",
    "WEIGHTS",
    "indices",
    "normals",
    "some",
    "uniforms",
    "words",
]

# What draws are for.
WEIGHTS, MINIBATCH, NOISE, FIRST_CODES, CLUSTERS, RESTARTS, NEXT_CODE = range(7)

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_INCREMENTS = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


def words(seed: int, purpose: int, step: int, count: int) -> np.ndarray:
    """Uniform 32-bit words (count,), uint32.

    Args:
        seed: in [0, 2**32).
        purpose: one of the names in capitals above.
        step: of the training, from 0.
        count: how many.

    Raises:
        ValueError: if the seed or the step is outside [0, 2**32).

    Source: Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3".

    >>> words(0, 0, 0, 4).tolist()
    [1713891541, 3781805453, 3159862348, 2600524760]
    """
    for name, value in (("seed", seed), ("step", step)):
        if not 0 <= value < 2**32:
            raise ValueError(f"{name} must lie in [0, 2**32), got {value}")
    blocks = np.arange(-(-count // 4), dtype=np.uint64)
    fixed = (np.full_like(blocks, value) for value in (step, purpose, 0))
    return _philox((blocks, *fixed), (seed, 0)).T.reshape(-1)[:count]


def uniforms(seed: int, purpose: int, step: int, count: int) -> np.ndarray:
    """Draws from (0, 1), float64 (count,), on a grid of 2**-32."""
    return (words(seed, purpose, step, count) + 0.5) / 2**32


def indices(
    seed: int, step: int, batch_size: int, size: int, purpose: int = MINIBATCH
) -> np.ndarray:
    """Places in [0, size), drawn with replacement, int64: the minibatch of a step."""
    drawn = uniforms(seed, purpose, step, batch_size)
    return np.floor(drawn * size).astype(np.int64)


def some(seed: int, purpose: int, step: int, count: int, size: int) -> np.ndarray:
    """Different places in [0, size), int64 (count,): those of the smallest draws."""
    drawn = uniforms(seed, purpose, step, size)
    return np.argsort(drawn, kind="stable")[:count]


def normals(seed: int, step: int, count: int, purpose: int = NOISE) -> np.ndarray:
    """Standard normal draws, float32 (count,): the noise of a step.

    Source: Box & Muller (1958), "A note on the generation of random normal deviates".
    """
    uniform = uniforms(seed, purpose, step, 2 * -(-count // 2))
    radius = np.sqrt(-2 * np.log(uniform[0::2]))
    angle = 2 * np.pi * uniform[1::2]
    pairs = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return pairs.reshape(-1)[:count].astype(np.float32)


def _philox(counter: tuple[np.ndarray, ...], key: tuple[int, int]) -> np.ndarray:
    """Ten rounds on counters of four words (n,) each: four words each, (4, n)."""
    a, b, c, d = counter
    for turn in range(_ROUNDS):
        first, second = (
            np.uint64((word + turn * increment) % 2**32)
            for word, increment in zip(key, _INCREMENTS, strict=True)
        )
        left, right = _MULTIPLIERS[0] * a, _MULTIPLIERS[1] * c
        a, b, c, d = (
            (right >> _HALF) ^ b ^ first,
            right & _LOW,
            (left >> _HALF) ^ d ^ second,
            left & _LOW,
        )
    return np.stack([a, b, c, d]).astype(np.uint32)

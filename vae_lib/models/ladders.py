"""Ladders put together: a chain of vectors, and grids that read all levels above."""

from collections.abc import Sequence
from itertools import pairwise

from torch import nn

from vae_lib.models.ladder import LadderVAE
from vae_lib.models.priors import StandardNormal
from vae_lib.networks import (
    ChainDecoder,
    ChainPrior,
    DiagonalGaussian,
    GridGaussian,
    GridLadderDecoder,
    GridPrior,
    GridRung,
    LadderRung,
)

__all__ = ["chain_ladder", "grid_ladder"]


def chain_ladder(
    event_shape: Sequence[int], dims: Sequence[int], widths: Sequence[int]
) -> LadderVAE:
    """A ladder of vectors in which each level reads only the one above.

    Args:
        event_shape: of x, e.g. (1, 28, 28); its pixels are Bernoulli.
        dims: dimensions of each level, that next to the image first.
        widths: of the two hidden layers at each level, up and down.

    Raises:
        ValueError: if there is no level, or widths and dims differ in number, or a
            size is not positive.

    Source: Sonderby et al. (2016), arXiv:1602.02282, section 3.

    >>> model = chain_ladder((1, 8, 8), dims=(8, 4, 2), widths=(32, 16, 16))
    >>> [tuple(z.shape) for z in model.sample(5)]
    [(5, 8), (5, 4), (5, 2)]
    """
    if len(dims) != len(widths) or not dims:
        raise ValueError(
            "dims and widths must have one number a level, "
            f"got {len(dims)} and {len(widths)}"
        )
    inputs = [tuple(event_shape), *((width,) for width in widths)]
    return LadderVAE(
        rungs=[LadderRung(*one) for one in zip(inputs, widths, strict=False)],
        messages=[DiagonalGaussian(*one) for one in zip(widths, dims, strict=True)],
        priors=[
            ChainPrior(above, dim, width)
            for (dim, above), width in zip(pairwise(dims), widths[1:], strict=True)
        ],
        decoder=ChainDecoder(dims[0], event_shape, widths[0]),
        prior=StandardNormal(dims[-1]),
    )


def grid_ladder(
    event_shape: Sequence[int],
    levels: Sequence[tuple[int, int]],
    width: int = 48,
    likelihood: nn.Module | None = None,
) -> LadderVAE:
    """A ladder of grids in which each level reads all levels above.

    Args:
        event_shape: of x, (C, S, S).
        levels: numbers in a place and side of each level's grid, the largest first;
            sides halve a whole number of times from S on.
        width: maps of all features.
        likelihood: maps parameters (B, C, S, S) to a distribution; by default a
            Gaussian with a scale of 0.1.

    Raises:
        ValueError: if there is no level, or sides do not halve so.

    Source: reading all levels above is as in Sonderby et al.'s successors, Maaloe et
    al. (2019), arXiv:1902.02102, and Child (2021), arXiv:2011.10650.

    >>> model = grid_ladder((3, 32, 32), levels=((2, 8), (4, 4), (8, 1)), width=8)
    >>> [tuple(z.shape) for z in model.sample(5)]
    [(5, 2, 8, 8), (5, 4, 4, 4), (5, 8, 1, 1)]
    """
    if not levels:
        raise ValueError("levels must hold at least one level, got none")
    shapes = [(dim, side, side) for dim, side in levels]
    inputs = [tuple(event_shape), *((width, side, side) for _, side in levels)]
    return LadderVAE(
        rungs=[
            GridRung(shape, width, side)
            for shape, (_, side) in zip(inputs, levels, strict=False)
        ],
        messages=[GridGaussian(width, dim) for dim, _ in levels],
        priors=[
            GridPrior(shapes[level + 1 :], shapes[level], width)
            for level in range(len(levels) - 1)
        ],
        decoder=GridLadderDecoder(shapes, event_shape, width, likelihood),
        prior=StandardNormal(shapes[-1]),
    )

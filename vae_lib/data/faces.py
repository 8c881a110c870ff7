"""Drawn faces whose every attribute is known and can be turned like a knob."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from vae_lib.data.face_attributes import (
    FACE_ATTRIBUTES,
    bounds,
    check_attributes,
    check_name,
)
from vae_lib.data.face_drawing import draw_faces
from vae_lib.data.factors import FactorGrid
from vae_lib.data.indexing import Index

__all__ = ["Faces"]

DEFAULT_SIZE = 64
DEFAULT_LEVELS = 5

# Faces drawn at a time: many enough to share the cost of starting an operation, and few
# enough for its temporaries to stay in a core's own cache.
BLOCK = 64


# How attributes go together in `sample`: correlations of the normal variables that
# they are monotone functions of. Chosen by hand to resemble what pictures of people
# are like, above all that several signs of age come together; not estimated from any.
TOGETHER = {
    ("age", "grey"): 0.8,
    ("age", "glasses"): 0.4,
    ("smile", "mouth_open"): 0.5,
    ("smile", "eyes_open"): -0.3,
    ("beard", "hair_length"): -0.6,
    ("skin", "hair_colour"): 0.4,
}

# What half of all sampled faces do not have at all.
OPTIONAL = ("mouth_open", "grey", "beard", "glasses")


class Faces(FactorGrid):
    """Drawn faces, rendered on demand at any size, in sixteen named attributes.

    An attribute is a real number; `FACE_ATTRIBUTES` says from where to where, and what
    its ends look like. Faces of any attributes are drawn by `render_attributes`, and
    `sample` draws attributes at random. For measures that need exact factors there is
    also a grid, every combination of a few levels of each attribute, which is indexed
    as the other rendered sets are. At five levels it has 5^16 faces: take some of them
    at random, and never ask for all.

    They are drawings, not pictures of people, and stand in for no published set.

    Args:
        size: height and width of an image in pixels.
        levels: evenly spaced levels of each attribute in the grid, both ends included;
            one number for all attributes, or some attributes' numbers by name, in which
            case the others are held at their usual value.

    Raises:
        ValueError: if `size` or a number of levels is no integer or too small, if an
            attribute is not known, or if the grid would outgrow 64-bit integers.

    >>> faces = Faces(size=32)
    >>> len(faces) == 5**16, len(faces.names), faces.names[:3]
    (True, 16, ('smile', 'mouth_open', 'age'))
    >>> faces.images([0, 5**16 - 1]).shape
    torch.Size([2, 3, 32, 32])

    A grid of two attributes, and continuous values of one:

    >>> few = Faces(size=32, levels={"smile": 3, "glasses": 2})
    >>> len(few), few.attributes([4])[0, :2]
    (6, tensor([1., 0.]))
    >>> few.render_attributes(few.usual(smile=0.37)).shape
    torch.Size([1, 3, 32, 32])
    """

    def __init__(
        self, size: int = DEFAULT_SIZE, levels: int | Mapping[str, int] = DEFAULT_LEVELS
    ) -> None:
        self.size = _at_least(size, 8, "size", "pixels")
        if isinstance(levels, Mapping):
            for name in levels:
                check_name(name)
            counts = {
                name: _at_least(levels[name], 2, f"levels of {name!r}", "levels")
                for name in FACE_ATTRIBUTES
                if name in levels
            }
        else:
            counts = dict.fromkeys(
                FACE_ATTRIBUTES, _at_least(levels, 2, "levels", "levels")
            )
        super().__init__(
            {
                name: torch.linspace(
                    FACE_ATTRIBUTES[name].low,
                    FACE_ATTRIBUTES[name].high,
                    count,
                    dtype=torch.float64,
                )
                for name, count in counts.items()
            }
        )
        if math.prod(self.sizes) > torch.iinfo(torch.int64).max:
            raise ValueError(
                f"the grid must have fewer than 2^63 faces, got sizes {self.sizes}"
            )

    def __repr__(self) -> str:
        return f"Faces(size={self.size}, {len(self.names)} factors)"

    def attributes(self, index: Index) -> Tensor:
        """Return the attributes (N, 16), float32, of the images at `index` (N,)."""
        return self._attributes_of(self.factors(index))

    def images(self, index: Index) -> Tensor:
        """Return the images at `index` (N,): (N, 3, size, size), float32 in [0, 1]."""
        return self.render(self.factors(index))

    def render(self, factors: Index) -> Tensor:
        """Return images (N, 3, size, size), float32 in [0, 1], of factors (N, K)."""
        return self.render_attributes(self._attributes_of(factors))

    def _attributes_of(self, factors: Index) -> Tensor:
        """All attributes (N, 16), float32, of factor indices (N, K) of the grid."""
        values = self.values(factors).float()
        attributes = self.usual().repeat(len(values), 1)
        columns = [list(FACE_ATTRIBUTES).index(name) for name in self.names]
        attributes[:, columns] = values
        return attributes

    def usual(self, **changes: float) -> Tensor:
        """Return the attributes (1, 16), float32, of an unremarkable face.

        Args:
            changes: values of some attributes, instead of the usual ones.

        Raises:
            ValueError: if an attribute is not known or its value is out of range.
        """
        for name in changes:
            check_name(name)
        values = [
            changes.get(name, known.usual) for name, known in FACE_ATTRIBUTES.items()
        ]
        return check_attributes(torch.tensor([values], dtype=torch.float32))

    def sample(
        self,
        count: int,
        *,
        correlated: bool = True,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Draw the attributes of random faces.

        Args:
            count: how many.
            correlated: whether signs of age come together, beards with short hair, and
                so on, as in pictures of people; otherwise attributes are independent.
                Either way each covers its whole range, and half of the faces have no
                beard, no glasses, no grey hair, and a closed mouth.
            generator: of random numbers; None is PyTorch's global one.

        Returns:
            Attributes (count, 16), float32.

        Raises:
            ValueError: if `count` is not a positive integer.
        """
        count = _at_least(count, 1, "count", "face")
        names = list(FACE_ATTRIBUTES)
        normal = torch.randn(count, len(names), generator=generator)
        if correlated:
            matrix = torch.eye(len(names))
            for (a, b), correlation in TOGETHER.items():
                i, j = names.index(a), names.index(b)
                matrix[i, j] = matrix[j, i] = correlation
            normal = normal @ torch.linalg.cholesky(matrix).T
        share = torch.special.ndtr(normal)
        optional = torch.tensor([name in OPTIONAL for name in names])
        share = torch.where(optional, (2 * share - 1).clamp_min(0), share)
        low, high = bounds()
        return low + (high - low) * share

    def render_attributes(self, attributes: Tensor | np.ndarray) -> Tensor:
        """Return images (N, 3, size, size), float32 in [0, 1], of any attributes.

        Args:
            attributes: shape (N, 16), floating point, in the order and the ranges of
                `FACE_ATTRIBUTES`.

        Raises:
            ValueError: if the shape or type differs, or a value is out of range.
        """
        table = check_attributes(attributes)
        return torch.cat(
            [
                draw_faces(
                    dict(zip(FACE_ATTRIBUTES, block.unbind(dim=1), strict=True)),
                    self.size,
                )
                for block in table.split(BLOCK)
            ]
        )


def _at_least(value: int, least: int, name: str, unit: str) -> int:
    try:
        integer = operator.index(value)
    except TypeError as error:
        raise ValueError(f"{name} must be an integer, got {value!r}") from error
    if integer < least:
        raise ValueError(f"{name} must be at least {least} {unit}, got {value}")
    return integer

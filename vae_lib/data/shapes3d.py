"""Rooms like those of 3D Shapes, drawn from their factors, not read from a file."""

from __future__ import annotations

import math
import operator

import torch
from torch import Tensor

from vae_lib.data.factors import FactorGrid
from vae_lib.data.indexing import Index
from vae_lib.data.ray_casting import SOLIDS
from vae_lib.data.room import PAINTS, view

__all__ = ["Shapes3D"]

PUBLISHED_SIZE = 64

# What the lights look like where they are seen, in the order of their paints.
LIGHTS = ((0.66, 0.83, 0.96), (1.0, 1.0, 1.0))
SATURATION = 0.88


class Shapes3D(FactorGrid):
    """All 480,000 combinations of the factors of 3D Shapes, drawn at any size.

    A solid stands in the corner of a room under the sky. Six factors, whose order,
    sizes and values are those of the published set: floor hue, wall hue and object hue
    (ten each, 0 to 0.9 of the colour circle), scale (8, 0.75 to 1.25), shape (cube,
    cylinder, sphere, capsule) and orientation (15, -30 to 30 degrees, by which the
    camera goes round the room). `values` gives hues as parts of the colour circle,
    which starts at red, shapes as 0 to 3, and orientation in degrees.

    The factors are the published ones; the pixels are not. Camera, lamp, proportions,
    saturation and the solids' sizes were chosen to resemble the published images, and
    no pixel of theirs went into the drawing. Compare with papers on `load("shapes3d")`.

    Colours are laid on views of the unpainted room, of which there are 8 x 4 x 15. Each
    is drawn when it is first asked for, and kept: 80 kB at size 64, 39 MB for all.

    Args:
        size: height and width of an image in pixels.

    Raises:
        ValueError: if `size` is not a positive integer.

    Source: of the factors, Burgess & Kim (2018), "3D Shapes Dataset",
    https://github.com/google-deepmind/3d-shapes.

    >>> rooms = Shapes3D()
    >>> len(rooms), rooms.sizes
    (480000, (10, 10, 10, 8, 4, 15))
    >>> rooms.names
    ('floor_hue', 'wall_hue', 'object_hue', 'scale', 'shape', 'orientation')
    >>> rooms.factors([0, 479999])
    tensor([[ 0,  0,  0,  0,  0,  0],
            [ 9,  9,  9,  7,  3, 14]])
    >>> rooms.images([0]).shape
    torch.Size([1, 3, 64, 64])
    """

    def __init__(self, size: int = PUBLISHED_SIZE) -> None:
        try:
            self.size = operator.index(size)
        except TypeError as error:
            raise ValueError(f"size must be an integer, got {size!r}") from error
        if self.size < 1:
            raise ValueError(f"size must be at least 1 pixel, got {size}")
        hues = torch.arange(10, dtype=torch.float64) / 10
        super().__init__(
            {
                "floor_hue": hues,
                "wall_hue": hues,
                "object_hue": hues,
                "scale": torch.linspace(0.75, 1.25, 8, dtype=torch.float64),
                "shape": range(len(SOLIDS)),
                "orientation": torch.linspace(-30, 30, 15, dtype=torch.float64),
            }
        )
        # Memory that is never written to is never occupied.
        views = math.prod(self.sizes[3:])
        self._views = torch.empty(views, len(PAINTS), self.size, self.size)
        self._drawn = torch.zeros(views, dtype=torch.bool)

    def __repr__(self) -> str:
        return f"Shapes3D(size={self.size})"

    def images(self, index: Index) -> Tensor:
        """Return the images at `index` (N,): (N, 3, size, size), float32 in [0, 1]."""
        return self.render(self.factors(index))

    def render(self, factors: Index) -> Tensor:
        """Return images (N, 3, size, size), float32 in [0, 1], of factors (N, 6)."""
        factors = self.check(factors)
        hues = self.values(factors)[:, :3].float()
        lights = torch.tensor(LIGHTS).expand(len(hues), -1, -1)
        paints = torch.cat([saturated(hues), lights], dim=1)  # (N, 5, 3)
        scale, shape, orientation = factors[:, 3:].unbind(dim=1)
        _, shapes, orientations = self.sizes[3:]
        which = (scale * shapes + shape) * orientations + orientation
        for missing in which[~self._drawn[which]].unique().tolist():
            self._draw(missing)
        views = self._views[which].flatten(2)
        pixels = torch.bmm(paints.mT, views).clamp_(0, 1)
        return pixels.unflatten(2, (self.size, self.size))

    def _draw(self, which: int) -> None:
        index = torch.tensor([which])  # the views come first in the grid: all hues 0
        _, _, _, scale, shape, degrees = self.values(self.factors(index))[0].tolist()
        self._views[which] = view(SOLIDS[int(shape)], scale, degrees, self.size)
        self._drawn[which] = True


def saturated(hues: Tensor) -> Tensor:
    """Return the bright colours (*hues, 3), RGB in [0, 1], of hues in [0, 1].

    >>> saturated(torch.tensor([0.0, 0.5]))
    tensor([[1.0000, 0.1200, 0.1200],
            [0.1200, 1.0000, 1.0000]])
    """
    corner = torch.tensor([0.0, 2.0, 4.0]) / 6
    distance = ((hues[..., None] - corner + 0.5) % 1 - 0.5).abs() * 6
    return 1 - SATURATION * (distance - 1).clamp(0, 1)

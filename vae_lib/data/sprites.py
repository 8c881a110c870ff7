"""The images of dSprites, drawn from their factors instead of read from a file."""

from __future__ import annotations

import math
import operator

import torch
from torch import Tensor

from vae_lib.data.factors import FactorGrid
from vae_lib.data.indexing import Index
from vae_lib.data.outlines import OUTLINES, Outline

__all__ = ["Sprites"]

PUBLISHED_SIZE = 64
FIRST_CENTRE = 15.5
CENTRE_RANGE = 32.0

# The published images came from a rasteriser with corners on a grid of 1/256 pixel, in
# which a pixel centre on a right or an upper edge lies outside. Moving every sprite by
# half a step of that grid decides these ties in the same way.
TIE = 1 / 512

# Samples per pixel and axis where the pixels of an image count covered area.
SUPERSAMPLING = 8

# Points tested at a time: their few temporaries then stay in a core's own cache.
BLOCK = 2**17


class Sprites:
    """All 737,280 images of dSprites, rendered on demand at any size.

    A white square, ellipse or heart on black, in five factors whose order and values
    are those of the published set: shape (square, ellipse, heart), scale (0.5 to 1),
    orientation (40 angles from 0 to 2 pi, both included: the first and the last look
    the same), posX and posY (0 to 1).

    At size 64 the images are binary, as published: a pixel is white if its centre lies
    inside the outline. Intersection over union with the published images is 0.9997
    for squares, 0.9993 for ellipses and 0.9994 for hearts. At any other size a pixel
    holds the covered part of its area, in steps of a 64th.

    Args:
        size: height and width of an image in pixels.

    Raises:
        ValueError: if `size` is not a positive integer.

    Source: Matthey, Higgins, Hassabis & Lerchner (2017), "dSprites: Disentanglement
    testing Sprites dataset", https://github.com/google-deepmind/dsprites-dataset.

    >>> sprites = Sprites()
    >>> len(sprites), sprites.names
    (737280, ('shape', 'scale', 'orientation', 'posX', 'posY'))
    >>> sprites.factors([0, 737279])
    tensor([[ 0,  0,  0,  0,  0],
            [ 2,  5, 39, 31, 31]])
    >>> image = sprites.images([0])
    >>> image.shape, image.unique()
    (torch.Size([1, 1, 64, 64]), tensor([0., 1.]))

    The smallest square has a side of 9.6 pixels, of which 10 rows have their centres
    inside:

    >>> int(image.sum())
    100
    """

    def __init__(self, size: int = PUBLISHED_SIZE) -> None:
        try:
            self.size = operator.index(size)
        except TypeError as error:
            raise ValueError(f"size must be an integer, got {size!r}") from error
        if self.size < 1:
            raise ValueError(f"size must be at least 1 pixel, got {size}")
        self._grid = FactorGrid(
            {
                "shape": [1.0, 2.0, 3.0],
                "scale": torch.linspace(0.5, 1, 6, dtype=torch.float64),
                "orientation": torch.linspace(0, 2 * math.pi, 40, dtype=torch.float64),
                "posX": torch.linspace(0, 1, 32, dtype=torch.float64),
                "posY": torch.linspace(0, 1, 32, dtype=torch.float64),
            }
        )
        self.names: tuple[str, ...] = self._grid.names
        self.sizes: tuple[int, ...] = self._grid.sizes

    def __len__(self) -> int:
        return len(self._grid)

    def __repr__(self) -> str:
        return f"Sprites(size={self.size})"

    def factors(self, index: Index) -> Tensor:
        """Return the factor indices (N, 5), int64, of the images at `index` (N,)."""
        return self._grid.factors(index)

    def index(self, factors: Index) -> Tensor:
        """Return the positions (N,), int64, of the images with `factors` (N, 5)."""
        return self._grid.index(factors)

    def values(self, factors: Index) -> Tensor:
        """Return the published values (N, 5), float64, of factor indices (N, 5).

        Shape is 1, 2 or 3; orientation is in radians.
        """
        return self._grid.values(factors)

    def images(self, index: Index) -> Tensor:
        """Return the images at `index` (N,): (N, 1, size, size), float32 in [0, 1]."""
        return self.render(self.factors(index))

    def render(self, factors: Index) -> Tensor:
        """Return images (N, 1, size, size), float32 in [0, 1], of factors (N, 5)."""
        values = self.values(factors)
        canvas = torch.zeros(len(values), 1, self.size, self.size)
        for shape, outline in enumerate(OUTLINES):
            rows = (values[:, 0] == shape + 1).nonzero().flatten()
            # Sprites of like scale are drawn together, in windows that fit them.
            rows = rows[values[rows, 1].argsort()]
            if len(rows):
                self._draw(canvas, rows, values[rows, 1:], outline)
        return canvas

    def _draw(
        self, canvas: Tensor, rows: Tensor, pose: Tensor, outline: Outline
    ) -> None:
        """Draw one shape into the images `rows` (N,) of the canvas.

        Args:
            canvas: images to draw on, shape (any, 1, size, size).
            rows: which images to draw on, shape (N,), in ascending order of scale.
            pose: scale, orientation, posX and posY of each, shape (N, 4).
            outline: the shape to draw.
        """
        samples = 1 if self.size == PUBLISHED_SIZE else SUPERSAMPLING
        widest = samples * self._window(outline.radius * float(pose[-1, 0]))
        block = max(1, BLOCK // widest**2)
        for chosen, (scale, angle, x, y) in zip(
            rows.split(block),
            (part.T[..., None] for part in pose.split(block)),
            strict=True,
        ):
            radius = outline.radius * scale
            window = self._window(float(radius[-1]))
            column, dx = self._axis(
                FIRST_CENTRE - TIE + CENTRE_RANGE * x, radius, window
            )
            row, dy = self._axis(FIRST_CENTRE + TIE + CENTRE_RANGE * y, radius, window)
            # Orientation turns against the image's y axis, which points down.
            cos, sin = angle.cos() / scale, angle.sin() / scale
            u = (dx * cos).float()[:, None, :] - (dy * sin).float()[:, :, None]
            w = (dx * sin).float()[:, None, :] + (dy * cos).float()[:, :, None]
            inside = outline.contains(u, w).float()
            if samples > 1:
                inside = inside.unflatten(2, (window, samples)).mean(3)
                inside = inside.unflatten(1, (window, samples)).mean(2)
            corner = (chosen[:, None] * self.size + row) * self.size + column
            step = torch.arange(window)
            pixel = corner[..., None] + step[:, None] * self.size + step
            canvas.view(-1).scatter_(0, pixel.flatten(), inside.flatten())

    def _window(self, radius: float) -> int:
        """Return how many pixels a side a window around a sprite needs."""
        return min(self.size, math.ceil(2 * radius * self.size / PUBLISHED_SIZE) + 1)

    def _axis(
        self, centre: Tensor, radius: Tensor, window: int
    ) -> tuple[Tensor, Tensor]:
        """Place windows on one axis and sample them.

        Args:
            centre: centre of each sprite, shape (N, 1), in pixels of a 64 x 64 image.
            radius: radius of each sprite, shape (N, 1), in the same unit.
            window: pixels a side, enough for the largest radius.

        Returns:
            First pixel of each window, shape (N, 1), int64, and the distance from the
            sprite's centre to each sample point in it, shape (N, window * samples).
        """
        samples = 1 if self.size == PUBLISHED_SIZE else SUPERSAMPLING
        pixel = PUBLISHED_SIZE / self.size
        # Centres count pixels from the middle of the first; edges from its border.
        first = ((centre - radius + 0.5) / pixel).floor().long()
        first = first.clamp_(0, self.size - window)
        within = (torch.arange(window * samples, dtype=torch.float64) + 0.5) / samples
        return first, (first + within) * pixel - 0.5 - centre

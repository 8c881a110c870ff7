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

# Pixels that an upright sprite moves right and down. The edges of an upright square
# run along whole rows of pixels, and the published images came from a rasteriser with
# corners on a grid of 1/256 pixel: half a step of that grid decides as it did.
UPRIGHT_SHIFT = (-1 / 512, 1 / 512)

# Samples per pixel and axis where the pixels of an image count covered area.
SUPERSAMPLING = 8

# Points tested at a time: their few temporaries then stay in a core's own cache.
BLOCK = 2**17


class Sprites(FactorGrid):
    """All 737,280 images of dSprites, rendered on demand at any size.

    A white square, ellipse or heart on black, in five factors whose order and values
    are those of the published set: shape (square, ellipse, heart), scale (0.5 to 1),
    orientation (40 angles from 0 to 2 pi, both included: the first and the last look
    the same), posX and posY (0 to 1). `values` gives shape as 1, 2 or 3 and
    orientation in radians, as published.

    At size 64 the images are binary, as published: a pixel is white if its centre lies
    inside the outline. Mean intersection over union with the published images is
    0.9998 for squares, 0.9993 for ellipses and 0.9994 for hearts. At any other size a
    pixel holds the covered part of its area, in steps of a 64th.

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
        super().__init__(
            {
                "shape": [1.0, 2.0, 3.0],
                "scale": torch.linspace(0.5, 1, 6, dtype=torch.float64),
                "orientation": torch.linspace(0, 2 * math.pi, 40, dtype=torch.float64),
                "posX": torch.linspace(0, 1, 32, dtype=torch.float64),
                "posY": torch.linspace(0, 1, 32, dtype=torch.float64),
            }
        )

    def __repr__(self) -> str:
        return f"Sprites(size={self.size})"

    def images(self, index: Index) -> Tensor:
        """Return the images at `index` (N,): (N, 1, size, size), float32 in [0, 1]."""
        return self.render(self.factors(index))

    def render(self, factors: Index) -> Tensor:
        """Return images (N, 1, size, size), float32 in [0, 1], of factors (N, 5)."""
        values = self.values(factors)
        canvas = torch.zeros(len(values), 1, self.size, self.size)
        # Sprites of one shape and like scale are drawn together, in windows that fit.
        order = (10 * values[:, 0] + values[:, 1]).argsort()
        shape, pose = values[order].split([1, 4], dim=1)
        counts = (shape == torch.tensor([1, 2, 3])).sum(0).tolist()
        for outline, rows, poses in zip(
            OUTLINES, order.split(counts), pose.split(counts), strict=True
        ):
            if len(rows):
                self._draw(canvas, rows, poses, outline)
        return canvas

    def _draw(
        self, canvas: Tensor, rows: Tensor, poses: Tensor, shape: Outline
    ) -> None:
        """Draw one shape into some images of the canvas.

        Args:
            canvas: images to draw on, shape (any, 1, size, size).
            rows: which images to draw on, shape (N,).
            poses: scale, orientation, posX and posY of each, shape (N, 4), in ascending
                order of scale.
            shape: the outline to draw.
        """
        samples = 1 if self.size == PUBLISHED_SIZE else SUPERSAMPLING
        pixel = PUBLISHED_SIZE / self.size
        scale, angle, position = poses.split([1, 1, 2], dim=1)
        centre = FIRST_CENTRE + CENTRE_RANGE * position
        centre += (angle.sin().abs() < 1e-9) * torch.tensor(UPRIGHT_SHIFT)
        reach = shape.radius * scale
        # Centres count pixels from the middle of the first, edges from its border.
        first = ((centre - reach + 0.5) / pixel).floor()
        # Dividing the rotation by the scale turns pixels into the outline's own frame.
        cos, sin = (angle.cos() / scale).float(), (angle.sin() / scale).float()

        widest = self._window(float(reach[-1]))
        block = max(1, BLOCK // (samples * widest) ** 2)
        for low in range(0, len(rows), block):
            part = slice(low, low + block)
            window = self._window(float(reach[part][-1]))
            corner = first[part].clamp(0, self.size - window)
            start = (corner + 0.5 / samples) * pixel - 0.5 - centre[part]
            step = torch.arange(window * samples) * (pixel / samples)
            dx, dy = (start.float()[..., None] + step).unbind(dim=1)
            # Orientation turns against the image's y axis, which points down.
            u = (dx * cos[part])[:, None, :] - (dy * sin[part])[:, :, None]
            w = (dx * sin[part])[:, None, :] + (dy * cos[part])[:, :, None]
            inside = shape.contains(u, w).float()
            if samples > 1:
                inside = inside.unflatten(2, (window, samples)).mean(3)
                inside = inside.unflatten(1, (window, samples)).mean(2)
            left, top = corner.long().T
            origin = (rows[part] * self.size + top) * self.size + left
            side = torch.arange(window)
            target = origin[:, None, None] + (side[:, None] * self.size + side)
            canvas.view(-1).scatter_(0, target.flatten(), inside.flatten())

    def _window(self, reach: float) -> int:
        """Return how many pixels a side hold a sprite that reaches so far."""
        return min(self.size, math.ceil(2 * reach * self.size / PUBLISHED_SIZE) + 1)

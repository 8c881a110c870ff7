"""Signed distances to simple outlines, and paint laid on by them with soft edges.

A signed distance is negative inside an outline and positive outside, in the unit of the
coordinates. Points are given as x and y, tensors that broadcast: an axis of pixels
need not be spread over the plane before an outline mixes it with the other.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Canvas", "Window", "ellipse", "rounded_box", "segment", "soft_step"]


def ellipse(x: Tensor, y: Tensor, rx: Tensor | float, ry: Tensor | float) -> Tensor:
    """Return about the distance to an ellipse around the origin.

    To first order near the outline, which is where it matters: the level of
    (x/rx)^2 + (y/ry)^2 divided by its slope. Radii may differ from point to point.

    >>> ellipse(torch.tensor([0.5, 2.0, 2.2]), torch.zeros(3), 2.0, 1.0)
    tensor([-1.5000,  0.0000,  0.2000])
    """
    # Radii are seldom spread over the plane: dividing by them first is nearly free.
    per_x, per_y = 1 / rx, 1 / ry
    u, v = x * per_x, y * per_y
    level = (u.square() + v.square()).clamp_min_(1e-6)
    slope = (u * per_x).square() + (v * per_y).square()
    return (level / slope.clamp_min_(1e-6)).sqrt_() * (level.sqrt() - 1)


def rounded_box(
    x: Tensor,
    y: Tensor,
    width: Tensor | float,
    height: Tensor | float,
    r: float,
) -> Tensor:
    """Return the distance to a box around the origin with corners of radius r.

    Width and height are from the middle to the sides.

    >>> rounded_box(torch.tensor([0.0, 3.0]), torch.zeros(2), 2.0, 1.0, 0.5)
    tensor([-1.,  1.])
    """
    u, v = x.abs() - (width - r), y.abs() - (height - r)
    outside = (u.clamp_min(0).square() + v.clamp_min(0).square()).sqrt()
    return outside + torch.maximum(u, v).clamp_max(0) - r


def segment(
    x: Tensor, y: Tensor, a: tuple[Tensor | float, ...], b: tuple[Tensor | float, ...]
) -> Tensor:
    """Return the distance, never negative, to the line from point a to point b.

    >>> segment(torch.tensor([1.0, 5.0]), torch.ones(2), (0.0, 0.0), (2.0, 0.0))
    tensor([1.0000, 3.1623])
    """
    dx, dy = b[0] - a[0], b[1] - a[1]
    u, v = x - a[0], y - a[1]
    along = ((u * dx + v * dy) / (dx * dx + dy * dy)).clamp(0, 1)
    return ((u - along * dx).square() + (v - along * dy).square()).sqrt()


def soft_step(value: Tensor, low: float, high: float) -> Tensor:
    """Return 0 below `low`, 1 above `high`, and a smooth rise between them.

    >>> soft_step(torch.tensor([0.0, 1.5, 3.0]), 1.0, 2.0)
    tensor([0.0000, 0.5000, 1.0000])
    """
    t = (value - low).div_(high - low).clamp_(0, 1)
    return t.square() * (3 - 2 * t)


class Window(NamedTuple):
    """A rectangle of the canvas.

    Args:
        x: of the pixels' centres, shape (1, 1, width).
        y: of the pixels' centres, shape (1, height, 1).
        pixels: to paint on, shape (N, 3, height, width); a view of the canvas.
        pixel: width of a pixel, in the unit of x and y.
    """

    x: Tensor
    y: Tensor
    pixels: Tensor
    pixel: float

    def inside(self, distance: Tensor) -> Tensor:
        """Return how much of each pixel lies inside an outline, from 0 to 1."""
        return torch.rsub(distance, 0.5, alpha=1 / self.pixel).clamp_(0, 1)

    def line(self, distance: Tensor, width: Tensor | float) -> Tensor:
        """Return how much of each pixel a line covers that is drawn along distance 0.

        A line thinner than a pixel gets fainter instead of breaking up.
        """
        half = 0.5 * width / self.pixel
        reach = distance.abs() / self.pixel
        return (
            (half + 0.5 - reach)
            .clamp_(0, 1)
            .minimum(torch.as_tensor(2 * half).clamp(max=1))
        )

    def paint(self, coverage: Tensor, colour: Tensor) -> None:
        """Lay a colour (N, 3) over the pixels by a coverage (N, height, width)."""
        self.pixels.lerp_(colour[:, :, None, None], coverage[:, None])


class Canvas:
    """Images to be painted; x points right and y down from the middle.

    Args:
        count: number of images.
        size: height and width of an image in pixels.
        reach: x at the right edge, and y at the lower one.
    """

    def __init__(self, count: int, size: int, reach: float = 1.0) -> None:
        self.pixels = torch.empty(count, 3, size, size)
        self.size = size
        self.reach = reach
        self._axis = reach * ((2 * torch.arange(size) + 1) / size - 1)

    def window(self, left: float, top: float, right: float, bottom: float) -> Window:
        """Return the pixels that reach into a rectangle."""
        rows, columns = self._span(top, bottom), self._span(left, right)
        return Window(
            self._axis[None, None, columns],
            self._axis[None, rows, None],
            self.pixels[:, :, rows, columns],
            2 * self.reach / self.size,
        )

    def _span(self, low: float, high: float) -> slice:
        first, last = (
            round((edge / self.reach + 1) / 2 * self.size) for edge in (low, high)
        )
        return slice(max(0, first - 1), min(self.size, last + 1))

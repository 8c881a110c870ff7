"""A decoder that is right by construction: it draws the sprite that a code names."""

import math

import numpy as np
import torch
from torch import Tensor, nn

from vae_lib.data.outlines import HALF_AXES, HALF_SIDE, heart_edges

__all__ = ["SpriteDecoder"]

SIZE = 64
FIRST_CENTRE = 15.5
CENTRE_RANGE = 32.0
# Share of the shapes' thirds of the prior in which one shape turns into the next.
MORPH = 0.1
HEART_COLUMNS = 512


class SpriteDecoder(nn.Module):
    """The mean image of a perfect model of sprites: each latent is one factor.

    A standard normal latent goes through the normal distribution function. That makes
    it uniform in (0, 1) and names the factor: shape (square, ellipse, heart, a third
    each), scale from 0.5 to 1, angle from 0 to 2 pi, posX and posY over the range of
    dSprites. All five are continuous: a pixel at an edge is grey, and one shape turns
    into the next in a narrow band between the thirds.

    With a rotation it is a twin: the same images, as probable as before under the same
    prior, because a rotated standard normal is a standard normal.

    Args:
        rotation: orthogonal (5, 5); the factors are read from z @ rotation. By default
            the identity.

    Raises:
        ValueError: if rotation is not an orthogonal (5, 5) matrix.

    Source: dSprites' outlines as in `vae_lib.data.Sprites`; the twin is that of
    theorem 1 of Locatello et al. (2019), arXiv:1811.12359.

    >>> decoder = SpriteDecoder()
    >>> decoder.decode(torch.zeros(2, 5)).shape
    torch.Size([2, 1, 64, 64])
    """

    latent_dim = 5

    def __init__(self, rotation: Tensor | None = None) -> None:
        super().__init__()
        rotation = torch.eye(5) if rotation is None else rotation.float()
        orthogonal = rotation.shape == (5, 5) and torch.allclose(
            rotation @ rotation.T, torch.eye(5), atol=1e-5
        )
        if not orthogonal:
            raise ValueError(
                f"rotation must be an orthogonal (5, 5) matrix, got {rotation.tolist()}"
            )
        self.register_buffer("rotation", rotation)
        extent, *edges = heart_edges(HEART_COLUMNS)
        self.heart_extent = extent
        # Height and slope of both edges: together they tell how far an edge is.
        rows = [(edge, np.gradient(edge, extent / HEART_COLUMNS)) for edge in edges]
        table = torch.tensor(np.array(rows), dtype=torch.float32).flatten(0, 1)
        self.register_buffer("heart", table)  # (4, columns)
        self.register_buffer("pixels", torch.arange(SIZE, dtype=torch.float32))

    def shares(self, z: Tensor) -> Tensor:
        """Where each factor stands in its range: (B, 5) in (0, 1), of codes (B, 5)."""
        return 0.5 + 0.5 * torch.erf(z @ self.rotation / math.sqrt(2))

    def decode(self, z: Tensor) -> Tensor:
        """Return images (B, 1, 64, 64) in [0, 1] of codes (B, 5)."""
        return self.draw(self.shares(z))

    def draw(self, shares: Tensor) -> Tensor:
        """Return images (B, 1, 64, 64) in [0, 1] of factors (B, 5), each in [0, 1]."""
        shape, scale, angle, across, down = shares[:, :, None, None].unbind(1)
        scale = 0.5 + 0.5 * scale
        cos, sin = (2 * math.pi * angle).cos(), (2 * math.pi * angle).sin()
        dx = self.pixels - (FIRST_CENTRE + CENTRE_RANGE * across)  # (B, 1, 64)
        dy = self.pixels[:, None] - (FIRST_CENTRE + CENTRE_RANGE * down)  # (B, 64, 1)
        # Into the outline's own frame: upright, of scale 1.
        u, w = (dx * cos - dy * sin) / scale, (dx * sin + dy * cos) / scale
        round_share = ((3 * shape - 1) / MORPH + 0.5).clamp(0.0, 1.0)
        heart_share = ((3 * shape - 2) / MORPH + 0.5).clamp(0.0, 1.0)
        depth = (
            (1 - round_share) * _square_depth(u, w)
            + (round_share - heart_share) * _ellipse_depth(u, w)
            + heart_share * self._heart_depth(u, w)
        )
        # Half a pixel inside the outline a pixel is white, half a pixel outside black.
        return (scale * depth + 0.5).clamp(0.0, 1.0)[:, None]

    def _heart_depth(self, u: Tensor, w: Tensor) -> Tensor:
        """How far points lie inside the heart, to first order, in pixels."""
        place = u.abs() * (HEART_COLUMNS / self.heart_extent) - 0.5
        place = place.clamp(0.0, HEART_COLUMNS - 1.001)
        column = place.floor()
        share, column = place - column, column.long()
        low, high = self.heart[:, column], self.heart[:, column + 1]
        upper, upper_slope, lower, lower_slope = (low + share * (high - low)).unbind()
        depths = (
            (w - upper) / (1 + upper_slope.square()).sqrt(),
            (lower - w) / (1 + lower_slope.square()).sqrt(),
            self.heart_extent - u.abs(),
        )
        return torch.minimum(torch.minimum(depths[0], depths[1]), depths[2])


def _square_depth(u: Tensor, w: Tensor) -> Tensor:
    return HALF_SIDE - torch.maximum(u.abs(), w.abs())


def _ellipse_depth(u: Tensor, w: Tensor) -> Tensor:
    """Distance to the ellipse, to first order: its equation over its gradient."""
    a, b = HALF_AXES
    level = ((u / a).square() + (w / b).square() + 1e-6).sqrt()
    steepness = ((u / a**2).square() + (w / b**2).square() + 1e-6).sqrt()
    return level * (1 - level) / steepness

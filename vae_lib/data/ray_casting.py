"""Where rays meet the four solids of 3D Shapes, without loops over rays.

A solid is convex and upright, its centre at the origin, z pointing up. A ray is
`origin + t * direction`; a convex solid is cut in one interval of t, and a solid that
is the intersection of simpler ones is cut in the intersection of their intervals.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["SOLIDS", "Solid"]

# Below this a ray counts as parallel to a face or an axis.
PARALLEL = 1e-9


class Solid(NamedTuple):
    """A convex body of scale 1 around the origin.

    Args:
        name: as 3D Shapes calls it.
        half_height: height of the centre above a floor that the solid stands on.
        radius: of a ball that covers about the same ground, for its soft shadow.
        enter: maps origins and directions, both (3, rays), to the t (rays,) at which
            a ray enters; infinite where it misses or the solid lies behind its origin.
        normal: maps points on the surface (3, rays) to outward unit normals.
    """

    name: str
    half_height: float
    radius: float
    enter: Callable[[Tensor, Tensor], Tensor]
    normal: Callable[[Tensor], Tensor]


def _slab(origin: Tensor, direction: Tensor, half: float) -> tuple[Tensor, Tensor]:
    """Return the interval in which one coordinate lies in [-half, half]."""
    parallel = direction.abs() < PARALLEL
    inverse = 1 / direction.masked_fill(parallel, PARALLEL)
    middle, reach = -origin * inverse, half * inverse.abs()
    return middle - reach, middle + reach


def _round(origin: Tensor, direction: Tensor, radius: float) -> tuple[Tensor, Tensor]:
    """Return the interval within `radius` of the origin, in the coordinates given.

    Two coordinates make an endless cylinder, three a ball.
    """
    a = (direction * direction).sum(0).clamp_min(PARALLEL)
    middle = -(origin * direction).sum(0) / a
    nearest = origin + middle * direction
    reach = (radius**2 - (nearest * nearest).sum(0)) / a
    half = reach.clamp_min(0).sqrt()
    # A ray that misses gets an interval that ends before it begins.
    half = torch.where(reach > 0, half, -math.inf)
    return middle - half, middle + half


def _first(near: Tensor, far: Tensor) -> Tensor:
    return torch.where((near < far) & (near > 0), near, math.inf)


def _meet(*intervals: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    near, far = intervals[0]
    for other_near, other_far in intervals[1:]:
        near, far = torch.maximum(near, other_near), torch.minimum(far, other_far)
    return near, far


def _cube(half: float) -> Solid:
    def enter(origin: Tensor, direction: Tensor) -> Tensor:
        slabs = (_slab(o, d, half) for o, d in zip(origin, direction, strict=True))
        return _first(*_meet(*slabs))

    def normal(point: Tensor) -> Tensor:
        face = point.abs().argmax(0, keepdim=True)
        sign = point.gather(0, face).sign()
        return torch.zeros_like(point).scatter_(0, face, sign)

    return Solid("cube", half, half, enter, normal)


def _cylinder(radius: float, half: float) -> Solid:
    def enter(origin: Tensor, direction: Tensor) -> Tensor:
        side = _round(origin[:2], direction[:2], radius)
        return _first(*_meet(side, _slab(origin[2], direction[2], half)))

    def normal(point: Tensor) -> Tensor:
        around = (point[0] ** 2 + point[1] ** 2).sqrt()
        # Of the side and the two lids, a point is on the one that it is nearest to.
        lid = point[2].abs() / half > around / radius
        side = torch.cat([point[:2] / around.clamp_min(1e-6), 0 * point[2:]])
        up = torch.stack([0 * point[0], 0 * point[1], point[2].sign()])
        return torch.where(lid, up, side)

    return Solid("cylinder", half, radius, enter, normal)


def _sphere(radius: float) -> Solid:
    def enter(origin: Tensor, direction: Tensor) -> Tensor:
        return _first(*_round(origin, direction, radius))

    def normal(point: Tensor) -> Tensor:
        return point / radius

    return Solid("sphere", radius, radius, enter, normal)


def _capsule(radius: float, straight: float) -> Solid:
    """Join a cylinder, from -straight to straight, and a ball at each of its ends."""
    cylinder = _cylinder(radius, straight)

    def enter(origin: Tensor, direction: Tensor) -> Tensor:
        first = cylinder.enter(origin, direction)
        for end in (-straight, straight):
            shift = torch.tensor([0.0, 0.0, end])[:, None]
            ball = _first(*_round(origin - shift, direction, radius))
            first = torch.minimum(first, ball)
        return first

    def normal(point: Tensor) -> Tensor:
        axis = point[2:].clamp(-straight, straight)
        return torch.cat([point[:2], point[2:] - axis]) / radius

    return Solid("capsule", straight + radius, radius, enter, normal)


SOLIDS: tuple[Solid, Solid, Solid, Solid] = (
    _cube(0.56),
    _cylinder(0.58, 0.6),
    _sphere(0.68),
    _capsule(0.46, 0.42),
)

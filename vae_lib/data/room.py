"""A lit room with one solid in it, as weights of the colours that it is painted in.

Reflected light is proportional to the paint. Whatever the paint, a view of the room is
therefore the same sum: weights of the floor's, the walls' and the solid's colour, and
of the two lights' own, the sky and the lamp. Weights are computed once for a view, by
casting rays, and serve every choice of colours.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vae_lib.data.ray_casting import Solid

__all__ = ["PAINTS", "view"]

# What the weights of a view belong to, in order.
PAINTS = ("floor", "wall", "object", "sky", "lamp")

# Rays through a pixel, an axis. Each has a lamp of its own: the mean has soft shadows.
SUPERSAMPLING = 3

# Lengths are in units of about the solid's width. The room has the two walls that are
# in view, x = WALL and y = WALL, which meet in a corner; z points up from the floor.
WALL = 2.4
WALL_HEIGHT = 2.35
CAMERA_DISTANCE = 4.6
CAMERA_HEIGHT = 2.6
TARGET_HEIGHT = 0.8
FAR = 1e3
HALF_VIEW = math.tan(math.radians(21))
LAMP = (-2.6, -0.4, 4.6)
LAMP_WIDTH = 0.8

AMBIENT = 0.45
DIFFUSE = 0.6
SHINE = 0.35
SHININESS = 40


def view(solid: Solid, scale: float, degrees: float, size: int) -> Tensor:
    """Return what each paint adds to each pixel of one view of the room.

    Args:
        solid: what stands in the middle of the room.
        scale: its size, 1 being the size it is defined in.
        degrees: how far the camera has gone round the room from facing its corner.
        size: height and width of the view, in pixels.

    Returns:
        Weights of the `PAINTS`, shape (5, size, size), float32 in [0, 1]. A pixel's
        weights are means over its area.
    """
    eye, samples = _camera(math.radians(degrees), size)
    # One ray through each pixel at a time: their tensors stay in a core's own cache.
    total = torch.zeros(len(PAINTS), size**2)
    for rays, lamp in zip(samples, _lamps(), strict=True):
        total += _cast(eye, rays, lamp, solid, scale)
    return (total / len(samples)).view(len(PAINTS), size, size)


def _cast(
    eye: Tensor, rays: Tensor, lamp: Tensor, solid: Solid, scale: float
) -> Tensor:
    """Return the weights (5, rays) that unit rays (3, rays) see from eye (3, 1)."""
    # In the solid's own frame and unit, where its centre is the origin.
    foot = _up(solid.half_height)
    to_solid = solid.enter(eye / scale - foot, rays / scale)
    to_floor = _plane(-eye[2], rays[2])
    to_walls = [_plane(WALL - eye[k], rays[k]) for k in (0, 1)]
    is_left = to_walls[0] < to_walls[1]
    to_wall = torch.minimum(*to_walls)

    behind = torch.minimum(to_floor, to_wall)
    is_solid = to_solid < behind
    is_floor = ~is_solid & (to_floor < to_wall)
    is_wall = ~is_solid & ~is_floor & (eye[2] + to_wall * rays[2] < WALL_HEIGHT)
    is_sky = ~(is_solid | is_floor | is_wall)
    point = eye + torch.where(is_solid, to_solid, behind).clamp_max(FAR) * rays

    own = point / scale - foot
    flat = torch.stack([-1.0 * is_left, -1.0 * ~is_left, 0.0 * is_left])
    flat = torch.where(is_floor, _up(1.0), flat)
    normal = torch.where(is_solid, solid.normal(own), flat)

    to_lamp = _unit(lamp - point)
    # A convex solid casts no shadow on itself: where it faces the lamp, it is lit.
    lit = is_solid | solid.enter(own, to_lamp / scale).isinf()
    covered = _covered(point, normal, solid, scale) * ~is_solid
    light = AMBIENT * (1 - 0.8 * covered) * (0.8 + 0.2 * normal[2])
    light += DIFFUSE * lit * _dot(normal, to_lamp).clamp_min(0)
    light.clamp_(max=1)
    shine = SHINE * _dot(normal, _unit(to_lamp - rays)).clamp_min(0) ** SHININESS
    haze = 1 - 0.5 * (rays[2] + 0.1).clamp(0, 1)
    painted = [part * light for part in (is_floor, is_wall, is_solid)]
    return torch.stack([*painted, is_sky * haze, is_solid * shine])


def _camera(angle: float, size: int) -> tuple[Tensor, Tensor]:
    """Return where the camera is, (3, 1), and unit rays, (samples, 3, pixels)."""
    around = math.pi / 4 + angle
    cos, sin = math.cos(around), math.sin(around)
    eye = torch.tensor([-CAMERA_DISTANCE * cos, -CAMERA_DISTANCE * sin, CAMERA_HEIGHT])
    ahead = _unit(torch.tensor([0.0, 0.0, TARGET_HEIGHT]) - eye)
    right = torch.tensor([sin, -cos, 0.0])
    down = torch.linalg.cross(ahead, right)
    steps = (torch.arange(size * SUPERSAMPLING) + 0.5) / (size * SUPERSAMPLING)
    # (samples of a pixel, pixels) along one axis, then along both
    steps = ((2 * steps - 1) * HALF_VIEW).view(size, SUPERSAMPLING).T
    row, column = torch.broadcast_tensors(
        steps[:, None, :, None], steps[None, :, None, :]
    )
    row, column = (axis.reshape(SUPERSAMPLING**2, size**2) for axis in (row, column))
    ahead, right, down = (axis[:, None, None] for axis in (ahead, right, down))
    rays = ahead + right * column + down * row
    return eye.view(3, 1), _unit(rays).transpose(0, 1).contiguous()


def _lamps() -> Tensor:
    """Return the place of each sample's lamp, (samples, 3, 1).

    Lamps stand in a square grid. Neighbouring samples of a pixel get lamps far apart,
    or soft shadows would have stripes.
    """
    count = SUPERSAMPLING**2
    order = torch.arange(count) * 7 % count
    steps = (torch.arange(SUPERSAMPLING) + 0.5) / SUPERSAMPLING - 0.5
    places = torch.tensor(LAMP).repeat(count, 1)
    places[:, :2] += LAMP_WIDTH * torch.cartesian_prod(steps, steps)[order]
    return places[:, :, None]


def _plane(offset: Tensor, slope: Tensor) -> Tensor:
    """Return the t > 0 at which t * slope reaches offset; infinite if it never does."""
    t = offset / slope.masked_fill(slope == 0, 1e-12)
    return torch.where(t > 0, t, math.inf)


def _covered(point: Tensor, normal: Tensor, solid: Solid, scale: float) -> Tensor:
    """Return how much of the sky above a surface a ball at the solid's foot covers.

    A ball of radius r at distance d, in direction c from a surface with normal n,
    covers (n . c) r^2 / d^2 of it.
    """
    radius = solid.radius * scale
    away = _up(radius) - point
    distance = _dot(away, away).sqrt().clamp_min(radius)
    return _dot(normal, away).clamp_min(0) * radius**2 / distance**3


def _up(height: float) -> Tensor:
    return torch.tensor([0.0, 0.0, height])[:, None]


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _unit(vector: Tensor) -> Tensor:
    return vector / _dot(vector, vector).sqrt()

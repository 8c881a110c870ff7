"""Paint a face from back to front: backdrop, clothes, hair, head, features, glasses."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from vae_lib.data.face_anatomy import Anatomy
from vae_lib.data.face_features import (
    draw_brow,
    draw_eye,
    draw_glasses,
    draw_mouth,
    draw_nose,
    draw_wrinkles,
)
from vae_lib.data.signed_distance import (
    Canvas,
    Window,
    ellipse,
    rounded_box,
    soft_step,
)

__all__ = ["draw_faces"]

# How much of the plane an image shows, from its middle to its edges.
REACH = 0.86


def draw_faces(attributes: Mapping[str, Tensor], size: int) -> Tensor:
    """Return faces (N, 3, size, size), float32 in [0, 1].

    Args:
        attributes: by name, each of shape (N,), float32.
        size: height and width of an image in pixels.
    """
    face = Anatomy(attributes)
    canvas = Canvas(len(face.skin), size, REACH)
    everything = canvas.window(-1, -1, 1, 1)
    _backdrop(everything, face)
    _clothes(canvas.window(-1, 0.5, 1, 1), face)
    # The outline of the hair serves the part behind the head and that in front.
    hair = _hair_outline(everything, face)
    _back_hair(everything, face, hair)
    _neck(canvas.window(-0.35, 0.3, 0.35, 1), face)
    _ears(canvas, face)
    _head(canvas.window(-0.68, -0.62, 0.68, 0.76), face)
    draw_wrinkles(canvas, face)
    draw_nose(canvas.window(-0.36, -0.12, 0.36, 0.36), face)
    draw_mouth(canvas.window(-0.42, 0.26, 0.42, 0.66), face)
    for side in (-1, 1):
        draw_eye(canvas, face, side)
        draw_brow(canvas, face, side)
    _front_hair(everything, face, hair)
    draw_glasses(canvas, face)
    return canvas.pixels.clamp_(0, 1)


def _backdrop(window: Window, face: Anatomy) -> None:
    window.pixels.copy_(face.backdrop[:, :, None, None].expand_as(window.pixels))
    halo = 1 - soft_step(ellipse(window.x, window.y + 0.1, 1.0, 1.0), -0.9, 0.45)
    white = face.plain(1.0, 1.0, 1.0)
    window.paint(0.45 * halo.expand(len(face.skin), -1, -1), white)


def _clothes(window: Window, face: Anatomy) -> None:
    shoulders = ellipse(window.x - 0.3 * face.head_x, window.y - 1.16, 0.80, 0.44)
    window.paint(window.inside(shoulders), face.clothes)
    # Light comes from the upper left: the other shoulder is darker.
    dark = soft_step(window.x + 0.3 * window.y, 0.0, 1.2)
    window.paint(0.45 * dark * window.inside(shoulders), 0.6 * face.clothes)


def _hair_outline(window: Window, face: Anatomy) -> Tensor:
    """Return the distance to the outline of all hair, shape (N, size, size)."""
    x, y = window.x - face.head_x, window.y + 0.06
    # Short hair lies closer and closer to the head where it ends.
    volume = face.hair_volume * soft_step(face.hair_end - window.y, 0.0, 0.35)
    cap = ellipse(x, y, face.half_width + 0.01 + volume, 0.57 + face.hair_volume)
    cap = torch.maximum(cap, window.y - face.hair_end)
    # Long hair hangs down on both sides, from the level of the eyes.
    hanging = (face.hair_end + 0.1).clamp_min(0.0)
    width = face.half_width + face.hair_volume - 0.3 * (0.3 - hanging).clamp_min(0)
    curtain = rounded_box(x, window.y + 0.1 - hanging / 2, width, hanging / 2, 0.12)
    outline = torch.minimum(cap, curtain)
    return outline - 0.032 * face.curl * _curls(window, 1.0)


def _curls(window: Window, phase: float) -> Tensor:
    """Return bumps (1, size, size) from -1 to 1 in an oblique lattice."""
    along, across = window.x + 0.45 * window.y, window.y - 0.45 * window.x
    return torch.sin(21 * along + phase) * torch.sin(21 * across + phase)


def _back_hair(window: Window, face: Anatomy, outline: Tensor) -> None:
    window.paint(face.hair_shown * window.inside(outline), face.hair_dark)


def _neck(window: Window, face: Anatomy) -> None:
    x = window.x - 0.6 * face.head_x
    neck = rounded_box(x, window.y - 0.55, 0.185 - 0.03 * face.young, 0.33, 0.16)
    covered = window.inside(neck)
    window.paint(covered, face.skin)
    # The head throws a shadow on it.
    below = 1 - soft_step(window.y - face.chin, 0.0, 0.22)
    window.paint(0.8 * below * covered, face.deep)


def _ears(canvas: Canvas, face: Anatomy) -> None:
    shown = ((0.18 - face.hair_end) / 0.1).clamp(0, 1)  # hair grows over them
    for side in (-1, 1):
        left = min(0.3 * side, 0.72 * side)
        edge = canvas.window(left, -0.12, left + 0.42, 0.3)
        # The ear on the far side of a turned head is hidden.
        x = (
            edge.x
            - face.head_x
            - side * (face.half_width - 0.005 - 0.06 * side * face.yaw)
        )
        outer = ellipse(x, edge.y - 0.08, 0.075, 0.125)
        edge.paint(shown * edge.inside(outer), face.skin)
        inner = ellipse(x, edge.y - 0.08, 0.040, 0.080)
        edge.paint(0.6 * shown * edge.inside(inner), face.shade)


def _head(window: Window, face: Anatomy) -> None:
    x, y = window.x - face.head_x, window.y
    below = y.clamp_min(0)
    taper = 1 - (0.42 - 0.10 * face.old - 0.12 * face.young) * below * below
    radius = torch.where(y < 0, torch.tensor(0.56), face.chin)
    outline = ellipse(x, y, face.half_width * taper, radius)
    skin = window.inside(outline)
    window.paint(skin, face.skin)
    # Light from the upper left leaves the other edge in shadow.
    rim = soft_step(outline + 0.22 * (x + 0.5 * y), -0.14, 0.16)
    window.paint(0.75 * rim * skin, face.shade)
    glow = 1 - ((x + 0.12) / 0.40).square() - ((y + 0.25) / 0.32).square()
    window.paint(0.45 * glow.clamp_min(0) * skin, face.glow)
    across = (window.x - face.face_x).abs() - 0.25
    cheek = across.square() + (y - 0.22 + 0.03 * face.grin).square()
    warmth = (0.45 + 0.35 * face.grin) * (1 - cheek / 0.16**2).clamp_min(0)
    window.paint(warmth * skin, face.blush)
    _beard(window, face, outline)


def _beard(window: Window, face: Anatomy, outline: Tensor) -> None:
    x, y = window.x - face.face_x, window.y
    long = (face.beard - 0.4).clamp_min(0)
    chin = outline - 0.14 * long * soft_step(y, 0.25, 0.5)
    bare = ellipse(x, y, 0.80 * face.half_width, face.nose_y + 0.055)
    beard = torch.maximum(chin, torch.maximum(-bare, 0.02 - y))
    # Stubble lets the skin through; its upper edge is soft.
    shown = (1.6 * face.beard).clamp(max=0.95) * soft_step(-beard, -0.015, 0.035)
    window.paint(shown, face.hair)
    window.paint(0.5 * shown * soft_step(outline + 0.2 * x, -0.15, 0.1), face.hair_dark)


def _front_hair(window: Window, face: Anatomy, outline: Tensor) -> None:
    x = window.x - face.face_x
    # Round the forehead; further down, hair hangs straight beside the face.
    tall = torch.where(window.y < 0.1, 0.50 - 0.04 * face.young, torch.tensor(4.0))
    opening = ellipse(x, window.y - 0.16, 0.93 * face.half_width, tall)
    # A parting: on one side of it the hair falls further over the forehead.
    fringe = opening - 0.05 * (x - 0.1) / (0.1 + (x - 0.1).square() * 8)
    hair = torch.maximum(outline, -fringe)
    covered = face.hair_shown * window.inside(hair)
    # Hair throws a soft shadow on the forehead.
    window.paint(covered, face.hair)
    band = ellipse(window.x - face.head_x + 0.12, window.y + 0.05, 0.42, 0.54).abs()
    shine = (1 - soft_step(band, 0.0, 0.12)) * soft_step(-window.y, 0.1, 0.5)
    window.paint(0.8 * shine * covered, face.hair_light)
    side = soft_step(window.x + 0.4 * window.y, 0.0, 0.9)
    window.paint(0.55 * side * covered, face.hair_dark)
    shadows = _curls(window, 3.0).clamp_min(0)
    window.paint(0.25 * face.curl * shadows * covered, face.hair_dark)

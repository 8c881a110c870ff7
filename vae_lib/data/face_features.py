"""The features of a drawn face: wrinkles, nose, mouth, eyes, brows and glasses."""

from __future__ import annotations

import torch
from torch import Tensor

from vae_lib.data.face_anatomy import Anatomy
from vae_lib.data.signed_distance import (
    Canvas,
    Window,
    ellipse,
    rounded_box,
    segment,
    soft_step,
)

__all__ = [
    "draw_brow",
    "draw_eye",
    "draw_glasses",
    "draw_mouth",
    "draw_nose",
    "draw_wrinkles",
]

EYE_SPACING = 0.205
INK = (0.13, 0.10, 0.11)


def draw_nose(window: Window, face: Anatomy) -> None:
    """Draw the nose: light along its bridge, and a shadow under its tip."""
    x, y = window.x - face.nose_x, window.y - face.nose_y
    bridge = 1 - (x / 0.065).square() - ((y + 0.13) / 0.18).square()
    window.paint(0.7 * bridge.clamp_min(0), face.glow)
    side = segment(x, y, (0.045, -0.16), (0.06, -0.03))
    window.paint(0.35 * (1 - soft_step(side, 0.0, 0.045)), face.shade)
    wide = 0.075 - 0.022 * face.young
    base = torch.maximum(
        ellipse(x, y, wide, 0.045), -ellipse(x, y + 0.028, wide, 0.038)
    )
    window.paint(0.85 * window.inside(base), face.deep)


def draw_mouth(window: Window, face: Anatomy) -> None:
    """Draw lips that bend with the smile and part over teeth and tongue."""
    half = 0.155 + 0.05 * face.grin - 0.02 * face.mouth_open - 0.015 * face.young
    u = (window.x - face.face_x) / half
    hump = (1 - u * u).clamp_min(0)
    # The corners go up with a smile and down with a frown.
    middle = face.mouth_y + 0.085 * face.smile * (0.35 - u * u) - 0.02 * face.mouth_open
    gap = 0.15 * face.mouth_open + 0.055 * face.grin * face.grin
    top, bottom = middle - 0.15 * gap * hump, middle + gap * hump
    thin = 1 - 0.35 * face.old
    y = window.y
    # Outlines are read as heights; where they are steep, that overstates the distance.
    slope = (1 + (2 * u / half * (0.085 * face.smile + gap)).square()).sqrt()
    ends = (u.abs() - 1) * half

    def between(above: Tensor, below: Tensor) -> Tensor:
        inside = torch.maximum(above - y, y - below) / slope
        return window.inside(torch.maximum(inside, ends))

    cleft = 1 - 0.35 * torch.exp(-(u / 0.18).square())
    upper = top - 0.042 * thin * hump * cleft
    lower = bottom + 0.052 * thin * hump
    window.paint(between(upper - 0.004, lower + 0.004), face.lips)
    window.paint(0.5 * between(bottom + 0.03 * hump, lower), face.blush)
    window.paint(0.35 * between(upper, top), face.deep)
    within = between(top, bottom)
    window.paint(within, face.plain(0.32, 0.08, 0.10))
    tongue = ellipse(window.x - face.face_x, y - middle - gap, 0.085, 0.05)
    window.paint(
        0.9 * within * window.inside(tongue) * (face.mouth_open > 0),
        face.plain(0.80, 0.38, 0.38),
    )
    teeth = between(top, torch.minimum(bottom, top + 0.055 * hump.sqrt()))
    window.paint(teeth.minimum(within), face.plain(0.97, 0.96, 0.93))
    closed = (1 - 14 * gap).clamp_min(0)
    line = window.line(torch.maximum((y - middle).abs() / slope, ends), 0.02)
    window.paint(closed * line, 0.75 * face.deep)


def draw_eye(canvas: Canvas, face: Anatomy, side: int) -> None:
    """Draw an eye, left (-1) or right (1): white, iris and lids."""
    window = _half(canvas, side, -0.16, 0.24)
    centre = face.face_x + side * EYE_SPACING * (1 - 0.16 * side * face.yaw)
    half = (0.108 + 0.026 * face.young - 0.006 * face.old) * (1 - 0.1 * side * face.yaw)
    x, y = window.x - centre, window.y - face.eye_y
    u = x / half
    hump = (1 - u * u).clamp_min(0)
    opened = face.eyes_open
    drop = 0.022 * (1 - opened)
    top = (drop - (0.078 + 0.026 * face.young) * opened) * hump
    bottom = (drop + (0.052 - 0.014 * face.grin) * opened) * hump
    slope = (1 + (0.15 * u * opened / half).square()).sqrt()
    eye = torch.maximum(
        torch.maximum(top - y, y - bottom) / slope, (u.abs() - 1) * half
    )
    # Lids and socket, a little darker than the skin around.
    window.paint(0.5 * (1 - soft_step(eye, 0.0, 0.05)), face.shade)
    white = window.inside(eye)
    window.paint(white, face.plain(0.97, 0.97, 0.96))
    to_iris = (x - 0.048 * face.gaze).square() + (y + 0.012 * opened).square()
    to_iris = to_iris.clamp_min(1e-8).sqrt()
    iris = 0.058 + 0.014 * face.young
    window.paint(white * window.inside(to_iris - iris), face.plain(0.22, 0.13, 0.08))
    window.paint(
        white * window.inside(to_iris - 0.72 * iris), face.plain(0.40, 0.25, 0.14)
    )
    window.paint(
        white * window.inside(to_iris - 0.45 * iris), face.plain(0.05, 0.04, 0.05)
    )
    glint_x, glint_y = x - 0.048 * face.gaze + 0.02, y + 0.012 * opened + 0.022
    glint = glint_x.square() + glint_y.square()
    window.paint(white * window.inside(glint.sqrt() - 0.015), face.plain(1.0, 1.0, 1.0))
    # The upper lid throws a shadow on the eye.
    window.paint(0.35 * white * (1 - soft_step(y - top, 0.0, 0.035)), face.deep)
    lashes = torch.maximum((y - top).abs() / slope, (u.abs() - 1.06) * half)
    window.paint(window.line(lashes, 0.026), face.plain(*INK))
    bag = torch.maximum(
        (y - bottom - 0.045 * hump - 0.01).abs(), (u.abs() - 0.8) * half
    )
    window.paint(0.75 * face.old * window.line(bag, 0.018), face.deep)


def draw_brow(canvas: Canvas, face: Anatomy, side: int) -> None:
    """Draw a brow, whose inner end sinks when stern and rises when worried."""
    window = _half(canvas, side, -0.32, 0.0)
    centre = face.face_x + side * (EYE_SPACING + 0.005) * (1 - 0.16 * side * face.yaw)
    u = side * (window.x - centre) / 0.125  # from the inner end, -1, to the outer, 1
    height = face.eye_y - 0.165 - 0.025 * face.eyes_open - 0.01 * face.young
    middle = height - 0.055 * face.brows * u + 0.028 * u * u
    thick = (0.046 - 0.012 * face.young) * (1 - 0.3 * u)
    along = torch.maximum(
        (window.y - middle).abs() - 0.5 * thick, (u.abs() - 1) * 0.125
    )
    window.paint(window.inside(along), face.brow)


def draw_wrinkles(canvas: Canvas, face: Anatomy) -> None:
    """Draw the lines of age: forehead, corners of the eyes, and beside the mouth."""
    forehead = canvas.window(-0.4, -0.36, 0.4, -0.14)
    x = forehead.x - face.face_x
    wave = forehead.y + 0.27 - 0.012 * torch.cos(9 * x)
    line = torch.maximum((wave.abs() - 0.032).abs(), x.abs() - 0.22)
    forehead.paint(0.75 * face.old * forehead.line(line, 0.018), face.deep)

    mouth = canvas.window(-0.42, 0.18, 0.42, 0.5)
    x = _unturned(mouth, face)
    fold = segment(x, mouth.y, (0.105, face.nose_y - 0.01), (0.20, face.mouth_y))
    shown = (0.85 * face.old + 0.35 * face.grin).clamp(max=0.85)
    mouth.paint(shown * mouth.line(fold, 0.019), face.deep)

    # Three lines spread from the corner of each eye; two are the third, mirrored.
    eyes = canvas.window(-0.55, -0.08, 0.55, 0.12)
    x, y = _unturned(eyes, face), eyes.y - face.eye_y
    straight = segment(x, y, (0.325, 0.0), (0.375, 0.0))
    oblique = segment(x, y.abs(), (0.325, 0.02), (0.375, 0.05))
    feet = eyes.line(torch.minimum(straight, oblique), 0.018)
    eyes.paint(0.75 * face.old * feet, face.deep)


def _unturned(window: Window, face: Anatomy) -> Tensor:
    """Return how far points are from the middle of the face, as if it faced us."""
    x = window.x - face.face_x
    return x.abs() / (1 - 0.16 * x.sign() * face.yaw)


def draw_glasses(canvas: Canvas, face: Anatomy) -> None:
    """Draw glasses, the thicker the more of them there is; none at 0."""
    window = canvas.window(-0.68, -0.20, 0.68, 0.26)
    shown = (5 * face.glasses).clamp(max=1)
    width = 0.022 + 0.030 * face.glasses
    y = window.y - face.eye_y - 0.01
    frame = torch.full_like(window.x * y, 9.0)
    for side in (-1, 1):
        turn = 1 - 0.16 * side * face.yaw
        x = window.x - face.face_x - side * (EYE_SPACING + 0.012) * turn
        lens = rounded_box(x, y, 0.165 * (1 - 0.1 * side * face.yaw), 0.135, 0.11)
        window.paint(0.10 * shown * window.inside(lens), face.plain(0.9, 0.96, 1.0))
        ear = face.head_x + side * (face.half_width - 0.03 - 0.05 * side * face.yaw)
        hinge = face.face_x + side * (EYE_SPACING + 0.17) * turn
        temple = segment(window.x, y, (hinge, -0.04), (ear, -0.03))
        frame = torch.minimum(frame, torch.minimum(lens.abs(), temple))
    bridge = segment(window.x - face.face_x, y, (-0.055, -0.03), (0.055, -0.03))
    frame = torch.minimum(frame, bridge)
    window.paint(shown * window.line(frame, width), face.plain(0.12, 0.11, 0.14))


def _half(canvas: Canvas, side: int, top: float, bottom: float) -> Window:
    """Return the part of the canvas that one half of a face reaches into."""
    left, right = (-0.56, 0.04) if side < 0 else (-0.04, 0.56)
    return canvas.window(left, top, right, bottom)

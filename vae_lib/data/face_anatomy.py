"""Where the parts of a drawn face are and what colours they have, by its attributes."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

__all__ = ["Anatomy", "hue_colour"]

# Colours from one end of an attribute to the other, RGB.
SKIN = (
    (0.27, 0.16, 0.11),
    (0.44, 0.28, 0.19),
    (0.64, 0.44, 0.31),
    (0.82, 0.61, 0.46),
    (0.94, 0.77, 0.64),
    (0.99, 0.88, 0.80),
)
HAIR = (
    (0.09, 0.08, 0.09),
    (0.24, 0.15, 0.10),
    (0.42, 0.26, 0.15),
    (0.60, 0.29, 0.14),
    (0.80, 0.59, 0.30),
    (0.94, 0.82, 0.56),
)
SILVER = (0.83, 0.83, 0.85)
BLOOD = (0.72, 0.22, 0.22)


class Anatomy:
    """Places and colours of the parts of N faces.

    Lengths are in half widths of the image; x points right and y down, and the middle
    of the image is the origin. Places have shape (N, 1, 1), colours (N, 3).

    Args:
        attributes: by name, each of shape (N,).
    """

    def __init__(self, attributes: Mapping[str, Tensor]) -> None:
        place = {name: value[:, None, None] for name, value in attributes.items()}
        self.smile = place["smile"]
        self.grin = self.smile.clamp_min(0)
        self.mouth_open = place["mouth_open"]
        self.eyes_open = place["eyes_open"]
        self.gaze = place["gaze"]
        self.brows = place["brows"]
        self.curl = place["curl"]
        self.beard = place["beard"]
        self.glasses = place["glasses"]
        # Age in two halves: from child to adult, and from adult to old.
        self.young = (1 - 2 * place["age"]).clamp_min(0)
        self.old = (2 * place["age"] - 1).clamp_min(0)

        # A turned head moves its parts the more, the nearer they are to the viewer.
        self.yaw = place["yaw"]
        self.head_x = 0.05 * self.yaw
        self.face_x = 0.13 * self.yaw
        self.nose_x = 0.19 * self.yaw

        self.half_width = 0.47 + 0.075 * place["face_width"] + 0.03 * self.young
        self.chin = 0.63 - 0.12 * self.young
        self.eye_y = 0.02 + 0.09 * self.young
        self.nose_y = 0.25 + 0.03 * self.young
        self.mouth_y = 0.41 - 0.01 * self.young

        length = place["hair_length"]
        self.hair_shown = (length / 0.1).clamp(max=1)
        self.hair_volume = 0.03 + 0.05 * length + 0.10 * self.curl
        self.hair_end = -0.12 + 1.15 * (length - 0.1).clamp_min(0)

        self.skin = ramp(SKIN, attributes["skin"])
        self.shade = self.skin * torch.tensor([0.80, 0.70, 0.68])
        self.deep = self.skin * torch.tensor([0.62, 0.48, 0.45])
        light = torch.tensor([1.0, 0.97, 0.92])
        self.glow = self.skin.lerp(light, 0.35)
        self.blush = self.skin * torch.tensor([1.0, 0.72, 0.68])
        self.lips = self.skin.lerp(torch.tensor(BLOOD), 0.45)
        grey = attributes["grey"][:, None]
        self.hair = ramp(HAIR, attributes["hair_colour"]).lerp(
            torch.tensor(SILVER), grey
        )
        self.hair_dark = 0.68 * self.hair
        self.hair_light = self.hair.lerp(torch.ones(3), 0.22)
        self.brow = self.hair.lerp(torch.tensor([0.1, 0.08, 0.08]), 0.35)
        self.backdrop = hue_colour(attributes["background"], 0.30, 0.93)
        self.clothes = hue_colour(attributes["background"], 0.58, 0.52)

    def plain(self, red: float, green: float, blue: float) -> Tensor:
        """Return one colour for all faces, shape (N, 3)."""
        return torch.tensor([red, green, blue]).expand(len(self.skin), 3)


def ramp(stops: tuple[tuple[float, ...], ...], place: Tensor) -> Tensor:
    """Return colours (N, 3) between evenly spaced stops, at places (N,) in [0, 1].

    >>> ramp(((0.0, 0.0, 0.0), (1.0, 0.5, 0.0)), torch.tensor([0.0, 0.5]))
    tensor([[0.0000, 0.0000, 0.0000],
            [0.5000, 0.2500, 0.0000]])
    """
    table = torch.tensor(stops)
    scaled = place.clamp(0, 1) * (len(stops) - 1)
    below = scaled.long().clamp(max=len(stops) - 2)
    return table[below].lerp(table[below + 1], (scaled - below)[:, None])


def hue_colour(hue: Tensor, saturation: float, value: float) -> Tensor:
    """Return colours (N, 3) of hues (N,), whose whole circle is 1.

    >>> hue_colour(torch.tensor([0.0]), 0.5, 1.0)
    tensor([[1.0000, 0.5000, 0.5000]])
    """
    corner = torch.tensor([0.0, 2.0, 4.0]) / 6
    distance = ((hue[:, None] - corner + 0.5) % 1 - 0.5).abs() * 6
    return value * (1 - saturation * (distance - 1).clamp(0, 1))

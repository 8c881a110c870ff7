"""The attributes of drawn faces: their names, ranges and meanings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

__all__ = [
    "FACE_ATTRIBUTES",
    "FaceAttribute",
    "bounds",
    "check_attributes",
    "check_name",
]


class FaceAttribute(NamedTuple):
    """A property of a drawn face.

    Args:
        low: its least value.
        high: its greatest.
        usual: its value in an unremarkable face.
        meaning: what the least and the greatest value look like.
    """

    low: float
    high: float
    usual: float
    meaning: str


FACE_ATTRIBUTES: Mapping[str, FaceAttribute] = {
    "smile": FaceAttribute(-1, 1, 0.35, "frown to broad smile"),
    "mouth_open": FaceAttribute(0, 1, 0.0, "closed to wide open"),
    "age": FaceAttribute(0, 1, 0.4, "child, at 0.5 adult, to old"),
    "skin": FaceAttribute(0, 1, 0.6, "deep to light"),
    "face_width": FaceAttribute(-1, 1, 0.0, "narrow to wide"),
    "eyes_open": FaceAttribute(0, 1, 0.8, "closed to wide open"),
    "gaze": FaceAttribute(-1, 1, 0.0, "to the left to the right of the image"),
    "brows": FaceAttribute(-1, 1, 0.0, "worried to stern"),
    "hair_length": FaceAttribute(0, 1, 0.4, "bald to below the shoulders"),
    "hair_colour": FaceAttribute(0, 1, 0.25, "black over brown and red to blond"),
    "curl": FaceAttribute(0, 1, 0.1, "straight to curly and full"),
    "grey": FaceAttribute(0, 1, 0.0, "no grey hair to all grey"),
    "beard": FaceAttribute(0, 1, 0.0, "none over stubble to full"),
    "glasses": FaceAttribute(0, 1, 0.0, "none to thick rims"),
    "yaw": FaceAttribute(-1, 1, 0.0, "turned to the left to the right of the image"),
    "background": FaceAttribute(0, 0.9, 0.55, "hue, as a part of the colour circle"),
}


def bounds() -> tuple[Tensor, Tensor]:
    """Return the least and the greatest values, each (16,), float32."""
    known = FACE_ATTRIBUTES.values()
    return torch.tensor([a.low for a in known]), torch.tensor([a.high for a in known])


def check_attributes(attributes: Tensor | np.ndarray) -> Tensor:
    """Return attributes as float32 (N, 16) once each is known to be in range.

    Raises:
        ValueError: if the shape or type differs, or a value is out of range or is not
            a number; the text names the attribute and the row.
    """
    table = torch.as_tensor(attributes)
    if table.ndim != 2 or table.shape[1] != len(FACE_ATTRIBUTES) or len(table) == 0:
        raise ValueError(
            f"attributes must have shape (N, {len(FACE_ATTRIBUTES)}) with N >= 1, "
            f"got {tuple(table.shape)}"
        )
    if not table.is_floating_point():
        raise ValueError(f"attributes must be floating point, got {table.dtype}")
    table = table.detach().to(device="cpu", dtype=torch.float32)
    low, high = bounds()
    # Not <=: a comparison with a value that is not a number is false.
    wrong = ~((table >= low) & (table <= high))
    if wrong.any():
        row, column = wrong.nonzero()[0].tolist()
        name = list(FACE_ATTRIBUTES)[column]
        raise ValueError(
            f"{name} must lie in [{FACE_ATTRIBUTES[name].low:g}, "
            f"{FACE_ATTRIBUTES[name].high:g}], got {table[row, column]:g} in row {row}"
        )
    return table


def check_name(name: str) -> None:
    """Check that an attribute is known.

    Raises:
        ValueError: if it is not.
    """
    if name not in FACE_ATTRIBUTES:
        raise ValueError(
            f"attribute must be one of {', '.join(FACE_ATTRIBUTES)}, got {name!r}"
        )

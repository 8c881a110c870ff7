"""Data sets of several views: digits with their classes, faces with attributes."""

from collections.abc import Sequence

import torch

from vae_lib.data import FACE_ATTRIBUTES, Digits, Faces, Views

__all__ = ["FACE_SIZE", "FACE_VIEWS", "digit_views", "face_views"]

# Attributes that can be read off a drawing of 32 x 32 pixels; four pairs of them hang
# together (age with grey hair and with glasses, beards with short hair, skin with the
# colour of the hair).
FACE_VIEWS = (
    "age",
    "grey",
    "glasses",
    "beard",
    "hair_length",
    "hair_colour",
    "skin",
    "yaw",
)
FACE_SIZE = 32


def digit_views(split: str) -> Views:
    """Scikit-learn's digits in black and white, "image", and their classes, "label".

    A pixel is ink where at least half of its 16 points are. So both views are discrete,
    and their nats are those of probabilities.

    Args:
        split: "train" or "test".

    Raises:
        ValueError: if the split has another name.

    >>> digit_views("test")
    Views({'image': (360, 1, 8, 8), 'label': (360,)})
    """
    digits = Digits(split)
    index = torch.arange(len(digits))
    ink = (digits.images(index) >= 0.5).float()
    return Views({"image": ink, "label": digits.labels(index)})


def face_views(
    count: int, seed: int, names: Sequence[str] = FACE_VIEWS, size: int = FACE_SIZE
) -> Views:
    """Drawn faces whose attributes hang together, "image", and some attributes.

    Args:
        count: how many faces, at least 1.
        seed: of their attributes.
        names: of the attributes; each is a view of one number, scaled to [0, 1].
        size: height and width of an image in pixels.

    Raises:
        ValueError: if count is not positive, or the size too small.

    >>> views = face_views(3, seed=0, names=("age", "beard"))
    >>> views
    Views({'image': (3, 3, 32, 32), 'age': (3, 1), 'beard': (3, 1)})
    """
    faces = Faces(size)
    generator = torch.Generator().manual_seed(seed)
    attributes = faces.sample(count, generator=generator)
    pixels = [
        faces.render_attributes(part).mul_(255).round_().byte()
        for part in attributes.split(1_000)
    ]
    columns = dict(zip(FACE_ATTRIBUTES, attributes.split(1, dim=1), strict=True))
    scaled = {
        name: (columns[name] - FACE_ATTRIBUTES[name].low)
        / (FACE_ATTRIBUTES[name].high - FACE_ATTRIBUTES[name].low)
        for name in names
    }
    return Views({"image": torch.cat(pixels), **scaled})

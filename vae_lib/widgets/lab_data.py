"""The beta lab's data: small images whose factors are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from vae_lib.data import Digits, Sprites

__all__ = ["LabData", "lab_data"]

SPRITE_SIZE = 16
PLACES = 12  # of 32 positions along each axis, evenly spread


@dataclass(frozen=True, eq=False)
class LabData:
    """Images in whole levels of grey, with the index of each factor's value.

    Args:
        label: what a reader calls them.
        levels: the grey value that means 1; a page divides by it.
        pixels: (N, C, H, W), uint8 in [0, levels].
        factors: (N, K), int64, each column from 0 on.
        names: what each factor is called.
        ordered: whether the values of a factor have an order, for each factor.
        examples: positions of images that show the variety, for reconstructions.
    """

    label: str
    levels: int
    pixels: Tensor
    factors: Tensor
    names: tuple[str, ...]
    ordered: tuple[bool, ...]
    examples: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def values(self) -> int:
        """The largest number of values that a factor has."""
        return int(self.factors.max()) + 1

    def images(self, index: Sequence[int] | Tensor) -> Tensor:
        """Images at index (B,): (B, C, H, W), float32 in [0, 1]."""
        return self.pixels[torch.as_tensor(index)].float() / self.levels


@cache
def lab_data(name: str) -> LabData:
    """The lab's data set of this name.

    Raises:
        ValueError: if it is neither "digits" nor "sprites".

    >>> [len(lab_data(name)) for name in ("digits", "sprites")]
    [1437, 1296]
    >>> lab_data("sprites").names
    ('shape', 'scale', 'posX', 'posY')
    """
    if name == "digits":
        return _digits()
    if name == "sprites":
        return _sprites()
    raise ValueError(f"the lab's data are 'digits' and 'sprites', got {name!r}")


def _digits() -> LabData:
    digits = Digits("train")
    every = range(len(digits))
    labels = digits.labels(every)
    first = [int((labels == label).nonzero()[0]) for label in (0, 2, 3, 4, 5, 7, 8)]
    pixels = (16 * digits.images(every)).round().to(torch.uint8)
    return LabData(
        "digits, 8 × 8", 16, pixels, labels[:, None], ("digit",), (False,), tuple(first)
    )


def _sprites() -> LabData:
    """Upright sprites of three shapes in three sizes at 12 x 12 places: a full grid."""
    sprites = Sprites(SPRITE_SIZE)
    places = torch.linspace(0, 31, PLACES).round().long()
    axes = [torch.arange(3), torch.tensor([0, 2, 5]), torch.tensor([0]), places, places]
    grid = torch.cartesian_prod(*axes)
    index = torch.cartesian_prod(*(torch.arange(len(axis)) for axis in axes))
    pixels = (64 * sprites.render(grid)).round().to(torch.uint8)
    return LabData(
        "sprites, 16 × 16",
        64,
        pixels,
        index[:, [0, 1, 3, 4]],
        ("shape", "scale", "posX", "posY"),
        (False, True, True, True),
        (410, 1160, 55, 700, 1010, 255, 820),
    )

"""Images held in memory, and the little that training asks of any source of images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from vae_lib.data.indexing import Index, as_index

__all__ = ["ImageSet", "ImageSource"]


@runtime_checkable
class ImageSource(Protocol):
    """Anything with a length that turns indices into images."""

    def __len__(self) -> int:
        """Return the number of images."""
        ...

    def images(self, index: Index) -> Tensor:
        """Return images (B, C, H, W), float32 in [0, 1], for an index (B,)."""
        ...


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images resident in memory, a byte a pixel, with optional labels and factors.

    Bytes take a quarter of the memory of float32, and a minibatch is turned into
    floats when it is asked for, which costs less than reading it from memory did.

    Args:
        pixels: shape (N, C, H, W), uint8; 0 is black and 255 is white.
        all_labels: class of each image, shape (N,), int64; None if there are none.
        all_factors: factor indices of each image, shape (N, K), int64; or None.

    Raises:
        ValueError: if a shape or dtype differs, or the lengths disagree.

    >>> pixels = torch.tensor([0, 51, 255], dtype=torch.uint8).reshape(3, 1, 1, 1)
    >>> data = ImageSet(pixels, all_labels=torch.tensor([7, 8, 9]))
    >>> len(data), data.images([1, 2]).flatten(), data.labels([2])
    (3, tensor([0.2000, 1.0000]), tensor([9]))
    """

    pixels: Tensor
    all_labels: Tensor | None = None
    all_factors: Tensor | None = None

    def __post_init__(self) -> None:
        _check("pixels", self.pixels, torch.uint8, ndim=4, shape="(N, C, H, W)")
        if self.pixels.numel() == 0:
            raise ValueError(
                f"pixels must not be empty, got shape {tuple(self.pixels.shape)}"
            )
        for name, values, ndim, shape in (
            ("all_labels", self.all_labels, 1, "(N,)"),
            ("all_factors", self.all_factors, 2, "(N, K)"),
        ):
            if values is None:
                continue
            _check(name, values, torch.int64, ndim=ndim, shape=shape)
            if len(values) != len(self.pixels):
                raise ValueError(
                    f"{name} must have one row for each of the {len(self.pixels)} "
                    f"images, got {len(values)}"
                )

    def __len__(self) -> int:
        return len(self.pixels)

    def __repr__(self) -> str:
        optional = {"labels": self.all_labels, "factors": self.all_factors}
        have = [name for name, values in optional.items() if values is not None]
        shape = " x ".join(str(size) for size in self.pixels.shape)
        return f"ImageSet({shape}, with {' and '.join(have) or 'no labels'})"

    def images(self, index: Index) -> Tensor:
        """Return the images at `index` (B,): shape (B, C, H, W), float32 in [0, 1]."""
        chosen = self.pixels[as_index(index, len(self)).to(self.pixels.device)]
        return chosen.to(torch.float32).div_(255)

    def labels(self, index: Index) -> Tensor:
        """Return the classes at `index` (B,): shape (B,), int64.

        Raises:
            ValueError: if the set has no labels, or the index is not valid.
        """
        return self._rows("labels", self.all_labels, index)

    def factors(self, index: Index) -> Tensor:
        """Return the factor indices at `index` (B,): shape (B, K), int64.

        Raises:
            ValueError: if the set has no factors, or the index is not valid.
        """
        return self._rows("factors", self.all_factors, index)

    def shrink(self, factor: int) -> ImageSet:
        """Average blocks of factor x factor pixels, rounded to whole bytes.

        Args:
            factor: a positive divisor of the images' height and width.

        Raises:
            ValueError: if it is none.

        >>> pixels = torch.tensor([[0, 200], [100, 100]], dtype=torch.uint8)
        >>> ImageSet(pixels.view(1, 1, 2, 2)).shrink(2).pixels.flatten()
        tensor([100], dtype=torch.uint8)
        """
        height, width = self.pixels.shape[2:]
        if factor < 1 or height % factor or width % factor:
            raise ValueError(
                f"factor must divide the size {height} x {width}, got {factor}"
            )
        # In parts, since floats take four times the room of bytes.
        parts = [
            avg_pool2d(part.float(), factor).round_().byte()
            for part in self.pixels.split(1_000)
        ]
        return replace(self, pixels=torch.cat(parts))

    def _rows(self, name: str, values: Tensor | None, index: Index) -> Tensor:
        if values is None:
            raise ValueError(f"this image set has no {name}, got {self!r}")
        return values[as_index(index, len(self)).to(values.device)]


def _check(
    name: str, values: Tensor, dtype: torch.dtype, *, ndim: int, shape: str
) -> None:
    if not isinstance(values, Tensor):
        raise ValueError(f"{name} must be a tensor, got {type(values).__name__}")
    if values.dtype != dtype:
        raise ValueError(f"{name} must be {dtype}, got {values.dtype}")
    if values.ndim != ndim:
        raise ValueError(f"{name} must have shape {shape}, got {tuple(values.shape)}")

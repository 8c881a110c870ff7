"""A factor grid of images that no renderer draws: they are held in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from vae_lib.data.factors import FactorGrid
from vae_lib.data.image_set import ImageSet
from vae_lib.data.indexing import Index

__all__ = ["ImageGrid"]


class ImageGrid(FactorGrid):
    """Every combination of the values of K named factors, each with its image.

    Args:
        levels: the values of each factor, by name, in order.
        images: of all combinations, the last factor changing fastest.

    Raises:
        ValueError: as `FactorGrid`, or if there is not one image for each combination.

    >>> import torch
    >>> pixels = torch.tensor([0, 51, 102, 255], dtype=torch.uint8).view(4, 1, 1, 1)
    >>> grid = ImageGrid({"row": [0, 1], "column": [0, 1]}, ImageSet(pixels))
    >>> grid.images(grid.index([[1, 0]])).flatten()
    tensor([0.4000])
    """

    def __init__(self, levels: Mapping[str, Sequence[float]], images: ImageSet) -> None:
        super().__init__(levels)
        if len(images) != len(self):
            raise ValueError(
                f"a grid of {len(self)} combinations needs as many images, "
                f"got {len(images)}"
            )
        self._images = images

    def images(self, index: Index) -> Tensor:
        """Return the images at `index` (B,): shape (B, C, H, W), float32 in [0, 1]."""
        return self._images.images(index)

"""Dynamic binarisation: grey levels read as probabilities, drawn anew every time."""

from __future__ import annotations

import torch
from torch import Tensor

from vae_lib.data.image_set import ImageSource
from vae_lib.data.indexing import Index

__all__ = ["Binarized"]


class Binarized:
    """A data set whose every pixel is a Bernoulli draw from the grey level below it.

    Each call draws again, so that a model never sees the same binary image twice, which
    acts against overfitting. The draws come from PyTorch's global generator: the same
    seed gives the same images.

    Args:
        dataset: any source of images in [0, 1].

    Raises:
        ValueError: if `dataset` has no length or no method `images`.

    Source: Burda, Grosse & Salakhutdinov (2016), arXiv:1509.00519, section 5 (after
    Salakhutdinov & Murray, 2008, who drew once and kept the images).

    >>> from vae_lib.data import Digits
    >>> data = Binarized(Digits("test"))
    >>> data.images([3]).unique()
    tensor([0., 1.])
    """

    def __init__(self, dataset: ImageSource) -> None:
        if not isinstance(dataset, ImageSource):
            raise ValueError(
                "dataset must have a length and a method images(index), "
                f"got {type(dataset).__name__}"
            )
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __repr__(self) -> str:
        return f"Binarized({self.dataset!r})"

    def images(self, index: Index) -> Tensor:
        """Return fresh draws of the images at `index` (B,): (B, C, H, W), 0 or 1.

        Raises:
            ValueError: if the index is not valid, or the data set below gives a value
                outside [0, 1].
        """
        probabilities = self.dataset.images(index)
        # Comparing this way round lets NaN fail too.
        if not ((probabilities >= 0) & (probabilities <= 1)).all():
            raise ValueError(
                "images to binarise must lie in [0, 1], got values from "
                f"{float(probabilities.min()):.4g} to {float(probabilities.max()):.4g}"
            )
        return torch.bernoulli(probabilities)

    def labels(self, index: Index) -> Tensor:
        """Return the labels of the data set below, shape (B,).

        Raises:
            ValueError: if the data set below has no labels.
        """
        return self._below("labels", index)

    def factors(self, index: Index) -> Tensor:
        """Return the factor indices of the data set below, shape (B, K).

        Raises:
            ValueError: if the data set below has no factors.
        """
        return self._below("factors", index)

    def _below(self, name: str, index: Index) -> Tensor:
        method = getattr(self.dataset, name, None)
        if method is None:
            raise ValueError(f"this data set has no {name}, got {self.dataset!r}")
        return method(index)

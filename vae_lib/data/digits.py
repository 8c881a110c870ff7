"""The 8 x 8 handwritten digits that scikit-learn carries: real, and no download."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor

from vae_lib.data.indexing import Index, as_index

__all__ = ["Digits"]

LEVELS = 16
TEST_FRACTION = 0.2


class Digits:
    """1,797 handwritten digits of 8 x 8 pixels in 17 levels of grey.

    Each pixel counts the inked points in a 4 x 4 block of a bitmap, 0 to 16, and is
    divided by 16. The split keeps the proportions of the ten classes and depends on
    `seed` alone.

    Args:
        split: "train" (1,437 digits) or "test" (360 digits).
        seed: of the split, from 0 to 2**32 - 1.

    Raises:
        ValueError: if the split has another name, or the seed is not such an integer.

    Source: Alpaydin & Kaynak (1998), "Optical Recognition of Handwritten Digits", UCI
    Machine Learning Repository; the copy in scikit-learn holds its test set.

    >>> train, test = Digits("train"), Digits("test")
    >>> len(train), len(test)
    (1437, 360)
    >>> train.images([0, 1]).shape
    torch.Size([2, 1, 8, 8])
    >>> test.labels(range(360)).bincount()
    tensor([36, 36, 35, 37, 36, 37, 36, 36, 35, 36])
    """

    def __init__(self, split: str = "train", seed: int = 0) -> None:
        if split not in ("train", "test"):
            raise ValueError(f"split must be 'train' or 'test', got {split!r}")
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
            raise ValueError(f"seed must be an integer, got {seed!r}")
        if not 0 <= seed < 2**32:
            raise ValueError(f"seed must lie in [0, 2**32 - 1], got {seed}")
        self.split = split
        self.seed = int(seed)
        data = load_digits()
        train, test = train_test_split(
            np.arange(len(data.target)),
            test_size=TEST_FRACTION,
            random_state=self.seed,
            stratify=data.target,
        )
        rows = train if split == "train" else test
        images = torch.from_numpy(data.images[rows]).to(torch.float32)
        self._images = images.div_(LEVELS)[:, None]
        self._labels = torch.from_numpy(data.target[rows]).to(torch.int64)

    def __len__(self) -> int:
        return len(self._labels)

    def __repr__(self) -> str:
        return f"Digits(split={self.split!r}, seed={self.seed})"

    def images(self, index: Index) -> Tensor:
        """Return the digits at `index` (B,): (B, 1, 8, 8), float32 in [0, 1]."""
        return self._images[as_index(index, len(self))]

    def labels(self, index: Index) -> Tensor:
        """Return which digits those at `index` (B,) show: (B,), int64 in [0, 9]."""
        return self._labels[as_index(index, len(self))]

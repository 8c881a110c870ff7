"""Examples with their classes: what class-conditional models are trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from vae_lib.data.indexing import Index, as_index

__all__ = ["Labelled", "LabelledSource", "WithLabels", "x_and_labels"]


@dataclass(frozen=True, eq=False)
class Labelled:
    """Examples and the class of each, as a batch or as a whole data set.

    A class-conditional model is given these where another one is given a tensor:
    `fit(model, objective, Labelled(x, labels))` hands the objective batches of this
    kind.

    Args:
        x: the examples, (B, *event).
        labels: the class of each, (B,), int64; or a grid of classes, (B, H, W), as the
            codes of a coarser grid are for those of a finer one.

    Raises:
        ValueError: if there is not one int64 label, or grid of them, for each example.

    >>> batch = Labelled(torch.zeros(3, 1, 8, 8), torch.tensor([7, 8, 9]))
    >>> len(batch), batch.to("cpu").labels
    (3, tensor([7, 8, 9]))
    """

    x: Tensor
    labels: Tensor

    def __post_init__(self) -> None:
        if self.labels.dtype != torch.int64:
            raise ValueError(f"labels must be torch.int64, got {self.labels.dtype}")
        one_each = self.labels.dim() in (1, 3) and len(self.labels) == len(self.x)
        if self.x.dim() < 2 or not one_each:
            raise ValueError(
                "expected x (B, *event) and labels (B,) or (B, H, W), "
                f"got {tuple(self.x.shape)} and {tuple(self.labels.shape)}"
            )

    def __len__(self) -> int:
        return len(self.x)

    def to(self, device: torch.device | str) -> Labelled:
        """The same examples and classes on a device."""
        return Labelled(self.x.to(device), self.labels.to(device))


def x_and_labels(batch: Tensor | Labelled) -> tuple[Tensor, Tensor | None]:
    """The examples of a batch, and their classes if it has any.

    >>> x_and_labels(torch.zeros(2, 3))[1] is None
    True
    """
    if isinstance(batch, Labelled):
        return batch.x, batch.labels
    return batch, None


@runtime_checkable
class LabelledSource(Protocol):
    """A source of images that knows the class of each."""

    def __len__(self) -> int:
        """Return the number of images."""
        ...

    def images(self, index: Index) -> Tensor:
        """Return images (B, C, H, W), float32 in [0, 1], for an index (B,)."""
        ...

    def labels(self, index: Index) -> Tensor:
        """Return the classes (B,), int64, for an index (B,)."""
        ...


class WithLabels:
    """A source of images that hands out their classes with them.

    Args:
        dataset: has a length, `images(index)` and `labels(index)`.

    Raises:
        ValueError: if it has not.

    >>> from vae_lib.data import Digits
    >>> WithLabels(Digits("test")).images([0, 1]).labels.shape
    torch.Size([2])
    """

    def __init__(self, dataset: LabelledSource) -> None:
        if not isinstance(dataset, LabelledSource):
            raise ValueError(
                "dataset must have a length and the methods images(index) and "
                f"labels(index), got {type(dataset).__name__}"
            )
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __repr__(self) -> str:
        return f"WithLabels({self.dataset!r})"

    def images(self, index: Index) -> Labelled:
        """Return the images at `index` (B,) with their classes."""
        index = as_index(index, len(self))
        return Labelled(self.dataset.images(index), self.dataset.labels(index))

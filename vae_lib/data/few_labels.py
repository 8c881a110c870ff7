"""A few labelled examples of each class, and many whose class is not told."""

from __future__ import annotations

import torch
from torch import Tensor

from vae_lib.data.indexing import Index, as_index
from vae_lib.data.labelled import Labelled, LabelledSource

__all__ = ["UNKNOWN", "PartlyLabelled", "few_of_each_class"]

UNKNOWN = -1


def few_of_each_class(labels: Tensor, count: int, seed: int = 0) -> Tensor:
    """Choose `count` examples, as many of each class, by the seed alone.

    Args:
        labels: the class of each of N examples, (N,), int64; K classes occur.
        count: how many to choose in all, a positive multiple of K.
        seed: of a generator of its own; the global one is left alone.

    Returns:
        Positions (count,), int64, the classes taking turns.

    Raises:
        ValueError: if count is no such multiple, or a class has too few examples.

    >>> labels = torch.tensor([3, 3, 3, 5, 5, 5])
    >>> labels[few_of_each_class(labels, 4)]
    tensor([3, 5, 3, 5])
    """
    classes, sizes = labels.unique(return_counts=True)
    if count < 1 or count % len(classes):
        raise ValueError(
            f"count must be a positive multiple of the {len(classes)} classes, "
            f"got {count}"
        )
    each = count // len(classes)
    if each > sizes.min():
        rarest = int(sizes.argmin())
        raise ValueError(
            f"{each} examples of each class were asked for, class "
            f"{int(classes[rarest])} has {int(sizes[rarest])}"
        )
    generator = torch.Generator().manual_seed(seed)
    # One order of all examples: more labels of one seed hold its fewer ones.
    order = torch.randperm(len(labels), generator=generator)
    chosen = [order[labels[order] == label][:each] for label in classes]
    return torch.stack(chosen, 1).flatten()


class PartlyLabelled:
    """All examples without their class, and a few of them again with it.

    The first N positions are the N examples, labelled -1; those after them are the
    labelled ones, each as often as makes about `share` of all positions. Drawing
    positions at random, as `fit` does, then gives batches of both kinds. A list with
    repetitions is all that it takes: no sampler, no second loader, and the training
    loop stays as it is.

    Args:
        dataset: has a length, `images(index)` and `labels(index)`.
        count: how many examples have a label, a multiple of the number of classes.
        seed: of the choice of these.
        share: of the positions that are labelled, in (0, 1).

    Raises:
        ValueError: if the data set has no labels, share is not such a number, or count
            does not fit the classes.

    >>> from vae_lib.data import Digits
    >>> data = PartlyLabelled(Digits("train"), count=20)
    >>> len(data), data.images([0, 1437]).labels
    (2877, tensor([-1,  0]))
    """

    def __init__(
        self,
        dataset: LabelledSource,
        count: int,
        seed: int = 0,
        share: float = 0.5,
    ) -> None:
        if not isinstance(dataset, LabelledSource):
            raise ValueError(
                "dataset must have a length and the methods images(index) and "
                f"labels(index), got {type(dataset).__name__}"
            )
        if not 0 < share < 1:
            raise ValueError(f"share must lie in (0, 1), got {share}")
        self.dataset = dataset
        every = torch.arange(len(dataset))
        self.labelled = few_of_each_class(dataset.labels(every), count, seed)
        odds = share / (1 - share)
        self.repeats = max(1, round(odds * len(dataset) / count))

    def __len__(self) -> int:
        return len(self.dataset) + self.repeats * len(self.labelled)

    def __repr__(self) -> str:
        return f"PartlyLabelled({self.dataset!r}, {len(self.labelled)} labelled)"

    def images(self, index: Index) -> Labelled:
        """Return the examples at `index` (B,) with their classes, -1 for unknown."""
        index = as_index(index, len(self))
        repeated = index - len(self.dataset)
        known = repeated >= 0
        place = torch.where(known, self.labelled[repeated % len(self.labelled)], index)
        labels = self.dataset.labels(place)
        unknown = torch.full_like(labels, UNKNOWN)
        return Labelled(
            self.dataset.images(place),
            torch.where(known.to(labels.device), labels, unknown),
        )

"""Examples with whatever is known of each: what conditional models are trained on."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vae_lib.data.labelled import Labelled

__all__ = ["Batch", "Conditioned", "x_and_given"]


@dataclass(frozen=True, eq=False)
class Conditioned:
    """Examples and a condition y for each, as a batch or as a whole data set.

    `Labelled` is the same for classes alone. `fit` hands an objective batches of the
    kind that it was given.

    Args:
        x: the examples, (B, *event).
        y: what is known of each, (B, *condition): classes (B,), int64; or a vector of
            attributes (B, A), or an image (B, C, H, W), floating point.

    Raises:
        ValueError: if there is not one condition for each example, or the conditions
            are neither int64 nor floating point.

    >>> batch = Conditioned(torch.zeros(3, 1, 8, 8), torch.rand(3, 5))
    >>> len(batch), batch.to("cpu").y.shape
    (3, torch.Size([3, 5]))
    """

    x: Tensor
    y: Tensor

    def __post_init__(self) -> None:
        if self.y.dtype != torch.int64 and not self.y.is_floating_point():
            raise ValueError(f"y must be int64 or floating point, got {self.y.dtype}")
        if self.x.dim() < 2 or self.y.shape[:1] != self.x.shape[:1]:
            raise ValueError(
                "expected x (B, *event) and y (B, *condition), "
                f"got {tuple(self.x.shape)} and {tuple(self.y.shape)}"
            )

    def __len__(self) -> int:
        return len(self.x)

    def to(self, device: torch.device | str) -> Conditioned:
        """The same examples and conditions on a device."""
        return Conditioned(self.x.to(device), self.y.to(device))


Batch = Tensor | Labelled | Conditioned


def x_and_given(batch: Batch) -> tuple[Tensor, tuple[Tensor, ...]]:
    """The examples of a batch, and a tuple of what they are given with.

    The tuple is empty or holds one tensor, so that `model(x, *given)` is right for
    models with a condition and for those without.

    >>> x_and_given(torch.zeros(2, 3))[1]
    ()
    >>> x_and_given(Labelled(torch.zeros(2, 3), torch.tensor([4, 5])))[1]
    (tensor([4, 5]),)
    """
    if isinstance(batch, Labelled):
        return batch.x, (batch.labels,)
    if isinstance(batch, Conditioned):
        return batch.x, (batch.y,)
    return batch, ()

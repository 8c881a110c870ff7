"""Several views of each example, by name: an image and its label, say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from vae_lib.data.indexing import Index, as_index

__all__ = ["Views"]


@dataclass(frozen=True, eq=False)
class Views:
    """Named tensors whose rows belong together, as a batch or as a whole data set.

    `fit(model, objective, Views({"image": pixels, "label": labels}), ...)` draws
    minibatches of this kind. Bytes are scaled by 1/255 when they are drawn; other
    numbers are handed on as they are.

    Args:
        tensors: name -> one row for each example, (N, ...); at least one view.

    Raises:
        ValueError: if there is no view, or the numbers of rows differ or are 0.

    >>> pixels = torch.tensor([0, 51, 255], dtype=torch.uint8).view(3, 1, 1, 1)
    >>> views = Views({"image": pixels, "label": torch.tensor([7, 8, 9])})
    >>> batch = views.images([1, 2])
    >>> batch.names, batch["image"].flatten(), batch["label"]
    (('image', 'label'), tensor([0.2000, 1.0000]), tensor([8, 9]))
    """

    tensors: Mapping[str, Tensor]

    def __post_init__(self) -> None:
        if not self.tensors:
            raise ValueError("views must hold at least one view, got none")
        for name, values in self.tensors.items():
            if not isinstance(values, Tensor):
                raise ValueError(
                    f"view {name!r} must be a tensor, got {type(values).__name__}"
                )
            if values.dim() == 0:
                raise ValueError(f"view {name!r} must have shape (N, ...), got ()")
        rows = {name: len(values) for name, values in self.tensors.items()}
        if len(set(rows.values())) > 1 or 0 in rows.values():
            raise ValueError(
                f"views must have the same number of rows, at least one, got {rows}"
            )

    @property
    def names(self) -> tuple[str, ...]:
        """What the views are called."""
        return tuple(self.tensors)

    def __len__(self) -> int:
        return len(next(iter(self.tensors.values())))

    def __getitem__(self, name: str) -> Tensor:
        return self.tensors[name]

    def __repr__(self) -> str:
        shapes = {name: tuple(values.shape) for name, values in self.tensors.items()}
        return f"Views({shapes})"

    def images(self, index: Index) -> Views:
        """Return the rows of every view at `index` (B,).

        Raises:
            ValueError: if the index is not valid.
        """
        rows = as_index(index, len(self))
        return Views(
            {
                name: _as_floats(values.index_select(0, rows.to(values.device)))
                for name, values in self.tensors.items()
            }
        )

    def only(self, *names: str) -> Views:
        """The same examples with some of their views.

        Raises:
            ValueError: if there is no such view, or none is named.
        """
        missing = [name for name in names if name not in self.tensors]
        if missing:
            raise ValueError(
                f"views must be among {', '.join(self.names)}, got {', '.join(missing)}"
            )
        return Views({name: self.tensors[name] for name in names})

    def to(self, device: torch.device | str) -> Views:
        """The same views on a device."""
        return Views({name: one.to(device) for name, one in self.tensors.items()})


def _as_floats(values: Tensor) -> Tensor:
    return values.float().div_(255) if values.dtype == torch.uint8 else values

"""A code transformer asked for one place after the other, each worked out once."""

import torch
from torch import Tensor, nn

__all__ = ["CodeSteps"]


class CodeSteps:
    """Logits of the places in raster order, as their codes become known.

    A place's memories do not change any more once its code is known. They are kept, so
    that drawing a grid costs about one pass over it, and not one for each place.

    Args:
        codes: embeds codes (B,) as (B, width).
        asking: what each place knows before it asks, (B, H W, width).
        layers: each with `remember` and `ask`, and the memory of nothing.
        head: maps (B, width) to logits (B, K).

    The weights must stay as they are until the last place.
    """

    def __init__(
        self, codes: nn.Module, asking: Tensor, layers: nn.ModuleList, head: nn.Module
    ) -> None:
        self.codes, self.asking, self.layers, self.head = codes, asking, layers, head
        self.place = 0
        nothing = [layer.nothing.expand(len(asking), 1, -1) for layer in layers]
        # Of each layer: what the last place asked with, and everybody's memories.
        self.asked: list[Tensor] = []
        self.memories = [
            self._store(*layer.remember(one))
            for layer, one in zip(layers, nothing, strict=True)
        ]

    def __call__(self, previous: Tensor | None) -> Tensor:
        """Logits (B, K) of the next place, given the code (B,) of the one before it.

        Raises:
            ValueError: if the first place is given a code, another one none, or all
                places have been asked for.
        """
        if (previous is None) != (self.place == 0):
            raise ValueError(
                "previous must be None for the first place and no other, "
                f"got {previous} at place {self.place}"
            )
        if self.place == self.asking.shape[1]:
            raise ValueError(f"there are no more than {self.place} places")
        if previous is not None:
            self._write(self.codes(previous)[:, None])
        known = self.place + 1
        asking, self.asked = self.asking[:, self.place : known], []
        for layer, (key, value) in zip(self.layers, self.memories, strict=True):
            self.asked.append(asking)
            mask = layer.mask[self.place : known, :known]
            asking = layer.ask(asking, key[:, :, :known], value[:, :, :known], mask)
        self.place = known
        return self.head(asking[:, 0]).to(self.asking.dtype)

    def _write(self, code: Tensor) -> None:
        """Remember the last place, now that its code (B, 1, width) is known."""
        for layer, asked, kept in zip(
            self.layers, self.asked, self.memories, strict=True
        ):
            for store, new in zip(kept, layer.remember(asked + code), strict=True):
                store[:, :, self.place] = new[:, :, 0]

    def _store(self, *first: Tensor) -> list[Tensor]:
        """Room for the memories of nothing (B, heads, 1, size) and of all places."""
        room = [
            torch.zeros_like(one).repeat(1, 1, self.asking.shape[1], 1) for one in first
        ]
        return [torch.cat(pair, 2) for pair in zip(first, room, strict=True)]

"""The codes that a trained VAE gives its own images, drawn anew every time."""

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from vae_lib.data.indexing import Index, as_index

__all__ = ["Latents", "latents"]


@dataclass(frozen=True, eq=False)
class Latents:
    """Posteriors q(z | x) of N images as a source: each batch is a fresh draw.

    Args:
        means: (N, D).
        scales: standard deviations, (N, D), positive.
        all_labels: the class of each image, (N,), int64.
    """

    means: Tensor
    scales: Tensor
    all_labels: Tensor

    def __len__(self) -> int:
        return len(self.means)

    def images(self, index: Index) -> Tensor:
        """Return draws (B, D) from the posteriors at `index` (B,)."""
        index = as_index(index, len(self))
        return torch.normal(self.means[index], self.scales[index])

    def labels(self, index: Index) -> Tensor:
        """Return the classes (B,), int64, at `index` (B,)."""
        return self.all_labels[as_index(index, len(self))]


@cache
@torch.no_grad()
def latents(name: str, split: str) -> Latents:
    """Posteriors of the grey images whose black-and-white draws a VAE was trained on.

    Args:
        name: of a VAE of the zoo, trained or measured on `Binarized` images.
        split: "train" or "test", as its recipe has them.

    Raises:
        ValueError: if there is no such model.
    """
    # Here, since the table of recipes is made of those that call this function.
    from vae_lib.zoo.load import load_model
    from vae_lib.zoo.recipes import RECIPES

    model, recipe = load_model(name), RECIPES[name]
    images = (recipe.train() if split == "train" else recipe.test()).dataset
    every = torch.arange(len(images))
    found = [model.encode(images.images(part)) for part in every.split(1_000)]
    return Latents(
        torch.cat([one.mean for one in found]),
        torch.cat([one.stddev for one in found]),
        images.labels(every),
    )

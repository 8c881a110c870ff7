"""The codes that a trained VQ-VAE gives its own images: what priors are trained on."""

from functools import cache
from typing import Any

import torch
from torch import Tensor

from vae_lib.data import ImageSource, Labelled

__all__ = ["code_grids", "level_grids"]


@cache
def code_grids(name: str, split: str) -> Labelled:
    """Codes of the images that a VQ-VAE of the zoo was trained or measured on.

    Args:
        name: of the VQ-VAE.
        split: "train" or "test", as its recipe has them.

    Returns:
        Indices (N, H, W), int64, with the images' classes, all 0 if they have none.

    Raises:
        ValueError: if there is no such model.
    """
    images, parts = _encoded(name, split)
    return Labelled(
        torch.cat([part.cpu() for part in parts]),
        _classes(images, torch.arange(len(images))),
    )


@cache
def level_grids(name: str, split: str) -> Labelled:
    """The same of a VQ-VAE with two levels.

    Args:
        name: of the VQ-VAE.
        split: "train" or "test", as its recipe has them.

    Returns:
        Bottom indices (N, H, W), each grid with the one above it, (N, H', W'); int64.

    Raises:
        ValueError: if there is no such model.
    """
    _, parts = _encoded(name, split)
    top, bottom = (torch.cat(level).cpu() for level in zip(*parts, strict=True))
    return Labelled(bottom, top)


@torch.no_grad()
def _encoded(name: str, split: str) -> tuple[ImageSource, list[Any]]:
    """Images, and what `encode` answers for them, part by part; on a GPU if any."""
    # Here, since the table of recipes is made of those that call this function.
    from vae_lib.zoo.load import load_model
    from vae_lib.zoo.recipes import RECIPES

    recipe = RECIPES[name]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = load_model(name).to(device)
    images = recipe.train() if split == "train" else recipe.test()
    parts = torch.arange(len(images)).split(500)
    # Rounded to TF32 a latent may fall to the next code, and the grids would depend on
    # the machine.
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        found = [model.encode(images.images(part).to(device)) for part in parts]
    return images, found


def _classes(images: ImageSource, index: Tensor) -> Tensor:
    if getattr(images, "all_labels", index) is None or not hasattr(images, "labels"):
        return torch.zeros_like(index)
    return images.labels(index)

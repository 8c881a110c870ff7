"""The codes that a trained VQ-VAE gives its own images: what priors are trained on."""

from functools import cache

import torch
from torch import Tensor

from vae_lib.data import ImageSource, Labelled

__all__ = ["code_grids"]


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
    # Here, since the table of recipes is made of those that call this function.
    from vae_lib.zoo.load import load_model
    from vae_lib.zoo.recipes import RECIPES

    device = "cuda" if torch.cuda.is_available() else "cpu"
    model, recipe = load_model(name).to(device), RECIPES[name]
    images = recipe.train() if split == "train" else recipe.test()
    every = torch.arange(len(images))
    # Rounded to TF32 a latent may fall to the next code, and the grids would depend on
    # the machine.
    with torch.no_grad(), torch.backends.cudnn.flags(allow_tf32=False):
        parts = [
            model.encode(images.images(part).to(device)).cpu()
            for part in every.split(500)
        ]
    return Labelled(torch.cat(parts), _classes(images, every))


def _classes(images: ImageSource, index: Tensor) -> Tensor:
    if getattr(images, "all_labels", index) is None or not hasattr(images, "labels"):
        return torch.zeros_like(index)
    return images.labels(index)

"""Posteriors of test images: where a model put them, without the images themselves.

A page can draw the aggregate posterior of a model whose data it may not ship.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load as read_tensors
from safetensors.torch import save
from torch import Tensor

from vae_lib.data import x_and_given
from vae_lib.training import seed_everything
from vae_lib.training.checkpoints import write_atomically
from vae_lib.zoo.load import CARDS, card, load_model
from vae_lib.zoo.recipes import RECIPES

__all__ = ["POSTERIORS", "Posteriors", "load_posteriors", "write_posteriors"]

POSTERIORS = Path(__file__).parent / "posteriors"


@dataclass(frozen=True, eq=False)
class Posteriors:
    """Diagonal Gaussians q(z | x) of N test images, and what the images show.

    Attributes:
        means: (N, D), float32.
        scales: standard deviations, (N, D), float32, positive.
        labels: (N,), int64.
    """

    means: Tensor
    scales: Tensor
    labels: Tensor


def load_posteriors(name: str) -> Posteriors:
    """Return the posteriors that were written for a trained model.

    Args:
        name: one of `vae_lib.zoo.names()`.

    Raises:
        ValueError: if there is no such model, none were written since it was trained,
            or the file is not the one that the card describes.
    """
    description = card(name).get("posteriors")
    if description is None:
        raise ValueError(
            f"the card of {name} names no posteriors; write them with {_command(name)}"
        )
    path = POSTERIORS / f"{name}.safetensors"
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != description["sha256"]:
        raise ValueError(
            f"{path.name} is damaged: expected sha256 {description['sha256']}, "
            f"got {found}"
        )
    tensors = read_tensors(content)
    return Posteriors(
        tensors["means"].float(), tensors["scales"].float(), tensors["labels"].long()
    )


@torch.no_grad()
def write_posteriors(name: str, count: int = 2_000) -> Posteriors:
    """Encode the first `count` test images of a model's recipe; note it on the card.

    Training again writes a new card, which no longer names them.

    Args:
        name: one of `vae_lib.zoo.names()`.
        count: how many images, at least 1.

    Returns:
        What `load_posteriors` will return.

    Raises:
        ValueError: if there is no such model, or count is not positive or more than
            there are test images.
    """
    model, description = load_model(name), card(name)
    recipe = RECIPES[name]
    test = recipe.test()
    if not 1 <= count <= len(test):
        raise ValueError(f"count must be in [1, {len(test)}], got {count}")
    seed_everything(recipe.seed)  # binarised images are drawn anew each time
    index = torch.arange(count)
    x, given = x_and_given(test.images(index))
    posterior = model.encode(x, *given)
    # A conditional model is given the classes with the images.
    (labels,) = given or (test.labels(index),)
    content = save(
        {
            # Half precision: a thousandth of a code is far below its own width.
            "means": posterior.mean.half().contiguous(),
            "scales": posterior.stddev.half().contiguous(),
            "labels": labels.to(torch.uint8),
        }
    )
    description["posteriors"] = {
        "command": _command(name),
        "images": count,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    write_atomically(POSTERIORS / f"{name}.safetensors", content)
    text = json.dumps(description, indent=2) + "\n"
    write_atomically(CARDS / f"{name}.json", text.encode())
    return load_posteriors(name)


def _command(name: str) -> str:
    return f"python -m vae_lib.zoo --posteriors {name}"

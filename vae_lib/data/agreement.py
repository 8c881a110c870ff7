"""How exactly `Sprites` draws the published images: measured once, and kept in a file.

The measurement needs the published files, which no page of the book downloads. So its
figures come with the library, in agreement.json; with the files at hand,

    python -m vae_lib.data.agreement

measures again and writes them anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vae_lib.data.image_set import ImageSet
from vae_lib.data.published import load
from vae_lib.data.sprites import Sprites

__all__ = ["measure", "overlap", "recorded"]

RECORD = Path(__file__).with_name("agreement.json")
SHAPES = ("square", "ellipse", "heart")
CHUNK = 1_000


def overlap(x: Tensor, y: Tensor) -> Tensor:
    """Intersection over union of the white pixels of binary images.

    Args:
        x: images (N, *event), 0 or 1, at least one pixel white in x or y.
        y: images of the same shape.

    Returns:
        (N,), in [0, 1]; 1 for equal images.

    Raises:
        ValueError: if the shapes differ, or a pair has no white pixel.

    Two bars of two pixels that share one cover three:

    >>> overlap(torch.tensor([[1, 1, 0]]), torch.tensor([[0, 1, 1]]))
    tensor([0.3333])
    """
    if x.shape != y.shape:
        raise ValueError(
            "x and y must have the same shape, "
            f"got {tuple(x.shape)} and {tuple(y.shape)}"
        )
    x, y = x.bool().flatten(1), y.bool().flatten(1)
    union = (x | y).sum(1)
    if not union.all():
        raise ValueError("each pair must have a white pixel, got a pair without")
    return (x & y).sum(1) / union


def measure(published: ImageSet) -> dict[str, dict[str, float]]:
    """Compare published images with the ones drawn from the same factors.

    Args:
        published: images (N, 1, 64, 64) with their factors (N, 5).

    Returns:
        Name of each shape -> the number of images compared, the mean and the least
        overlap, the part of them drawn without a wrong pixel, and the most wrong pixels
        in one.

    Raises:
        ValueError: if the set has no factors or lacks a shape.
    """
    sprites = Sprites()
    shapes, overlaps, wrong = [], [], []
    for index in torch.arange(len(published)).split(CHUNK):
        factors = published.factors(index)
        theirs, ours = published.images(index), sprites.render(factors)
        shapes.append(factors[:, 0])
        overlaps.append(overlap(theirs, ours))
        wrong.append((theirs != ours).flatten(1).sum(1))
    shape, score, pixels = map(torch.cat, (shapes, overlaps, wrong))
    figures = {}
    for number, name in enumerate(SHAPES):
        chosen = shape == number
        if not chosen.any():
            raise ValueError(f"published must hold every shape, got no {name}")
        figures[name] = {
            "images": int(chosen.sum()),
            "mean_overlap": round(float(score[chosen].double().mean()), 5),
            "least_overlap": round(float(score[chosen].min()), 5),
            "identical": round(float((pixels[chosen] == 0).double().mean()), 4),
            "most_wrong_pixels": int(pixels[chosen].max()),
        }
    return figures


def recorded() -> dict[str, Any]:
    """The figures that come with the library: what `measure` gave for each extract.

    >>> sorted(recorded())
    ['grid', 'subset']
    """
    return json.loads(RECORD.read_text("utf-8"))


if __name__ == "__main__":
    figures = {
        split: measure(load("dsprites", split=split)) for split in ("grid", "subset")
    }
    RECORD.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")

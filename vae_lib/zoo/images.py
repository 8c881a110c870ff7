"""Rendered images that recipes train on, drawn once and kept as bytes."""

import torch

from vae_lib.data import Faces, ImageSet, ImageSource

__all__ = ["drawn_faces", "some_of"]


def some_of(source: ImageSource, count: int, seed: int) -> ImageSet:
    """Images of a source, `count` of them, drawn with repetition."""
    generator = torch.Generator().manual_seed(seed)
    index = torch.randint(len(source), (count,), generator=generator)
    parts = [source.images(part).mul_(255).round_().byte() for part in index.split(500)]
    return ImageSet(torch.cat(parts))


def drawn_faces(count: int, seed: int, size: int = 64) -> ImageSet:
    """Drawn faces whose attributes hang together, `count` of them, size x size."""
    faces = Faces(size)
    generator = torch.Generator().manual_seed(seed)
    parts = faces.sample(count, generator=generator).split(1_000)
    pixels = [faces.render_attributes(part).mul_(255).round_().byte() for part in parts]
    return ImageSet(torch.cat(pixels))

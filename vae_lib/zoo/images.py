"""Rendered images that recipes train on, drawn once and kept as bytes."""

import torch
from torch import Tensor

from vae_lib.data import (
    FACE_ATTRIBUTES,
    Conditioned,
    Faces,
    ImageSet,
    ImageSource,
)

__all__ = ["GIVEN", "described_faces", "drawn_faces", "some_of", "told"]

# What models of faces are told; the other ten attributes they must find out.
GIVEN = ("smile", "age", "skin", "hair_length", "glasses", "yaw")


def some_of(source: ImageSource, count: int, seed: int) -> ImageSet:
    """Images of a source, `count` of them, drawn with repetition."""
    generator = torch.Generator().manual_seed(seed)
    index = torch.randint(len(source), (count,), generator=generator)
    parts = [source.images(part).mul_(255).round_().byte() for part in index.split(500)]
    return ImageSet(torch.cat(parts))


def drawn_faces(count: int, seed: int, size: int = 64) -> ImageSet:
    """Drawn faces whose attributes hang together, `count` of them, size x size."""
    return ImageSet(_drawn(count, seed, size)[1])


def described_faces(count: int, seed: int, size: int = 64) -> Conditioned:
    """The same faces as bytes, each with the attributes that models are told."""
    attributes, pixels = _drawn(count, seed, size)
    return Conditioned(pixels, told(attributes))


def told(attributes: Tensor) -> Tensor:
    """Those of the attributes (N, 16) that models are told, (N, 6), each in [-1, 1]."""
    known = [FACE_ATTRIBUTES[name] for name in GIVEN]
    low = torch.tensor([one.low for one in known])
    high = torch.tensor([one.high for one in known])
    columns = attributes[:, [list(FACE_ATTRIBUTES).index(name) for name in GIVEN]]
    return 2 * (columns - low) / (high - low) - 1


def _drawn(count: int, seed: int, size: int) -> tuple[Tensor, Tensor]:
    """Attributes (N, 16) of random faces, and their pixels (N, 3, size, size)."""
    faces = Faces(size)
    generator = torch.Generator().manual_seed(seed)
    attributes = faces.sample(count, generator=generator)
    pixels = [
        faces.render_attributes(part).mul_(255).round_().byte()
        for part in attributes.split(1_000)
    ]
    return attributes, torch.cat(pixels)

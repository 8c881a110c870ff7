"""Families of VQ-VAEs at different rates, on small drawn faces and on photographs.

Faces: every codebook with every grid. Three codebooks, each eight times the last, and
three grids, each with four times as many codes: rates from 32 to 2,048 bits a picture,
two of them reached in two ways.

Photographs: a coarser grid beside that of `vq_vae_cifar10`. Both are convolutional, so
that a model trained on CIFAR-10's thumbnails takes a picture of any size.
"""

from functools import cache, partial

import torch
from torch import Tensor

from vae_lib.data import Faces, ImageSet, load
from vae_lib.models import VQVAE, CodePrior
from vae_lib.networks import (
    CodeTransformer,
    PatchDecoder,
    PatchEncoder,
    VectorQuantizer,
)
from vae_lib.objectives import CodeLikelihood, VectorQuantized
from vae_lib.zoo.code_grids import code_grids
from vae_lib.zoo.measures import measure_code_prior, measure_vq_vae
from vae_lib.zoo.recipe import Recipe

__all__ = [
    "CODEBOOKS",
    "GRIDS",
    "RATES",
    "rate_name",
    "small_faces",
]

SIZE = 32
CODEBOOKS = (4, 32, 256)
GRIDS = (4, 8, 16)
TRAINED_ON, MEASURED_ON = 8_000, 1_000
WIDTH, DIM = 48, 8
# At 0.25 a codebook of 4 leads to 17.1 dB after 700 steps, at 1 to 19.1.
COMMITMENT = 1.0


def rate_name(num_codes: int, grid: int) -> str:
    """Name of the family's model with that codebook and grid.

    Args:
        num_codes: one of CODEBOOKS.
        grid: one of GRIDS, codes along a side.

    Raises:
        ValueError: if the family has no such model.

    >>> rate_name(32, 8)
    'vq_vae_faces32_k32_g8'
    """
    if num_codes not in CODEBOOKS or grid not in GRIDS:
        raise ValueError(
            f"num_codes must be one of {CODEBOOKS} and grid one of {GRIDS}, "
            f"got {num_codes} and {grid}"
        )
    return f"vq_vae_faces32_k{num_codes}_g{grid}"


@cache
def small_faces(count: int, seed: int) -> ImageSet:
    """Drawn faces of 32 x 32 whose attributes hang together, kept as bytes.

    They are drawn once a process: the whole family is trained on the same ones.
    """
    faces = Faces(SIZE)
    generator = torch.Generator().manual_seed(seed)
    parts = faces.sample(count, generator=generator).split(1_000)
    pixels = [faces.render_attributes(part).mul_(255).round_().byte() for part in parts]
    return ImageSet(torch.cat(pixels))


def _vq_vae(num_codes: int, patch: int, width: int) -> VQVAE:
    return VQVAE(
        PatchEncoder(3, DIM, patch, width),
        VectorQuantizer(
            num_codes,
            DIM,
            COMMITMENT,
            decay=0.99,
            k_means_iterations=10,
            restart_below=0.1,
        ),
        PatchDecoder(DIM, 3, patch, width),
    )


RATES: dict[str, Recipe] = {
    rate_name(num_codes, grid): Recipe(
        model=partial(_vq_vae, num_codes, SIZE // grid, WIDTH),
        objective=VectorQuantized,
        train=partial(small_faces, TRAINED_ON, seed=0),
        test=partial(small_faces, MEASURED_ON, seed=1),
        data="trained on 8,000 drawn faces of 32 x 32 whose attributes hang together, "
        "measured on 1,000 others",
        steps=700,
        batch_size=32,
        learning_rate=3e-3,
        learning_rate_at_end=0.0,
        measure=measure_vq_vae,
    )
    for num_codes in CODEBOOKS
    for grid in GRIDS
}

# One code for 8 x 8 pixels, where `vq_vae_cifar10` has one for 4 x 4.
RATES["vq_vae_cifar10_p8"] = Recipe(
    model=partial(_vq_vae, 512, 8, 64),
    objective=VectorQuantized,
    train=partial(load, "cifar10", split="train"),
    test=partial(load, "cifar10", split="test"),
    data="trained on the 50,000 training images of CIFAR-10, measured on the first "
    "1,000 test images",
    steps=700,
    batch_size=32,
    learning_rate=3e-3,
    learning_rate_at_end=0.0,
    measure=measure_vq_vae,
)

PRICED = rate_name(32, 8)


def _codes(split: str) -> Tensor:
    return code_grids(PRICED, split).x


# Small enough to price a few faces, place by place, in a second.
RATES[f"code_prior_{PRICED.removeprefix('vq_vae_')}"] = Recipe(
    model=lambda: CodePrior(
        CodeTransformer(32, (8, 8), width=32, layers=1), num_codes=32, grid=(8, 8)
    ),
    objective=CodeLikelihood,
    train=partial(_codes, "train"),
    test=partial(_codes, "test"),
    data=f"trained on the codes that {PRICED} gives its 8,000 drawn faces, measured "
    "on those of its 1,000 others",
    steps=1_000,
    batch_size=32,
    learning_rate=3e-3,
    learning_rate_at_end=0.0,
    measure=measure_code_prior,
)

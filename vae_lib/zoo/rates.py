"""A family of VQ-VAEs: every codebook with every grid, on small drawn faces.

Three codebooks, each eight times the last, and three grids, each with four times as
many codes: rates from 32 to 2,048 bits a picture, two of them reached in two ways.
"""

from functools import cache, partial

import torch

from vae_lib.data import Faces, ImageSet
from vae_lib.models import VQVAE
from vae_lib.networks import Gaussian, GridDecoder, GridEncoder, VectorQuantizer
from vae_lib.objectives import VectorQuantized
from vae_lib.zoo.measures import measure_vq_vae
from vae_lib.zoo.recipe import Recipe

__all__ = ["CODEBOOKS", "GRIDS", "RATES", "rate_name", "small_faces"]

SIZE = 32
CODEBOOKS = (4, 32, 256)
GRIDS = (4, 8, 16)
TRAINED_ON, MEASURED_ON = 8_000, 1_000
WIDTH, DIM = 32, 16


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


def _vq_vae(num_codes: int, grid: int) -> VQVAE:
    halvings = (SIZE // grid).bit_length() - 1
    return VQVAE(
        GridEncoder(3, DIM, halvings, WIDTH),
        VectorQuantizer(
            num_codes, DIM, decay=0.99, k_means_iterations=10, restart_below=0.1
        ),
        GridDecoder(DIM, 3, halvings, WIDTH, likelihood=Gaussian(0.1)),
    )


RATES: dict[str, Recipe] = {
    rate_name(num_codes, grid): Recipe(
        model=partial(_vq_vae, num_codes, grid),
        objective=VectorQuantized,
        train=partial(small_faces, TRAINED_ON, seed=0),
        test=partial(small_faces, MEASURED_ON, seed=1),
        data="trained on 8,000 drawn faces of 32 x 32 whose attributes hang together, "
        "measured on 1,000 others",
        steps=2_000,
        batch_size=32,
        learning_rate=2e-3,
        learning_rate_at_end=0.0,
        measure=measure_vq_vae,
    )
    for num_codes in CODEBOOKS
    for grid in GRIDS
}

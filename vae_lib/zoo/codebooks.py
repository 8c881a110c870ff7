"""Who keeps a codebook alive: one small VQ-VAE, one change at a time, three seeds.

All share the images, the networks, the budget and a start: 512 codes of 16 numbers, a
commitment of 0.25, codes that follow a moving average, nothing against dead codes. Only
cards ship: what is asked is how many codes are alive at the end, and at which error.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import Any

from torch import nn

from vae_lib.data import ImageSet
from vae_lib.models import VQVAE
from vae_lib.networks import (
    FiniteScalarQuantizer,
    GridDecoder,
    GridEncoder,
    VectorQuantizer,
    rotation_trick,
)
from vae_lib.objectives import VectorQuantized
from vae_lib.zoo.images import drawn_faces
from vae_lib.zoo.measures import measure_vq_vae
from vae_lib.zoo.recipe import Recipe

__all__ = ["CHANGES", "CODEBOOKS", "SEEDS"]

SEEDS = (0, 1, 2)
SIZE = 32
HALVINGS = 1  # codes of 2 x 2 pixels, so that it matters which ones there are
WIDTH = 32
DIM = 16
K_MEANS = {"k_means_iterations": 10}
RESTARTS = {"restart_below": 0.1}
GRADIENT = {"decay": None}


def _vector(**change: Any) -> VectorQuantizer:
    return VectorQuantizer(**{"num_codes": 512, "dim": DIM, "decay": 0.99} | change)


CHANGES: dict[str, Callable[[], nn.Module]] = {
    "base": _vector,
    "gradient": partial(_vector, **GRADIENT),
    "kmeans": partial(_vector, **K_MEANS),
    "restarts": partial(_vector, **RESTARTS),
    "kmeans_restarts": partial(_vector, **K_MEANS, **RESTARTS),
    "gradient_restarts": partial(_vector, **GRADIENT, **RESTARTS),
    "rotation": partial(_vector, route=rotation_trick),
    "fsq512": partial(FiniteScalarQuantizer, [8, 8, 8]),
}
CHANGES |= {f"dim{dim}": partial(_vector, dim=dim) for dim in (4, 64)}
for _codes in (64, 128, 256):
    CHANGES |= {
        f"codes{_codes}": partial(_vector, num_codes=_codes),
        f"restarts_codes{_codes}": partial(_vector, num_codes=_codes, **RESTARTS),
    }
for _price in (0.05, 1, 2):
    CHANGES |= {
        f"commitment{_price}": partial(_vector, commitment=_price),
        f"gradient_commitment{_price}": partial(_vector, commitment=_price, **GRADIENT),
        f"restarts_commitment{_price}": partial(_vector, commitment=_price, **RESTARTS),
    }


def _model(quantizer: Callable[[], nn.Module]) -> VQVAE:
    module = quantizer()
    return VQVAE(
        GridEncoder(3, module.dim, HALVINGS, WIDTH),
        module,
        GridDecoder(module.dim, 3, HALVINGS, WIDTH),
    )


def _measure(model: VQVAE, recipe: Recipe) -> dict[str, Any]:
    return {"quantizer": str(model.quantizer), **measure_vq_vae(model, recipe)}


@cache  # one command may train many
def _faces(count: int, seed: int) -> ImageSet:
    return drawn_faces(count, seed, size=SIZE)


_RECIPE = Recipe(
    model=partial(_model, _vector),
    objective=VectorQuantized,
    train=partial(_faces, 10_000, seed=0),
    test=partial(_faces, 2_000, seed=1),
    data="trained on 10,000 drawn faces at 32 x 32 whose attributes hang together, "
    "measured on 2,000 others",
    steps=500,
    batch_size=8,
    learning_rate=2e-3,
    learning_rate_at_end=0.0,
    measure=_measure,
    card_only=True,
)

CODEBOOKS: dict[str, Recipe] = {
    f"codebook_{change}_s{seed}": replace(
        _RECIPE, model=partial(_model, quantizer), seed=seed
    )
    for seed in SEEDS
    for change, quantizer in CHANGES.items()
}

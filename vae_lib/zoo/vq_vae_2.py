"""VQ-VAEs with two grids of codes, with one that takes as many bits, and priors."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from vae_lib.data import ImageSet, Labelled
from vae_lib.evaluation import codebook_usage, perplexity
from vae_lib.models import VQVAE, VQVAE2, CodePrior
from vae_lib.networks import (
    CodeTransformer,
    GridDecoder,
    GridEncoder,
    VectorQuantizer,
)
from vae_lib.networks.residual import residual_blocks
from vae_lib.objectives import CodeLikelihood, VectorQuantized
from vae_lib.training import seed_everything
from vae_lib.zoo.code_grids import code_grids, level_grids
from vae_lib.zoo.images import drawn_faces
from vae_lib.zoo.measures import (
    measure_code_prior,
    measure_vq_vae,
    reconstruction_errors,
    spread_images,
)
from vae_lib.zoo.recipe import Recipe

__all__ = ["ALONE", "ONE_LEVEL", "TWO_LEVELS", "VQ_VAE_2", "measure_vq_vae_2"]

TWO_LEVELS = "vq_vae_2_faces_s0"
ALONE = "vq_vae_2_faces_alone_s0"
ONE_LEVEL = "vq_vae_one_level_faces_s0"
TOP, BOTTOM = (8, 8), (16, 16)
# 64 codes of 8 bits and 256 of 6 are as many bits as 256 codes of 8.
TOP_CODES, BOTTOM_CODES, CODES_OF_ONE = 256, 64, 256
# Share of the examples whose bottom is hidden, in the runs that are called alone.
TOP_ALONE = 0.1
DIM = 64
WIDTH = 64
# Of the one level, so that it has about as many weights as the two.
WIDTH_OF_ONE = 116


def _quantizer(num_codes: int) -> VectorQuantizer:
    return VectorQuantizer(
        num_codes, DIM, decay=0.99, k_means_iterations=10, restart_below=0.1
    )


def _two_levels(top_alone: float = 0.0) -> VQVAE2:
    join = nn.Conv2d(WIDTH + DIM, WIDTH, 3, padding=1)
    return VQVAE2(
        encoder=GridEncoder(3, WIDTH, 2, WIDTH),
        top_encoder=GridEncoder(WIDTH, DIM, 1, WIDTH),
        top_quantizer=_quantizer(TOP_CODES),
        top_decoder=GridDecoder(DIM, DIM, 1, WIDTH, likelihood=nn.Identity()),
        bottom_encoder=nn.Sequential(
            join, *residual_blocks(WIDTH, 1), nn.Conv2d(WIDTH, DIM, 1)
        ),
        bottom_quantizer=_quantizer(BOTTOM_CODES),
        decoder=GridDecoder(DIM + DIM, 3, 2, WIDTH),
        top_alone=top_alone,
    )


def _one_level() -> VQVAE:
    return VQVAE(
        GridEncoder(3, DIM, 2, WIDTH_OF_ONE),
        _quantizer(CODES_OF_ONE),
        GridDecoder(DIM, 3, 2, WIDTH_OF_ONE),
    )


@torch.no_grad()
def measure_vq_vae_2(
    model: VQVAE2, recipe: Recipe, limit: int = 10_000
) -> dict[str, Any]:
    """Metrics of a model on `limit` test images of its recipe, spread over all of them.

    Returns:
        Distortion in nats an image, the squared error a pixel of the mean image, also
        as a share of the variance, and its PSNR in decibels; nats that uniform priors
        charge; how each level's codes are used; the same errors if every image gets the
        top, or the bottom, codes of the image before it; and, of a model that has
        learned it, those of the top alone.
    """
    seed_everything(recipe.seed)
    images = spread_images(recipe.test(), limit).to(next(model.parameters()).device)
    parts = [model.encode(part) for part in images.split(500)]
    top, bottom = (torch.cat(level) for level in zip(*parts, strict=True))

    def errors(top: Tensor, bottom: Tensor | None) -> dict[str, float]:
        def likelihood(part: Tensor) -> Distribution:
            below = None if bottom is None else bottom[part]
            return model.likelihood(top[part], below)

        return reconstruction_errors(images, likelihood)

    used = [_use(*level) for level in zip((top, bottom), model.num_codes, strict=True)]
    return {
        "images": len(images),
        **errors(top, bottom),
        "uniform_rate": round(sum(level["uniform_rate"] for level in used), 3),
        "top": used[0],
        "bottom": used[1],
        "top_shuffled": errors(top.roll(1, 0), bottom),
        "bottom_shuffled": errors(top, bottom.roll(1, 0)),
        **({"top_alone": errors(top, None)} if model.top_alone else {}),
    }


def _use(indices: Tensor, num_codes: int) -> dict[str, Any]:
    uniform = indices[0].numel() * torch.tensor(num_codes).log().item()
    return {
        "codes": num_codes,
        "grid": list(indices.shape[1:]),
        "codebook_usage": round(codebook_usage(indices, num_codes), 4),
        "perplexity": round(perplexity(indices, num_codes), 1),
        "uniform_rate": round(uniform, 3),
    }


@cache  # one command may train several
def _faces(count: int, seed: int) -> ImageSet:
    return drawn_faces(count, seed)


_TWO = Recipe(
    model=_two_levels,
    objective=VectorQuantized,
    train=partial(_faces, 50_000, seed=0),
    test=partial(_faces, 10_000, seed=1),
    data="trained on 50,000 drawn faces whose attributes hang together, measured on "
    "10,000 others",
    steps=15_000,
    batch_size=64,
    learning_rate=1e-3,
    learning_rate_at_end=0.0,
    measure=measure_vq_vae_2,
)


def _prior(
    num_codes: int,
    grid: tuple[int, int],
    num_classes: int | None = None,
    class_grid: tuple[int, int] | None = None,
) -> CodePrior:
    network = CodeTransformer(
        num_codes, grid, num_classes, class_grid=class_grid, width=96, layers=3
    )
    return CodePrior(network, num_codes, grid, num_classes)


def _tops(split: str) -> Tensor:
    return level_grids(ALONE, split).labels


def _bottoms_under_tops(split: str) -> Labelled:
    return level_grids(ALONE, split)


def _ones(split: str) -> Tensor:
    return code_grids(ONE_LEVEL, split).x


def _prior_recipe(
    model: Callable[[], CodePrior],
    grids: Callable[[str], Tensor | Labelled],
    data: str,
) -> Recipe:
    return Recipe(
        model=model,
        objective=CodeLikelihood,
        train=partial(grids, "train"),
        test=partial(grids, "test"),
        data=f"trained on {data} gives its 50,000 drawn faces, measured on those of "
        "its 10,000 others",
        steps=8_000,
        batch_size=64,
        learning_rate=1e-3,
        learning_rate_at_end=0.0,
        measure=measure_code_prior,
    )


VQ_VAE_2: dict[str, Recipe] = {
    TWO_LEVELS: _TWO,
    ALONE: replace(_TWO, model=partial(_two_levels, TOP_ALONE)),
    ONE_LEVEL: replace(_TWO, model=_one_level, measure=measure_vq_vae),
    "vq_vae_2_prior_top": replace(
        _prior_recipe(
            partial(_prior, TOP_CODES, TOP), _tops, f"the top codes that {ALONE}"
        ),
        steps=1_200,
        batch_size=16,
    ),
    "vq_vae_2_prior_bottom": _prior_recipe(
        partial(_prior, BOTTOM_CODES, BOTTOM, TOP_CODES, TOP),
        _bottoms_under_tops,
        f"the bottom codes, given the top codes, that {ALONE}",
    ),
    "vq_vae_one_level_prior": _prior_recipe(
        partial(_prior, CODES_OF_ONE, BOTTOM), _ones, f"the codes that {ONE_LEVEL}"
    ),
}

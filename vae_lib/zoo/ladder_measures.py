"""What a card says of a ladder."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from vae_lib.data import ImageSource
from vae_lib.evaluation import (
    active_units_per_level,
    importance_weighted_bound,
    mse,
)
from vae_lib.models import LadderVAE
from vae_lib.objectives import LadderELBO
from vae_lib.training import seed_everything
from vae_lib.zoo.measures import spread_images

if TYPE_CHECKING:
    from vae_lib.zoo.recipe import Recipe

__all__ = ["measure_ladder"]

# Draws decoded at once: 64 MB of logits for images of 28 x 28.
CHUNK = 20_000


@torch.no_grad()
def measure_ladder(
    model: LadderVAE,
    recipe: "Recipe",
    limit: int = 10_000,
    samples: int = 5_000,
    weighted: int = 10_000,
    beside: Mapping[str, Callable[[], ImageSource]] | None = None,
) -> dict[str, Any]:
    """Metrics of a ladder on `limit` test images of its recipe, spread over all.

    Args:
        model: in evaluation mode, on any device.
        recipe: whose test images are measured.
        limit: images of each set.
        samples: draws an image of the importance-weighted bound.
        weighted: of the images, those whose importance-weighted bound is taken.
        beside: other sets of images by name, of which the bound is told.

    Returns:
        Rate, distortion and bound in nats an image; each level's rate, dimensions and
        active units, level 1 first; the importance-weighted bound; the squared error a
        pixel of the reconstructed mean; and the bound of the sets beside.
    """
    seed_everything(recipe.seed)
    images = _images(model, recipe.test(), limit)
    terms = _mean_terms(model, images)
    few = images[:: max(1, len(images) // weighted)][:weighted]
    bound = importance_weighted_bound(model, few, samples, chunk=CHUNK)
    parts = images.split(500)
    error = sum(mse(one, model.decode(model.encode(one).z)).sum() for one in parts)
    levels = [f"rate_{level}" for level in range(1, model.levels + 1)]
    return {
        "images": len(images),
        "distortion": round(terms["distortion"], 3),
        "rate": round(terms["rate"], 3),
        "elbo": round(-terms["distortion"] - terms["rate"], 3),
        "importance_weighted_bound": {
            "images": len(few),
            "samples": samples,
            "nats": round(float(bound.double().mean()), 3),
        },
        "rate_per_level": [round(terms[name], 3) for name in levels],
        "units_per_level": [one[0].numel() for one in model.sample(1)],
        "active_units_per_level": list(active_units_per_level(model, images)),
        "reconstruction_mse": round(float(error) / len(images), 6),
        "elbo_beside": {
            name: round(_elbo(model, source(), limit), 3)
            for name, source in (beside or {}).items()
        },
    }


def _images(model: LadderVAE, source: ImageSource, limit: int) -> Tensor:
    return spread_images(source, limit).to(next(model.parameters()).device)


def _mean_terms(model: LadderVAE, images: Tensor) -> dict[str, float]:
    """Means over images of the terms of the plain bound, one draw an image."""
    means: dict[str, float] = {}
    for part in images.split(500):
        for name, term in LadderELBO()(model, part).terms.items():
            share = float(term.double().sum()) / len(images)
            means[name] = means.get(name, 0.0) + share
    return means


def _elbo(model: LadderVAE, source: ImageSource, limit: int) -> float:
    terms = _mean_terms(model, _images(model, source, limit))
    return -terms["distortion"] - terms["rate"]

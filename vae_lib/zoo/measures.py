"""What a card says of a trained model."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.distributions import Distribution

from vae_lib.data import ImageSource, x_and_labels
from vae_lib.evaluation import (
    active_units,
    codebook_usage,
    importance_weighted_bound,
    mse,
    perplexity,
    psnr,
    rate_per_dimension,
)
from vae_lib.models import VAE, VQVAE, CodePrior
from vae_lib.networks import IndependentCodes
from vae_lib.objectives import NegativeELBO
from vae_lib.training import seed_everything
from vae_lib.zoo.scores import scores

if TYPE_CHECKING:
    from vae_lib.zoo.recipe import Recipe

__all__ = [
    "measure_code_prior",
    "measure_vae",
    "measure_vq_vae",
    "reconstruction_errors",
    "spread_images",
]


@torch.no_grad()
def measure_vae(
    model: VAE, recipe: "Recipe", limit: int = 10_000, samples: int = 64
) -> dict[str, Any]:
    """Metrics of a model on `limit` test images of its recipe, spread over all of them.

    Returns:
        Rate, distortion and bound in nats an image; the rate of each latent in nats;
        the number of active units; the squared error a pixel of the reconstructed mean;
        and, if the recipe has a grid of factors, the scores of disentanglement.
    """
    seed_everything(recipe.seed)
    images = spread_images(recipe.test(), limit).to(next(model.parameters()).device)
    terms: dict[str, float] = {}
    squared_error = 0.0
    for part in images.split(500):
        for name, term in NegativeELBO()(model, part).terms.items():
            terms[name] = terms.get(name, 0.0) + float(term.sum()) / len(images)
        reconstruction = model.decode(model.encode(part).mean)
        squared_error += float(mse(part, reconstruction).sum()) / len(images)
    few = images[:: max(1, len(images) // 1_000)][:1_000]
    return {
        "images": len(images),
        **{name: round(value, 3) for name, value in terms.items()},
        "elbo": round(-sum(terms.values()), 3),
        "importance_weighted_bound": {
            "images": len(few),
            "samples": samples,
            "nats": round(
                float(importance_weighted_bound(model, few, samples).mean()), 3
            ),
        },
        "rate_per_dimension": [
            round(rate, 4) for rate in rate_per_dimension(model, images).tolist()
        ],
        "active_units": active_units(model, images),
        "reconstruction_mse": round(squared_error, 6),
        **({} if recipe.grid is None else {"scores": scores(model, recipe.grid())}),
    }


@torch.no_grad()
def measure_vq_vae(
    model: VQVAE, recipe: "Recipe", limit: int = 10_000
) -> dict[str, Any]:
    """Metrics of a model on `limit` test images of its recipe, spread over all of them.

    Returns:
        Distortion in nats an image, and the rate of a uniform prior over the codes; the
        squared error a pixel of the mean image, also as a share of the variance, and
        its PSNR in decibels; usage and perplexity of all the codes together, and
        the mean perplexity of batches of the recipe's size.
    """
    seed_everything(recipe.seed)
    images = spread_images(recipe.test(), limit).to(next(model.parameters()).device)
    indices = torch.cat([model.encode(part) for part in images.split(500)])
    errors = reconstruction_errors(
        images, lambda part: model.decoder(model.quantizer.lookup(indices[part]))
    )
    count, grid = model.num_codes, indices[0].numel()
    batches = indices[: max(1, len(indices) // 10)].split(recipe.batch_size)
    of_batches = [perplexity(batch, count) for batch in batches]
    return {
        "images": len(images),
        **errors,
        "uniform_rate": round(grid * torch.tensor(count).log().item(), 3),
        "codes": count,
        "grid": list(indices.shape[1:]),
        "codebook_usage": round(codebook_usage(indices, count), 4),
        "perplexity": round(perplexity(indices, count), 1),
        "perplexity_of_a_batch": round(sum(of_batches) / len(of_batches), 1),
    }


def reconstruction_errors(
    images: Tensor, likelihood: Callable[[Tensor], Distribution]
) -> dict[str, float]:
    """How well images come back.

    Args:
        images: (N, C, H, W), in [0, 1].
        likelihood: what the model says of the images of an index (B,).

    Returns:
        Distortion in nats an image; the squared error a pixel of the mean image, also
        as a share of the variance, and its PSNR in decibels.
    """
    distortion = squared_error = decibels = 0.0
    for index in torch.arange(len(images), device=images.device).split(500):
        part, found = images[index], likelihood(index)
        mean = found.mean.clamp(0, 1)
        distortion -= float(found.log_prob(part).sum()) / len(images)
        squared_error += float(mse(part, mean).sum()) / len(images)
        decibels += float(psnr(part, mean).sum()) / len(images)
    variance = float(images.double().var(correction=0))
    return {
        "distortion": round(distortion, 3),
        "reconstruction_mse": round(squared_error, 6),
        "normalised_mse": round(squared_error / variance, 4),
        "psnr": round(decibels, 2),
    }


@torch.no_grad()
def measure_code_prior(model: CodePrior, recipe: "Recipe") -> dict[str, Any]:
    """What a prior charges for the test grids of its recipe, and what others would.

    Returns:
        Nats a grid and bits a code of test grids, and nats of the first so many
        training grids; nats of a uniform prior, and of independent codes by counting,
        which do not know of a level above.
    """
    device = next(model.parameters()).device
    train = x_and_labels(recipe.train().to(device))
    test = x_and_labels(recipe.test().to(device))
    below = train[1] is not None and train[1].dim() > 1
    classes = None if below else model.num_classes
    counted = IndependentCodes(model.num_codes, model.grid, classes).to(device)
    counted.count(train[0], None if below else train[1])
    apart = CodePrior(counted, model.num_codes, model.grid, classes)
    count = len(test[0])
    nats = _nats(model, *test)
    uniform = model.places * math.log(model.num_codes)
    return {
        "grids": count,
        "nats": round(nats, 3),
        "bits_per_code": round(nats / model.places / math.log(2), 4),
        "nats_of_training_grids": round(
            _nats(model, *(one if one is None else one[:count] for one in train)), 3
        ),
        "independent_nats": round(_nats(apart, test[0], None if below else test[1]), 3),
        "uniform_nats": round(uniform, 3),
        "codes": model.num_codes,
        "grid": list(model.grid),
    }


def _nats(prior: CodePrior, indices: Tensor, labels: Tensor | None) -> float:
    """Mean nats a grid."""
    device = next(prior.parameters()).device
    total = 0.0
    for part in torch.arange(len(indices)).split(200):
        of_part = None if labels is None else labels[part].to(device)
        total -= float(prior.log_prob(indices[part].to(device), of_part).double().sum())
    return total / len(indices)


def spread_images(data: ImageSource, limit: int) -> Tensor:
    """At most `limit` images (B, C, H, W), evenly spread over a set.

    The first ones would not do: published images may be sorted by their factors.
    """
    count = min(limit, len(data))
    index = torch.arange(count) * len(data) // count
    return torch.cat([data.images(part) for part in index.split(1_000)])

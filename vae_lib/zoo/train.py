"""Follow a recipe: train, round, measure, and write the weights with their card."""

import hashlib
import json
import platform
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

import vae_lib
from vae_lib.data import ImageSource
from vae_lib.evaluation import (
    active_units,
    importance_weighted_bound,
    mse,
    rate_per_dimension,
)
from vae_lib.models import VAE
from vae_lib.objectives import NegativeELBO, Objective, TwoPlayerObjective
from vae_lib.training import fit, linear_warmup, seed_everything
from vae_lib.training.checkpoints import write_atomically
from vae_lib.zoo.load import CARDS, WEIGHTS
from vae_lib.zoo.recipe import Recipe
from vae_lib.zoo.recipes import RECIPES
from vae_lib.zoo.scores import scores

__all__ = ["in_words", "measure", "train"]


def train(name: str, folder: Path | None = None) -> dict[str, Any]:
    """Train the model called name and write its weights and card.

    Args:
        name: a key of `RECIPES`.
        folder: where to write; by default over the ones that come with the library. A
            checkpoint is kept there while training, so that a broken run goes on.

    Returns:
        The card.

    Raises:
        ValueError: if there is no such recipe; lists those there are.
    """
    if name not in RECIPES:
        raise ValueError(
            f"no recipe is called {name!r}; there are {', '.join(sorted(RECIPES))}"
        )
    recipe = RECIPES[name]
    weights_path = (folder or WEIGHTS) / f"{name}.safetensors"
    card_path = (folder or CARDS) / f"{name}.json"
    checkpoint = weights_path.with_suffix(".checkpoint")
    seed_everything(recipe.seed)
    model = recipe.model()
    objective = recipe.objective()
    data = recipe.train()
    start = time.perf_counter()
    fit(
        model,
        objective,
        data,
        steps=recipe.steps,
        batch_size=recipe.batch_size,
        learning_rate=linear_warmup(
            recipe.steps, recipe.learning_rate, recipe.learning_rate_at_end
        ),
        seed=recipe.seed,
        checkpoint=checkpoint,
    )
    seconds = time.perf_counter() - start
    weights = {
        key: value.half().contiguous() for key, value in model.state_dict().items()
    }
    content = save(weights)
    model.load_state_dict({key: value.float() for key, value in weights.items()})
    description = {
        "name": name,
        "command": f"make weights NAME={name}",
        "data": recipe.data,
        "objective": in_words(objective),
        "steps": recipe.steps,
        "batch_size": recipe.batch_size,
        "learning_rate": recipe.learning_rate,
        "learning_rate_at_end": recipe.learning_rate_at_end,
        "seed": recipe.seed,
        "seconds": round(seconds),
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "versions": {
            "vae_lib": vae_lib.__version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
        },
        "metrics": measure(model, recipe),
        "weights": {
            "dtype": "float16",
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        },
    }
    write_atomically(weights_path, content)
    write_atomically(card_path, (json.dumps(description, indent=2) + "\n").encode())
    checkpoint.unlink()
    return description


@torch.no_grad()
def measure(
    model: VAE, recipe: Recipe, limit: int = 10_000, samples: int = 64
) -> dict[str, Any]:
    """Metrics of a model on `limit` test images of its recipe, spread over all of them.

    Returns:
        Rate, distortion and bound in nats an image; the rate of each latent in nats;
        the number of active units; the squared error a pixel of the reconstructed mean;
        and, if the recipe has a grid of factors, the scores of disentanglement.
    """
    seed_everything(recipe.seed)
    model.eval()
    test = recipe.test()
    images = torch.cat(list(_chunks(test, min(limit, len(test)))))
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


def in_words(objective: Objective) -> str:
    """The objective as Python writes it, an adversary's layers left out.

    >>> from vae_lib.networks import MLPDiscriminator
    >>> from vae_lib.objectives import Adversary, FactorVAE
    >>> in_words(FactorVAE(Adversary(MLPDiscriminator((10,), (50,))), gamma=20))
    'FactorVAE(adversary=Adversary(network=MLPDiscriminator with 601 weights,
     learning_rate=0.0001, betas=(0.5, 0.9)), gamma=20)'
    """
    words = repr(objective)
    if isinstance(objective, TwoPlayerObjective):
        network = objective.adversary.network
        count = sum(weight.numel() for weight in network.parameters())
        short = f"{type(network).__name__} with {count:,} weights"
        words = words.replace(repr(network), short)
    return words


def _chunks(data: ImageSource, count: int) -> Iterator[Tensor]:
    # Spread over all of them: published images may be sorted by their factors.
    for index in (torch.arange(count) * len(data) // count).split(1_000):
        yield data.images(index)

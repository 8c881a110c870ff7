"""Follow a recipe: train, round, measure, and write the weights with their card."""

import hashlib
import json
import platform
import time
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

import vae_lib
from vae_lib.objectives import Objective, TwoPlayerObjective
from vae_lib.training import fit, linear_warmup, seed_everything
from vae_lib.training.checkpoints import write_atomically
from vae_lib.zoo.load import CARDS, WEIGHTS, load_weights
from vae_lib.zoo.recipes import RECIPES

__all__ = ["in_words", "train"]


def train(
    name: str, folder: Path | None = None, device: torch.device | str = "cpu"
) -> dict[str, Any]:
    """Train the model called name and write its weights and card.

    Args:
        name: a key of `RECIPES`.
        folder: where to write; by default over the ones that come with the library. A
            checkpoint is kept there while training, so that a broken run goes on.
        device: where it is trained and measured. The seed repeats a run on the same
            kind of device; another one draws other numbers.

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
    model = recipe.model().to(device)
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
    weights = {key: _halved(value) for key, value in model.state_dict().items()}
    content = save(weights)
    load_weights(model, weights)
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
        "device": _in_words(torch.device(device)),
        "metrics": recipe.measure(model.eval(), recipe),
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


def _halved(value: Tensor) -> Tensor:
    """Half precision halves the download; counts and flags stay what they are."""
    value = value.cpu()
    return (value.half() if value.is_floating_point() else value).contiguous()


def _in_words(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


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

"""Load a trained model and its card."""

import hashlib
import json
from pathlib import Path
from typing import Any

from safetensors.torch import load as read_tensors
from torch import Tensor, nn

from vae_lib.zoo.recipes import RECIPES

__all__ = [
    "CARDS",
    "WEIGHTS",
    "card",
    "load_model",
    "load_weights",
    "names",
    "runs",
]

WEIGHTS = Path(__file__).parent / "weights"
CARDS = Path(__file__).parent / "cards"


def names() -> list[str]:
    """Names of the models that have weights here, sorted."""
    return sorted(path.stem for path in WEIGHTS.glob("*.safetensors"))


def card(name: str) -> dict[str, Any]:
    """How a model was made and what it reaches: data, seed, steps, command, metrics.

    Every model has a card. Of those trained with several seeds only the first ships
    its weights.

    Raises:
        ValueError: if there is no model of that name (lists those there are), or its
            card cannot be read.
    """
    paths = {path.stem: path for path in CARDS.glob("*.json")}
    if name not in paths:
        known = ", ".join(sorted(paths))
        raise ValueError(f"no trained model is called {name!r}; there are {known}")
    path = paths[name]
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path.name} is damaged: {error}") from error


def runs(name: str) -> list[dict[str, Any]]:
    """The cards of one recipe trained with several seeds, in the order of the seeds.

    Args:
        name: without its seed: "wae_dsprites32" for "wae_dsprites32_s0" and so on.

    Raises:
        ValueError: if there is no such card.
    """
    paths = CARDS.glob(f"{name}_s*.json")
    found = [card(path.stem) for path in paths if path.stem[len(name) + 2 :].isdigit()]
    if not found:
        raise ValueError(f"no runs are called {name!r} followed by a seed, as in '_s0'")
    return sorted(found, key=lambda one: one["seed"])


def load_model(name: str) -> nn.Module:
    """Return a trained model in evaluation mode, its weights not requiring gradients.

    Args:
        name: one of `names()`.

    Raises:
        ValueError: if there is no such model, if only its card ships, or if its file is
            not the one that the card describes (damaged or tampered with).
    """
    expected = card(name)["weights"]["sha256"]
    path = WEIGHTS / f"{name}.safetensors"
    if not path.is_file():
        raise ValueError(
            f"{name} ships its card only; `make weights NAME={name}` trains it"
        )
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise ValueError(
            f"{path.name} is damaged: expected sha256 {expected}, got {found}"
        )
    model = RECIPES[name].model()
    load_weights(model, read_tensors(content))
    return model.eval().requires_grad_(False)


def load_weights(model: nn.Module, weights: dict[str, Tensor]) -> None:
    """Fill a model with weights stored in half precision; it computes in single."""
    model.load_state_dict(
        {
            key: value.float() if value.is_floating_point() else value
            for key, value in weights.items()
        }
    )

"""Load a trained model and its card."""

import hashlib
import json
from pathlib import Path
from typing import Any

from safetensors.torch import load as read_tensors

from vae_lib.models import VAE
from vae_lib.zoo.recipes import RECIPES

__all__ = ["CARDS", "WEIGHTS", "card", "load_model", "names"]

WEIGHTS = Path(__file__).parent / "weights"
CARDS = Path(__file__).parent / "cards"


def names() -> list[str]:
    """Names of the models that have weights here, sorted."""
    return sorted(path.stem for path in WEIGHTS.glob("*.safetensors"))


def card(name: str) -> dict[str, Any]:
    """How a model was made and what it reaches: data, seed, steps, command, metrics.

    Raises:
        ValueError: if there is no model of that name (lists those there are), or its
            card cannot be read.
    """
    if name not in names():
        raise ValueError(
            f"no trained model is called {name!r}; there are {', '.join(names())}"
        )
    path = CARDS / f"{name}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path.name} is damaged: {error}") from error


def load_model(name: str) -> VAE:
    """Return a trained model in evaluation mode, its weights not requiring gradients.

    Args:
        name: one of `names()`.

    Raises:
        ValueError: if there is no such model, or its file is not the one that the card
            describes (damaged or tampered with).
    """
    expected = card(name)["weights"]["sha256"]
    path = WEIGHTS / f"{name}.safetensors"
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise ValueError(
            f"{path.name} is damaged: expected sha256 {expected}, got {found}"
        )
    model = RECIPES[name].model()
    # Stored in half precision to halve the download; computed with in single.
    weights = {key: value.float() for key, value in read_tensors(content).items()}
    model.load_state_dict(weights)
    return model.eval().requires_grad_(False)

"""What each level of MNIST's ladder knows of the digit's class.

`python -m vae_lib.zoo.level_classes` measures and writes one file. The images on which
the ladder was trained have no labels, and MNIST's own may not ship.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vae_lib.data import Binarized, load
from vae_lib.evaluation import level_draws, linear_probe
from vae_lib.models import LadderVAE
from vae_lib.training import seed_everything
from vae_lib.training.checkpoints import write_atomically
from vae_lib.zoo.load import card, load_model

__all__ = ["LEVEL_CLASSES", "classes_by_level", "level_classes"]

LEVEL_CLASSES = Path(__file__).parent / "level_classes" / "mnist.json"
MODELS = ("ladder_mnist_s0", "flat_mnist_s0")
IMAGES = 6_000  # a third of which are asked


def level_classes(path: Path | None = None) -> dict[str, Any]:
    """What a linear probe of draws knows of the class: accuracy, and nats.

    Args:
        path: of the measures; by default those that come with the library.

    Returns:
        Model -> "level 1", ... and "levels 1 to 3", ... -> accuracy, chance, nats and
        entropy, as `linear_probe` has them; and the data and the weights' checksums.

    Raises:
        ValueError: if the file is damaged, or of other weights than a card describes.
    """
    path = path or LEVEL_CLASSES
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        weights = found["weights"]
    except (ValueError, KeyError) as error:
        raise ValueError(f"{path.name} is damaged: {error}") from error
    for name, checksum in weights.items():
        expected = card(name)["weights"]["sha256"]
        if checksum != expected:
            raise ValueError(
                f"{path.name} describes weights {checksum} of {name}, "
                f"its card {expected}"
            )
    return found


def classes_by_level(
    model: LadderVAE, images: Tensor, labels: Tensor
) -> dict[str, dict[str, float]]:
    """Probe each level alone, and all levels from the top down to each.

    Args:
        model: a ladder whose levels have two dimensions at least.
        images: (N, *event) in [0, 1].
        labels: class of each, (N,), int64.
    """
    codes = level_draws(model, images)
    top = model.levels
    asked = {f"level {k}": codes[k - 1 : k] for k in range(top, 0, -1)}
    asked |= {f"levels {k} to {top}": codes[k - 1 :] for k in range(top - 1, 0, -1)}
    return {name: _told(parts, labels) for name, parts in asked.items()}


def _told(parts: Sequence[Tensor], labels: Tensor) -> dict[str, float]:
    probe = linear_probe(torch.cat([*parts], dim=1), labels)
    return {name: round(float(value), 4) for name, value in probe._asdict().items()}


def _measure() -> dict[str, Any]:
    digits, index = load("mnist", split="test"), torch.arange(IMAGES)
    measures: dict[str, Any] = {}
    for name in MODELS:
        seed_everything(0)
        images = Binarized(digits).images(index)
        found = classes_by_level(load_model(name), images, digits.labels(index))
        measures[name] = found
    return {
        "data": f"the first {IMAGES:,} test images of MNIST, each pixel drawn from its "
        "grey value",
        "weights": {name: card(name)["weights"]["sha256"] for name in MODELS},
        **measures,
    }


if __name__ == "__main__":
    write_atomically(LEVEL_CLASSES, (json.dumps(_measure(), indent=2) + "\n").encode())

"""How often each code of a model stands at each place of the pictures it learnt from.

`python -m vae_lib.zoo.code_counts` counts and writes one file. A prior of independent
codes is made of it without any training.
"""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor
from torch.nn import functional as F

from vae_lib.models import VQVAE, CodePrior
from vae_lib.networks import IndependentCodes
from vae_lib.training.checkpoints import write_atomically
from vae_lib.zoo.load import card, load_model
from vae_lib.zoo.measures import spread_images
from vae_lib.zoo.rates import RATES
from vae_lib.zoo.recipes import RECIPES

__all__ = [
    "CODE_COUNTS",
    "COUNTED",
    "code_counts",
    "load_code_prior",
    "write_code_counts",
]

CODE_COUNTS = Path(__file__).parent / "code_counts" / "counts.safetensors"
COUNTED = (*(name for name in RATES if "vq_vae" in name), "vq_vae_cifar10")
PICTURES = 8_000  # that codes are counted on, from those that the model learnt from
SMOOTHING = 0.5  # of a picture at each count: no code is impossible


def load_code_prior(name: str, path: Path | None = None) -> CodePrior:
    """The prior of independent codes of a model, from their counts.

    Args:
        name: one of `COUNTED`.
        path: of the counts; by default those that come with the library.

    Raises:
        ValueError: if no codes of that model were counted, the file is damaged, or it
            counts codes of other weights than the card describes.
    """
    if name not in COUNTED:
        raise ValueError(
            f"no codes of {name!r} are counted; there are {', '.join(COUNTED)}"
        )
    path = path or CODE_COUNTS
    try:
        with safe_open(path, framework="pt") as file:
            counted = json.loads((file.metadata() or {}).get("weights", "{}"))
            counts = file.get_tensor(name).int()
    except (SafetensorError, ValueError) as error:
        raise ValueError(f"{path.name} is damaged: {error}") from error
    expected = card(name)["weights"]["sha256"]
    if counted.get(name) != expected:
        raise ValueError(
            f"{path.name} counts codes of other weights of {name}: expected sha256 "
            f"{expected}, got {counted.get(name)}"
        )
    num_codes, *grid = counts.shape
    network = IndependentCodes(num_codes, (grid[0], grid[1]))
    chances = counts + SMOOTHING
    with torch.no_grad():
        network.table.copy_((chances / chances.sum(0)).log()[None])
    return CodePrior(network, num_codes, (grid[0], grid[1])).requires_grad_(False)


def code_counts(model: VQVAE, images: Tensor) -> Tensor:
    """How many pictures have each code at each place: (K, H, W), int64.

    Args:
        model: in evaluation mode.
        images: (N, C, H, W) in [0, 1].
    """
    with torch.no_grad():
        codes = torch.cat([model.encode(part) for part in images.split(500)])
    return F.one_hot(codes, model.num_codes).sum(0).permute(2, 0, 1)


def write_code_counts() -> None:
    """Count the codes of pictures that each model was trained on, and write them.

    Raises:
        ValueError: if a model's weights are missing or damaged.
    """
    counts, weights = {}, {}
    for name in COUNTED:
        images = spread_images(RECIPES[name].train(), PICTURES)
        # No more than PICTURES of anything: 16 bits hold it.
        found = code_counts(load_model(name), images).to(torch.int16)
        counts[name] = found.contiguous()
        weights[name] = card(name)["weights"]["sha256"]
    write_atomically(CODE_COUNTS, save(counts, {"weights": json.dumps(weights)}))


if __name__ == "__main__":
    write_code_counts()

"""What the tests of the training loop share: a small model and a short run."""

import torch
from torch import Tensor

from vae_lib.data import ImageSource
from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import MLPDecoder, MLPEncoder
from vae_lib.objectives import NegativeELBO, Objective
from vae_lib.training import History, fit

SHAPE = (1, 6, 6)
BYTES = (torch.arange(20 * 36) * 7 % 256).to(torch.uint8).view(20, *SHAPE)
FLOATS = BYTES.float() / 255


def vae() -> VAE:
    """A VAE with fresh weights, the same at every call."""
    torch.manual_seed(0)
    return VAE(MLPEncoder(SHAPE, 2), MLPDecoder(2, SHAPE), StandardNormal(2))


def train(
    data: ImageSource | Tensor = BYTES,
    objective: Objective | None = None,
    model: VAE | None = None,
    **options: object,
) -> tuple[VAE, History]:
    """Six steps, if options do not say otherwise; the model and its history."""
    model = model or vae()
    options = {"steps": 6, "batch_size": 4, "log_every": 1, "progress": False} | options
    return model, fit(model, objective or NegativeELBO(), data, **options)


def same(model: VAE, other: VAE) -> bool:
    """Whether two models' weights are the same, bit for bit."""
    pairs = zip(model.parameters(), other.parameters(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)

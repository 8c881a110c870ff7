"""Codes as sliders can show them: rounded, named, and told when they are closed."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

__all__ = ["COLLAPSED", "STEP", "latent_name", "slider_codes"]

COLLAPSED = 0.01  # nats: below this a latent tells the decoder nothing
STEP = 0.05  # about a third of a typical posterior's standard deviation


@torch.no_grad()
def slider_codes(model: Any, examples: Tensor) -> np.ndarray:
    """Posterior means (N, D), float64, rounded to values that a slider can show.

    Args:
        model: with `encode`, e.g. a `vae_lib.models.VAE`.
        examples: images (N, C, H, W) in [0, 1].
    """
    means = model.encode(examples.float()).mean.double().cpu().numpy()
    return np.rint(means / STEP) * STEP + 0.0  # + 0.0 turns a -0.0 into 0.0


def latent_name(latent: int) -> str:
    """A latent's name with its number set low, numbered from one.

    >>> latent_name(9)
    'z₁₀'
    """
    return "z" + "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(latent + 1))

"""Which latent dimensions carry anything, and how much."""

import torch
from torch import Tensor

from vae_lib.data import Batch, x_and_given
from vae_lib.evaluation.checks import check_images, check_positive
from vae_lib.models import CVAE, VAE
from vae_lib.objectives import rate_of_each_dimension

__all__ = ["active_units", "rate_per_dimension"]


@torch.no_grad()
def rate_per_dimension(model: VAE | CVAE, images: Batch, chunk: int = 512) -> Tensor:
    """KL(q(z_d | x) || p(z_d)), averaged over images: what each latent carries.

    Args:
        model: with a diagonal Gaussian posterior and prior.
        images: (B, *event) in [0, 1], or a conditioned batch.
        chunk: images encoded at once (memory, not result).

    Returns:
        Rates in nats, (D,), non-negative; their sum is the model's rate.

    Raises:
        ValueError: if images are empty or not finite, or the posterior or the prior is
            not a diagonal Gaussian.
    """
    x, given = x_and_given(images)
    check_images("images", x)
    check_positive(chunk=chunk)
    total = sum(
        rate_of_each_dimension(model.encode(*part), model.prior(*part[1:])).sum(0)
        for part in zip(*(one.split(chunk) for one in (x, *given)), strict=True)
    )
    return total / len(x)


@torch.no_grad()
def active_units(
    model: VAE, images: Tensor, threshold: float = 0.01, chunk: int = 512
) -> int:
    """Number of latents whose posterior mean moves with x: Var_x E_q[z_d] > threshold.

    Args:
        model: its posterior's mean is read.
        images: (B, *event) in [0, 1], B >= 2.
        threshold: variance above which a unit counts as active.
        chunk: images encoded at once (memory, not result).

    Returns:
        Count in [0, D].

    Raises:
        ValueError: if there are fewer than two images, they are not finite, or the
            threshold is negative.

    Source: Burda et al. (2016), arXiv:1509.00519, section 5.2.
    """
    check_images("images", images)
    check_positive(chunk=chunk)
    if len(images) < 2:
        raise ValueError(f"a variance needs at least two images, got {len(images)}")
    if not threshold >= 0:
        raise ValueError(f"threshold must be non-negative, got {threshold}")
    means = torch.cat([model.encode(part).mean for part in images.split(chunk)])
    return int((means.var(0) > threshold).sum())

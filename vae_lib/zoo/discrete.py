"""VQ-VAEs: one architecture on digits, drawn faces and photographs."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from torch import nn

from vae_lib.data import Digits, load
from vae_lib.models import VQVAE
from vae_lib.networks import (
    Bernoulli,
    Gaussian,
    GridDecoder,
    GridEncoder,
    VectorQuantizer,
)
from vae_lib.objectives import VectorQuantized
from vae_lib.zoo.images import drawn_faces
from vae_lib.zoo.measures import measure_vq_vae
from vae_lib.zoo.recipe import Recipe

__all__ = ["DISCRETE"]

# Sonnet's example has this codebook, decay, commitment, batch and step size; its loss
# divides the squared error by the data's variance, which a scale of 0.15 does, nearly.
DECAY = 0.99
# A code that a batch of 2,048 latents uses less than once in ten batches moves.
RESTART_BELOW = 0.1


def _vq_vae(
    channels: int,
    halvings: int,
    width: int,
    likelihood: Callable[[], nn.Module],
    num_codes: int = 512,
    dim: int = 64,
    *,
    cured: bool = True,
) -> VQVAE:
    start = {"k_means_iterations": 10, "restart_below": RESTART_BELOW} if cured else {}
    return VQVAE(
        GridEncoder(channels, dim, halvings, width),
        VectorQuantizer(num_codes, dim, decay=DECAY, **start),
        GridDecoder(dim, channels, halvings, width, likelihood=likelihood()),
    )


_CIFAR10 = Recipe(
    model=partial(_vq_vae, 3, 2, 128, partial(Gaussian, 0.15)),
    objective=VectorQuantized,
    train=lambda: load("cifar10", split="train"),
    test=lambda: load("cifar10", split="test"),
    data="trained on the 50,000 training images of CIFAR-10, measured on the first "
    "1,000 test images",
    steps=10_000,
    batch_size=32,
    learning_rate=3e-4,
    learning_rate_at_end=3e-4,
    measure=measure_vq_vae,
)

DISCRETE: dict[str, Recipe] = {
    "vq_vae_cifar10": _CIFAR10,
    # Without k-means and restarts, as in Sonnet's example.
    "vq_vae_cifar10_plain": replace(
        _CIFAR10, model=partial(_CIFAR10.model, cured=False)
    ),
    "vq_vae_mnist": replace(
        _CIFAR10,
        model=partial(_vq_vae, 1, 2, 64, Bernoulli),
        train=lambda: load("mnist", split="train"),
        test=lambda: load("mnist", split="test"),
        data="trained on the 60,000 training images of MNIST, measured on the 10,000 "
        "test images",
        steps=4_000,
        batch_size=64,
        learning_rate=1e-3,
        learning_rate_at_end=0.0,
    ),
    "vq_vae_faces": replace(
        _CIFAR10,
        model=partial(_vq_vae, 3, 3, 96, partial(Gaussian, 0.1)),
        train=lambda: drawn_faces(50_000, seed=0),
        test=lambda: drawn_faces(10_000, seed=1),
        data="trained on 50,000 drawn faces whose attributes hang together, measured "
        "on 10,000 others",
        steps=15_000,
        batch_size=64,
        learning_rate=1e-3,
        learning_rate_at_end=0.0,
    ),
    "vq_vae_digits": replace(
        _CIFAR10,
        model=partial(_vq_vae, 1, 1, 32, Bernoulli, num_codes=64, dim=8),
        train=lambda: Digits("train"),
        test=lambda: Digits("test"),
        data="trained on scikit-learn's digits, measured on those held out",
        steps=3_000,
        batch_size=64,
        learning_rate=1e-3,
        learning_rate_at_end=0.0,
    ),
}

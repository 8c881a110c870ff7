"""Priors over the codes of the zoo's VQ-VAEs."""

from dataclasses import replace
from functools import partial

from torch import Tensor

from vae_lib.data import Labelled
from vae_lib.models import CodePrior
from vae_lib.networks import CodeTransformer
from vae_lib.objectives import CodeLikelihood
from vae_lib.zoo.code_grids import code_grids
from vae_lib.zoo.measures import measure_code_prior
from vae_lib.zoo.recipe import Recipe

__all__ = ["CODE_PRIORS"]


def _prior(
    num_codes: int,
    grid: tuple[int, int],
    num_classes: int | None = None,
    **options: int,
) -> CodePrior:
    network = CodeTransformer(num_codes, grid, num_classes, **options)
    return CodePrior(network, num_codes, grid, num_classes)


def _unlabelled(name: str, split: str) -> Tensor:
    return code_grids(name, split).x


def _labelled(name: str, split: str) -> Labelled:
    return code_grids(name, split)


_MNIST = Recipe(
    model=partial(_prior, 512, (7, 7), 10, layers=2),
    objective=CodeLikelihood,
    train=partial(_labelled, "vq_vae_mnist", "train"),
    test=partial(_labelled, "vq_vae_mnist", "test"),
    data="trained on the codes that vq_vae_mnist gives the 60,000 training images of "
    "MNIST, with their classes; measured on those of the 10,000 test images",
    steps=10_000,
    batch_size=128,
    learning_rate=2e-3,
    learning_rate_at_end=0.0,
    measure=measure_code_prior,
)
_BLIND = replace(
    _MNIST,
    model=partial(_prior, 512, (7, 7), layers=2),
    train=partial(_unlabelled, "vq_vae_mnist", "train"),
    test=partial(_unlabelled, "vq_vae_mnist", "test"),
    data=_MNIST.data.replace(", with their classes", ""),
)

CODE_PRIORS: dict[str, Recipe] = {
    "code_prior_mnist": _MNIST,
    "code_prior_mnist_blind": _BLIND,
    # Each place asks its four earlier neighbours only, and hears what they heard.
    "code_prior_mnist_near": replace(
        _BLIND, model=partial(_prior, 512, (7, 7), layers=2, window=1)
    ),
    "code_prior_digits": replace(
        _MNIST,
        model=partial(_prior, 64, (4, 4), 10, width=32, layers=1),
        train=partial(_labelled, "vq_vae_digits", "train"),
        test=partial(_labelled, "vq_vae_digits", "test"),
        data="trained on the codes that vq_vae_digits gives scikit-learn's digits, "
        "with their classes; measured on those of the digits held out",
        steps=600,
        batch_size=64,
        learning_rate=3e-3,
    ),
    "code_prior_faces": replace(
        _BLIND,
        model=partial(_prior, 512, (8, 8), layers=2),
        train=partial(_unlabelled, "vq_vae_faces", "train"),
        test=partial(_unlabelled, "vq_vae_faces", "test"),
        data="trained on the codes that vq_vae_faces gives its 50,000 drawn faces, "
        "measured on those of its 10,000 others",
        steps=8_000,
    ),
    "code_prior_cifar10": replace(
        _BLIND,
        model=partial(_prior, 512, (8, 8), layers=1),
        train=partial(_unlabelled, "vq_vae_cifar10", "train"),
        test=partial(_unlabelled, "vq_vae_cifar10", "test"),
        data="trained on the codes that vq_vae_cifar10 gives the 50,000 training "
        "images of CIFAR-10, measured on those of its 1,000 test images",
        steps=800,
        batch_size=32,
        learning_rate=4e-3,
    ),
}

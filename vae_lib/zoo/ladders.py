"""A ladder of three levels, and a flat VAE of as many weights beside it.

On static binarized MNIST, the images on which likelihoods are compared: a chain of
vectors, and one level with as many latents and weights.
"""

from dataclasses import replace
from functools import cache, partial

from vae_lib.data import ImageSet, load
from vae_lib.models import LadderVAE, chain_ladder
from vae_lib.objectives import LadderELBO
from vae_lib.training import linear_warmup
from vae_lib.zoo.ladder_measures import measure_ladder
from vae_lib.zoo.recipe import Recipe

__all__ = ["LADDERS"]

MNIST = (1, 28, 28)


@cache  # one command may train both, and each measures all three
def _static(split: str) -> ImageSet:
    return load("binarized_mnist", split=split)


def _ladder() -> LadderVAE:
    return chain_ladder(MNIST, dims=(32, 16, 8), widths=(400, 200, 100))


def _flat() -> LadderVAE:
    # As many latents as the ladder has, and within 0.1 % as many weights.
    return chain_ladder(MNIST, dims=(56,), widths=(458,))


_BESIDE = {"train": partial(_static, "train"), "valid": partial(_static, "valid")}

_ON_MNIST = Recipe(
    model=_ladder,
    objective=partial(LadderELBO, linear_warmup(5_000), free=(0.0, 1.0, 1.0)),
    train=partial(_static, "train"),
    test=partial(_static, "test"),
    data="trained on the 50,000 training images of static binarized MNIST, measured "
    "on its 10,000 test images",
    steps=30_000,
    batch_size=256,
    learning_rate=1e-3,
    learning_rate_at_end=0.0,
    measure=partial(measure_ladder, beside=_BESIDE),
)

LADDERS: dict[str, Recipe] = {
    "ladder_mnist_s0": _ON_MNIST,
    "flat_mnist_s0": replace(
        _ON_MNIST, model=_flat, objective=partial(LadderELBO, linear_warmup(5_000))
    ),
}

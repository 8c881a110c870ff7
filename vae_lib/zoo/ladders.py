"""Ladders of three levels, and flat VAEs of as many weights beside them.

On static binarized MNIST, the images on which likelihoods are compared: a chain of
vectors and one level with as many weights. Each is also trained without a cure for dead
levels, for longer, and on images that are drawn anew every time, which cannot be learnt
by heart.
"""

from dataclasses import replace
from functools import cache, partial

from vae_lib.data import Binarized, ImageSet, ImageSource, load
from vae_lib.models import LadderVAE, chain_ladder
from vae_lib.objectives import LadderELBO
from vae_lib.training import linear_warmup
from vae_lib.zoo.ladder_measures import measure_ladder
from vae_lib.zoo.recipe import Recipe

__all__ = ["LADDERS"]

MNIST = (1, 28, 28)
SEEDS = (0, 1, 2)
# Of a change only cards ship; weights ship with seed 0.
CHANGED = (1, 2, 3)


@cache  # one command may train many
def _static(split: str) -> ImageSet:
    return load("binarized_mnist", split=split)


def _fresh() -> ImageSource:
    """The images that the static set was drawn from: the first 50,000."""
    images = load("mnist", split="train")
    return Binarized(replace(images, pixels=images.pixels[:50_000], all_labels=None))


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
_FLAT = {"model": _flat, "objective": partial(LadderELBO, linear_warmup(5_000))}
_LONG = {"steps": 60_000}
_FRESH = {
    **_LONG,
    "train": _fresh,
    "data": "trained on the first 50,000 training images of MNIST, each pixel drawn "
    "anew from its grey value, measured on the 10,000 test images of static binarized "
    "MNIST",
}

LADDERS: dict[str, Recipe] = {}
for _seed in SEEDS:
    LADDERS[f"ladder_mnist_s{_seed}"] = replace(_ON_MNIST, seed=_seed)
    LADDERS[f"flat_mnist_s{_seed}"] = replace(_ON_MNIST, **_FLAT, seed=_seed)
for _seed in CHANGED:
    LADDERS[f"ladder_mnist_no_cure_s{_seed}"] = replace(
        _ON_MNIST, objective=LadderELBO, seed=_seed
    )
for _name, _change in {"long": _LONG, "fresh": _FRESH}.items():
    LADDERS[f"ladder_mnist_{_name}_s1"] = replace(_ON_MNIST, **_change, seed=1)
    LADDERS[f"flat_mnist_{_name}_s1"] = replace(_ON_MNIST, **_FLAT, **_change, seed=1)

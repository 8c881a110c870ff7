"""Models that are told what to draw: a class, some attributes, or a part of a picture.

What is seen of a quadrant model's images is fixed; `cvae_mnist_completion` is shown
whatever a brush has left.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import torch
from torch import nn

from vae_lib.data import (
    Binarized,
    ImageSet,
    Masked,
    WithLabels,
    brush_masks,
    load,
    quadrants,
)
from vae_lib.models import CVAE, Regression, StandardNormal
from vae_lib.networks import (
    CompletionDecoder,
    ConditionalDecoder,
    ConditionalEncoder,
    ConditionalPrior,
    MLPDecoder,
    MLPEncoder,
    OneHot,
    SignedPart,
    SmoothGaussian,
    SubpixelDecoder,
    SubpixelEncoder,
)
from vae_lib.objectives import NegativeELBO, RegressionLikelihood
from vae_lib.zoo.conditional_measures import (
    measure_completion,
    measure_faces_cvae,
    measure_labelled,
)
from vae_lib.zoo.images import GIVEN, described_faces
from vae_lib.zoo.recipe import Recipe

__all__ = ["CONDITIONAL"]

SHAPE = (1, 28, 28)
PIXELS = 28 * 28
HIDDEN = (400, 200)
QUADRANTS = (1, 2, 3)
# So many different masks are drawn once; each image is given one at random.
BRUSHES = 20_000
# The last training images, kept to see how much is learned by heart.
KEPT = 10_000


def _classes_cvae(latent_dim: int) -> CVAE:
    encoder = MLPEncoder((PIXELS + 10,), latent_dim, HIDDEN)
    decoder = MLPDecoder(latent_dim + 10, SHAPE, HIDDEN[::-1])
    return CVAE(
        ConditionalEncoder(encoder, OneHot(10)),
        ConditionalDecoder(decoder, OneHot(10)),
        StandardNormal(latent_dim),
    )


def _faces_cvae(latent_dim: int = 24, *, learned_prior: bool = False) -> CVAE:
    given = len(GIVEN)
    decoder = SubpixelDecoder(latent_dim + given, 3, likelihood=SmoothGaussian(0.1))
    prior: nn.Module = StandardNormal(latent_dim)
    if learned_prior:
        prior = ConditionalPrior(MLPEncoder((given,), latent_dim, (64,)), nn.Identity())
    return CVAE(
        ConditionalEncoder(SubpixelEncoder(3 + given, latent_dim), nn.Identity()),
        ConditionalDecoder(decoder, nn.Identity()),
        prior,
    )


def _completion_cvae(latent_dim: int, hidden: Sequence[int]) -> CVAE:
    decoder = MLPDecoder(latent_dim + PIXELS, SHAPE, hidden)
    return CVAE(
        ConditionalEncoder(MLPEncoder((2 * PIXELS,), latent_dim, hidden), SignedPart()),
        CompletionDecoder(ConditionalDecoder(decoder, SignedPart())),
        ConditionalPrior(MLPEncoder((PIXELS,), latent_dim, hidden), SignedPart()),
    )


def _completion_network(hidden: Sequence[int]) -> Regression:
    decoder = ConditionalDecoder(MLPDecoder(PIXELS, SHAPE, hidden), SignedPart())
    return Regression(CompletionDecoder(decoder))


def _mnist(part: str) -> ImageSet:
    """MNIST's "test" images, or the training images but for the "kept", or those."""
    images = load("mnist", split="test" if part == "test" else "train")
    if part == "test":
        return images
    cut = len(images) - KEPT
    rows = slice(cut) if part == "train" else slice(cut, None)
    return ImageSet(images.pixels[rows], all_labels=images.all_labels[rows])


def _with_quadrants(part: str, count: int, *, binarized: bool = True) -> Masked:
    images = _mnist(part)
    return Masked(Binarized(images) if binarized else images, quadrants(count))


def _under_brushes(part: str, *, binarized: bool = True) -> Masked:
    seed = ("train", "kept", "test").index(part)
    generator = torch.Generator().manual_seed(seed)
    masks = brush_masks(BRUSHES, generator=generator)
    images = _mnist(part)
    return Masked(Binarized(images) if binarized else images, masks)


def _labelled(split: str) -> WithLabels:
    return WithLabels(Binarized(load("mnist", split=split)))


_CLASSES = Recipe(
    model=partial(_classes_cvae, 2),
    objective=NegativeELBO,
    train=partial(_labelled, "train"),
    test=partial(_labelled, "test"),
    data="trained on the 60,000 training images of MNIST with their classes, measured "
    "on the 10,000 test images, each pixel drawn anew from its grey value",
    steps=40_000,
    batch_size=128,
    learning_rate=1e-3,
    learning_rate_at_end=0.0,
    measure=measure_labelled,
)

_FACES = Recipe(
    model=_faces_cvae,
    objective=NegativeELBO,
    train=partial(described_faces, 50_000, seed=0),
    test=partial(described_faces, 10_000, seed=1),
    data="trained on 50,000 drawn faces whose attributes hang together, with their "
    f"{', '.join(GIVEN[:-1])} and {GIVEN[-1]}; measured on 10,000 others",
    steps=12_000,
    batch_size=64,
    learning_rate=1e-3,
    learning_rate_at_end=0.0,
    measure=measure_faces_cvae,
)


def _quadrants(model: Callable[[], nn.Module], count: int, steps: int) -> Recipe:
    return Recipe(
        model=model,
        objective=NegativeELBO,
        train=partial(_with_quadrants, "train", count),
        test=partial(_with_quadrants, "test", count),
        data=f"given {count} of the 4 quadrants; trained on the first 50,000 training "
        "images of MNIST, measured on the 10,000 test images, each pixel drawn anew "
        "from its grey value",
        steps=steps,
        batch_size=128,
        learning_rate=1e-3,
        learning_rate_at_end=0.0,
        measure=partial(
            measure_completion,
            kept=partial(_with_quadrants, "kept", count),
            grey=partial(_with_quadrants, "test", count, binarized=False),
        ),
        card_only=True,
    )


# Without z a network that trains longer learns its images by heart.
STEPS, NETWORK_STEPS = 20_000, 8_000

CONDITIONAL: dict[str, Recipe] = {
    "cvae_mnist": _CLASSES,
    "cvae_faces": _FACES,
    "cvae_faces_prior": replace(_FACES, model=partial(_faces_cvae, learned_prior=True)),
    "cvae_mnist_completion": replace(
        _quadrants(partial(_completion_cvae, 16, (256, 256)), 1, 15_000),
        card_only=False,
        train=partial(_under_brushes, "train"),
        test=partial(_under_brushes, "test"),
        data="given what random strokes of a brush leave; trained on the first 50,000 "
        "training images of MNIST, measured on the 10,000 test images, each pixel "
        "drawn anew from its grey value",
        measure=partial(
            measure_completion,
            kept=partial(_under_brushes, "kept"),
            grey=partial(_under_brushes, "test", binarized=False),
        ),
    ),
}
for count in QUADRANTS:
    CONDITIONAL[f"cvae_mnist_quadrants_{count}"] = _quadrants(
        partial(_completion_cvae, 50, (500, 500)), count, STEPS
    )
    CONDITIONAL[f"quadrants_nn_{count}"] = replace(
        _quadrants(partial(_completion_network, (500, 500)), count, NETWORK_STEPS),
        objective=RegressionLikelihood,
    )

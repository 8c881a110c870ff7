"""A hundred labels on MNIST: M1, M2, both in a row, and classifiers on their own.

All of one seed and number of labels are shown the same labelled images.
"""

from dataclasses import replace
from functools import partial

from vae_lib.data import (
    Binarized,
    ImageSource,
    Labelled,
    PartlyLabelled,
    load,
    shifted_copies,
)
from vae_lib.models import M2, VAE, StandardNormal, UniformClasses
from vae_lib.networks import (
    DiagonalGaussian,
    LabelledMLPDecoder,
    LabelledMLPEncoder,
    MLPClassifier,
    MLPDecoder,
    MLPEncoder,
    PixelHead,
)
from vae_lib.objectives import (
    Classification,
    NegativeELBO,
    SemiSupervised,
)
from vae_lib.zoo.latents import latents
from vae_lib.zoo.recipe import Recipe
from vae_lib.zoo.semi_supervised_measures import (
    grey_images,
    labelled_images,
    measure_classifier,
    measure_m1,
    measure_m2,
    measure_network,
)

__all__ = [
    "LABEL_COUNTS",
    "SEMI_SUPERVISED",
    "m1_name",
    "seeds_of",
]

LABEL_COUNTS = (10, 30, 100, 300, 1_000, 3_000)
SHAPE = (1, 28, 28)
CLASSES = 10
LATENTS = 50
REACH = 2


def seeds_of(count: int) -> range:
    """The seeds that ran with `count` labels: five for a hundred, else one."""
    return range(5 if count == 100 else 1)


def m1_name(seed: int) -> str:
    """The VAE whose codes M1 and M1+M2 of that seed work on."""
    return f"m1_mnist_s{seed}"


def _m1() -> VAE:
    encoder = MLPEncoder(SHAPE, LATENTS, hidden=(400,))
    return VAE(encoder, MLPDecoder(LATENTS, SHAPE, (400,)), StandardNormal(LATENTS))


def _classifier_of_images() -> MLPClassifier:
    return MLPClassifier(SHAPE, CLASSES, (500,))


def _m2_of_images() -> M2:
    return M2(
        _classifier_of_images(),
        LabelledMLPEncoder(SHAPE, LATENTS, CLASSES, (500,)),
        LabelledMLPDecoder(LATENTS, CLASSES, PixelHead(500, SHAPE), (500,)),
        UniformClasses(CLASSES),
        StandardNormal(LATENTS),
    )


def _m2_of_codes() -> M2:
    return M2(
        MLPClassifier((LATENTS,), CLASSES, (300,)),
        LabelledMLPEncoder((LATENTS,), LATENTS, CLASSES, (300,)),
        LabelledMLPDecoder(LATENTS, CLASSES, DiagonalGaussian(300, LATENTS), (300,)),
        UniformClasses(CLASSES),
        StandardNormal(LATENTS),
    )


def _train_images() -> ImageSource:
    return Binarized(load("mnist", split="train"))


def _test_codes(seed: int) -> Labelled:
    test = latents(m1_name(seed), "test")
    return Labelled(test.means, test.all_labels)


def _told(count: int) -> str:
    return f"{count:,} of the 60,000 training images of MNIST told their class"


_M1 = Recipe(
    model=_m1,
    objective=NegativeELBO,
    train=_train_images,
    test=lambda: Binarized(load("mnist", split="test")),
    data="trained on the 60,000 training images of MNIST, each pixel drawn anew from "
    "its grey value; classifiers of its codes were told the class of 10 to 3,000 of "
    "them and measured on the 10,000 test images",
    steps=20_000,
    batch_size=128,
    learning_rate=2e-3,
    learning_rate_at_end=0.0,
    measure=partial(measure_m1, counts=LABEL_COUNTS),
)


def _classifier(count: int, seed: int) -> Recipe:
    return Recipe(
        model=_classifier_of_images,
        objective=Classification,
        train=partial(labelled_images, count, seed),
        test=partial(grey_images, "test"),
        data=f"trained on {_told(count)}, and on no other; measured on the 10,000 test "
        "images",
        steps=2_000,
        batch_size=100,
        learning_rate=1e-3,
        learning_rate_at_end=0.0,
        seed=seed,
        measure=measure_classifier,
        card_only=True,
    )


def _shifted_images(count: int, seed: int) -> Labelled:
    told = labelled_images(count, seed)
    copies = shifted_copies(told.x, REACH)
    return Labelled(copies.flatten(0, 1), told.labels.repeat(len(copies)))


def _shifted(count: int, seed: int) -> Recipe:
    return replace(
        _classifier(count, seed),
        train=partial(_shifted_images, count, seed),
        data=f"trained on {_told(count)}, moved by up to two pixels down and across, "
        "and on no other; measured on the 10,000 test images",
        measure=measure_network,
    )


def _m2(count: int, seed: int) -> Recipe:
    return Recipe(
        model=_m2_of_images,
        objective=partial(SemiSupervised, alpha=1.0),
        train=lambda: PartlyLabelled(_train_images(), count, seed),
        test=partial(grey_images, "test"),
        data=f"trained on {_told(count)}, and on all of them without, each pixel drawn "
        "anew from its grey value; measured on the 10,000 test images, grey",
        steps=5_000,
        batch_size=100,
        learning_rate=1e-3,
        learning_rate_at_end=0.0,
        seed=seed,
        measure=measure_m2,
        card_only=True,
    )


def _m1_and_m2(count: int, seed: int) -> Recipe:
    return Recipe(
        model=_m2_of_codes,
        objective=partial(SemiSupervised, alpha=1.0),
        train=lambda: PartlyLabelled(latents(m1_name(seed), "train"), count, seed),
        test=partial(_test_codes, seed),
        data=f"trained on codes that {m1_name(seed)} gives the 60,000 training images "
        f"of MNIST, drawn anew each time, {count:,} of them told their class; measured "
        "on the posteriors' means of the 10,000 test images",
        steps=8_000,
        batch_size=100,
        learning_rate=1e-3,
        learning_rate_at_end=0.0,
        seed=seed,
        measure=measure_m2,
    )


_KINDS = {
    "classifier": _classifier,
    "shifted": _shifted,
    "m2": _m2,
    "m1_m2": _m1_and_m2,
}

SEMI_SUPERVISED: dict[str, Recipe] = {
    **{m1_name(seed): replace(_M1, seed=seed) for seed in seeds_of(100)},
    **{
        f"{kind}_mnist_l{count}_s{seed}": recipe(count, seed)
        for kind, recipe in _KINDS.items()
        for count in LABEL_COUNTS
        for seed in seeds_of(count)
        # M2 takes the longest, and a table asks for a hundred labels only.
        if kind != "m2" or count == 100
    },
}

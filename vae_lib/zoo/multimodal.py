"""Multi-modal VAEs: a digit and its class, a drawn face and its attributes."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from torch import nn

from vae_lib.models import MultimodalVAE, StandardNormal
from vae_lib.networks import (
    ClassDecoder,
    ClassEncoder,
    Gaussian,
    MLPDecoder,
    MLPEncoder,
    SubpixelDecoder,
    SubpixelEncoder,
    mixture_of_experts,
)
from vae_lib.objectives import MixtureELBO, MultimodalELBO
from vae_lib.zoo.multimodal_measures import measure_digit_views, measure_face_views
from vae_lib.zoo.recipe import Recipe
from vae_lib.zoo.view_sets import (
    FACE_SIZE,
    FACE_VIEWS,
    digit_views,
    face_views,
)

__all__ = ["MULTIMODAL"]

SEEDS = (0, 1, 2)
WARMUP = 1_500
# A nat of the label counts as ten of the image: see the chapter.
LABEL_WEIGHT = 10

DIGIT_LATENTS = 8
FACE_LATENTS = 24


def _digits(**options: Callable) -> MultimodalVAE:
    shape, latents = (1, 8, 8), DIGIT_LATENTS
    return MultimodalVAE(
        {
            "image": MLPEncoder(shape, latents, hidden=(128, 128)),
            "label": ClassEncoder(10, latents),
        },
        {
            "image": MLPDecoder(latents, shape, hidden=(128, 128)),
            "label": ClassDecoder(latents, 10),
        },
        StandardNormal(latents),
        **options,
    )


def _faces() -> MultimodalVAE:
    latents = FACE_LATENTS
    picture = SubpixelDecoder(latents, 3, likelihood=Gaussian(0.2), size=FACE_SIZE)
    # Grey, to begin with: else the codes of all faces move away from the prior to where
    # the decoder makes them bright.
    nn.init.constant_(picture.trunk[-2].bias, 0.5)
    encoders: dict[str, nn.Module] = {
        "image": SubpixelEncoder(3, latents, size=FACE_SIZE)
    }
    decoders: dict[str, nn.Module] = {"image": picture}
    for name in FACE_VIEWS:
        encoders[name] = MLPEncoder((1,), latents, hidden=(64, 64))
        decoders[name] = MLPDecoder(latents, (1,), (64,), likelihood=Gaussian(0.1))
    return MultimodalVAE(encoders, decoders, StandardNormal(latents))


_DIGITS = Recipe(
    model=_digits,
    objective=partial(MultimodalELBO, {"label": LABEL_WEIGHT}, warmup=WARMUP),
    train=partial(digit_views, "train"),
    test=partial(digit_views, "test"),
    data="trained on scikit-learn's digits in black and white, each with its class; "
    "measured on those held out",
    steps=4_000,
    batch_size=128,
    learning_rate=2e-3,
    learning_rate_at_end=0.0,
    measure=measure_digit_views,
)

VARIANTS: dict[str, Recipe] = {
    "multimodal_digits": _DIGITS,
    "mixture_digits": replace(
        _DIGITS,
        model=partial(_digits, combine=mixture_of_experts),
        objective=partial(MixtureELBO, {"label": LABEL_WEIGHT}, warmup=WARMUP),
    ),
    "mixture_digits_w1": replace(
        _DIGITS,
        model=partial(_digits, combine=mixture_of_experts),
        objective=partial(MixtureELBO, {"label": 1}, warmup=WARMUP),
    ),
    # The bound of both views alone: no expert is ever asked by itself.
    "multimodal_digits_joint": replace(
        _DIGITS,
        objective=partial(
            MultimodalELBO, {"label": LABEL_WEIGHT}, singles=0, warmup=WARMUP
        ),
    ),
    # The rate has its full price from the first step.
    "multimodal_digits_cold": replace(
        _DIGITS, objective=partial(MultimodalELBO, {"label": LABEL_WEIGHT})
    ),
    **{
        f"multimodal_digits_w{weight}": replace(
            _DIGITS,
            objective=partial(MultimodalELBO, {"label": weight}, warmup=WARMUP),
        )
        for weight in (1, 100)
    },
}

MULTIMODAL: dict[str, Recipe] = {
    f"{name}_s{seed}": replace(recipe, seed=seed)
    for name, recipe in VARIANTS.items()
    for seed in SEEDS
}

MULTIMODAL["multimodal_faces"] = Recipe(
    model=_faces,
    objective=partial(
        MultimodalELBO, dict.fromkeys(FACE_VIEWS, 10), subsets=2, warmup=500
    ),
    train=partial(face_views, 20_000, seed=0),
    test=partial(face_views, 2_000, seed=1),
    data="trained on 20,000 drawn faces at 32 x 32 whose attributes hang together, "
    f"each with {len(FACE_VIEWS)} of its attributes as views of their own; measured on "
    "2,000 others",
    steps=3_000,
    batch_size=128,
    learning_rate=1e-3,
    learning_rate_at_end=0.0,
    measure=measure_face_views,
)

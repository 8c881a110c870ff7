"""Every model of the zoo by name."""

from dataclasses import replace
from functools import partial

from vae_lib.data import Binarized, Shapes3D, Sprites, load
from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import (
    Gaussian,
    MLPDecoder,
    MLPEncoder,
    SmoothGaussian,
    SubpixelDecoder,
    SubpixelEncoder,
)
from vae_lib.objectives import BetaTCVAE, BetaVAE, NegativeELBO
from vae_lib.zoo.code_priors import CODE_PRIORS
from vae_lib.zoo.codebooks import CODEBOOKS
from vae_lib.zoo.conditional import CONDITIONAL
from vae_lib.zoo.discrete import DISCRETE
from vae_lib.zoo.face_ladders import FACE_LADDERS
from vae_lib.zoo.images import drawn_faces, some_of
from vae_lib.zoo.ladders import LADDERS
from vae_lib.zoo.multimodal import MULTIMODAL
from vae_lib.zoo.rates import RATES
from vae_lib.zoo.recipe import Recipe
from vae_lib.zoo.rivals import RIVALS
from vae_lib.zoo.semi_supervised import SEMI_SUPERVISED
from vae_lib.zoo.vq_vae_2 import VQ_VAE_2

__all__ = ["RECIPES"]


def _sprites_vae() -> VAE:
    return VAE(SubpixelEncoder(1, 10), SubpixelDecoder(10, 1), StandardNormal(10))


def _mnist_vae() -> VAE:
    shape = (1, 28, 28)
    encoder = MLPEncoder(shape, 2, hidden=(512, 256))
    return VAE(encoder, MLPDecoder(2, shape, hidden=(256, 512)), StandardNormal(2))


def _faces_vae(likelihood: type[Gaussian] | type[SmoothGaussian]) -> VAE:
    # A tenth of the way from black to white is what a pixel may be off by.
    decoder = SubpixelDecoder(24, 3, likelihood=likelihood(0.1))
    return VAE(SubpixelEncoder(3, 24), decoder, StandardNormal(24))


def _rooms_vae() -> VAE:
    encoder, decoder = SubpixelEncoder(3, 10, size=32), SubpixelDecoder(10, 3, size=32)
    return VAE(encoder, decoder, StandardNormal(10))


_ON_RENDERED_SPRITES = Recipe(
    model=_sprites_vae,
    objective=BetaVAE,
    train=Sprites,
    test=lambda: load("dsprites", split="subset"),
    data="trained on all 737,280 dSprites images, rendered; "
    "measured on 10,000 published dSprites images",
    steps=7_000,
    batch_size=64,
    learning_rate=1e-3,
    learning_rate_at_end=1e-3,
)

BETAS = (0.5, 1, 2, 4, 8, 16)

RECIPES: dict[str, Recipe] = {
    f"beta_vae_dsprites_b{beta}": replace(
        _ON_RENDERED_SPRITES, objective=partial(BetaVAE, beta=beta)
    )
    for beta in BETAS
}

# The same model and schedule, trained on published images only: every combination of
# 3 x 6 x 10 x 16 x 16 values, a sixteenth of the grid.
RECIPES["beta_vae_dsprites_b4_published"] = replace(
    _ON_RENDERED_SPRITES,
    objective=partial(BetaVAE, beta=4),
    train=lambda: load("dsprites", split="grid"),
    data="trained on 46,080 published dSprites images (every fourth orientation, every "
    "second position); measured on 10,000 published dSprites images",
)

RECIPES["vae_mnist_2d"] = Recipe(
    model=_mnist_vae,
    objective=NegativeELBO,
    train=lambda: Binarized(load("mnist", split="train")),
    test=lambda: Binarized(load("mnist", split="test")),
    data="trained on the 60,000 training images of MNIST, measured on the 10,000 test "
    "images, each pixel drawn anew from its grey value",
    steps=25_000,
    batch_size=128,
    learning_rate=1e-3,
    learning_rate_at_end=1e-3,
)

RECIPES["vae_faces"] = Recipe(
    model=partial(_faces_vae, Gaussian),
    objective=NegativeELBO,
    train=lambda: drawn_faces(50_000, seed=0),
    test=lambda: drawn_faces(10_000, seed=1),
    data="trained on 50,000 drawn faces whose attributes hang together, measured on "
    "10,000 others",
    steps=10_000,
    batch_size=64,
    learning_rate=1e-3,
    learning_rate_at_end=0.0,
)

# The same but for the likelihood, which charges for lines.
RECIPES["vae_faces_smooth"] = replace(
    RECIPES["vae_faces"], model=partial(_faces_vae, SmoothGaussian)
)

RECIPES["vae_shapes3d"] = Recipe(
    model=_rooms_vae,
    objective=NegativeELBO,
    train=lambda: some_of(Shapes3D(32), 50_000, seed=0),
    test=lambda: some_of(Shapes3D(32), 10_000, seed=1),
    data="trained on 50,000 rendered 3D Shapes at 32 x 32, measured on 10,000 others, "
    "scored on the grid of all 480,000",
    steps=10_000,
    batch_size=64,
    learning_rate=2e-3,
    learning_rate_at_end=0.0,
    grid=lambda: Shapes3D(32),
)

# The same rooms under the network, batch and schedule of the rivals.
RECIPES["beta_tcvae_shapes3d"] = replace(
    RECIPES["vae_shapes3d"],
    objective=partial(BetaTCVAE, dataset_size=50_000, beta=6),
    steps=3_000,
    batch_size=256,
)

RECIPES |= (
    RIVALS
    | DISCRETE
    | CODEBOOKS
    | CODE_PRIORS
    | RATES
    | VQ_VAE_2
    | LADDERS
    | FACE_LADDERS
    | CONDITIONAL
    | MULTIMODAL
    | SEMI_SUPERVISED
)

"""Models: which distributions there are, and who depends on whom."""

from vae_lib.models.code_prior import CodePrior
from vae_lib.models.cvae import CVAE
from vae_lib.models.ladder import LadderVAE, merge
from vae_lib.models.ladders import chain_ladder, grid_ladder
from vae_lib.models.m2 import M2
from vae_lib.models.multimodal import MultimodalOutput, MultimodalVAE
from vae_lib.models.outputs import (
    LadderCode,
    LadderOutput,
    M2Output,
    VAEOutput,
    VQVAE2Output,
    VQVAEOutput,
)
from vae_lib.models.priors import StandardNormal, UniformClasses
from vae_lib.models.regression import Regression
from vae_lib.models.sprite_decoder import SpriteDecoder
from vae_lib.models.vae import VAE
from vae_lib.models.vqvae import VQVAE
from vae_lib.models.vqvae2 import VQVAE2

__all__ = [
    "CVAE",
    "M2",
    "VAE",
    "VQVAE",
    "VQVAE2",
    "CodePrior",
    "LadderCode",
    "LadderOutput",
    "LadderVAE",
    "M2Output",
    "MultimodalOutput",
    "MultimodalVAE",
    "Regression",
    "SpriteDecoder",
    "StandardNormal",
    "UniformClasses",
    "VAEOutput",
    "VQVAE2Output",
    "VQVAEOutput",
    "chain_ladder",
    "grid_ladder",
    "merge",
]

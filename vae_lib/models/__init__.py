"""Models: which distributions there are, and who depends on whom."""

from vae_lib.models.code_prior import CodePrior
from vae_lib.models.m2 import M2
from vae_lib.models.outputs import M2Output, VAEOutput, VQVAEOutput
from vae_lib.models.priors import StandardNormal, UniformClasses
from vae_lib.models.sprite_decoder import SpriteDecoder
from vae_lib.models.vae import VAE
from vae_lib.models.vqvae import VQVAE

__all__ = [
    "M2",
    "VAE",
    "VQVAE",
    "CodePrior",
    "M2Output",
    "SpriteDecoder",
    "StandardNormal",
    "UniformClasses",
    "VAEOutput",
    "VQVAEOutput",
]

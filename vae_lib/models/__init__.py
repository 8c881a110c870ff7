"""Models: which distributions there are, and who depends on whom."""

from vae_lib.models.code_prior import CodePrior
from vae_lib.models.outputs import VAEOutput, VQVAE2Output, VQVAEOutput
from vae_lib.models.priors import StandardNormal
from vae_lib.models.sprite_decoder import SpriteDecoder
from vae_lib.models.vae import VAE
from vae_lib.models.vqvae import VQVAE
from vae_lib.models.vqvae2 import VQVAE2

__all__ = [
    "VAE",
    "VQVAE",
    "VQVAE2",
    "CodePrior",
    "SpriteDecoder",
    "StandardNormal",
    "VAEOutput",
    "VQVAE2Output",
    "VQVAEOutput",
]

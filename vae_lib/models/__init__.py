"""Models: which distributions there are, and who depends on whom."""

from vae_lib.models.code_prior import CodePrior
from vae_lib.models.multimodal import MultimodalOutput, MultimodalVAE
from vae_lib.models.outputs import VAEOutput, VQVAEOutput
from vae_lib.models.priors import StandardNormal
from vae_lib.models.sprite_decoder import SpriteDecoder
from vae_lib.models.vae import VAE
from vae_lib.models.vqvae import VQVAE

__all__ = [
    "VAE",
    "VQVAE",
    "CodePrior",
    "MultimodalOutput",
    "MultimodalVAE",
    "SpriteDecoder",
    "StandardNormal",
    "VAEOutput",
    "VQVAEOutput",
]

"""Models: which distributions there are, and who depends on whom."""

from vae_lib.models.code_prior import CodePrior
from vae_lib.models.ladder import LadderVAE, merge
from vae_lib.models.ladders import chain_ladder, grid_ladder
from vae_lib.models.outputs import LadderCode, LadderOutput, VAEOutput, VQVAEOutput
from vae_lib.models.priors import StandardNormal
from vae_lib.models.sprite_decoder import SpriteDecoder
from vae_lib.models.vae import VAE
from vae_lib.models.vqvae import VQVAE

__all__ = [
    "VAE",
    "VQVAE",
    "CodePrior",
    "LadderCode",
    "LadderOutput",
    "LadderVAE",
    "SpriteDecoder",
    "StandardNormal",
    "VAEOutput",
    "VQVAEOutput",
    "chain_ladder",
    "grid_ladder",
    "merge",
]

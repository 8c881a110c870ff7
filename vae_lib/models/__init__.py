"""Models: which distributions there are, and who depends on whom."""

from vae_lib.models.code_prior import CodePrior
from vae_lib.models.outputs import VAEOutput
from vae_lib.models.priors import StandardNormal
from vae_lib.models.sprite_decoder import SpriteDecoder
from vae_lib.models.vae import VAE

__all__ = ["VAE", "CodePrior", "SpriteDecoder", "StandardNormal", "VAEOutput"]

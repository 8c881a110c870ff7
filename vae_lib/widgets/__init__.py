"""Widgets: controls whose models run in a notebook's kernel or in the page itself."""

from vae_lib.widgets.beta_lab import BetaLab
from vae_lib.widgets.beta_sweep import BetaSweep
from vae_lib.widgets.code_sampler import CodeSampler
from vae_lib.widgets.code_size import CodeSize
from vae_lib.widgets.divergence_flow import DivergenceFlow
from vae_lib.widgets.latent_plane import LatentPlane
from vae_lib.widgets.rate_prices import RatePrices
from vae_lib.widgets.rotation_plane import RotationPlane
from vae_lib.widgets.traversal import Traversal

__all__ = [
    "BetaLab",
    "BetaSweep",
    "CodeSampler",
    "CodeSize",
    "DivergenceFlow",
    "LatentPlane",
    "RatePrices",
    "RotationPlane",
    "Traversal",
]

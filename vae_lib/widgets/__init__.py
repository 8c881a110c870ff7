"""Widgets: controls whose models run in a notebook's kernel or in the page itself."""

from vae_lib.widgets.beta_lab import BetaLab
from vae_lib.widgets.beta_sweep import BetaSweep
from vae_lib.widgets.code_sampler import CodeSampler
from vae_lib.widgets.code_size import CodeSize
from vae_lib.widgets.code_swap import CodeSwap
from vae_lib.widgets.codebook_editor import CodebookEditor
from vae_lib.widgets.codebook_health import CodebookHealth
from vae_lib.widgets.divergence_flow import DivergenceFlow
from vae_lib.widgets.expert_plane import ExpertPlane
from vae_lib.widgets.fill_in import FillIn
from vae_lib.widgets.label_slider import LabelSlider
from vae_lib.widgets.latent_plane import LatentPlane
from vae_lib.widgets.level_resampler import LevelResampler
from vae_lib.widgets.mask_brush import MaskBrush
from vae_lib.widgets.rate_prices import RatePrices
from vae_lib.widgets.rotation_plane import RotationPlane
from vae_lib.widgets.style_board import StyleBoard
from vae_lib.widgets.traversal import Traversal
from vae_lib.widgets.voronoi_stepper import VoronoiStepper
from vae_lib.widgets.vq_lab import VQLab

__all__ = [
    "BetaLab",
    "BetaSweep",
    "CodeSampler",
    "CodeSize",
    "CodeSwap",
    "CodebookEditor",
    "CodebookHealth",
    "DivergenceFlow",
    "ExpertPlane",
    "FillIn",
    "LabelSlider",
    "LatentPlane",
    "LevelResampler",
    "MaskBrush",
    "RatePrices",
    "RotationPlane",
    "StyleBoard",
    "Traversal",
    "VQLab",
    "VoronoiStepper",
]

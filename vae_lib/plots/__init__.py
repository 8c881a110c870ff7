"""Figures from arrays, all in one style; each function returns the figure it drew."""

from vae_lib.plots.curves import lines, training_curves
from vae_lib.plots.images import image_grid, tile
from vae_lib.plots.latents import latent_scatter, rate_bars
from vae_lib.plots.style import COLORS, INK, new_axes, style

__all__ = [
    "COLORS",
    "INK",
    "image_grid",
    "latent_scatter",
    "lines",
    "new_axes",
    "rate_bars",
    "style",
    "tile",
    "training_curves",
]

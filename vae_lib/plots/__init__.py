"""Figures from arrays, all in one style; each function returns the figure it drew."""

from vae_lib.plots.bars import stacked_bars
from vae_lib.plots.clouds import code_clouds
from vae_lib.plots.curves import lines, training_curves
from vae_lib.plots.grids import coordinate_lines
from vae_lib.plots.images import image_grid, tile
from vae_lib.plots.latents import latent_scatter, rate_bars
from vae_lib.plots.matrices import matrices
from vae_lib.plots.seeds import seed_dots
from vae_lib.plots.style import COLORS, INK, new_axes, style
from vae_lib.plots.tables import score_table
from vae_lib.plots.tradeoffs import rate_distortion_plane
from vae_lib.plots.traversals import traversal_grid
from vae_lib.plots.voronoi import code_cells, voronoi_cells

__all__ = [
    "COLORS",
    "INK",
    "code_cells",
    "code_clouds",
    "coordinate_lines",
    "image_grid",
    "latent_scatter",
    "lines",
    "matrices",
    "new_axes",
    "rate_bars",
    "rate_distortion_plane",
    "score_table",
    "seed_dots",
    "stacked_bars",
    "style",
    "tile",
    "training_curves",
    "traversal_grid",
    "voronoi_cells",
]

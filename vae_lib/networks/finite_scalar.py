"""Finite scalar quantisation: round each number of a latent; no codebook to learn."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from vae_lib.networks.quantizer import Quantized, check_grid, check_indices

__all__ = ["FiniteScalarQuantizer"]

# Bounds reach this much beyond the outermost levels, so that rounding can reach them.
MARGIN = 1e-3


class FiniteScalarQuantizer(nn.Module):
    """Rounds each of D numbers to one of a few levels, evenly spaced in [-1, 1].

    The codebook is the grid of all combinations: nothing in it is learned, so nothing
    can collapse, and no loss pulls at it. A number is first bounded by a hyperbolic
    tangent, then rounded; gradients pass the rounding as if it were not there. The
    levels lie around 0, so that with an even number of them 0 itself is a border.

    Args:
        levels: how many values each number of a latent may take, at least 2 each; their
            product is the number of codes.

    Raises:
        ValueError: if there are no levels or too few in one place, or latents are not
            (B, D, H, W), float32.

    Source: Mentzer et al. (2024), "Finite Scalar Quantization", ICLR, arXiv:2309.15505,
    section 3 and appendix A.1.

    >>> quantizer = FiniteScalarQuantizer([3, 2])
    >>> latents = torch.tensor([[9.0, -9.0], [-9.0, 9.0], [0.1, 9.0]])[:, :, None, None]
    >>> quantizer(latents).latents.flatten(1)
    tensor([[ 1., -1.],
            [-1.,  1.],
            [ 0.,  1.]])
    >>> quantizer(latents).indices.flatten()
    tensor([2, 3, 4])
    """

    counts: Tensor
    strides: Tensor

    def __init__(self, levels: Sequence[int]) -> None:
        super().__init__()
        if not levels or min(levels) < 2:
            raise ValueError(
                f"levels must be at least 2 in each of one or more places, "
                f"got {list(levels)}"
            )
        self.levels = tuple(levels)
        self.dim = len(levels)
        self.num_codes = math.prod(levels)
        strides = [math.prod(levels[:place]) for place in range(len(levels))]
        # Determined by the levels, so no part of the weights.
        self.register_buffer("counts", torch.tensor(levels), persistent=False)
        self.register_buffer("strides", torch.tensor(strides), persistent=False)

    def extra_repr(self) -> str:
        """The levels."""
        return str(list(self.levels))

    def forward(self, latents: Tensor) -> Quantized:
        """Quantise latents (B, D, H, W); both losses are zero."""
        check_grid(latents, self.dim, torch.float32)
        rows = latents.permute(0, 2, 3, 1)  # (B, H, W, D)
        places = self._bounded(rows)
        # Rounded values, and the gradient of what was not rounded.
        rounded = places + (places.round() - places).detach()
        indices = (rounded.detach().round().long() * self.strides).sum(3)
        nothing = rows.new_zeros(len(rows))
        return Quantized(self._values(rounded), indices, nothing, nothing)

    def lookup(self, indices: Tensor) -> Tensor:
        """The codes (B, D, H, W) at indices (B, H, W), int64 in [0, K).

        Raises:
            ValueError: if indices have another shape or dtype, or are outside.
        """
        check_indices(indices, self.num_codes)
        places = indices[..., None] // self.strides % self.counts
        return self._values(places.float())

    def _bounded(self, rows: Tensor) -> Tensor:
        """Map numbers onto (0, levels - 1), a little more at either end."""
        top = self.counts - 1
        return top / 2 + (top / 2 + MARGIN).mul(rows.tanh())

    def _values(self, places: Tensor) -> Tensor:
        """Places (B, H, W, D) in [0, levels - 1] as codes (B, D, H, W) in [-1, 1]."""
        return (2 * places / (self.counts - 1) - 1).permute(0, 3, 1, 2)

"""A prior with a memory, and a small model, for files of codes."""

import pytest
import torch
from torch import Tensor, nn

from vae_lib.models import VQVAE
from vae_lib.networks import GridDecoder, GridEncoder, VectorQuantizer


class Neighbours(nn.Module):
    """Each code given the one before it, by a random table: sharp if `sharpness` is."""

    def __init__(self, num_codes, grid, seed=0, sharpness=2.0) -> None:
        super().__init__()
        self.num_codes, self.grid = num_codes, grid
        generator = torch.Generator().manual_seed(seed)
        table = torch.randn(num_codes, num_codes, generator=generator)
        self.register_buffer("chances", (sharpness * table).double().softmax(-1))

    def conditional(self, indices: Tensor, place: int) -> Tensor:
        """Probabilities (B, K) of the code at a place."""
        before = indices.flatten(1)[:, max(0, place - 1)]
        return self.chances[before * (place > 0)]

    def sample(self, count: int, seed: int) -> Tensor:
        """Draw grids (count, H, W) from the prior."""
        generator = torch.Generator().manual_seed(seed)
        indices = torch.zeros(count, *self.grid, dtype=torch.int64)
        flat = indices.view(count, -1)
        for place in range(flat.shape[1]):
            chances = self.conditional(indices, place)
            flat[:, place] = torch.multinomial(chances, 1, generator=generator)[:, 0]
        return indices


@pytest.fixture
def neighbours():
    """Build a prior whose codes depend on the ones before them."""
    return Neighbours


@pytest.fixture
def model():
    """A VQ-VAE of 8 codes and 4 x 4 pixels a code, untrained, in evaluation mode."""
    torch.manual_seed(0)
    encoder, decoder = GridEncoder(3, 4, 2, width=8), GridDecoder(4, 3, 2, width=8)
    made = VQVAE(encoder, VectorQuantizer(8, 4), decoder).eval()
    # Codes where latents are, so that noise is coded by more than one of them.
    with torch.no_grad():
        latents = encoder(torch.rand(1, 3, 16, 8)).permute(0, 2, 3, 1).reshape(8, 4)
        made.quantizer.codebook.copy_(latents)
    return made

"""Priors over grids of codes that no training has made alike."""

import torch

from vae_lib.models import CodePrior
from vae_lib.networks import CodeTransformer

__all__ = ["random_prior"]


def random_prior(codes=3, grid=(2, 2), classes=None, seed=0, class_grid=None):
    """A prior with strong opinions: every code depends on all that come before."""
    torch.manual_seed(seed)
    network = CodeTransformer(
        codes, grid, classes, class_grid=class_grid, width=8, layers=2, heads=2
    )
    with torch.no_grad():
        for weight in network.parameters():
            weight.normal_(std=0.7)
    return CodePrior(network, codes, grid, classes)

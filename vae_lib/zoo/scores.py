"""Every score of disentanglement, of one model on one factor grid."""

import torch
from torch import Tensor

from vae_lib.evaluation import (
    beta_vae_score,
    dci_scores,
    factor_vae_score,
    mig_score,
    modularity_score,
    sap_score,
)
from vae_lib.evaluation.vote_pool import FactorDataset
from vae_lib.models import VAE

__all__ = ["scores"]

POINTS = 10_000


@torch.no_grad()
def scores(model: VAE, grid: FactorDataset, seed: int = 0) -> dict[str, float]:
    """Scores of the posteriors' means, each in [0, 1], higher is better.

    All but the two voting scores see the same 10,000 points of the grid, drawn with
    repetition; DCI learns from two thirds of them with its default learner.

    Args:
        model: in evaluation mode.
        grid: images of every combination of factors.
        seed: of the points, the votes and what is held out.
    """
    generator = torch.Generator().manual_seed(seed)
    columns = [torch.randint(n, (POINTS,), generator=generator) for n in grid.sizes]
    factors = torch.stack(columns, 1)
    parts = grid.index(factors).split(1_000)
    codes = torch.cat([_means(model, grid.images(part)) for part in parts])
    dci = dci_scores(codes, factors, seed)
    found = {
        "mig": mig_score(codes, factors),
        "sap": sap_score(codes, factors, seed=seed),
        "dci_disentanglement": dci.disentanglement,
        "dci_completeness": dci.completeness,
        "dci_informativeness": dci.informativeness,
        "modularity": modularity_score(codes, factors),
        "factor_vae": factor_vae_score(lambda x: _means(model, x), grid, seed=seed),
        "beta_vae": beta_vae_score(lambda x: _means(model, x), grid, seed=seed),
    }
    return {name: round(float(value), 4) for name, value in found.items()}


def _means(model: VAE, x: Tensor) -> Tensor:
    weight = next(model.parameters())
    return model.encode(x.to(weight.device)).mean.cpu()

"""The mutual information gap as one tensor function, so that a page can compute it."""

import torch
from torch import Tensor

__all__ = ["information_gaps"]

SMALLEST = 1e-12  # below any count's share: keeps log(0) finite where it counts nothing


def information_gaps(
    codes: Tensor, factors: Tensor, levels: int, bins: int = 20
) -> Tensor:
    """How far each factor's best latent leads the next, as a share of its entropy.

    Args:
        codes: representation (N, D), D >= 2.
        factors: index of each factor's value, (N, K), whole numbers in [0, levels).
        levels: the largest number of values that a factor has.
        bins: equal-width bins for each latent, from its least to its greatest code.

    Returns:
        One gap a factor, (K,), in [0, 1]; their mean is the MIG score.

    Raises:
        ValueError: if there are fewer than two latents.

    Source: Chen et al. (2018), arXiv:1802.04942, section 4.1.

    A latent that names the factor leads one that knows nothing of it:

    >>> factor = torch.arange(4.0).repeat(5)
    >>> codes = torch.stack([factor, torch.arange(5.0).repeat_interleave(4)], dim=1)
    >>> information_gaps(codes, factor[:, None], levels=4)
    tensor([1.])
    """
    if codes.shape[1] < 2:
        raise ValueError(f"a gap needs at least 2 latents, got {codes.shape[1]}")
    low, high = codes.amin(0), codes.amax(0)
    width = (high - low).clamp(min=torch.finfo(codes.dtype).tiny)
    place = ((codes - low) / width * bins).floor().clamp(max=bins - 1)
    in_bin = (place[:, :, None] == torch.arange(bins)).to(codes.dtype)  # (N, D, bins)
    has_value = (factors[:, :, None] == torch.arange(levels)).to(codes.dtype)
    # One product of matrices counts every pair of a bin and a value.
    counts = in_bin.flatten(1).T @ has_value.flatten(1)
    joint = counts.view(codes.shape[1], bins, factors.shape[1], levels)
    joint = joint / codes.shape[0]
    of_bin, of_value = joint.sum(3, keepdim=True), joint.sum(1, keepdim=True)
    known = (joint * (_log(joint) - _log(of_bin) - _log(of_value))).sum(
        (1, 3)
    )  # (D, K)
    share = of_value[0, 0]
    entropy = -(share * _log(share)).sum(1)
    best = known.T.topk(2, dim=1).values
    return (best[:, 0] - best[:, 1]) / entropy


def _log(share: Tensor) -> Tensor:
    return share.clamp(min=SMALLEST).log()

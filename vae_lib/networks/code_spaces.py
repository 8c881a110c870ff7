"""Where latents and codes are compared: as they are, or by their directions alone.

A space maps vectors (N, D) into itself, and what lies in it to the same place.
"""

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional as F

__all__ = ["CodeSpace", "unit_sphere", "whole_space"]

CodeSpace = Callable[[Tensor], Tensor]


def whole_space(vectors: Tensor) -> Tensor:
    """Every vector as it is."""
    return vectors


def unit_sphere(vectors: Tensor) -> Tensor:
    """Every vector (N, D) at length 1; zero stays zero.

    On the sphere |x - e|^2 = 2 - 2 cos(x, e): the nearest code is the one of the
    largest cosine similarity, and no distance exceeds 4.

    Source: Yu et al. (2022), "Vector-quantized Image Modeling with Improved VQGAN",
    ICLR, arXiv:2110.04627, section 3.2.

    >>> import torch
    >>> unit_sphere(torch.tensor([[3.0, 4.0], [0.0, 0.0]]))
    tensor([[0.6000, 0.8000],
            [0.0000, 0.0000]])
    """
    return F.normalize(vectors, dim=1)

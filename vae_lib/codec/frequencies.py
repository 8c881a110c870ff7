"""Whole numbers in place of probabilities: the one place where a prior is rounded."""

import numpy as np
from torch import Tensor

__all__ = ["TOTAL", "whole_frequencies"]

# The entropy coder computes with 24 bits.
TOTAL = 2**24


def whole_frequencies(probabilities: Tensor) -> np.ndarray:
    """Round each distribution to whole frequencies that add up to 2^24.

    An entropy coder gives each code its own share of a whole number of states. Were it
    left to round a network's floats by itself, what it rounds, and how, would be
    nowhere written down. Here it is: every code gets one state, so that none is
    impossible; the others are shared out in proportion, rounded down; what is left over
    goes to the most probable code, the first of them if several are. From these
    integers on, nothing depends on the machine.

    The probabilities themselves must come out the same for whoever writes a file and
    whoever reads it: see `CodePrior.conditional`.

    Args:
        probabilities: shape (B, K), non-negative, each row adding up to 1; K at most
            2^20.

    Returns:
        Frequencies (B, K), int64, each at least 1, each row adding up to 2^24. A code
        of probability p costs at most log2(1 / p) + K / 2^23 bits.

    Raises:
        ValueError: if a row is no distribution over 1 to 2^20 codes.

    >>> import torch
    >>> whole_frequencies(torch.tensor([[0.5, 0.5, 0.0]], dtype=torch.float64))
    array([[8388608, 8388607,       1]])
    """
    p = probabilities.detach().double().cpu().numpy()
    if p.ndim != 2 or not 1 <= p.shape[1] <= 2**20 or not len(p):
        raise ValueError(
            f"probabilities must have shape (B, K), K from 1 to 2^20, got {p.shape}"
        )
    # Not a number is not >= 0 either.
    if not (p >= 0).all() or not (np.abs(p.sum(1) - 1) < 1e-4).all():
        raise ValueError(
            "probabilities must be non-negative and add up to 1, got "
            f"[{p.min():g}, {p.max():g}] and sums from {p.sum(1).min():g} to "
            f"{p.sum(1).max():g}"
        )
    whole = np.floor(p / p.sum(1, keepdims=True) * (TOTAL - p.shape[1])).astype(int) + 1
    whole[np.arange(len(p)), p.argmax(1)] += TOTAL - whole.sum(1)
    return whole

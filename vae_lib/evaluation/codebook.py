"""Codebook health: how many codes are used, and how evenly."""

import torch
from torch import Tensor

__all__ = ["codebook_usage", "perplexity"]


def codebook_usage(indices: Tensor, num_codes: int) -> float:
    """Share of the codebook that occurs among indices at all.

    Of a batch it says how many codes work now, and grows with the batch; of an epoch,
    given the indices of all examples at once, which codes are alive. The mean over an
    epoch's batches is neither.

    Args:
        indices: which codes were chosen, of any shape, int64 in [0, num_codes).
        num_codes: K.

    Returns:
        Share in [1 / K, 1], dimensionless; higher is better.

    Raises:
        ValueError: if there are no indices, they are not int64, or one is outside.

    >>> codebook_usage(torch.tensor([0, 0, 3]), num_codes=4)
    0.5
    """
    counts = _counts(indices, num_codes)
    return int((counts > 0).sum()) / num_codes


def perplexity(indices: Tensor, num_codes: int) -> float:
    """Codes in effective use: exp of the entropy of how often each one is chosen.

    With shares p_k of the indices it is exp(-sum_k p_k ln p_k): so many codes, used
    equally often, would have the same entropy. Its ln is the price in nats of a code
    under the best prior that forgets all other codes.

    Give the indices of an epoch at once. Those of a batch are spread over fewer codes:
    the batches' entropies are on average below that of the whole, though the mean of
    their perplexities need not be.

    Args:
        indices: which codes were chosen, of any shape, int64 in [0, num_codes).
        num_codes: K.

    Returns:
        Number of codes in [1, K]; higher is a better use of the codebook.

    Raises:
        ValueError: if there are no indices, they are not int64, or one is outside.

    Source: Jelinek et al. (1977), J. Acoust. Soc. Am. 62(S1).

    >>> perplexity(torch.tensor([0, 1, 2, 3]), num_codes=4)
    4.0
    >>> perplexity(torch.tensor([7, 7, 7, 7]), num_codes=8)
    1.0
    """
    shares = _counts(indices, num_codes).double() / indices.numel()
    return float(torch.special.entr(shares).sum().exp())


def _counts(indices: Tensor, num_codes: int) -> Tensor:
    if not isinstance(indices, Tensor) or indices.dtype != torch.int64:
        kind = indices.dtype if isinstance(indices, Tensor) else type(indices).__name__
        raise ValueError(f"indices must be an int64 tensor, got {kind}")
    if indices.numel() == 0:
        raise ValueError(
            f"indices must hold at least one, got shape {tuple(indices.shape)}"
        )
    least, most = int(indices.min()), int(indices.max())
    if least < 0 or most >= num_codes:
        raise ValueError(f"indices must lie in [0, {num_codes}), got {least} to {most}")
    return torch.bincount(indices.flatten(), minlength=num_codes)

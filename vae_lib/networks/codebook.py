"""What is done with a codebook: search it, start it, move it, wake its dead codes.

Pure functions of latents (N, D), a codebook (K, D) and how often its codes were used
(K,). `VectorQuantizer` calls them, and so can anything that keeps its own state.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["k_means", "moving_average", "nearest_codes", "restart_rare_codes", "tally"]

# Rows searched at once: their scores stay in a processor's cache. Twice as fast as all
# rows at once for 32,768 latents and 512 codes.
ROWS = 2_048
# Codes compared at once.
BLOCK = 32


def nearest_codes(latents: Tensor, codebook: Tensor) -> Tensor:
    """Index of the code nearest to each latent by squared distance; the first if tied.

    Args:
        latents: (N, D).
        codebook: (K, D).

    Returns:
        (N,), int64 in [0, K).

    >>> nearest_codes(torch.tensor([[0.9], [0.1]]), torch.tensor([[0.0], [1.0]]))
    tensor([1, 0])
    """
    # |x - e|^2 / 2 = |e|^2 / 2 - x.e + a term without e.
    half_norms = codebook.square().sum(1) / 2
    missing = -len(codebook) % BLOCK if len(codebook) > BLOCK else 0
    if missing:
        # Codes that are infinitely far from everything fill the last block.
        half_norms = F.pad(half_norms, (0, missing), value=torch.inf)
        codebook = F.pad(codebook, (0, 0, 0, missing))
    found = [
        _first_least(torch.addmm(half_norms, rows, codebook.T, alpha=-1))
        for rows in latents.split(ROWS)
    ]
    return torch.cat(found) if len(found) > 1 else found[0]


def _first_least(scores: Tensor) -> Tensor:
    """Place of the least of each row of scores (N, K), K small or in whole blocks.

    The least of a block is found ten times as fast as where it is. So the blocks' least
    are compared first, and then the places in one block of each row.
    """
    if scores.shape[1] <= BLOCK:
        return scores.argmin(1)
    blocks = scores.unflatten(1, (-1, BLOCK))
    block = blocks.amin(2).argmin(1)
    chosen = block[:, None, None].expand(-1, 1, BLOCK)
    return block * BLOCK + blocks.gather(1, chosen).squeeze(1).argmin(1)


def tally(latents: Tensor, indices: Tensor, num_codes: int) -> tuple[Tensor, Tensor]:
    """How many latents chose each code, (K,), and their sum, (K, D)."""
    counts = torch.bincount(indices, minlength=num_codes).to(latents.dtype)
    sums = latents.new_zeros(num_codes, latents.shape[1])
    return counts, sums.index_add_(0, indices, latents)


def moving_average(
    codebook: Tensor, uses: Tensor, counts: Tensor, sums: Tensor, decay: float
) -> tuple[Tensor, Tensor]:
    """Move each code towards the mean of the latents that chose it.

    With n_k latents of sum s_k in this batch,

        N_k <- decay N_k + (1 - decay) n_k,    m_k <- decay m_k + (1 - decay) s_k,

    and code k becomes m_k / N_k. Only N is kept: m_k is N_k times the code. A code that
    nobody chose stays where it is.

    Args:
        codebook: (K, D).
        uses: N, (K,): how often codes were used in a batch, on average; positive.
        counts: n, (K,).
        sums: s, (K, D).
        decay: in [0, 1).

    Returns:
        The codebook and the uses after the step.

    Source: van den Oord et al. (2017), arXiv:1711.00937, appendix A.1.

    >>> one = torch.ones(1)
    >>> moving_average(torch.zeros(1, 1), one, 3 * one, 6 * one[:, None], decay=0.5)
    (tensor([[1.5000]]), tensor([2.]))
    """
    moved = decay * uses + (1 - decay) * counts
    # Of unused codes the uses sink without end, at last to 0: they must not divide.
    share = torch.where(counts > 0, (1 - decay) / moved, 0.0)
    step = share[:, None] * (sums - counts[:, None] * codebook)
    return codebook + step, moved


def restart_rare_codes(
    codebook: Tensor,
    uses: Tensor,
    latents: Tensor,
    least: float,
    chosen: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Put every code that is used too rarely where a latent of the batch is.

    Args:
        codebook: (K, D).
        uses: (K,): how often codes are used in a batch, on average.
        latents: (N, D), of which rows are drawn.
        least: uses a batch below which a code is moved; it starts anew with as many.
        chosen: row of the latents for each code, should it need one, (K,), int64 in
            [0, N); drawn with replacement if not given.

    Returns:
        The codebook and the uses.

    Source: Dhariwal et al. (2020), "Jukebox", arXiv:2005.00341, section 3.1.

    >>> codes, latents = torch.tensor([[0.0], [9.0]]), torch.tensor([[1.0], [2.0]])
    >>> uses, chosen = torch.tensor([5.0, 0.1]), torch.tensor([0, 1])
    >>> restart_rare_codes(codes, uses, latents, 1.0, chosen)
    (tensor([[0.],
            [2.]]), tensor([5., 1.]))
    """
    rare = uses < least
    if chosen is None:
        chosen = torch.randint(len(latents), (len(codebook),), device=latents.device)
    codebook = torch.where(rare[:, None], latents[chosen], codebook)
    return codebook, torch.where(rare, least, uses)


def k_means(
    latents: Tensor,
    num_codes: int,
    iterations: int,
    first: Tensor | None = None,
    chosen: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Codes by Lloyd's algorithm, from latents drawn without repetition.

    A cluster that loses its last latent starts again at one drawn at random.

    Args:
        latents: (N, D), N >= num_codes.
        num_codes: K.
        iterations: rounds of assigning and averaging, at least 1.
        first: rows of the latents to start from, (K,), int64 in [0, N); drawn without
            repetition if not given.
        chosen: rows for clusters that lose their last latent, (iterations, K), int64 in
            [0, N); drawn with repetition if not given.

    Returns:
        The codebook (K, D) and how many latents each code stands for, (K,).

    Raises:
        ValueError: if there are fewer latents than codes.

    Source: Lloyd (1982), IEEE Transactions on Information Theory 28(2).

    >>> latents = torch.tensor([[0.0], [1.0], [8.0], [9.0], [9.0], [10.0]])
    >>> k_means(latents, 2, 3, first=torch.tensor([0, 1]))
    (tensor([[0.5000],
            [9.0000]]), tensor([2., 4.]))
    """
    if len(latents) < num_codes:
        raise ValueError(
            f"k-means needs at least as many latents as codes, {num_codes}, "
            f"got {len(latents)}"
        )
    if first is None:
        first = torch.randperm(len(latents), device=latents.device)[:num_codes]
    codebook = latents[first]
    for turn in range(iterations):
        indices = nearest_codes(latents, codebook)
        counts, sums = tally(latents, indices, num_codes)
        means = sums / counts.clamp(min=1)[:, None]
        if chosen is None:
            drawn = torch.randint(len(latents), (num_codes,), device=latents.device)
        else:
            drawn = chosen[turn]
        codebook = torch.where(counts[:, None] > 0, means, latents[drawn])
    indices = nearest_codes(latents, codebook)
    return codebook, tally(latents, indices, num_codes)[0]

"""The FactorVAE score: which dimension stands still when a factor does."""

import numpy as np

from vae_lib.evaluation.checks import check_positive
from vae_lib.evaluation.vote_pool import (
    Encoder,
    FactorDataset,
    VotePool,
    encode_pool,
)

__all__ = ["factor_vae_score"]


def factor_vae_score(
    encode: Encoder,
    dataset: FactorDataset,
    train_votes: int = 10_000,
    test_votes: int = 5_000,
    batch_size: int = 64,
    pool: int = 50_000,
    prune: float = 0.05,
    seed: int = 0,
) -> float:
    """Accuracy of telling the fixed factor from the dimension that varies least.

    A vote fixes a random factor at a random value, draws `batch_size` images that share
    it, and names the dimension whose variance among them is least, relative to its
    variance over all images. A table of majorities, one factor a dimension, learns from
    the training votes and is judged on the test votes.

    Images are encoded once, and votes draw from their codes: from the whole grid if it
    fits into the pool, and else from a random part, which the votes then share.

    Args:
        encode: images (B, C, H, W), float32 in [0, 1], to codes (B, D), a tensor or an
            array; for a VAE `lambda x: model.encode(x).mean`.
        dataset: a factor grid such as `Sprites`: `sizes`, `index`, `images`. Factors
            with a single value are held, not voted on.
        train_votes: votes that fill the table.
        test_votes: votes on which it is judged.
        batch_size: images in a vote, at least 2.
        pool: images encoded at most.
        prune: dimensions whose standard deviation over all images is below it are
            dead and take no part, in units of the codes.
        seed: of all draws.

    Returns:
        Accuracy in [0, 1]; higher is better. Chance is one over the number of factors;
        0 if all dimensions are dead, because then there is nothing to vote with.

    Raises:
        ValueError: if fewer than two factors have two values, a count is not positive,
            batch_size is 1, prune is negative, the pool is too small, or encode does
            not return finite codes (B, D).

    Source: Kim & Mnih (2018), arXiv:1802.05983, section 4; the numbers and the pruning
    are those of Locatello et al. (2019), arXiv:1811.12359, appendix B.

    A code that is the factors themselves, of images that show them as two pixels:

    >>> from vae_lib.data import FactorGrid
    >>> class Numbers(FactorGrid):
    ...     def images(self, index):
    ...         return self.factors(index).float().view(-1, 1, 1, 2)
    >>> grid = Numbers({"row": [0, 1, 2], "column": [0, 1, 2, 3]})
    >>> factor_vae_score(lambda x: x.flatten(1), grid)
    1.0
    """
    check_positive(train_votes=train_votes, test_votes=test_votes)
    if batch_size < 2:
        raise ValueError(f"a variance needs batch_size >= 2, got {batch_size}")
    if not prune >= 0:
        raise ValueError(f"prune must be non-negative, got {prune}")
    rng = np.random.default_rng(seed)
    points = encode_pool(encode, dataset, pool, batch_size, rng)
    return vote(points, train_votes, test_votes, batch_size, prune, rng)


def vote(
    pool: VotePool,
    train_votes: int,
    test_votes: int,
    batch_size: int,
    prune: float,
    rng: np.random.Generator,
) -> float:
    """The score of a pool of codes; arguments as for `factor_vae_score`."""
    spread = pool.codes.std(0, ddof=1, dtype=np.float64)
    # A dimension that never moves would divide 0 by 0, whatever the threshold.
    alive = (spread >= prune) & (spread > 0)
    if not alive.any():
        return 0.0
    scaled = (pool.codes[:, alive] / spread[alive]).astype(np.float32)
    # Around 0 the float32 sums below lose nothing.
    scaled -= scaled.mean(0)
    kinds = pool.factors.shape[1]
    table = np.zeros((scaled.shape[1], kinds), dtype=np.int64)
    factor, winner = _votes(pool, scaled, train_votes, batch_size, rng)
    np.add.at(table, (winner, factor), 1)
    factor, winner = _votes(pool, scaled, test_votes, batch_size, rng)
    return float(np.mean(table.argmax(1)[winner] == factor))


def _votes(
    pool: VotePool,
    scaled: np.ndarray,
    count: int,
    batch_size: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the fixed factor and the stillest dimension of each vote, (count,)."""
    factor, blocks = pool.factors_in_blocks(count, rng)
    winner = []
    for k, size in blocks:
        fixed = pool.points((size, 1), rng)
        batch = scaled[pool.alike(fixed, k, (size, batch_size), rng)]
        winner.append(batch.var(axis=1).argmin(1))
    return factor, np.concatenate(winner)

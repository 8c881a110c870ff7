"""The beta-VAE score: which difference vanishes when a factor is shared."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from vae_lib.evaluation.checks import check_positive
from vae_lib.evaluation.vote_pool import (
    Encoder,
    FactorDataset,
    VotePool,
    encode_pool,
)

__all__ = ["beta_vae_score"]


def beta_vae_score(
    encode: Encoder,
    dataset: FactorDataset,
    train_votes: int = 10_000,
    test_votes: int = 5_000,
    batch_size: int = 64,
    pool: int = 50_000,
    seed: int = 0,
) -> float:
    """Accuracy of telling the shared factor from differences of codes, linearly.

    A vote chooses a factor and draws `batch_size` pairs of images; each pair shares
    that factor and nothing else on purpose. The mean over pairs of |z - z'|, (D,), is
    what a logistic regression gets to tell the factor. It is the easiest of the scores:
    a rotated code, of which no dimension is a factor, still does well.

    Images are encoded once, and votes draw from their codes: from the whole grid if it
    fits into the pool, and else from a random part, which the votes then share.

    Args:
        encode: images (B, C, H, W), float32 in [0, 1], to codes (B, D), a tensor or an
            array; for a VAE `lambda x: model.encode(x).mean`.
        dataset: a factor grid such as `Sprites`: `sizes`, `index`, `images`. Factors
            with a single value are held, not voted on.
        train_votes: votes that train the classifier.
        test_votes: votes on which it is judged.
        batch_size: pairs in a vote.
        pool: images encoded at most.
        seed: of all draws.

    Returns:
        Accuracy in [0, 1]; higher is better. Chance is one over the number of factors;
        0 if all dimensions are constant, because then there is nothing to tell from.

    Raises:
        ValueError: if fewer than two factors have two values, a count is not positive,
            the pool is too small, or encode does not return finite codes (B, D).

    Source: Higgins et al. (2017), "beta-VAE", ICLR, section 3; the numbers and the
    logistic regression are those of Locatello et al. (2019), arXiv:1811.12359,
    appendix B. The regression is regularised (C = 1), so that codes of a much smaller
    scale than 1 score lower.

    A code that is the factors themselves, of images that show them as two pixels:

    >>> from vae_lib.data import FactorGrid
    >>> class Numbers(FactorGrid):
    ...     def images(self, index):
    ...         return self.factors(index).float().view(-1, 1, 1, 2)
    >>> grid = Numbers({"row": [0, 1, 2], "column": [0, 1, 2, 3]})
    >>> beta_vae_score(lambda x: x.flatten(1), grid)
    1.0
    """
    check_positive(train_votes=train_votes, test_votes=test_votes)
    rng = np.random.default_rng(seed)
    points = encode_pool(encode, dataset, pool, batch_size, rng)
    return vote(points, train_votes, test_votes, batch_size, rng)


def vote(
    pool: VotePool,
    train_votes: int,
    test_votes: int,
    batch_size: int,
    rng: np.random.Generator,
) -> float:
    """The score of a pool of codes; arguments as for `beta_vae_score`."""
    if (pool.codes == pool.codes[0]).all():
        return 0.0
    factor, features = _votes(pool, train_votes, batch_size, rng)
    if (factor == factor[0]).all():
        raise ValueError(
            f"train_votes must be enough to meet two factors, got {train_votes}"
        )
    # The default of 100 steps is not always enough to converge.
    classifier = LogisticRegression(max_iter=10_000).fit(features, factor)
    factor, features = _votes(pool, test_votes, batch_size, rng)
    return float(np.mean(classifier.predict(features) == factor))


def _votes(
    pool: VotePool, count: int, batch_size: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return each vote's factor (count,) and mean difference (count, D)."""
    factor, blocks = pool.factors_in_blocks(count, rng)
    features = []
    for k, size in blocks:
        first = pool.points((size, batch_size), rng)
        second = pool.alike(first, k, (size, batch_size), rng)
        distance = np.abs(pool.codes[first] - pool.codes[second])
        features.append(distance.mean(axis=1, dtype=np.float64))
    return factor, np.concatenate(features)

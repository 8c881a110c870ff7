"""Probes: how much of a class can be read off a code."""

import warnings
from typing import NamedTuple

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.distributions import Distribution

from vae_lib.evaluation.representations import Array, as_array, hold_out

__all__ = ["Probe", "linear_probe", "posterior_probe"]

MOST_STEPS = 2_000
# Codes compared with all others at a time: memory, not result.
ROWS = 250
# Log density below which one posterior does not count as near any more.
FARTHEST = -50.0
HALVINGS = range(11)


class Probe(NamedTuple):
    """What a probe of held-out codes knew of their classes.

    Attributes:
        accuracy: share of held-out points whose class it named, in [0, 1].
        chance: share that naming the most frequent class would have got right.
        nats: what it knew more of a class than the classes' frequencies did; a lower
            bound on the mutual information of code and class, up to chance. It may
            fall a little below 0 where there is nothing to know.
        entropy: nats that there are to know, of the held-out classes.
    """

    accuracy: float
    chance: float
    nats: float
    entropy: float


def linear_probe(
    codes: Array,
    labels: Array,
    test_fraction: float = 1 / 3,
    seed: int = 0,
) -> Probe:
    """Train softmax regression on two thirds of the codes and question the rest.

        nats = H(y) - E[-log r(y | z)] <= I(z; y)

    for the probe's r(y | z), whatever it is (Barber & Agakov). A probe that finds
    nothing proves nothing: what is there may not be linear.

    Args:
        codes: representation, (N, D), real, D >= 2. Samples of posteriors are what a
            decoder gets; their means may tell more.
        labels: class of each, (N,), integer.
        test_fraction: share of the N that is held out, in (0, 1).
        seed: decides which are held out.

    Returns:
        Accuracy and chance, shares; nats and entropy, nats.

    Raises:
        ValueError: if codes or labels have another shape or type, the fraction leaves
            either part without a point, or a class is missing in the training part.
        RuntimeError: if the regression has not converged.

    Source: Alain & Bengio (2016), arXiv:1610.01644 (probes); Barber & Agakov (2003),
    "The IM algorithm", NeurIPS, section 2 (the bound).

    A code that says whether a coin fell heads, and one that does not:

    >>> coin = np.arange(300) % 2
    >>> noise = np.random.default_rng(0).normal(size=(300, 2))
    >>> told = linear_probe(noise + 20 * coin[:, None], coin)
    >>> untold = linear_probe(noise, coin)
    >>> told.accuracy, round(told.nats, 1), round(untold.accuracy, 1)
    (1.0, 0.7, 0.5)
    """
    classes = as_array(labels, "labels")
    if classes.ndim != 1:
        raise ValueError(f"labels must have shape (N,), got {classes.shape}")
    train, known, held, truth = hold_out(
        codes, classes[:, None], None, test_fraction, seed
    )
    values = np.unique(known)
    missing = np.setdiff1d(truth, values)
    if len(missing):
        raise ValueError(
            f"every class must be among the training points, got none of {missing[0]}"
        )
    centre, scale = train.mean(0, dtype=np.float64), train.std(0, dtype=np.float64)
    scale[scale == 0] = 1  # a dead dimension is 0 everywhere, and tells nothing
    probe = LogisticRegression(max_iter=MOST_STEPS)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            probe.fit((train - centre) / scale, known[:, 0])
        except ConvergenceWarning as warning:
            raise RuntimeError(
                f"the probe has not converged in {MOST_STEPS} steps"
            ) from warning
    logs = probe.predict_log_proba((held - centre) / scale)  # (M, C)
    return _verdict(logs, np.searchsorted(values, truth[:, 0]))


@torch.no_grad()
def posterior_probe(posteriors: Distribution, z: Tensor, labels: Tensor) -> Probe:
    """Ask of each code which class's other posteriors it would most likely be from.

        r(y | z_i) is proportional to p(y) times the mean of q(z_i | x_j) over j != i
        of class y, with p(y) the class's frequency.

    This reader knows the shape of every class's cloud and needs no training, so that it
    also finds what no plane can cut off. Where posteriors are narrow and far apart it
    has too few neighbours and is too sure of them; one temperature for all, the best of
    eleven, takes its logarithms back towards none. It then finds less than there is:
    its nats, too, are a lower bound on the mutual information.

    Args:
        posteriors: q(z | x) of N examples, batch (N,), event (D,).
        z: a sample of each, (N, D).
        labels: class of each, (N,), int64 from 0 on.

    Returns:
        Accuracy and chance, shares; nats and entropy, nats.

    Raises:
        ValueError: if the shapes do not fit, there are fewer than two examples, or
            labels are not int64.

    Source: leave-one-out kernel discrimination, Silverman (1986), "Density Estimation
    for Statistics and Data Analysis", sections 3.4.3 and 6.1.
    """
    count = len(z)
    if tuple(posteriors.batch_shape) != (count,) or labels.shape != (count,):
        raise ValueError(
            "posteriors, z and labels must be equally many, "
            f"got {tuple(posteriors.batch_shape)}, {count} and {tuple(labels.shape)}"
        )
    if count < 2 or labels.dtype != torch.int64:
        raise ValueError(
            f"at least two int64 labels are needed, got {count} of {labels.dtype}"
        )
    known = labels == torch.arange(int(labels.max()) + 1, device=z.device)[:, None]
    sizes = known.sum(1)  # (C,)
    logs = []
    for rows in torch.arange(count, device=z.device).split(ROWS):
        near = posteriors.log_prob(z[rows, None])  # (rows, N)
        # Without its own posterior, which of course knows it.
        near[torch.arange(len(rows), device=z.device), rows] = -torch.inf
        others = (sizes - known[:, rows].T.int()).clamp_min(1)  # (rows, C)
        of_class = [near[:, members].logsumexp(1) for members in known]
        # Far from everything no class is likelier than another; nor does the reader
        # bet everything on one, as a tail alone would let it.
        means = (torch.stack(of_class, 1) - others.log()).clamp_min(FARTHEST)
        logs.append(means)
    scores, prior = torch.cat(logs).double(), (sizes / count).log()
    tempered = [
        (scores / 2.0**halvings + prior).log_softmax(1) for halvings in HALVINGS
    ]
    best = max(tempered, key=lambda one: float(one[known.T].mean()))
    return _verdict(best.cpu().numpy(), labels.cpu().numpy())


def _verdict(logs: np.ndarray, column: np.ndarray) -> Probe:
    """From log probabilities (M, C) of the classes and which (M,) was true."""
    # The prize is measured against the held-out frequencies themselves: the harder
    # rival, which knows what the probe had to learn.
    shares = np.bincount(column, minlength=logs.shape[1]) / len(column)
    entropy = float(-(shares[shares > 0] * np.log(shares[shares > 0])).sum())
    charged = float(-logs[np.arange(len(column)), column].mean())
    return Probe(
        accuracy=float((logs.argmax(1) == column).mean()),
        chance=float(shares.max()),
        nats=entropy - charged,
        entropy=entropy,
    )

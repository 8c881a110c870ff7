import numpy as np
import pytest
import torch

from vae_lib.widgets.information_gap import information_gaps


def entropy(counts):
    """In nats, of a table of counts."""
    share = counts[counts > 0] / counts.sum()
    return -(share * np.log(share)).sum()


def plain_gaps(codes, factors, bins=20):
    """The definition, one pair of a latent and a factor at a time."""
    gaps = []
    for factor in factors.T:
        known = []
        for code in codes.T:
            edges = np.histogram_bin_edges(code, bins)
            values = np.arange(factor.max() + 2) - 0.5
            joint, _, _ = np.histogram2d(code, factor, (edges, values))
            parts = entropy(joint.sum(0)) + entropy(joint.sum(1)) - entropy(joint)
            known.append(parts)
        runner_up, best = np.sort(known)[-2:]
        gaps.append((best - runner_up) / entropy(np.bincount(factor)))
    return np.array(gaps)


def test_gaps_equal_the_plain_definition():
    random = np.random.default_rng(0)
    factors = np.stack([random.integers(0, 3, 700), random.integers(0, 12, 700)], 1)
    codes = random.normal(size=(700, 5))
    codes[:, 1] += factors[:, 0]
    codes[:, 3] -= factors[:, 1]
    found = information_gaps(torch.tensor(codes), torch.tensor(factors).double(), 12)
    np.testing.assert_allclose(found.numpy(), plain_gaps(codes, factors), atol=1e-9)


def test_closed_latents_and_doubled_ones_leave_no_gap():
    factor = torch.arange(4.0).repeat(10)[:, None]
    assert information_gaps(torch.zeros(40, 3), factor, 4).item() == 0
    assert information_gaps(factor.repeat(1, 2), factor, 4).item() == pytest.approx(0)


def test_one_latent_has_no_runner_up():
    with pytest.raises(ValueError, match="at least 2 latents, got 1"):
        information_gaps(torch.zeros(5, 1), torch.zeros(5, 1), 2)

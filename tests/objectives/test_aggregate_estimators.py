"""Estimators of the aggregate density, over every minibatch that there is."""

import itertools

import pytest
import torch
from torch.distributions import Independent, Normal

from vae_lib.objectives import MinibatchStratified, MinibatchWeighted

SIZE, BATCH = 5, 3
POINT = torch.tensor([0.3, -0.2], dtype=torch.float64)


def dataset():
    """Five posteriors; the first mean carries a gradient."""
    torch.manual_seed(3)
    mean = torch.randn(SIZE, 2, dtype=torch.float64, requires_grad=True)
    scale = torch.rand(SIZE, 2, dtype=torch.float64) + 0.3
    return mean, Independent(Normal(mean, scale), 1).log_prob(POINT).exp()


def mean_estimate(estimator, batches, row, densities):
    """Row's mean estimate of the density at POINT, by the example there: (SIZE,)."""
    weights = estimator(BATCH, SIZE)[row]
    estimates = [[] for _ in range(SIZE)]
    for batch in batches:
        estimates[batch[row]].append((weights * densities[list(batch)]).sum())
    return torch.stack([torch.stack(values).mean() for values in estimates])


@pytest.mark.parametrize("row", range(BATCH))
def test_stratified_density_is_unbiased_over_all_minibatches(row):
    """Every minibatch of 3 of 5 examples, in every order.

    The mean of the estimates is the aggregate density whichever example is the own
    one, and so is the slope.
    """
    mean, densities = dataset()
    batches = list(itertools.permutations(range(SIZE), BATCH))
    estimates = mean_estimate(MinibatchStratified(), batches, row, densities)
    exact = densities.mean()
    torch.testing.assert_close(estimates, exact.expand(SIZE))
    (slope,) = torch.autograd.grad(exact, mean, retain_graph=True)
    for estimate in estimates:
        (found,) = torch.autograd.grad(estimate, mean, retain_graph=True)
        torch.testing.assert_close(found, slope)


@pytest.mark.parametrize("row", range(BATCH))
def test_drawn_with_replacement_the_own_example_counts_one_nth_too_much(row):
    """Every one of the 5^3 minibatches: the excess is (q(z | x) - q(z)) / N."""
    _, densities = dataset()
    batches = list(itertools.product(range(SIZE), repeat=BATCH))
    estimates = mean_estimate(MinibatchStratified(), batches, row, densities)
    exact = densities.mean()
    torch.testing.assert_close(estimates, exact + (densities - exact) / SIZE)


@pytest.mark.parametrize("row", range(BATCH))
def test_weighted_density_is_too_small_by_a_known_factor(row):
    """Its mean is (q(z | x) + (B - 1) mean of the others) / (N B)."""
    _, densities = dataset()
    batches = list(itertools.permutations(range(SIZE), BATCH))
    estimates = mean_estimate(MinibatchWeighted(), batches, row, densities)
    others = (densities.sum() - densities) / (SIZE - 1)
    expected = (densities + (BATCH - 1) * others) / (SIZE * BATCH)
    torch.testing.assert_close(estimates, expected)
    assert (estimates < densities.mean()).all()


@pytest.mark.parametrize(("batch", "size"), [(2, 2), (2, 9), (7, 7), (64, 737_280)])
def test_stratified_weights_stand_where_they_belong(batch, size):
    """Own on the diagonal, the odd one after it and, in the last row, first."""
    weights = MinibatchStratified()(batch, size)
    torch.testing.assert_close(weights.sum(1), torch.ones(batch, dtype=torch.float64))
    assert weights.diagonal().tolist() == [1 / size] * batch
    odd = (size - batch + 1) / (size * (batch - 1))
    assert [weights[i, i + 1].item() for i in range(batch - 1)] == [odd] * (batch - 1)
    assert weights[-1, 0].item() == odd
    assert (weights == 1 / (batch - 1)).sum() >= batch * (batch - 2)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: MinibatchStratified()(1, 9), r"from 2 to the dataset's .* 9, got 1"),
        (lambda: MinibatchStratified()(10, 9), r"from 2 to the data.* 9, got 10"),
        (lambda: MinibatchWeighted()(10, 9), r"from 1 to the dataset's .*9, got 10"),
    ],
)
def test_a_minibatch_of_another_size_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()

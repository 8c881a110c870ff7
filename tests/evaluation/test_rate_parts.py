import math

import pytest
import torch
from torch.distributions import Independent, Normal, kl_divergence

from vae_lib.evaluation import rate_parts
from vae_lib.objectives import rate_in_three_parts


@pytest.fixture
def posteriors():
    generator = torch.Generator().manual_seed(0)
    means = torch.randn(400, 3, generator=generator, dtype=torch.float64)
    return means, 0.2 + torch.rand(400, 3, generator=generator, dtype=torch.float64)


def test_parts_add_up_to_the_rate(posteriors):
    """At each z the sum is log q(z | x) - log p(z); its mean is the mean KL."""
    means, scales = posteriors
    torch.manual_seed(3)  # not the seed of the means
    parts = rate_parts(means, scales, draws=400)
    found = sum(parts.values())
    prior = Independent(Normal(torch.zeros_like(means), torch.ones_like(means)), 1)
    rate = kl_divergence(Independent(Normal(means, scales), 1), prior)
    error = found.std() / math.sqrt(400)
    assert abs(found.mean() - rate.mean()) < 4 * error


def test_it_is_what_estimators_become_when_the_batch_is_the_data(posteriors):
    """All N examples, each with its true weight 1 / N."""
    means, scales = posteriors
    posterior = Independent(Normal(means, scales), 1)
    torch.manual_seed(1)
    parts = rate_parts(means, scales, draws=400, chunk=7)
    torch.manual_seed(1)
    z = posterior.sample()
    prior = Independent(Normal(torch.zeros(3), torch.ones(3)), 1)
    weights = torch.full((400, 400), 1 / 400, dtype=torch.float64)
    expected = rate_in_three_parts(posterior, z, prior, weights)
    for name, part in expected.items():
        torch.testing.assert_close(parts[name], part)


def test_codes_apart_hold_log_n_and_leave_the_rest_to_correlation():
    """On a diagonal line each latent alone tells which example it was."""
    torch.manual_seed(0)
    means = 100.0 * torch.arange(8.0)[:, None].repeat(1, 2)
    parts = rate_parts(means, torch.ones(8, 2), draws=8)
    for name in ("mutual_information", "total_correlation"):
        expected = torch.full((8,), math.log(8), dtype=torch.float64)
        torch.testing.assert_close(parts[name].double(), expected, rtol=1e-4, atol=1e-4)


def test_codes_without_information_have_no_parts():
    torch.manual_seed(0)
    parts = rate_parts(torch.zeros(9, 2), torch.ones(9, 2), draws=9)
    assert all(part.abs().max() < 1e-5 for part in parts.values())


@pytest.mark.parametrize(
    ("means", "scales", "draws", "message"),
    [
        ((4,), (4,), 1, r"\(N, D\) alike, scales positive, got \(4,\) and \(4,\)"),
        ((4, 2), (4, 3), 1, r"got \(4, 2\) and \(4, 3\)"),
        ((4, 2), (4, 2), 5, r"draws must lie in \[1, 4\], got 5"),
        ((4, 2), (4, 2), 0, r"draws must lie in \[1, 4\], got 0"),
    ],
)
def test_bad_arguments_are_named(means, scales, draws, message):
    with pytest.raises(ValueError, match=message):
        rate_parts(torch.zeros(means), torch.ones(scales), draws=draws)


def test_scale_of_zero_is_named():
    with pytest.raises(ValueError, match="least scale 0"):
        rate_parts(torch.zeros(4, 2), torch.zeros(4, 2), draws=1)

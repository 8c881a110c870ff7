"""The best adversary there can be: exact total correlation, exact divergence."""

import math

import pytest
import torch
from torch import nn
from torch.distributions import MultivariateNormal, Normal

from vae_lib.objectives import (
    AdversarialAutoencoder,
    Adversary,
    FactorVAE,
    permute_dimensions,
)


class Answer(nn.Module):
    """An adversary whose answers are a given function of what it sees."""

    def __init__(self, function) -> None:
        super().__init__()
        self.function = function
        self.idle = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        """Answer."""
        return self.function(x)


def correlated_codes(rho, noise, batch, diagonal_vae):
    """A model whose aggregate posterior is Gaussian with this correlation."""
    first, second = torch.randn(2, batch, dtype=torch.float64)
    mean = torch.stack([first, rho * first + torch.sqrt(1 - rho**2) * second], 1)
    log_scale = torch.full_like(mean, math.log(noise))
    return diagonal_vae(
        mean, log_scale, torch.zeros(5, 2).double(), torch.zeros(5).double()
    )


def aggregate(rho, noise):
    variance = 1 + noise**2
    covariance = torch.tensor([[variance, rho], [rho, variance]], dtype=torch.float64)
    return MultivariateNormal(torch.zeros(2, dtype=torch.float64), covariance)


@pytest.mark.parametrize("rho", [-0.4, 0.8])
def test_the_best_adversary_gives_the_total_correlation_and_its_gradient(
    rho, diagonal_vae
):
    """E log r(z) is exact; so is its slope through z, as E d log q(z) = 0."""
    noise, draws, repeats = 0.6, 2_000, 40
    joint = aggregate(rho, noise)
    single = Normal(0.0, math.sqrt(1 + noise**2))

    def best(z):
        return joint.log_prob(z) - single.log_prob(z).sum(1)

    objective = FactorVAE(Adversary(Answer(best)), gamma=1.0)
    parameter = torch.tensor(rho, dtype=torch.float64, requires_grad=True)
    values, slopes = [], []
    x = torch.zeros(draws, 5, dtype=torch.float64)
    for _ in range(repeats):
        model = correlated_codes(parameter, noise, draws, diagonal_vae)
        value = objective(model, x).terms["total_correlation"].mean()
        values.append(value.detach())
        slopes.append(torch.autograd.grad(value, parameter)[0])
    exact = -torch.log(1 - (parameter / (1 + noise**2)) ** 2) / 2
    (slope,) = torch.autograd.grad(exact, parameter)
    for found, expected in ((values, exact), (slopes, slope)):
        sample = torch.stack(found)
        error = sample.std() / math.sqrt(repeats)
        assert error < 0.02
        assert abs(sample.mean() - expected) < 5 * error


class Quadratic(nn.Module):
    """The family of logits that holds log q(z) - sum log q(z_d) of a Gaussian."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 1).double()

    def forward(self, z):
        """Return logits (B,) of z (B, 2)."""
        squares = torch.stack([z[:, 0] ** 2, z[:, 1] ** 2, z[:, 0] * z[:, 1]], 1)
        return self.linear(torch.cat([squares, torch.ones_like(z[:, :1])], 1))[:, 0]


def test_an_adversary_learns_the_total_correlation(diagonal_vae):
    """Trained by its loss alone it finds the exact log ratio's coefficients."""
    rho, noise = torch.tensor(0.8, dtype=torch.float64), 0.6
    network = Quadratic()
    objective = FactorVAE(Adversary(network))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
    x = torch.zeros(2_000, 5, dtype=torch.float64)
    for _ in range(300):
        model = correlated_codes(rho, noise, len(x), diagonal_vae)
        optimizer.zero_grad()
        objective.adversary_loss(model, x).value.backward()
        optimizer.step()
    model = correlated_codes(rho, noise, len(x), diagonal_vae)
    found = objective(model, x).terms["total_correlation"].mean()
    exact = -math.log(1 - (0.8 / 1.36) ** 2) / 2
    # 2,000 codes know the mean log ratio to 0.015, Adam's last steps as well.
    assert found.item() == pytest.approx(exact, abs=0.04)


def test_permuted_codes_keep_every_dimension_and_lose_their_company():
    """In expectation the correlation of two equal columns falls to zero."""
    column = torch.randn(200, 1, dtype=torch.float64)
    z = column.expand(200, 3)
    products = []
    for _ in range(200):
        permuted = permute_dimensions(z)
        assert torch.equal(permuted.sort(0).values, z.sort(0).values)
        products.append((permuted[:, 0] * permuted[:, 1]).mean())
    sample = torch.stack(products)
    error = sample.std() / math.sqrt(200)
    assert abs(sample.mean() - column.mean() ** 2) < 5 * error < 0.1


def test_the_best_adversary_gives_the_divergence_from_the_prior(diagonal_vae):
    """The logit log p - log q: its mean is -KL(q(z) || p(z)), here of Gaussians."""
    rho, noise, draws = 0.5, 0.6, 40_000
    q = aggregate(rho, noise)
    p = MultivariateNormal(q.loc, torch.eye(2, dtype=torch.float64))
    adversary = Adversary(Answer(lambda z: p.log_prob(z) - q.log_prob(z)))
    model = correlated_codes(torch.tensor(rho).double(), noise, draws, diagonal_vae)
    x = torch.zeros(draws, 5, dtype=torch.float64)
    loss = AdversarialAutoencoder(adversary, 3.0)(model, x)
    sample = loss.terms["aggregate_divergence"]
    exact = torch.distributions.kl_divergence(q, p)
    assert abs(sample.mean() - exact) < 5 * sample.std() / math.sqrt(draws)
    surprise = torch.log1p(sample.exp())
    torch.testing.assert_close(loss.terms["surprise"], surprise)
    expected = loss.terms["distortion"] + 3 * surprise
    torch.testing.assert_close(loss.value, expected.mean())

"""Bounds on log p(x | y), against a conditional model whose evidence is known."""

import math

import pytest
import torch
from torch import nn
from torch.distributions import Independent, MultivariateNormal, Normal

from vae_lib.data import Conditioned, LinearGaussian
from vae_lib.evaluation import (
    elbo,
    importance_weighted_bound,
    prior_sampled_bound,
    rate_per_dimension,
)
from vae_lib.models import CVAE, VAE, StandardNormal
from vae_lib.networks import (
    ConditionalDecoder,
    ConditionalEncoder,
    MLPDecoder,
    MLPEncoder,
    OneHot,
)
from vae_lib.objectives import NegativeELBO

EXACT = {"rtol": 0, "atol": 1e-10}
LATENT, DATA, GIVEN = 2, 5, 3


class Function(nn.Module):
    """A function of tensors as a module."""

    def __init__(self, function) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: torch.Tensor):
        """Call the function."""
        return self.function(*inputs)


def normal(*shape: int):
    return torch.randn(*shape, dtype=torch.float64)


def weights():
    """W, b of x from z, V of x from y, and U of z's prior mean from y."""
    shapes = ((DATA, LATENT), (DATA,), (DATA, GIVEN), (LATENT, GIVEN))
    return [normal(*shape).requires_grad_() for shape in shapes]


class Conditional:
    """p(z | y) = N(U y, I), p(x | z, y) = N(W z + V y + b, s^2 I), all exact."""

    def __init__(self, w, b, v, u) -> None:
        self.oracle = LinearGaussian(w, b, 0.5)
        self.v, self.u = v, u

    def _without_y(self, x, y):
        return x - y @ (self.v + self.oracle.weight @ self.u).T

    def log_marginal(self, x, y):
        """Return log p(x | y)."""
        return self.oracle.log_marginal(self._without_y(x, y))

    def posterior(self, x, y):
        """Return p(z | x, y)."""
        found = self.oracle.posterior(self._without_y(x, y))
        return MultivariateNormal(found.mean + y @ self.u.T, found.covariance_matrix)

    def likelihood(self, z, y):
        """Return p(x | z, y)."""
        mean = z @ self.oracle.weight.T + y @ self.v.T + self.oracle.bias
        return Independent(Normal(mean, torch.full_like(mean, 0.5)), 1)

    def prior(self, y):
        """Return p(z | y)."""
        mean = y @ self.u.T
        return Independent(Normal(mean, torch.ones_like(mean)), 1)

    def model(self):
        """All three as a CVAE."""
        return CVAE(*map(Function, (self.posterior, self.likelihood, self.prior)))


@pytest.mark.parametrize("bound", [elbo, importance_weighted_bound])
@pytest.mark.parametrize("samples", [1, 5])
@pytest.mark.parametrize("seed", range(3))
def test_the_bound_is_log_p_given_y_at_the_true_posterior_and_so_is_its_slope(
    bound, samples, seed
):
    """p(x, z | y) / p(z | x, y) = p(x | y) for every z and all weights of the model."""
    torch.manual_seed(seed)
    parameters = weights()
    exact = Conditional(*parameters)
    batch = Conditioned(normal(7, DATA), normal(7, GIVEN))
    expected = exact.log_marginal(batch.x, batch.y)
    found = bound(exact.model(), batch, samples=samples)
    torch.testing.assert_close(found, expected, **EXACT)
    slopes = torch.autograd.grad(expected.sum(), parameters, retain_graph=True)
    found_slopes = torch.autograd.grad(found.sum(), parameters)
    for ours, theirs in zip(found_slopes, slopes, strict=True):
        # Sums of some hundred terms of size 10 in float64.
        torch.testing.assert_close(ours, theirs, rtol=1e-8, atol=1e-8)


def test_the_condition_is_not_ignored():
    """Given another y, the same x has another likelihood, and the bound follows."""
    exact = Conditional(*(weight.detach() for weight in weights()))
    x, y = normal(7, DATA), normal(7, GIVEN)
    found = elbo(exact.model(), Conditioned(x, y.flip(0)))
    torch.testing.assert_close(found, exact.log_marginal(x, y.flip(0)), **EXACT)
    assert ((found - exact.log_marginal(x, y)).abs() > 0.1)[[0, 1, 2, 4, 5, 6]].all()


def test_draws_from_the_prior_give_log_p_given_y_in_the_limit_and_less_before():
    """E[mean of k weights] = p(x | y); its logarithm is lower, by Jensen."""
    w, b, v, u = (weight.detach() for weight in weights())
    exact = Conditional(0.3 * w, b, v, u)
    y = normal(1, GIVEN)
    x = exact.likelihood(exact.prior(y).mean, y).sample()
    evidence = exact.log_marginal(x, y)
    many = Conditioned(x.expand(400, -1), y.expand(400, -1))
    model = exact.model()
    one = prior_sampled_bound(model, many, samples=1)
    more = prior_sampled_bound(model, many, samples=64)
    assert one.mean() < more.mean() - 3 * one.std() / math.sqrt(400)
    assert more.mean() < evidence + 3 * more.std() / math.sqrt(400)
    limit = prior_sampled_bound(model, Conditioned(x, y), samples=200_000)
    # Of 200,000 draws: a relative error of some 1 / sqrt(200,000) times the spread.
    torch.testing.assert_close(limit, evidence, rtol=0, atol=0.02)


def test_for_a_prior_without_condition_every_example_has_draws_of_its_own():
    """Draws shared by the batch would give equal examples equal bounds."""
    exact = LinearGaussian.random(LATENT, DATA)
    model = VAE(
        Function(exact.posterior), Function(exact.likelihood), Function(exact.prior)
    )
    x = exact.sample(1).expand(5, -1)
    assert len(prior_sampled_bound(model, x, samples=3).unique()) == 5


def twins():
    """A CVAE of one class, and a VAE with its weights; the class adds a constant 1."""
    shape = (1, 4, 4)
    model = CVAE(
        ConditionalEncoder(MLPEncoder((17,), 3), OneHot(1)),
        ConditionalDecoder(MLPDecoder(4, shape), OneHot(1)),
        StandardNormal(3),
    ).double()
    plain = VAE(MLPEncoder(shape, 3), MLPDecoder(3, shape), StandardNormal(3)).double()
    with torch.no_grad():
        for ours, theirs in (
            (model.encoder.encoder, plain.encoder),
            (model.decoder.decoder, plain.decoder),
        ):
            for name, weight in theirs.state_dict().items():
                source = ours.state_dict()[name]
                if source.shape != weight.shape:  # the first layer: fold the 1 in
                    first = ours.state_dict()
                    bias = name.replace("weight", "bias")
                    theirs.state_dict()[bias].copy_(first[bias] + source[:, -1])
                    source = source[:, :-1]
                elif name == "trunk.0.bias":
                    continue
                weight.copy_(source)
    return model, plain


@pytest.mark.parametrize("judge", [elbo, importance_weighted_bound])
def test_with_a_constant_condition_it_is_the_vae(judge):
    model, plain = twins()
    x = torch.rand(6, 1, 4, 4, dtype=torch.float64)
    batch = Conditioned(x, torch.zeros(6, dtype=torch.int64))
    torch.manual_seed(1)
    ours = judge(model, batch, samples=4)
    torch.manual_seed(1)
    torch.testing.assert_close(ours, judge(plain, x, samples=4), **EXACT)
    torch.testing.assert_close(
        rate_per_dimension(model, batch), rate_per_dimension(plain, x), **EXACT
    )


def test_with_a_constant_condition_its_loss_and_slopes_are_the_vaes():
    model, plain = twins()
    x = torch.rand(6, 1, 4, 4, dtype=torch.float64)
    losses = []
    for one, batch in (
        (model, Conditioned(x, torch.zeros(6, dtype=torch.int64))),
        (plain, x),
    ):
        torch.manual_seed(1)
        losses.append(NegativeELBO()(one, batch).value)
        losses[-1].backward()
    torch.testing.assert_close(*losses, **EXACT)
    for name, weight in plain.decoder.named_parameters():
        ours = dict(model.decoder.decoder.named_parameters())[name].grad
        if ours.shape != weight.shape:
            ours = ours[:, :-1]
        torch.testing.assert_close(ours, weight.grad, **EXACT)


@pytest.mark.parametrize(
    "bound", [elbo, importance_weighted_bound, prior_sampled_bound]
)
def test_what_is_no_batch_of_images_is_refused(bound):
    model, _ = twins()
    empty = Conditioned(torch.zeros(0, 1, 4, 4), torch.zeros(0, dtype=torch.int64))
    with pytest.raises(ValueError, match="hold at least one example"):
        bound(model, empty)
    with pytest.raises(ValueError, match="samples must be an integer of at least 1"):
        bound(model, torch.rand(2, 1, 4, 4), samples=0)

"""Objectives with an adversary, held against the best adversary there can be."""

import math

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck
from torch.distributions import Independent, MultivariateNormal, Normal
from torch.nn import functional as F

from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import MLPDecoder, MLPDiscriminator, MLPEncoder
from vae_lib.objectives import (
    VAEGAN,
    AdversarialAutoencoder,
    Adversary,
    BetaVAE,
    FactorVAE,
    NegativeELBO,
    TwoPlayerObjective,
    permute_dimensions,
    tell_apart,
)
from vae_lib.training import linear_warmup

SHAPE = (1, 4, 4)


class Answer(nn.Module):
    """An adversary whose answers are a given function of what it sees."""

    def __init__(self, function) -> None:
        super().__init__()
        self.function = function
        self.idle = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        """Answer."""
        return self.function(x)

    def features(self, x):
        """The pixels themselves."""
        return x.flatten(1)


def small_vae(batch=6):
    model = VAE(MLPEncoder(SHAPE, 3), MLPDecoder(3, SHAPE), StandardNormal(3))
    return model.double(), torch.rand(batch, *SHAPE, dtype=torch.float64)


def judges_codes():
    return Adversary(MLPDiscriminator((3,), (7, 7)).double())


def judges_images():
    return Adversary(MLPDiscriminator(SHAPE, (7, 5)).double())


def objectives():
    return [
        FactorVAE(judges_codes(), 5.0),
        AdversarialAutoencoder(judges_codes(), 5.0),
        VAEGAN(judges_images(), 5.0),
    ]


KINDS = [0, 1, 2]


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_two_players_and_others_have_one(kind):
    assert isinstance(objectives()[kind], TwoPlayerObjective)
    assert not isinstance(BetaVAE(), TwoPlayerObjective)


@pytest.mark.parametrize("kind", KINDS)
def test_the_adversarys_loss_leaves_the_model_alone(kind):
    """And it counts right answers of every example."""
    objective, (model, x) = objectives()[kind], small_vae()
    loss = objective.adversary_loss(model, x)
    loss.value.backward()
    assert all(weight.grad is None for weight in model.parameters())
    network = objective.adversary.network
    assert all(weight.grad is not None for weight in network.parameters())
    assert loss.terms["adversary_accuracy"].shape == (6,)
    assert set(loss.terms) == {"adversary_accuracy"}


def test_an_adversary_that_does_not_know_pays_a_bit():
    loss = tell_apart(torch.zeros(5), torch.zeros(2, 5))
    torch.testing.assert_close(loss.value, torch.tensor(math.log(2)))
    assert loss.terms["adversary_accuracy"].tolist() == [0.5] * 5


@pytest.mark.parametrize("seed", range(3))
def test_its_loss_is_the_cross_entropy_of_balanced_labels(seed):
    torch.manual_seed(seed)
    real, fake = torch.randn(2, 8, dtype=torch.float64)
    labels = torch.cat([torch.ones_like(real), torch.zeros_like(fake)])
    expected = F.binary_cross_entropy_with_logits(torch.cat([real, fake]), labels)
    loss = tell_apart(real, fake)
    torch.testing.assert_close(loss.value, expected)
    right = ((real > 0).sum() + (fake < 0).sum()) / 16
    assert loss.terms["adversary_accuracy"].mean() == right


@pytest.mark.parametrize("shift", [0.5, 2.0])
def test_the_best_adversary_pays_ln_2_minus_the_jensen_shannon_divergence(shift):
    """Of N(0, 1) from N(shift, 1), whose divergence is integrated on a grid."""
    p, q = Normal(0.0, 1.0), Normal(shift, 1.0)
    grid = torch.linspace(-12, 14, 20_001, dtype=torch.float64)
    log_p, log_q = p.log_prob(grid), q.log_prob(grid)
    log_mean = torch.logaddexp(log_p, log_q) - math.log(2)
    integrand = log_p.exp() * (log_p - log_mean) + log_q.exp() * (log_q - log_mean)
    divergence = torch.trapezoid(integrand / 2, grid)

    def best(x):
        return p.log_prob(x) - q.log_prob(x)

    draws = 100_000
    real, fake = p.sample((draws,)), q.sample((draws,))
    loss = tell_apart(best(real), best(fake)).value
    each = (F.softplus(-best(real)) + F.softplus(best(fake))) / 2
    assert abs(loss - (math.log(2) - divergence)) < 5 * each.std() / math.sqrt(draws)


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
    x = torch.zeros(4_000, 5, dtype=torch.float64)
    for _ in range(300):
        model = correlated_codes(rho, noise, len(x), diagonal_vae)
        optimizer.zero_grad()
        objective.adversary_loss(model, x).value.backward()
        optimizer.step()
    model = correlated_codes(rho, noise, len(x), diagonal_vae)
    found = objective(model, x).terms["total_correlation"].mean()
    exact = -math.log(1 - (0.8 / 1.36) ** 2) / 2
    # 4,000 codes know the mean log ratio to 0.01, Adam's last steps as well.
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


def test_a_matched_aggregate_costs_ln_2_and_pushes_nowhere():
    """An adversary that cannot tell says 0 everywhere: only distortion has a slope."""
    model, x = small_vae()
    objective = AdversarialAutoencoder(Adversary(Answer(lambda z: 0 * z.sum(1))))
    loss = objective(model, x)
    assert loss.terms["surprise"].tolist() == pytest.approx([math.log(2)] * 6)
    slopes = torch.autograd.grad(
        loss.value, model.encoder.parameters(), retain_graph=True
    )
    alone = torch.autograd.grad(
        loss.terms["distortion"].mean(), model.encoder.parameters()
    )
    for slope, expected in zip(slopes, alone, strict=True):
        torch.testing.assert_close(slope, expected)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 4.0])
def test_a_vae_gan_charges_each_network_its_own(gamma):
    """Encoder: feature distortion + rate. Decoder: gamma times that + surprise."""
    model, x = small_vae()
    objective = VAEGAN(judges_images(), gamma)
    network = objective.adversary.network
    torch.manual_seed(1)
    loss = objective(model, x)
    loss.value.backward()
    found = [weight.grad.clone() for weight in model.parameters()]
    model.zero_grad()

    torch.manual_seed(1)
    posterior = model.encode(x)
    z = posterior.rsample()
    draws = model.prior().sample((6,))
    made = network.features(model.decode(z))
    features = Independent(Normal(made, 1.0), 1)
    distortion = -features.log_prob(network.features(x)).mean()
    rate = torch.distributions.kl_divergence(posterior, model.prior()).mean()
    logits = [network(model.decode(codes)) for codes in (z, draws)]
    surprise = sum(F.softplus(-each).mean() for each in logits) / 2
    torch.testing.assert_close(loss.value, rate + gamma * distortion + surprise)
    encoder, decoder = (
        list(model.encoder.parameters()),
        list(model.decoder.parameters()),
    )
    expected = [
        *torch.autograd.grad(distortion + rate, encoder, retain_graph=True),
        *torch.autograd.grad(gamma * distortion + surprise, decoder),
    ]
    for slope, other in zip(found, expected, strict=True):
        torch.testing.assert_close(slope, other)


def test_features_that_are_the_pixels_give_the_gaussian_distortion(diagonal_vae):
    """-log N(x; x~, I) = |x - x~|^2 / 2 + P log(2 pi) / 2."""
    parameters = torch.randn(2, 4, 3, dtype=torch.float64)
    weight = torch.randn(5, 3, dtype=torch.float64)
    model = diagonal_vae(*parameters, weight, weight[:, 0])
    x = torch.randn(4, 5, dtype=torch.float64)
    objective = VAEGAN(Adversary(Answer(lambda x: x.sum(1))))
    torch.manual_seed(1)
    found = objective(model, x).terms["feature_distortion"]
    torch.manual_seed(1)
    error = (x - model.decode(model.encode(x).rsample())).square().sum(1)
    torch.testing.assert_close(found, error / 2 + 5 * math.log(2 * math.pi) / 2)


@pytest.mark.parametrize("build", [FactorVAE, AdversarialAutoencoder])
def test_gradients_match_finite_differences(build, diagonal_vae):
    x = torch.randn(4, 5, dtype=torch.float64)
    objective = build(judges_codes(), 3.0)

    def value(*tensors: torch.Tensor):
        torch.manual_seed(1)
        return objective(diagonal_vae(*tensors), x).value

    mean, log_scale = torch.randn(2, 4, 3, dtype=torch.float64)
    weight = torch.randn(5, 3, dtype=torch.float64)
    inputs = (mean, 0.3 * log_scale, weight, weight[:, 0].clone())
    assert gradcheck(value, tuple(tensor.requires_grad_() for tensor in inputs))


def test_gamma_is_the_price_of_total_correlation():
    model, x = small_vae()
    objective = FactorVAE(judges_codes(), 5.0)
    torch.manual_seed(1)
    loss = objective(model, x)
    torch.manual_seed(1)
    elbo = NegativeELBO()(model, x).value
    expected = elbo + 5 * loss.terms["total_correlation"].mean()
    torch.testing.assert_close(loss.value, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_a_schedule_is_read_at_the_step(kind):
    model, x = small_vae()
    constant = objectives()[kind]
    adversary = constant.adversary
    scheduled = type(constant)(adversary, linear_warmup(8, 1, 9))
    torch.manual_seed(1)
    expected = constant(model, x).value
    torch.manual_seed(1)
    assert torch.equal(scheduled(model, x, step=4).value, expected)
    assert {term.shape for term in constant(model, x).terms.values()} == {(6,)}


NETWORK = nn.Linear(2, 1)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Adversary(len), r"network must be a module, got builtin_function"),
        (lambda: Adversary(nn.ReLU()), r"network must have weights .* got ReLU"),
        (lambda: Adversary(NETWORK, 0.0), r"learning_rate must be pos.* got 0\.0"),
        (lambda: Adversary(NETWORK, 1.0, (0.5, 1.0)), r"betas .* got \(0\.5, 1\.0\)"),
        (lambda: Adversary(NETWORK, 1.0, (0.5,)), r"betas must be two .* \(0\.5,\)"),
        (
            lambda: Adversary(NETWORK).logits(torch.zeros(3, 2)),
            r"answer with shape \(3,\), got \(3, 1\)",
        ),
        (lambda: FactorVAE(judges_codes(), -1.0), r"gamma must be non.* got -1\.0"),
        (
            lambda: AdversarialAutoencoder(judges_codes(), math.nan),
            r"weight must be non-negative and finite, got nan",
        ),
        (lambda: VAEGAN(judges_images(), 0.0), r"gamma must be positive, got 0\.0"),
        (
            lambda: VAEGAN(judges_images(), linear_warmup(9))(*small_vae()),
            r"gamma must be positive, got 0\.0",
        ),
        (lambda: VAEGAN(Adversary(NETWORK)), r"must have features\(x\), got Linear"),
    ],
)
def test_bad_arguments_are_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()

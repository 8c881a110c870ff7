"""What objectives with an adversary charge whom, and what their adversaries learn."""

import math

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck
from torch.distributions import Independent, Normal
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


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_features_that_are_the_pixels_give_the_gaussian_distortion(scale, diagonal_vae):
    """-log N(x; x~, s^2 I) = |x - x~|^2 / (2 s^2) + P log(2 pi s^2) / 2."""
    parameters = torch.randn(2, 4, 3, dtype=torch.float64)
    weight = torch.randn(5, 3, dtype=torch.float64)
    model = diagonal_vae(*parameters, weight, weight[:, 0])
    x = torch.randn(4, 5, dtype=torch.float64)
    objective = VAEGAN(Adversary(Answer(lambda x: x.sum(1))), scale=scale)
    torch.manual_seed(1)
    found = objective(model, x).terms["feature_distortion"]
    torch.manual_seed(1)
    error = (x - model.decode(model.encode(x).rsample())).square().sum(1)
    expected = error / (2 * scale**2) + 5 * math.log(2 * math.pi * scale**2) / 2
    torch.testing.assert_close(found, expected)


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
        (lambda: VAEGAN(judges_images(), scale=0.0), r"scale must be .* got 0\.0"),
        (lambda: VAEGAN(Adversary(NETWORK)), r"must have features\(x\), got Linear"),
    ],
)
def test_bad_arguments_are_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()

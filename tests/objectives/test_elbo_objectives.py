"""What the objectives must satisfy, whatever the model is."""

import dataclasses
import math

import pytest
import torch
from torch.autograd import gradcheck
from torch.distributions import Bernoulli, Independent, Normal

from vae_lib.data import LinearGaussian
from vae_lib.models import VAE, StandardNormal, VAEOutput
from vae_lib.networks import BurgessDecoder, BurgessEncoder, MLPDecoder, MLPEncoder
from vae_lib.objectives import (
    BetaVAE,
    CapacityVAE,
    FreeBits,
    NegativeELBO,
    distortion_and_rate,
)
from vae_lib.training import linear_warmup

OBJECTIVES = [
    NegativeELBO(),
    BetaVAE(4.0),
    CapacityVAE(gamma=3.0, capacity=2.5),
    CapacityVAE(gamma=3.0, capacity=250.0),
    FreeBits(0.3),
]


def parameters(batch=4, latent=3, data=5):
    """Random posterior means and log scales, decoder weights and biases."""
    return (
        torch.randn(batch, latent, dtype=torch.float64, requires_grad=True),
        0.3 * torch.randn(batch, latent, dtype=torch.float64),
        torch.randn(data, latent, dtype=torch.float64),
        torch.randn(data, dtype=torch.float64),
    )


def small_vae():
    torch.manual_seed(0)
    shape = (1, 4, 4)
    model = VAE(MLPEncoder(shape, 3), MLPDecoder(3, shape), StandardNormal(3))
    return model.double(), torch.rand(6, *shape, dtype=torch.float64)


def judge(objective, model, x, step=0):
    """The same noise for every objective."""
    torch.manual_seed(1)
    return objective(model, x, step)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
def test_gradients_match_finite_differences(objective, diagonal_vae):
    """With fixed noise a loss is a smooth function of every parameter of the model."""
    x = torch.randn(4, 5, dtype=torch.float64)

    def value(*tensors: torch.Tensor):
        torch.manual_seed(1)
        return objective(diagonal_vae(*tensors), x).value

    inputs = tuple(tensor.detach().requires_grad_() for tensor in parameters())
    assert gradcheck(value, inputs)


def test_gradients_of_the_networks_match_finite_differences():
    """Along random directions, through encoder, sample and decoder at once."""
    model, x = small_vae()
    weights = list(model.parameters())
    judge(BetaVAE(2.0), model, x).value.backward()
    gradients = [weight.grad.clone() for weight in weights]
    torch.manual_seed(2)
    for _ in range(3):
        direction = [torch.randn_like(weight) for weight in weights]

        def moved(distance, direction=direction):
            with torch.no_grad():
                for weight, change in zip(weights, direction, strict=True):
                    weight.add_(change, alpha=distance)
                return judge(BetaVAE(2.0), model, x).value

        step = 1e-6
        above = moved(step)
        below = moved(-2 * step)
        moved(step)
        slope = sum((g * d).sum() for g, d in zip(gradients, direction, strict=True))
        # Central differences of a loss near 20 in float64: 1e-15 * 20 / 1e-6 = 2e-8.
        torch.testing.assert_close(
            (above - below) / (2 * step), slope, rtol=1e-5, atol=1e-6
        )


def test_the_rate_has_its_closed_form_and_gradient(diagonal_vae):
    """KL(N(m, s^2) || N(0, 1)) = (m^2 + s^2 - 1) / 2 - log s; its slope in m is m."""
    mean, log_scale, weight, bias = parameters()
    model = diagonal_vae(mean, log_scale, weight, bias)
    rate = NegativeELBO()(model, torch.zeros(4, 5, dtype=torch.float64)).terms["rate"]
    expected = (mean**2 + (2 * log_scale).exp() - 1) / 2 - log_scale
    torch.testing.assert_close(rate, expected.sum(1))
    (gradient,) = torch.autograd.grad(rate.sum(), mean)
    torch.testing.assert_close(gradient, mean)


def orthogonal_oracle():
    """W with orthogonal columns: the true posterior is diagonal."""
    columns, _ = torch.linalg.qr(torch.randn(5, 2, dtype=torch.float64))
    scales = torch.tensor([2.0, 0.5], dtype=torch.float64)
    return LinearGaussian(columns * scales, torch.randn(5, dtype=torch.float64), 0.5)


def test_the_negative_elbo_is_minus_log_p_at_the_true_posterior(diagonal_vae):
    """On average over z: E[distortion] + rate = -log p(x), and the slope there is 0."""
    oracle = orthogonal_oracle()
    draws = 40_000
    x = oracle.sample(1)
    exact = oracle.posterior(x)
    mean = exact.mean.expand(draws, -1).clone().requires_grad_()
    log_scale = exact.variance.log().div(2).expand(draws, -1).clone().requires_grad_()
    model = diagonal_vae(mean, log_scale, oracle.weight, oracle.bias)
    terms = NegativeELBO()(model, x.expand(draws, -1)).terms
    losses = terms["distortion"] + terms["rate"]
    error = losses.std() / math.sqrt(draws)
    assert abs(losses.mean() + oracle.log_marginal(x)[0]) < 5 * error
    losses.sum().backward()
    for slope in (mean.grad, log_scale.grad):
        # Each draw's slope is noise; only its average vanishes at the optimum.
        assert (slope.mean(0).abs() < 5 * slope.std(0) / math.sqrt(draws)).all()


@pytest.mark.parametrize("seed", range(5))
def test_beta_one_is_the_negative_elbo(seed):
    model, x = small_vae()
    torch.manual_seed(seed)
    ours = BetaVAE(beta=1.0)(model, x)
    torch.manual_seed(seed)
    theirs = NegativeELBO()(model, x)
    assert torch.equal(ours.value, theirs.value)


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0, 16.0])
def test_the_value_is_linear_in_beta_with_the_mean_rate_as_slope(beta):
    model, x = small_vae()
    loss = judge(BetaVAE(beta), model, x)
    expected = loss.terms["distortion"].mean() + beta * loss.terms["rate"].mean()
    torch.testing.assert_close(loss.value, expected)


@pytest.mark.parametrize(("capacity", "sign"), [(0.0, 1.0), (1e6, -1.0)])
def test_capacity_pulls_the_rate_up_to_it_and_down_to_it(capacity, sign, diagonal_vae):
    """The slope in the rate is gamma sign(rate - capacity); the decoder ignores z."""
    mean, log_scale, weight, bias = parameters()
    model = diagonal_vae(mean, log_scale, torch.zeros_like(weight), bias)
    x = torch.randn(4, 5, dtype=torch.float64)
    CapacityVAE(gamma=7.0, capacity=capacity)(model, x).value.backward()
    # The mean over a batch of 4 of a rate whose slope in the mean is the mean itself.
    torch.testing.assert_close(mean.grad, sign * 7.0 * mean.detach() / 4)


def test_at_its_capacity_a_model_pays_for_distortion_alone():
    model, x = small_vae()
    terms = judge(NegativeELBO(), model, x).terms
    at_capacity = CapacityVAE(capacity=terms["rate"].mean().item())
    value = judge(at_capacity, model, x).value
    torch.testing.assert_close(value, terms["distortion"].mean())


def test_free_bits_charge_the_floor_and_push_nothing_below_it(diagonal_vae):
    """Dimension 0 lies below the floor: it costs the floor and feels no gradient."""
    mean = torch.tensor([[0.1, 2.0]], dtype=torch.float64, requires_grad=True)
    zero = torch.zeros(5, 2, dtype=torch.float64)
    model = diagonal_vae(mean, torch.zeros_like(mean), zero, zero[:, 0])
    loss = FreeBits(floor=0.5)(model, torch.zeros(1, 5, dtype=torch.float64))
    # With unit scales the rates are m^2 / 2: 0.005 and 2.
    charged = loss.value - loss.terms["distortion"].mean()
    torch.testing.assert_close(charged, torch.tensor(2.5, dtype=torch.float64))
    loss.value.backward()
    assert mean.grad.tolist() == [[0.0, 2.0]]


def test_free_bits_of_nothing_are_the_negative_elbo():
    """A rate is never negative, so that a floor of zero is never reached."""
    model, x = small_vae()
    torch.testing.assert_close(
        judge(FreeBits(0.0), model, x).value, judge(NegativeELBO(), model, x).value
    )


@pytest.mark.parametrize(
    ("scheduled", "at_four"),
    [
        (BetaVAE(beta=linear_warmup(8)), BetaVAE(beta=0.5)),
        (CapacityVAE(9.0, linear_warmup(8, 0, 10)), CapacityVAE(9.0, 5.0)),
        (CapacityVAE(linear_warmup(8, 0, 6), 5.0), CapacityVAE(3.0, 5.0)),
    ],
    ids=["beta", "capacity", "gamma"],
)
def test_a_schedule_is_read_at_the_step(scheduled, at_four):
    model, x = small_vae()
    value = judge(scheduled, model, x, step=4).value
    assert torch.equal(value, judge(at_four, model, x).value)
    assert not torch.equal(value, judge(scheduled, model, x, step=8).value)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
@pytest.mark.parametrize("batch", [1, 6])
def test_the_value_is_a_scalar_and_every_term_is_per_example(objective, batch):
    model, x = small_vae()
    loss = objective(model, x[:batch])
    assert loss.value.shape == ()
    assert {name: term.shape for name, term in loss.terms.items()} == {
        "distortion": (batch,),
        "rate": (batch,),
    }
    assert (loss.terms["rate"] >= 0).all()


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
def test_an_objective_is_frozen(objective):
    assert dataclasses.is_dataclass(objective)
    with pytest.raises(dataclasses.FrozenInstanceError):
        objective.beta = 2.0


def test_the_unit_is_the_nat():
    """A fair coin for each of 16 pixels is 16 bits, 16 ln 2 nats."""
    coins = Independent(Bernoulli(logits=torch.zeros(2, 1, 4, 4)), 3)
    prior = Independent(Normal(torch.zeros(3), torch.ones(3)), 1)
    posterior = prior.expand((2,))
    output = VAEOutput(posterior, torch.zeros(2, 3), coins, prior)
    terms = distortion_and_rate(output, torch.ones(2, 1, 4, 4))
    torch.testing.assert_close(terms["distortion"], torch.full((2,), 16 * math.log(2)))
    assert terms["rate"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: BetaVAE(-1.0), r"beta must be non-negative and finite, got -1\.0"),
        (lambda: BetaVAE(math.nan), r"beta must be non-negative and finite, got nan"),
        (lambda: BetaVAE(math.inf), r"beta must be non-negative and finite, got inf"),
        (lambda: BetaVAE("4"), r"beta must be a number or a function of .* got str"),
        (lambda: CapacityVAE(gamma=-2.0), r"gamma must be non-negative .* got -2\.0"),
        (lambda: CapacityVAE(capacity=-3.0), r"capacity must be non-neg.* got -3\.0"),
        (lambda: FreeBits(-0.1), r"floor must be non-negative and finite, got -0\.1"),
        (lambda: FreeBits(lambda _step: 1.0), r"floor must be a number, got a functi"),
    ],
)
def test_a_bad_hyper_parameter_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
def test_an_empty_batch_is_refused(objective):
    """The mean over no examples would be NaN."""
    model, x = small_vae()
    with pytest.raises(ValueError, match="x must hold at least one example"):
        objective(model, x[:0])


def test_the_terms_of_an_empty_batch_are_refused(diagonal_vae):
    """Also with networks that accept one."""
    model = diagonal_vae(*(tensor.detach() for tensor in parameters()))
    x = torch.zeros(4, 5, dtype=torch.float64)
    with pytest.raises(ValueError, match=r"at least one example, got shape \(0, 5\)"):
        distortion_and_rate(model(x), x[:0])


def test_a_decoder_of_other_images_is_refused():
    """One channel against three broadcasts: the loss would be a wrong number."""
    model = VAE(BurgessEncoder(channels=3), BurgessDecoder(), StandardNormal(10))
    with pytest.raises(
        ValueError, match=r"event shape \(3, 64, 64\), got \(1, 64, 64\)"
    ):
        NegativeELBO()(model, torch.zeros(2, 3, 64, 64))


def test_a_prior_of_another_size_is_refused():
    """One dimension against three broadcasts as well."""
    shape = (1, 4, 4)
    model = VAE(MLPEncoder(shape, 3), MLPDecoder(3, shape), StandardNormal(1))
    with pytest.raises(ValueError, match=r"same event shape, got \(3,\) and \(1,\)"):
        NegativeELBO()(model, torch.zeros(2, *shape))


def test_not_a_number_is_never_hidden():
    """A NaN pixel makes the loss NaN, which is what stops training."""
    model, x = small_vae()
    x[0, 0, 0, 0] = math.nan
    loss = NegativeELBO()(model, x)
    assert torch.isnan(loss.value)
    assert torch.isnan(loss.terms["distortion"]).tolist() == [True] + [False] * 5

"""LinearGaussian: closed forms that agree with each other and with brute force."""

import math

import pytest
import torch
from torch.distributions import kl_divergence

from vae_lib.data import LinearGaussian

DIMENSIONS = [(1, 1), (1, 4), (3, 5), (4, 2)]


@pytest.fixture(
    params=DIMENSIONS, ids=lambda dims: f"{dims[0]} latents, {dims[1]} data"
)
def model(request):
    latent_dim, data_dim = request.param
    return LinearGaussian.random(latent_dim, data_dim, noise=0.7, seed=1)


@pytest.fixture
def x(model):
    torch.manual_seed(0)
    return model.sample(32)


def test_bayes_rule_holds_for_every_z(model, x):
    """Whatever z is, log p(z) + log p(x | z) - log p(z | x) = log p(x)."""
    z = torch.randn(32, model.latent_dim, dtype=torch.float64)
    joint = model.prior().log_prob(z) + model.likelihood(z).log_prob(x)
    torch.testing.assert_close(
        joint - model.posterior(x).log_prob(z),
        model.log_marginal(x),
        rtol=0,
        atol=1e-10,
    )


def test_the_bound_is_exact_at_the_posterior(model, x):
    """E_q log p(x | z) - KL(q || p) = log p(x), with both terms in closed form.

    For a Gaussian likelihood the expectation is log p(x | mean of q) minus the trace of
    W Cov W' over twice the noise variance.
    """
    posterior = model.posterior(x)
    spread = (model.weight @ posterior.covariance_matrix[0] @ model.weight.T).trace()
    expected_log = model.likelihood(posterior.mean).log_prob(x)
    expected_log = expected_log - spread / (2 * model.noise**2)
    zero = torch.zeros(model.latent_dim, dtype=torch.float64)
    prior = torch.distributions.MultivariateNormal(zero, torch.eye(len(zero)).double())
    bound = expected_log - kl_divergence(posterior, prior)
    torch.testing.assert_close(bound, model.log_marginal(x), rtol=0, atol=1e-10)


def test_the_marginal_is_the_integral_over_z():
    """A trapezoid sum over z of p(x | z) p(z): spectrally exact for a Gaussian."""
    model = LinearGaussian.random(latent_dim=1, data_dim=2, noise=0.5, seed=3)
    x = torch.tensor([[0.3, -1.0], [2.0, 0.5]], dtype=torch.float64)
    z = torch.linspace(-12, 12, 4001, dtype=torch.float64)
    joint = model.likelihood(z[:, None]).log_prob(x[:, None])
    joint = joint + model.prior().log_prob(z[:, None])
    integral = joint.logsumexp(1) + math.log(24 / 4000)
    torch.testing.assert_close(integral, model.log_marginal(x), rtol=0, atol=1e-10)


def test_the_encoder_gives_the_posterior(model, x):
    encoder = model.encoder()
    posterior = model.posterior(x)
    mean = (x - encoder.centre) @ encoder.weight.T
    torch.testing.assert_close(mean, posterior.mean)
    for covariance in posterior.covariance_matrix:
        torch.testing.assert_close(covariance, encoder.covariance)


def test_no_other_linear_map_predicts_z_better(model):
    """The posterior mean minimises the squared error: least squares finds it too."""
    torch.manual_seed(4)
    z = model.prior().sample((200_000,))
    x = model.likelihood(z).sample()
    fitted = torch.linalg.lstsq(x - model.bias, z).solution.T
    # Standard errors fall with the square root of 200,000.
    torch.testing.assert_close(fitted, model.encoder().weight, rtol=0, atol=0.02)


def test_samples_have_the_marginal_moments(model):
    torch.manual_seed(2)
    x = model.sample(200_000)
    marginal = model.marginal()
    scale = marginal.variance.max()
    torch.testing.assert_close(
        x.mean(0), marginal.mean, rtol=0, atol=float(5 * (scale / 2e5).sqrt())
    )
    torch.testing.assert_close(
        x.T.cov().reshape(marginal.covariance_matrix.shape),
        marginal.covariance_matrix,
        rtol=0,
        atol=float(5 * scale * (2 / 2e5) ** 0.5),
    )


def test_a_seed_fixes_the_model_and_leaves_the_global_generator_alone():
    state = torch.random.get_rng_state()
    first, again = (LinearGaussian.random(2, 3, 0.1, seed=5) for _ in range(2))
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.equal(first.weight, again.weight)
    assert torch.equal(first.bias, again.bias)
    other = LinearGaussian.random(2, 3, 0.1, seed=6)
    assert not torch.equal(first.weight, other.weight)
    assert (first.latent_dim, first.data_dim, first.noise) == (2, 3, 0.1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_results_have_the_dtype_of_the_weight(dtype):
    model = LinearGaussian.random(2, 3, dtype=dtype)
    x = model.sample(4)
    results = [x, model.log_marginal(x), model.posterior(x).mean]
    assert {result.dtype for result in results} == {dtype}
    assert [tuple(r.shape) for r in results] == [(4, 3), (4,), (4, 2)]


def test_gradients_flow_through_the_log_marginal():
    """Finite differences in float64 agree, so that the oracle can check gradients."""
    weight = torch.randn(3, 2, dtype=torch.float64, requires_grad=True)
    bias = torch.randn(3, dtype=torch.float64, requires_grad=True)
    x = torch.randn(4, 3, dtype=torch.float64)
    assert torch.autograd.gradcheck(
        lambda w, b: LinearGaussian(w, b, 0.8).log_marginal(x), (weight, bias)
    )


W, B = torch.ones(3, 2), torch.zeros(3)
NAN = float("nan")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[1.0]], B, 1.0), "weight must be a tensor, got list"),
        ((W.long(), B, 1.0), "weight must be real, got torch.int64"),
        (
            (W[0], B, 1.0),
            r"weight must have shape \(P, D\) and not be empty, got \(2,\)",
        ),
        ((W[:, :0], B, 1.0), r"weight must have shape .* not be empty, got \(3, 0\)"),
        ((W * NAN, B, 1.0), "weight must be finite, got NaN or infinity"),
        ((W, B[:2], 1.0), r"bias must have shape \(3,\) to fit the weight, got \(2,\)"),
        ((W, W, 1.0), r"bias must have shape \(P,\) and not be empty, got \(3, 2\)"),
        ((W, B.double(), 1.0), "bias must be torch.float32 as the weight is, got"),
        ((W, B / 0, 1.0), "bias must be finite, got NaN or infinity"),
        ((W, B, 0.0), "noise must be positive and finite, got 0.0"),
        ((W, B, -1.0), "noise must be positive and finite, got -1.0"),
        ((W, B, NAN), "noise must be positive and finite, got nan"),
        ((W, B, math.inf), "noise must be positive and finite, got inf"),
    ],
)
def test_a_malformed_model_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        LinearGaussian(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"latent_dim": 0}, "latent_dim must be at least 1, got 0"),
        ({"data_dim": -1}, "data_dim must be at least 1, got -1"),
        ({"noise": 0.0}, "noise must be positive and finite, got 0.0"),
    ],
)
def test_a_random_model_needs_sensible_sizes(arguments, message):
    with pytest.raises(ValueError, match=message):
        LinearGaussian.random(**arguments)


@pytest.mark.parametrize("method", ["log_marginal", "posterior"])
@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([[0.0] * 3], "x must be a tensor, got list"),
        (
            torch.zeros(1, 3),
            "x must be torch.float64 as the weight is, got torch.float",
        ),
        (torch.zeros(1, 2).double(), r"x must have shape \(..., 3\) .* got \(1, 2\)"),
        (
            torch.zeros(0, 3).double(),
            r"x must have shape .* not be empty, got \(0, 3\)",
        ),
        (torch.tensor(0.0).double(), r"x must have shape \(..., 3\) .* got \(\)"),
        (torch.full((1, 3), NAN).double(), "x must be finite, got NaN or infinity"),
    ],
)
def test_bad_data_are_refused(method, x, message):
    with pytest.raises(ValueError, match=message):
        getattr(LinearGaussian.random(2, 3), method)(x)


def test_bad_latents_are_refused():
    with pytest.raises(ValueError, match=r"z must have shape \(..., 2\) .* \(1, 3\)"):
        LinearGaussian.random(2, 3).likelihood(torch.zeros(1, 3).double())


@pytest.mark.parametrize("n", [0, -3])
def test_a_sample_needs_at_least_one_draw(n):
    with pytest.raises(ValueError, match=f"n must be at least 1, got {n}"):
        LinearGaussian.random().sample(n)

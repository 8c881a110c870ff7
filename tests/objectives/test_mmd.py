"""Maximum mean discrepancy against its closed form, and the objectives built on it."""

import math

import pytest
import torch
from torch.autograd import gradcheck

from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import MLPDecoder, MLPEncoder
from vae_lib.objectives import (
    WAE,
    DeterministicWAE,
    GaussianKernel,
    InfoVAE,
    InverseMultiquadric,
    NegativeELBO,
    squared_mmd,
)
from vae_lib.training import linear_warmup

KERNELS = [
    GaussianKernel(),
    GaussianKernel(0.7),
    InverseMultiquadric(),
    InverseMultiquadric((0.1, 1.0, 10.0)),
]
OBJECTIVES = [InfoVAE(0.3, 20.0), WAE(20.0), DeterministicWAE(20.0)]


def small_vae(batch=6):
    shape = (1, 4, 4)
    model = VAE(MLPEncoder(shape, 3), MLPDecoder(3, shape), StandardNormal(3))
    return model.double(), torch.rand(batch, *shape, dtype=torch.float64)


def judge(objective, model, x, step=0):
    torch.manual_seed(1)
    return objective(model, x, step)


def mean_kernel(difference, covariance, scale):
    """E exp(-|x - y|^2 / (2 s^2)) for x - y ~ N(difference, covariance)."""
    total = torch.eye(len(difference), dtype=torch.float64) * scale**2 + covariance
    exponent = -difference @ torch.linalg.solve(total, difference) / 2
    size = scale ** len(difference) / torch.linalg.det(total).sqrt()
    return size * exponent.exp()


def gaussian_mmd(mean, factor, scale):
    """MMD^2 between N(mean, L L') and N(0, I) under the Gaussian kernel."""
    zero, unit = torch.zeros_like(mean), torch.eye(len(mean), dtype=torch.float64)
    covariance = factor @ factor.T
    return (
        mean_kernel(zero, 2 * covariance, scale)
        + mean_kernel(zero, 2 * unit, scale)
        - 2 * mean_kernel(mean, covariance + unit, scale)
    )


@pytest.mark.parametrize("scale", [0.7, 2.0])
def test_mmd_of_gaussians_and_its_gradient_have_the_closed_form(scale):
    """Unbiased, value and slope alike, as the draws are a smooth function of both."""
    mean = torch.tensor([0.5, -0.3], dtype=torch.float64, requires_grad=True)
    factor = torch.tensor([[0.8, 0.0], [0.4, 1.2]], dtype=torch.float64)
    factor.requires_grad_()
    values, slopes = [], []
    for _ in range(200):
        noise, y = torch.randn(2, 100, 2, dtype=torch.float64)
        x = mean + noise @ factor.T
        value = squared_mmd(x, y, GaussianKernel(scale)).mean()
        values.append(value.detach()[None])
        gradients = torch.autograd.grad(value, (mean, factor))
        slopes.append(torch.cat([gradient.flatten() for gradient in gradients]))
    exact = gaussian_mmd(mean, factor, scale)
    gradients = torch.autograd.grad(exact, (mean, factor))
    slope = torch.cat([gradient.flatten() for gradient in gradients])
    for found, expected in ((values, exact.detach()[None]), (slopes, slope)):
        sample = torch.stack(found)
        error = sample.std(0) / math.sqrt(len(sample))
        assert (error < 0.02).all()
        assert ((sample.mean(0) - expected).abs() < 5 * error).all()


@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
def test_mmd_of_one_distribution_is_zero_on_average(kernel):
    """With the diagonals in, it would be about 2 / B times 1 - k and never negative."""
    estimates = torch.stack(
        [squared_mmd(*torch.randn(2, 20, 3), kernel).mean() for _ in range(500)]
    )
    error = estimates.std() / math.sqrt(500)
    assert abs(estimates.mean()) < 5 * error
    assert estimates.min() < 0 < estimates.max()


@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
@pytest.mark.parametrize("seed", range(3))
def test_mmd_is_the_sum_over_pairs(kernel, seed):
    """Equation 3 of Gretton et al., written as loops; and it is symmetric."""
    torch.manual_seed(seed)
    x, y = torch.randn(2, 5, 3, dtype=torch.float64)

    def k(a, b):
        return kernel(a[None], b[None]).item()

    pairs = [(i, j) for i in range(5) for j in range(5)]
    apart = [(i, j) for i, j in pairs if i != j]
    expected = (
        sum(k(x[i], x[j]) + k(y[i], y[j]) for i, j in apart) / 20
        - 2 * sum(k(x[i], y[j]) for i, j in pairs) / 25
    )
    assert squared_mmd(x, y, kernel).mean().item() == pytest.approx(expected)
    assert squared_mmd(y, x, kernel).mean().item() == pytest.approx(expected)


@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
def test_a_kernel_is_positive_definite_and_at_most_one(kernel):
    x = torch.randn(12, 3, dtype=torch.float64)
    values = kernel(x, x)
    torch.testing.assert_close(values.diagonal(), torch.ones(12, dtype=torch.float64))
    assert ((values > 0) & (values <= 1)).all()
    assert torch.linalg.eigvalsh(values).min() > 0


def test_a_gaussian_kernel_by_default_knows_the_dimension():
    x, y = torch.randn(2, 4, 9)
    torch.testing.assert_close(GaussianKernel()(x, y), GaussianKernel(3.0)(x, y))


def test_several_scales_are_averaged():
    x, y = torch.randn(2, 4, 3)
    each = [InverseMultiquadric((scale,))(x, y) for scale in (0.5, 2.0)]
    both = InverseMultiquadric((0.5, 2.0))(x, y)
    torch.testing.assert_close(both, (each[0] + each[1]) / 2)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
def test_gradients_match_finite_differences(objective, diagonal_vae):
    x = torch.randn(4, 5, dtype=torch.float64)

    def value(*tensors: torch.Tensor):
        torch.manual_seed(1)
        return objective(diagonal_vae(*tensors), x).value

    mean, log_scale = torch.randn(2, 4, 3, dtype=torch.float64)
    weight = torch.randn(5, 3, dtype=torch.float64)
    inputs = (mean, 0.3 * log_scale, weight, weight[:, 0].clone())
    assert gradcheck(value, tuple(tensor.requires_grad_() for tensor in inputs))


@pytest.mark.parametrize(
    ("objective", "prices"),
    [
        (InfoVAE(0.25, 8.0), {"distortion": 1, "rate": 0.75, "mmd": 7.25}),
        (InfoVAE(1.0, 8.0), {"distortion": 1, "rate": 0, "mmd": 8}),
        (WAE(8.0), {"distortion": 1, "rate": 0, "mmd": 8}),
        (DeterministicWAE(8.0), {"distortion": 1, "mmd": 8}),
    ],
    ids=repr,
)
def test_the_value_is_the_weighted_sum_of_the_terms(objective, prices):
    model, x = small_vae()
    loss = judge(objective, model, x)
    assert {name: term.shape for name, term in loss.terms.items()} == dict.fromkeys(
        prices, (6,)
    )
    expected = sum(price * loss.terms[name] for name, price in prices.items())
    torch.testing.assert_close(loss.value, expected.mean())


def test_alpha_zero_and_lambda_one_is_the_negative_elbo():
    model, x = small_vae()
    ours = judge(InfoVAE(0.0, 1.0), model, x).value
    torch.testing.assert_close(ours, judge(NegativeELBO(), model, x).value)


def test_alpha_one_is_the_wasserstein_autoencoder():
    """Both charge MMD alone, at the price lambda."""
    model, x = small_vae()
    kernel = GaussianKernel()
    ours = judge(InfoVAE(1.0, 9.0, kernel), model, x).value
    torch.testing.assert_close(ours, judge(WAE(9.0, kernel), model, x).value)


def test_a_deterministic_code_is_the_mean_and_draws_only_from_the_prior():
    model, x = small_vae()
    loss = judge(DeterministicWAE(3.0), model, x)
    torch.manual_seed(1)
    z, draws = model.encode(x).mean, model.prior().sample((6,))
    expected = -model.decoder(z).log_prob(x) + 3 * squared_mmd(
        z, draws, InverseMultiquadric()
    )
    torch.testing.assert_close(loss.value, expected.mean())
    loss.value.backward()
    # The last three rows make the log scale.
    assert (model.encoder.head.linear.weight.grad[3:] == 0).all()


def test_a_schedule_is_read_at_the_step():
    model, x = small_vae()
    for objective in (WAE, DeterministicWAE):
        scheduled = judge(objective(linear_warmup(8, 0, 8)), model, x, step=4).value
        assert torch.equal(scheduled, judge(objective(4.0), model, x).value)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
def test_one_example_has_no_discrepancy(objective):
    model, x = small_vae(batch=1)
    with pytest.raises(ValueError, match="MMD takes at least two examples, got 1"):
        objective(model, x)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: InfoVAE(alpha=1.5), r"1 - alpha must be non-negative.* got -0\.5"),
        (lambda: InfoVAE(0.0, 0.5), r"alpha \+ lambda_ - 1 must be non.* got -0\.5"),
        (lambda: InfoVAE(lambda_=math.inf), r"alpha \+ lambda_ - 1 must .* got inf"),
        (lambda: WAE(-1.0), r"lambda_ must be non-negative and finite, got -1\.0"),
        (lambda: DeterministicWAE(math.nan), r"lambda_ must be non-neg.* got nan"),
        (lambda: GaussianKernel(0.0), r"scale must be positive and finite, got 0\.0"),
        (lambda: InverseMultiquadric(()), r"at least one scale, got none"),
        (lambda: InverseMultiquadric((1.0, -2.0)), r"scale must be pos.* got -2\.0"),
        (
            lambda: squared_mmd(torch.zeros(3, 2), torch.zeros(4, 2), KERNELS[0]),
            r"same shape \(B, D\), got \(3, 2\) and \(4, 2\)",
        ),
    ],
)
def test_bad_arguments_are_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()

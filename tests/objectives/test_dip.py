"""Covariance penalties of DIP-VAE against hand-made codes."""

import math

import pytest
import torch
from torch.autograd import gradcheck

from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import MLPDecoder, MLPEncoder
from vae_lib.objectives import DIPVAE1, DIPVAE2, NegativeELBO, covariance_penalty
from vae_lib.training import linear_warmup

X = torch.zeros(4, 5, dtype=torch.float64)
CORNERS = torch.tensor(
    [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]], dtype=torch.float64
)


def codes_with(covariance):
    """Four codes whose unbiased covariance is the given one."""
    return CORNERS * math.sqrt(3 / 4) @ torch.linalg.cholesky(covariance).T


def penalty_of(objective, diagonal_vae, mean, scale=1.0):
    """Value above the negative ELBO with the same noise."""
    log_scale = torch.full_like(mean, math.log(scale)).detach()
    weight = torch.randn(5, 2, dtype=torch.float64)
    model = diagonal_vae(mean, log_scale, weight, weight[:, 0])
    torch.manual_seed(1)
    loss = objective(model, X)
    torch.manual_seed(1)
    elbo = NegativeELBO()(model, X)
    penalty = loss.value - elbo.value
    torch.testing.assert_close(loss.terms["covariance_penalty"], penalty.expand(4))
    return penalty


COVARIANCE = torch.tensor([[2.0, 0.6], [0.6, 0.5]], dtype=torch.float64)


def test_the_first_penalises_the_covariance_of_the_means(diagonal_vae):
    """2 * 0.6^2 off the diagonal, 1^2 + 0.5^2 on it, whatever the scales."""
    for scale in (0.1, 3.0):
        found = penalty_of(
            DIPVAE1(10.0, 7.0), diagonal_vae, codes_with(COVARIANCE), scale
        )
        assert found.item() == pytest.approx(10 * 0.72 + 7 * 1.25)


def test_the_second_adds_the_variance_of_the_posteriors(diagonal_vae):
    """Scale 0.5 adds a quarter to each variance: 2.25 and 0.75."""
    found = penalty_of(DIPVAE2(10.0, 7.0), diagonal_vae, codes_with(COVARIANCE), 0.5)
    assert found.item() == pytest.approx(10 * 0.72 + 7 * (1.25**2 + 0.25**2))


def test_an_aggregate_with_unit_covariance_costs_nothing(diagonal_vae):
    unit = torch.eye(2, dtype=torch.float64)
    first = penalty_of(DIPVAE1(), diagonal_vae, codes_with(unit))
    second = penalty_of(DIPVAE2(), diagonal_vae, codes_with(0.75 * unit), 0.5)
    assert first.item() == pytest.approx(0, abs=1e-9)
    assert second.item() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_slope_of_the_penalty_is_linear_in_the_covariance(seed):
    """2 weights * (C - I): each off-diagonal entry stands there twice."""
    torch.manual_seed(seed)
    factor = torch.randn(3, 3, dtype=torch.float64)
    covariance = (factor @ factor.T).requires_grad_()
    covariance_penalty(covariance, 5.0, 2.0).backward()
    expected = 2 * 5.0 * covariance.detach()
    expected.fill_diagonal_(0)
    expected += torch.diag(2 * 2.0 * (covariance.detach().diagonal() - 1))
    torch.testing.assert_close(covariance.grad, expected)


@pytest.mark.parametrize("objective", [DIPVAE1(3.0, 2.0), DIPVAE2(3.0, 2.0)], ids=repr)
def test_gradients_match_finite_differences(objective, diagonal_vae):
    def value(*tensors: torch.Tensor):
        torch.manual_seed(1)
        return objective(diagonal_vae(*tensors), X).value

    mean, log_scale = torch.randn(2, 4, 3, dtype=torch.float64)
    weight = torch.randn(5, 3, dtype=torch.float64)
    inputs = (mean, 0.3 * log_scale, weight, weight[:, 0].clone())
    assert gradcheck(value, tuple(tensor.requires_grad_() for tensor in inputs))


@pytest.mark.parametrize("objective", [DIPVAE1, DIPVAE2])
def test_schedules_are_read_at_the_step_and_one_example_is_too_few(objective):
    shape = (1, 4, 4)
    model = VAE(MLPEncoder(shape, 3), MLPDecoder(3, shape), StandardNormal(3))
    x = torch.rand(6, *shape)
    ramp = linear_warmup(8, 0, 8)
    torch.manual_seed(1)
    scheduled = objective(ramp, ramp)(model, x, step=4).value
    torch.manual_seed(1)
    assert torch.equal(scheduled, objective(4.0, 4.0)(model, x).value)
    with pytest.raises(ValueError, match="at least two examples, got 1"):
        objective()(model, x[:1])
    with pytest.raises(ValueError, match=r"diagonal must be non-neg.* got -1\.0"):
        objective(diagonal=-1.0)
    with pytest.raises(ValueError, match=r"off_diagonal must be non-neg.* got nan"):
        objective(off_diagonal=math.nan)

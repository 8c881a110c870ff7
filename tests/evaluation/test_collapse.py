"""Which latents are in use, on encoders whose answer is known by hand."""

import math

import pytest
import torch
from torch import nn
from torch.distributions import Independent, Laplace, Normal

from vae_lib.evaluation import active_units, rate_per_dimension
from vae_lib.models import VAE, StandardNormal
from vae_lib.objectives import NegativeELBO


class HandMade(nn.Module):
    """q(z | x) = N(gains * mean pixel of x, scales^2)."""

    def __init__(self, gains, scales) -> None:
        super().__init__()
        self.gains = torch.tensor(gains, dtype=torch.float64)
        self.scales = torch.tensor(scales, dtype=torch.float64)

    def forward(self, x):
        """Return q(z | x)."""
        mean = x.flatten(1).mean(1, keepdim=True) * self.gains
        return Independent(Normal(mean, self.scales.expand_as(mean)), 1)


def model(gains, scales):
    prior = StandardNormal(len(gains)).double()
    return VAE(HandMade(gains, scales), nn.Identity(), prior)


def greys(values):
    """Images of one grey value each, (N, 1, 2, 2)."""
    values = torch.tensor(values, dtype=torch.float64)
    return values[:, None, None, None].expand(-1, 1, 2, 2)


def test_units_count_when_their_mean_varies_by_more_than_the_threshold():
    """The greys 0 and 1 have variance 1/2: gains g give variances g^2 / 2."""
    images = greys([0.0, 1.0])
    found = model([0.0, 0.1, 1.0, -2.0], [1.0] * 4)
    # Variances 0, 0.005, 0.5 and 2.
    for threshold, count in [(0.0, 3), (0.005001, 2), (0.01, 2), (1.0, 1), (2.1, 0)]:
        assert active_units(found, images, threshold=threshold) == count


def test_a_narrow_posterior_alone_does_not_make_a_unit_active():
    """It is the mean that must follow x; the scale says nothing about x."""
    assert active_units(model([0.0, 1.0], [1e-3, 1.0]), greys([0.0, 1.0])) == 1


def test_rate_per_dimension_is_the_mean_of_closed_forms():
    """(m^2 + s^2 - 1) / 2 - ln s, on the greys 0, 0.5 and 1 with mean square 5/12."""
    found = rate_per_dimension(model([0.0, 2.0], [1.0, 0.5]), greys([0.0, 0.5, 1.0]))
    second = (4 * 5 / 12 + 0.25 - 1) / 2 + math.log(2)
    expected = torch.tensor([0.0, second], dtype=torch.float64)
    torch.testing.assert_close(found, expected)


def test_the_rates_sum_to_the_rate_of_the_objective():
    class Flat(nn.Module):
        def forward(self, z):
            zero = torch.zeros(len(z), 1, 2, 2, dtype=z.dtype)
            return Independent(Normal(zero, torch.ones_like(zero)), 3)

    vae = model([0.3, 2.0], [0.7, 0.5])
    images = torch.rand(10, 1, 2, 2, dtype=torch.float64)
    rates = rate_per_dimension(vae, images)
    vae.decoder = Flat()
    rate = NegativeELBO()(vae, images).terms["rate"].mean()
    torch.testing.assert_close(rates.sum(), rate)


@pytest.mark.parametrize("chunk", [1, 3, 7, 100])
def test_the_chunk_changes_memory_and_not_the_result(chunk):
    vae = model([0.3, 2.0], [0.7, 0.5])
    images = torch.rand(7, 1, 2, 2, dtype=torch.float64)
    torch.testing.assert_close(
        rate_per_dimension(vae, images, chunk=chunk), rate_per_dimension(vae, images)
    )
    assert active_units(vae, images, 0.001, chunk) == active_units(vae, images, 0.001)


def test_no_gradient_is_recorded():
    images = greys([0.0, 1.0]).clone().requires_grad_()
    assert not rate_per_dimension(model([1.0], [1.0]), images).requires_grad


GREYS = greys([0.0, 1.0])


@pytest.mark.parametrize("measure", [active_units, rate_per_dimension])
@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        (GREYS[:0], {}, r"images must have shape .* at least one .*got \(0, 1, 2, 2\)"),
        (GREYS[0, 0, 0], {}, r"images must have shape \(B, \*event\).*got \(2,\)"),
        (GREYS * math.nan, {}, r"images must be finite, got NaN or infinity"),
        (GREYS.long(), {}, r"images must be floating point .* got torch.int64"),
        ([[0.5]], {}, r"images must be a tensor, got list"),
        (GREYS, {"chunk": 0}, r"chunk must be an integer of at least 1, got 0"),
    ],
)
def test_bad_input_is_refused(measure, images, options, message):
    with pytest.raises(ValueError, match=message):
        measure(model([1.0], [1.0]), images, **options)


@pytest.mark.parametrize("threshold", [-0.1, math.nan])
def test_a_bad_threshold_is_refused(threshold):
    with pytest.raises(ValueError, match=f"threshold must be .* got {threshold}"):
        active_units(model([1.0], [1.0]), GREYS, threshold)


def test_one_image_has_no_variance():
    with pytest.raises(ValueError, match="at least two images, got 1"):
        active_units(model([1.0], [1.0]), GREYS[:1])


def test_only_diagonal_gaussians_have_a_rate_for_each_dimension():
    class Pointed(nn.Module):
        def forward(self, x):
            mean = x.flatten(1).mean(1, keepdim=True)
            return Independent(Laplace(mean, torch.ones_like(mean)), 1)

    vae = VAE(Pointed(), nn.Identity(), StandardNormal(1).double())
    with pytest.raises(ValueError, match="diagonal Gaussian posterior"):
        rate_per_dimension(vae, GREYS)

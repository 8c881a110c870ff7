"""Of a completed image only what was missing costs nats."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from vae_lib.data import brush_masks, seen_part
from vae_lib.networks import (
    CompletionDecoder,
    ConditionalDecoder,
    MLPDecoder,
    SignedPart,
    SmoothGaussian,
    SubpixelDecoder,
)

SHAPE = (1, 8, 8)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def case():
    x = (torch.rand(5, *SHAPE) > 0.5).double()
    decoder = ConditionalDecoder(MLPDecoder(2 + 64, SHAPE), SignedPart()).double()
    y = seen_part(x, brush_masks(5, 8))
    return x, y, torch.randn(5, 2, dtype=torch.float64), CompletionDecoder(decoder)


def test_the_log_likelihood_is_the_sum_over_missing_pixels_and_so_is_its_slope():
    x, y, z, decoder = case()
    logits = decoder.decoder(z, y).base_dist.logits.detach().requires_grad_()
    missing = y[:, 1:] == 0
    one_by_one = [
        -F.binary_cross_entropy_with_logits(row[gap], target[gap], reduction="sum")
        for row, target, gap in zip(logits, x, missing, strict=True)
    ]
    found = decoder(z, y).log_prob(x)
    torch.testing.assert_close(found, torch.stack(one_by_one))
    # d log p / d logit is x - sigmoid(logit) where a pixel is missing, 0 elsewhere.
    (slope,) = torch.autograd.grad(torch.stack(one_by_one).sum(), logits)
    expected = (x - logits.sigmoid()) * missing
    torch.testing.assert_close(slope, expected)
    bias = decoder.decoder.decoder.linear.bias
    (ours,) = torch.autograd.grad(found.sum(), bias)
    torch.testing.assert_close(ours, expected.sum(0).flatten())


def test_pixels_that_are_seen_may_be_anything():
    """They cost nothing, even where the network bets all on something else."""
    x, y, z, decoder = case()
    seen = y[:, 1:] > 0
    other = torch.where(seen, 1 - x, x)
    likelihood = decoder(z, y)
    assert likelihood.log_prob(other).equal(likelihood.log_prob(x))
    with torch.no_grad():
        decoder.decoder.decoder.linear.bias.fill_(math.inf)
    nothing_missing = torch.cat([x, torch.ones_like(x)], 1)
    assert decoder(z, nothing_missing).log_prob(x).tolist() == [0.0] * 5


def test_the_mean_and_the_samples_keep_what_is_seen():
    x, y, z, decoder = case()
    likelihood = decoder(z, y)
    seen = y[:, 1:] > 0
    plain = decoder.decoder(z, y).mean
    assert likelihood.mean.equal(torch.where(seen, x, plain))
    samples = likelihood.sample((2_000,))
    assert samples.shape == (2_000, 5, *SHAPE)
    assert (samples == x)[seen.expand_as(samples)].all()
    # Of 2,000 draws: a standard error of at most 0.0112.
    assert (samples.mean(0) - likelihood.mean).abs().max() < 0.06


def test_with_nothing_seen_it_is_the_plain_likelihood():
    x, _, z, decoder = case()
    y = torch.zeros(5, 2, 8, 8, dtype=torch.float64)
    torch.testing.assert_close(
        decoder(z, y).log_prob(x), decoder.decoder(z, y).log_prob(x)
    )


class Ignores(nn.Module):
    """A decoder that takes y and does not look at it."""

    def __init__(self, decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, z, _y):
        """Decode z."""
        return self.decoder(z)


def test_pixels_that_hang_together_are_refused():
    """Of those a part has no likelihood of its own that is a sum over pixels."""
    smooth = SubpixelDecoder(2, 1, likelihood=SmoothGaussian(0.1), size=32)
    decoder = CompletionDecoder(Ignores(smooth))
    with pytest.raises(ValueError, match=r"must describe independent pixels"):
        decoder(torch.zeros(1, 2), torch.zeros(1, 2, 32, 32))


@pytest.mark.parametrize("shape", [(3, 1, 8, 8), (3, 2, 8, 7), (2, 2, 8, 8)])
def test_a_part_of_another_size_is_refused(shape):
    decoder = CompletionDecoder(Ignores(MLPDecoder(2, SHAPE)))
    with pytest.raises(ValueError, match=r"mask as its last .*\(3, 2, 8, 8\), got \("):
        decoder(torch.zeros(3, 2), torch.zeros(shape))

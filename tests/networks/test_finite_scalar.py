"""Finite scalar quantisation: a fixed grid of codes."""

import math

import pytest
import torch

from vae_lib.networks import FiniteScalarQuantizer

LEVELS = [[2], [3], [8, 5, 2], [4, 4]]


@pytest.mark.parametrize("levels", LEVELS)
def test_every_code_quantises_to_itself(levels):
    """Of all combinations, through the inverse of the bound; the ends are infinite."""
    one = FiniteScalarQuantizer(levels)
    assert one.num_codes == math.prod(levels)
    indices = torch.arange(one.num_codes).view(1, 1, -1)
    codes = one.lookup(indices)
    assert len(codes[0, :, 0].T.unique(dim=0)) == one.num_codes
    assert codes.min() == -1
    assert codes.max() == 1
    before = codes.double().clamp(-0.999, 0.999).atanh().float()
    quantized = one(before)
    torch.testing.assert_close(quantized.latents, codes)
    assert torch.equal(quantized.indices, indices)


@pytest.mark.parametrize("levels", LEVELS)
def test_levels_are_evenly_spaced(levels):
    one = FiniteScalarQuantizer(levels)
    x = torch.linspace(-9, 9, 20_001).view(-1, 1, 1, 1).expand(-1, len(levels), 1, 1)
    found = one(x).latents
    for place, count in enumerate(levels):
        values = found[:, place].unique().sort().values
        torch.testing.assert_close(values, torch.linspace(-1, 1, count))


def test_quantising_is_odd():
    """No direction is preferred: minus the latents, minus the codes."""
    one = FiniteScalarQuantizer([5, 4, 3])
    x = torch.randn(64, 3, 2, 2, generator=torch.manual_seed(0))
    torch.testing.assert_close(one(-x).latents, -one(x).latents)


def test_the_gradient_is_that_of_the_bound_and_passes_the_rounding():
    one = FiniteScalarQuantizer([5, 4])
    x = torch.randn(6, 2, 3, 3, generator=torch.manual_seed(0)).requires_grad_()
    weights = torch.randn(6, 2, 3, 3, generator=torch.manual_seed(1))
    (one(x).latents * weights).sum().backward()
    top = torch.tensor([4.0, 3.0]).view(1, 2, 1, 1)
    slope = (top / 2 + 1e-3) * (1 - x.detach().tanh().square()) * 2 / top
    torch.testing.assert_close(x.grad, weights * slope)


def test_it_has_nothing_to_learn_and_no_loss():
    one = FiniteScalarQuantizer([5, 4])
    quantized = one(torch.zeros(3, 2, 4, 4))
    assert quantized.codebook_loss.tolist() == [0.0] * 3
    assert quantized.commitment_loss.tolist() == [0.0] * 3
    assert list(one.parameters()) == []
    assert one.state_dict() == {}


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: FiniteScalarQuantizer([]), r"at least 2 in each .*, got \[\]"),
        (lambda: FiniteScalarQuantizer([3, 1]), r"at least 2 in each .*, got \[3, 1\]"),
        (
            lambda: FiniteScalarQuantizer([3])(torch.zeros(1, 2, 1, 1)),
            r"latents must have shape \(B, 1, H, W\), got \(1, 2, 1, 1\)",
        ),
        (
            lambda: FiniteScalarQuantizer([3]).lookup(torch.full((1, 1, 1), 3)),
            r"indices must lie in \[0, 3\), got 3 to 3",
        ),
    ],
)
def test_what_does_not_fit_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()

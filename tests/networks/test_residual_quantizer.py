"""A sum of codes: what each stage is given, and where each gradient goes."""

import pytest
import torch

from vae_lib.models import VQVAE
from vae_lib.networks import (
    FiniteScalarQuantizer,
    GridDecoder,
    GridEncoder,
    ResidualQuantizer,
    VectorQuantizer,
)

SHAPE = (4, 3, 5, 6)  # B, D, H, W


def draw(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(SHAPE, generator=generator, dtype=torch.float64)


def stages(count=3, **options: object):
    torch.manual_seed(0)
    return [VectorQuantizer(8, 3, **options).double() for _ in range(count)]


def test_each_stage_quantises_what_those_before_it_left():
    parts, x = stages(), draw()
    quantized = ResidualQuantizer(parts)(x)
    left, total = x, torch.zeros_like(x)
    for m, stage in enumerate(parts):
        alone = stage(left)
        assert torch.equal(quantized.indices[:, m], alone.indices)
        total = total + alone.latents.detach()
        left = left - alone.latents.detach()
    assert torch.equal(quantized.latents, total)


def test_the_sum_is_found_by_its_indices_alone_and_coarser_by_fewer():
    one, x = ResidualQuantizer(stages()), draw()
    quantized = one(x)
    torch.testing.assert_close(one.lookup(quantized.indices), quantized.latents)
    first = one.stages[0](x)
    assert torch.equal(one.lookup(quantized.indices[:, :1]), first.latents)


def test_one_stage_is_the_quantiser_itself():
    (stage,) = stages(1)
    found, expected = ResidualQuantizer([stage])(draw()), stage(draw())
    assert torch.equal(found.indices[:, 0], expected.indices)
    assert torch.equal(found.latents, expected.latents)
    assert torch.equal(found.codebook_loss, expected.codebook_loss)
    assert torch.equal(found.commitment_loss, expected.commitment_loss)


def test_the_decoders_gradient_arrives_once_however_many_stages():
    x, wanted = draw().requires_grad_(), draw(seed=1)
    parts = stages(4)
    ResidualQuantizer(parts)(x).latents.backward(wanted)
    assert torch.equal(x.grad, wanted)
    assert all(stage.codebook.grad is None for stage in parts)


def test_each_losss_gradients_are_those_of_the_formula():
    """Sum over m of |sg(r_m) - e_m|^2 and commitment |r_m - sg(e_m)|^2, by autograd."""
    parts, x = stages(commitment=0.7), draw().requires_grad_()
    quantized = ResidualQuantizer(parts)(x)
    free = x.detach().clone().requires_grad_()
    books = [stage.codebook.detach().clone().requires_grad_() for stage in parts]
    left, to_codes, to_latents = free, 0, 0
    for m, book in enumerate(books):
        codes = book[quantized.indices[:, m]].permute(0, 3, 1, 2)
        to_codes = to_codes + (left.detach() - codes).square().flatten(1).sum(1)
        to_latents = to_latents + (left - codes.detach()).square().flatten(1).sum(1)
        left = left - codes.detach()
    torch.testing.assert_close(quantized.codebook_loss, to_codes)
    torch.testing.assert_close(quantized.commitment_loss, 0.7 * to_latents)
    quantized.codebook_loss.sum().backward(retain_graph=True)
    assert x.grad is None or not x.grad.any()
    to_codes.sum().backward()
    for stage, book in zip(parts, books, strict=True):
        torch.testing.assert_close(stage.codebook.grad, book.grad)
        stage.codebook.grad = None
    quantized.commitment_loss.sum().backward()
    assert all(s.codebook.grad is None or not s.codebook.grad.any() for s in parts)
    (0.7 * to_latents).sum().backward()
    torch.testing.assert_close(x.grad, free.grad)


def test_stages_that_start_by_k_means_each_lower_the_error():
    """Each on what is left: a mean is never worse than nothing."""
    one = ResidualQuantizer(stages(4, decay=0.9, k_means_iterations=5))
    x = draw()
    indices = one(x).indices
    one.eval()
    errors = [
        float((x - one.lookup(indices[:, :m])).square().mean()) for m in range(1, 5)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.2 * errors[0]


def test_a_vqvae_encodes_and_decodes_with_it():
    torch.manual_seed(0)
    parts = [VectorQuantizer(16, 4) for _ in range(2)]
    networks = GridEncoder(1, dim=4, width=8), GridDecoder(4, channels=1, width=8)
    model = VQVAE(networks[0], ResidualQuantizer(parts), networks[1])
    x = torch.rand(3, 1, 8, 8)
    indices = model.encode(x)
    assert indices.shape == (3, 2, 2, 2)
    torch.testing.assert_close(model.decode(indices), model(x).likelihood.mean)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: ResidualQuantizer([]), r"one or more of the same .* got \[\]"),
        (
            lambda: ResidualQuantizer([VectorQuantizer(8, 3), VectorQuantizer(9, 3)]),
            r"same number of codes and dim, got \[\(8, 3\), \(9, 3\)\]",
        ),
        (
            lambda: ResidualQuantizer([FiniteScalarQuantizer([3, 2])])(torch.ones(1)),
            r"latents must have shape \(B, 2, H, W\), got \(1,\)",
        ),
        (
            lambda: ResidualQuantizer(stages()).lookup(torch.zeros(2, 5, 5).long()),
            r"indices must have shape \(B, 1 to 3, H, W\), got \(2, 5, 5\)",
        ),
        (
            lambda: ResidualQuantizer(stages()).lookup(torch.zeros(2, 4, 5, 5).long()),
            r"indices must have shape \(B, 1 to 3, H, W\), got \(2, 4, 5, 5\)",
        ),
        (
            lambda: ResidualQuantizer(stages()).lookup(torch.full((1, 1, 2, 2), 8)),
            r"indices must lie in \[0, 8\), got 8 to 8",
        ),
    ],
)
def test_what_does_not_fit_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()

"""Quantising on the sphere: cosine similarity, and gradients that stay on it."""

import pytest
import torch
from torch.nn import functional as F

from vae_lib.networks import VectorQuantizer, rotation_trick, unit_sphere, whole_space

SHAPE = (4, 3, 5, 6)  # B, D, H, W


def draw(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(SHAPE, generator=generator, dtype=torch.float64)


def quantizer(**options: object):
    torch.manual_seed(0)
    return VectorQuantizer(8, 3, space=unit_sphere, **options).double()


def rows(grid):
    return grid.permute(0, 2, 3, 1).reshape(-1, grid.shape[1])


@pytest.mark.parametrize("space", [whole_space, unit_sphere])
def test_a_space_is_left_where_it_is(space):
    once = space(torch.randn(9, 3, dtype=torch.float64))
    torch.testing.assert_close(space(once), once, rtol=1e-15, atol=1e-15)


def test_each_latent_gets_the_code_of_the_largest_cosine_similarity():
    one, x = quantizer(), draw()
    quantized = one(x)
    similar = F.cosine_similarity(rows(x)[:, None], one.codebook[None], dim=2)
    assert torch.equal(quantized.indices.flatten(), similar.argmax(1))
    length = rows(quantized.latents).norm(dim=1)
    torch.testing.assert_close(length, torch.ones_like(length))
    assert torch.equal(one.lookup(quantized.indices), quantized.latents)


def test_lengths_of_latents_and_codes_play_no_part():
    one, x = quantizer(), draw()
    before = one(x)
    with torch.no_grad():
        one.codebook.mul_(torch.rand(8, 1).double() + 0.5)
    after = one(x * (torch.rand(4, 1, 5, 6).double() + 0.5))
    assert torch.equal(after.indices, before.indices)
    for found, expected in zip(after[2:], before[2:], strict=True):
        torch.testing.assert_close(found, expected)


def test_both_losses_are_of_the_angle():
    """|x - e|^2 = 2 - 2 cos on the sphere, at most 4 a latent."""
    quantized = quantizer(commitment=0.3)(draw())
    x = draw()
    cosine = F.cosine_similarity(rows(x), rows(quantized.latents), dim=1)
    expected = (2 - 2 * cosine).view(4, -1).sum(1)
    torch.testing.assert_close(quantized.codebook_loss, expected)
    torch.testing.assert_close(quantized.commitment_loss, 0.3 * expected)


def test_every_gradient_is_that_of_the_formula():
    """With l2 for the sphere and sg for detach, term by term, by autograd."""
    one, x = quantizer(commitment=0.7), draw().requires_grad_()
    wanted = draw(seed=1)
    book, free = (t.detach().clone().requires_grad_() for t in (one.codebook, x))
    codes = unit_sphere(book)[one(x).indices].permute(0, 3, 1, 2)
    latents = F.normalize(free, dim=1)
    terms = {
        "latents": (wanted * (latents + (codes - latents).detach())).sum(),
        "codebook_loss": (latents.detach() - codes).square().sum(),
        "commitment_loss": 0.7 * (latents - codes.detach()).square().sum(),
    }
    for name, expected in terms.items():
        one.codebook.grad = x.grad = book.grad = free.grad = None
        found = getattr(one(x), name)
        (found * wanted if name == "latents" else found).sum().backward()
        expected.backward(retain_graph=True)
        if name == "codebook_loss":
            torch.testing.assert_close(one.codebook.grad, book.grad)
            assert x.grad is None or not x.grad.any()
        else:
            torch.testing.assert_close(x.grad, free.grad)
            assert one.codebook.grad is None or not one.codebook.grad.any()


@pytest.mark.parametrize("route", ["straight", "rotation"])
def test_no_gradient_changes_a_latents_length(route):
    """Everything is a function of its direction."""
    options = {"route": rotation_trick} if route == "rotation" else {}
    one, x = quantizer(**options), draw().requires_grad_()
    quantized = one(x)
    (quantized.latents * draw(seed=1)).sum().backward()
    assert (rows(x.grad) * rows(x)).sum(1).abs().max() < 1e-12
    assert x.grad.abs().max() > 1e-3


@pytest.mark.parametrize("restart_below", [0.0, 2.0])
def test_codes_that_move_stay_on_the_sphere(restart_below):
    options = {"k_means_iterations": 3, "restart_below": restart_below}
    one = quantizer(decay=0.9, **options)
    for seed in range(4):
        before = one.codebook.clone()
        one(draw(seed))
        assert not torch.equal(one.codebook, before)
        length = one.codebook.norm(dim=1)
        torch.testing.assert_close(length, torch.ones_like(length))


def test_a_code_moves_to_the_direction_of_the_mean_of_its_latents():
    """With a decay of 0: Dhillon & Modha's spherical k-means (2001)."""
    one, x = quantizer(decay=0.0), draw()
    indices = one(x).indices.flatten()
    unit = unit_sphere(rows(x))
    for code in indices.unique():
        expected = F.normalize(unit[indices == code].mean(0), dim=0)
        torch.testing.assert_close(one.codebook[code], expected)


def test_it_says_where_it_quantises():
    assert "space=unit_sphere" in repr(quantizer())
    assert "space" not in repr(VectorQuantizer(8, 3))

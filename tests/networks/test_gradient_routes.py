"""Routes across the argmin, each against a function with that gradient."""

import pytest
import torch

from vae_lib.networks import rotation_trick, straight_through


def draw(seed, rows=6, dim=3):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(rows, dim, generator=generator, dtype=torch.float64)


def rotation(start, end):
    """The matrix that turns unit vector start into end within their plane."""
    both = (start + end) / (start + end).norm()
    identity = torch.eye(len(start), dtype=start.dtype)
    return identity - 2 * both.outer(both) + 2 * end.outer(start)


def test_straight_through_is_the_identity():
    gradient = draw(0)
    assert torch.equal(straight_through(gradient, draw(1), draw(2)), gradient)


def test_rotation_is_the_gradient_of_the_latent_turned_and_scaled_into_the_code():
    """Equation 4 of Fifty et al., built row by row with the factors held constant."""
    gradient, latents, codes = draw(0), draw(1), draw(2)
    free = latents.clone().requires_grad_()
    rows = []
    for latent, fixed, code in zip(free, latents, codes, strict=True):
        turn = rotation(fixed / fixed.norm(), code / code.norm())
        rows.append(code.norm() / fixed.norm() * turn @ latent)
    written = torch.stack(rows)
    torch.testing.assert_close(written, codes)
    (written * gradient).sum().backward()
    torch.testing.assert_close(rotation_trick(gradient, latents, codes), free.grad)


@pytest.mark.parametrize("dim", [2, 5])
def test_rotation_keeps_angles_and_scales_lengths(dim):
    """The gradient stands to the latent as it stood to the code."""
    gradient, latents, codes = draw(0, dim=dim), draw(1, dim=dim), draw(2, dim=dim)
    turned = rotation_trick(gradient, latents, codes)
    ratio = codes.norm(dim=1) / latents.norm(dim=1)
    torch.testing.assert_close(turned.norm(dim=1), ratio * gradient.norm(dim=1))
    cosine = torch.cosine_similarity
    torch.testing.assert_close(cosine(turned, latents), cosine(gradient, codes))


def test_where_latent_and_code_agree_both_routes_do():
    gradient, latents = draw(0), draw(1)
    torch.testing.assert_close(rotation_trick(gradient, latents, latents), gradient)


def test_a_latent_without_direction_gets_a_finite_gradient():
    gradient, codes = draw(0), draw(1)
    for latents in (torch.zeros_like(codes), -codes):
        assert torch.isfinite(rotation_trick(gradient, latents, codes)).all()

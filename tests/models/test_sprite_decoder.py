import math

import onnxruntime
import pytest
import torch

from vae_lib.data import Sprites
from vae_lib.models import SpriteDecoder
from vae_lib.widgets.onnx_export import export_onnx
from vae_lib.widgets.program import decode_function


def rotation(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.linalg.qr(torch.randn(5, 5, generator=generator)).Q


@pytest.mark.parametrize("shape", range(3))
def test_it_draws_the_sprites_of_the_data_set(shape):
    """Where a pixel is more than half white, the binary sprite is white."""
    sprites = Sprites()
    generator = torch.Generator().manual_seed(shape)
    factors = torch.stack(
        [torch.randint(n, (50,), generator=generator) for n in sprites.sizes], 1
    )
    factors[:, 0] = shape
    _, scale, angle, across, down = sprites.values(factors).float().T
    third = torch.full_like(scale, (shape + 0.5) / 3)
    shares = [third, 2 * scale - 1, angle / (2 * math.pi), across, down]
    drawn = SpriteDecoder().draw(torch.stack(shares, 1)) > 0.5
    white = sprites.render(factors) > 0.5
    overlap = (drawn & white).sum((1, 2, 3)) / (drawn | white).sum((1, 2, 3))
    assert overlap.mean() > 0.999
    assert overlap.min() > 0.97  # small hearts have 60 pixels


def test_a_standard_normal_code_makes_every_factor_uniform():
    torch.manual_seed(0)
    shares = SpriteDecoder(rotation()).shares(torch.randn(20_000, 5))
    expected = (torch.arange(20_000) + 0.5) / 20_000
    distance = (shares.sort(0).values - expected[:, None]).abs().max()
    assert distance < 1.95 / math.sqrt(20_000)  # Kolmogorov and Smirnov's, p = 0.001


def test_twin_draws_the_same_images_for_turned_codes():
    """If z' @ R = z then z' = z @ R^T."""
    torch.manual_seed(0)
    z, turn = torch.randn(20, 5), rotation()
    found = SpriteDecoder(turn).decode(z @ turn.T)
    torch.testing.assert_close(found, SpriteDecoder().decode(z), rtol=0, atol=1e-3)


def test_images_change_without_a_jump():
    """Also from one shape to the next: sliders and exports need it."""
    z = torch.zeros(2001, 5)
    for latent in range(5):
        codes = z.clone()
        codes[:, latent] = torch.linspace(-3, 3, 2001)
        images = SpriteDecoder().decode(codes)
        assert (images[1:] - images[:-1]).abs().max() < 0.25


def test_page_answers_as_pytorch_does():
    function = decode_function(SpriteDecoder(rotation()))
    data = export_onnx(function).data
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    z = torch.randn(8, 5, generator=torch.Generator().manual_seed(1)).numpy()
    found = torch.tensor(session.run(["x"], {"z": z})[0])
    expected = torch.tensor(function.run({"z": z})["x"])
    torch.testing.assert_close(found, expected, rtol=0, atol=1 / 510)


@pytest.mark.parametrize("matrix", [torch.eye(4), torch.ones(5, 5), 2 * torch.eye(5)])
def test_what_is_no_rotation_is_refused(matrix):
    with pytest.raises(ValueError, match=r"orthogonal \(5, 5\) matrix, got \[\["):
        SpriteDecoder(matrix)

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from vae_lib.models import VQVAE2
from vae_lib.networks import (
    FiniteScalarQuantizer,
    GridDecoder,
    GridEncoder,
    VectorQuantizer,
)
from vae_lib.widgets import CodeSwap
from vae_lib.widgets.code_swap import decode_levels
from vae_lib.widgets.onnx_export import export_onnx


def make(channels=3, top=None):
    torch.manual_seed(0)
    return VQVAE2(
        encoder=GridEncoder(channels, 4, 1, width=8, blocks=1),
        top_encoder=GridEncoder(4, 4, 1, width=8, blocks=1),
        top_quantizer=top or VectorQuantizer(12, 4),
        top_decoder=GridDecoder(4, 4, 1, width=8, blocks=1, likelihood=nn.Identity()),
        bottom_encoder=nn.Conv2d(8, 4, 1),
        bottom_quantizer=VectorQuantizer(20, 4),
        decoder=GridDecoder(8, channels, 1, width=8, blocks=1),
    ).eval()


@pytest.fixture
def images():
    return torch.rand(3, 3, 8, 8, generator=torch.Generator().manual_seed(0))


def test_pictures_stand_with_their_own_codes_and_the_first_is_shown(images):
    model = make()
    swap = CodeSwap(model, images)
    top, bottom = model.encode(images)
    assert swap.tops == top.flatten(1).tolist()
    assert swap.bottoms == bottom.flatten(1).tolist()
    assert swap.sides == [2, 4]
    assert torch.equal(swap.mixture[0], top[0])
    assert torch.equal(swap.mixture[1], bottom[0])
    swap.top = top[1].flatten().tolist()  # as the view does
    assert torch.equal(swap.mixture[0], top[1])


@pytest.mark.parametrize("channels", [1, 3])
def test_exported_decoder_answers_as_the_model_does(channels):
    """For grids that the export was not checked on, one and several."""
    model = make(channels)
    zeros = torch.zeros(2, 2, 2), torch.zeros(2, 4, 4)
    function = decode_levels(model, *(grid.long() for grid in zeros))
    data = export_onnx(function).data
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    for count in (1, 3):
        top, bottom = torch.randint(12, (count, 2, 2)), torch.randint(20, (count, 4, 4))
        given = {"top": top.float().numpy(), "bottom": bottom.float().numpy()}
        (found,) = session.run(["x"], given)
        with torch.no_grad():
            expected = model.decode(top, bottom).numpy()
        assert np.abs(found - expected).max() < 1 / 510


def test_poster_shows_the_start_without_a_script(images):
    poster = CodeSwap(make(), images).poster()
    assert "With JavaScript" in poster
    for name in ("The mixture", "Picture A", "Picture B"):
        assert f'alt="{name}, decoded"' in poster
    assert poster.count('type="radio"') == 3
    assert " id=" not in poster


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"images": torch.rand(1, 3, 8, 8)}, "images must be at least 2, got 1"),
        ({"images": torch.rand(3, 8, 8)}, r"images \(N, C, H, W\), got \(3, 8, 8\)"),
        ({"images": torch.rand(13, 3, 8, 8)}, "at most 12 examples fit, got 13"),
        ({"images": 2 * torch.ones(2, 3, 8, 8)}, r"lie in \[0, 1\], got \[2, 2\]"),
        (
            {"model": make(top=FiniteScalarQuantizer((3, 3, 3, 3)))},
            "must be VectorQuantizers, got FiniteScalarQuantizer",
        ),
    ],
)
def test_what_cannot_be_swapped_is_refused(images, arguments, message):
    given = {"model": make(), "images": images} | arguments
    with pytest.raises(ValueError, match=message):
        CodeSwap(given["model"], given["images"])

import numpy as np
import onnxruntime
import pytest
import torch

from vae_lib.models import VQVAE
from vae_lib.networks import (
    FiniteScalarQuantizer,
    GridDecoder,
    GridEncoder,
    VectorQuantizer,
)
from vae_lib.widgets import CodebookEditor
from vae_lib.widgets.codebook_editor import code_tiles, decode_codes
from vae_lib.widgets.onnx_export import export_onnx


def make(channels=3, codes=20, quantizer=None):
    torch.manual_seed(0)
    return VQVAE(
        GridEncoder(channels, 4, 1, width=8, blocks=1),
        quantizer or VectorQuantizer(codes, 4),
        GridDecoder(4, channels, 1, width=8, blocks=1),
    ).eval()


@pytest.fixture
def images():
    return torch.rand(3, 3, 8, 8, generator=torch.Generator().manual_seed(0))


def test_pictures_stand_with_their_own_codes(images):
    model = make()
    editor = CodebookEditor(model, images)
    expected = model.encode(images)
    assert editor.grids == expected.flatten(1).tolist()
    assert torch.equal(editor.indices, expected[0])
    editor.codes = [7] * 16  # as the view does
    assert torch.equal(editor.indices, torch.full((4, 4), 7))


def test_palette_holds_the_most_used_codes_first(images):
    usage = torch.tensor([[3, 3, 3], [5, 5, 0]])
    editor = CodebookEditor(make(), images, usage=usage, palette=3)
    assert editor.order == [3, 5, 0]
    assert [editor.counts[k] for k in editor.order] == [3, 2, 1]
    assert CodebookEditor(make(), images).order[0] == int(
        torch.mode(make().encode(images).flatten()).values
    )


@pytest.mark.parametrize("channels", [1, 3])
def test_exported_decoder_answers_as_the_model_does(channels):
    """For grids that the export was not checked on, one and several."""
    model = make(channels)
    function = decode_codes(model, torch.zeros(2, 4, 4, dtype=torch.int64))
    data = export_onnx(function).data
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    for count in (1, 5):
        indices = torch.randint(20, (count, 4, 4))
        (found,) = session.run(["x"], {"indices": indices.float().numpy()})
        with torch.no_grad():
            expected = model.decode(indices).numpy()
        assert np.abs(found - expected).max() < 1 / 510


def test_tiles_are_what_codes_draw_alone():
    model = make(codes=20)
    function = decode_codes(model, torch.zeros(1, 4, 4, dtype=torch.int64))
    order = np.arange(20)[::-1].copy()
    tiles = code_tiles(function, order)
    assert tiles.shape == (3, 2 * 3, 12 * 3)  # two rows of tiles of 2, and gaps of 1
    with torch.no_grad():
        alone = model.decode(torch.full((1, 4, 4), 2))[0, :, 4:6, 4:6].numpy()
    place = int(np.flatnonzero(order == 2)[0])
    row, column = divmod(place, 12)
    found = tiles[:, 3 * row : 3 * row + 2, 3 * column : 3 * column + 2]
    np.testing.assert_allclose(found, alone, atol=1e-6)
    assert (tiles[:, 2] == 0).all()


def test_poster_shows_the_start_without_a_script(images):
    poster = CodebookEditor(make(), images).poster()
    assert "With JavaScript" in poster
    assert 'alt="Decoded picture"' in poster
    assert "disabled><legend" in poster
    assert " id=" not in poster


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"palette": 0}, "palette must be at least 1, got 0"),
        ({"images": torch.rand(3, 8, 8)}, r"images \(N, C, H, W\), got \(3, 8, 8\)"),
        ({"images": torch.rand(13, 3, 8, 8)}, "at most 12 examples fit, got 13"),
        ({"images": 2 * torch.ones(1, 3, 8, 8)}, r"lie in \[0, 1\], got \[2, 2\]"),
        ({"usage": torch.zeros(3)}, "usage must be indices, int64, got torch.float32"),
        ({"usage": [1]}, "usage must be indices, int64, got list"),
        ({"usage": torch.tensor([20])}, r"usage must lie in \[0, 20\), got 20 to 20"),
        (
            {"model": make(quantizer=FiniteScalarQuantizer((3, 3, 3, 3)))},
            "must be a VectorQuantizer, got FiniteScalarQuantizer",
        ),
    ],
)
def test_what_cannot_be_edited_is_refused(images, arguments, message):
    given = {"model": make(), "images": images} | arguments
    model, pictures = given.pop("model"), given.pop("images")
    with pytest.raises(ValueError, match=message):
        CodebookEditor(model, pictures, **given)

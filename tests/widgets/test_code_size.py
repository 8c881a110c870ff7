import base64
import io

import numpy as np
import onnxruntime
import pytest
import torch
from bs4 import BeautifulSoup
from PIL import Image
from torch import nn

from vae_lib.codec import from_jpeg, scan_bytes
from vae_lib.evaluation import psnr
from vae_lib.models import VQVAE
from vae_lib.networks import GridDecoder, GridEncoder, VectorQuantizer
from vae_lib.widgets import CodeSize
from vae_lib.widgets.code_size import codes_function
from vae_lib.widgets.onnx_export import export_onnx
from vae_lib.widgets.size_board import code_picture, palette

KEYS = [(kind, side) for kind in (4, 16) for side in (4, 8)]
PICTURES = torch.rand(3, 3, 16, 16, generator=torch.Generator().manual_seed(0))


class Flat(nn.Module):
    """Every code is equally likely."""

    def __init__(self, num_codes, side) -> None:
        super().__init__()
        self.num_codes, self.grid = num_codes, (side, side)

    def conditional(self, indices, _place):
        """Probabilities (B, K), all 1 / K."""
        shape = (len(indices), self.num_codes)
        return torch.full(shape, 1 / self.num_codes, dtype=torch.float64)


def make(kind, side):
    """An untrained VQ-VAE whose codes are latents of the first picture."""
    torch.manual_seed(0)
    halvings = 16 // side // 2
    encoder, decoder = GridEncoder(3, 4, halvings, 8), GridDecoder(4, 3, halvings, 8)
    model = VQVAE(encoder, VectorQuantizer(kind, 4), decoder).eval()
    with torch.no_grad():
        latents = encoder(PICTURES[:1]).permute(0, 2, 3, 1).reshape(-1, 4)
        model.quantizer.codebook.copy_(latents[:kind])
    return model.requires_grad_(False)


@pytest.fixture(scope="module")
def models():
    return {key: make(*key) for key in KEYS}


@pytest.fixture(scope="module")
def priors():
    return {key: Flat(*key) for key in KEYS}


@pytest.fixture
def widget(models, priors):
    return CodeSize(models, priors, PICTURES, start=(4, 8), title="A <b>title</b>")


def test_codes_are_the_models_own(widget, models):
    for kind, side in KEYS:
        expected = models[kind, side].encode(PICTURES).flatten(1).tolist()
        known = widget.sizes[f"decode_{kind}_{side}"]
        assert [picture["codes"] for picture in known] == expected


def test_bytes_are_those_of_the_codes_written_down(widget):
    """A flat prior saves nothing: the coder adds its last words, 8 bytes at most."""
    for kind, side in KEYS:
        for picture in widget.sizes[f"decode_{kind}_{side}"]:
            (name, fixed, _), (_, coded, _), _ = picture["rows"]
            bits = {4: 2, 16: 4}[kind]
            assert name == f"{side * side} codes of {bits} bits"
            assert float(fixed) == side * side * bits / 8
            assert float(fixed) <= int(coded) <= float(fixed) + 8


def test_quality_is_that_of_the_decoded_picture(widget, models):
    model = models[16, 4]
    shown = model.decode(model.encode(PICTURES)).clamp(0, 1)
    expected = [f"{float(worth):.1f}" for worth in psnr(PICTURES, shown)]
    known = widget.sizes["decode_16_4"]
    assert [picture["rows"][0][2] for picture in known] == expected
    assert [picture["rows"][1][2] for picture in known] == expected


def test_the_rival_is_the_very_file_that_is_counted(widget):
    for pictures in widget.sizes.values():
        for k, picture in enumerate(pictures):
            kind, data = picture["jpeg"].split(",")
            assert kind == "data:image/jpeg;base64"
            file = base64.b64decode(data)
            name, size, worth = picture["rows"][2]
            assert scan_bytes(file) == int(size)
            shown = from_jpeg(file)
            assert worth == f"{float(psnr(PICTURES[k : k + 1], shown[None])):.1f}"
            fits = int(size) <= int(picture["rows"][1][1])
            assert ("if it fits" in name) == fits
            assert ("smallest" in name) != fits


def test_choice_is_read_and_written(widget):
    assert widget.choice == (4, 8)
    widget.choice = (16, 4)
    assert [slider.value for slider in widget.sliders] == [16, 4]
    widget.sliders[1].index = 1  # what the page's slider does
    assert widget.choice == (16, 8)
    message = r"choice must be one of \[4, 16\] and one of \[4, 8\], got \(8, 8\)"
    with pytest.raises(ValueError, match=message):
        widget.choice = (8, 8)


def test_function_decodes_as_the_model_does(models):
    codes = torch.arange(16).view(1, 4, 4) % 4
    function = codes_function(models[4, 4], "decode", (4, 4))
    found = function.run({"codes": codes.float().numpy()})["x"]
    expected = models[4, 4].decode(codes).clamp(0, 1).numpy()
    np.testing.assert_array_equal(found, expected)


def test_exported_function_answers_as_pytorch_does(models):
    """For codes that the export has not seen, and for several pictures at once."""
    model = models[16, 8]
    exported = export_onnx(codes_function(model, "decode", (8, 8)))
    providers = ["CPUExecutionProvider"]
    session = onnxruntime.InferenceSession(exported.data, providers=providers)
    codes = torch.randint(16, (2, 8, 8), generator=torch.Generator().manual_seed(1))
    (found,) = session.run(["x"], {"codes": codes.float().numpy()})
    expected = model.decode(codes).clamp(0, 1).numpy()
    # Half a level: weights are stored in float16 only if no pixel can tell.
    assert np.abs(found - expected).max() <= 1 / 255


def test_poster_shows_the_start_in_words_and_pictures(widget):
    bundle, _ = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    html = bundle["text/html"]
    assert "<b>title" not in html
    poster = BeautifulSoup(html, "html.parser")
    captions = [tile.span.text for tile in poster.select(".vae-tile")]
    assert captions == ["the picture", "its codes", "from the codes", "JPEG"]
    assert all(image["alt"] for image in poster.select("img"))
    readouts = [row.text for row in poster.select(".widget-readout")]
    assert readouts == ["4", "8 × 8"]
    cells = [[cell.text for cell in row.children] for row in poster.select("tbody tr")]
    assert cells == widget.sizes["decode_4_8"][0]["rows"]
    assert len(poster.select(".vae-example img")) == 3
    assert "With JavaScript" in poster.select_one(".vae-status").text
    assert " id=" not in html


def test_codes_are_painted_one_pixel_each(widget):
    codes = widget.sizes["decode_4_8"][0]["codes"]
    picture = code_picture(codes, 8, widget.palette)
    assert picture.shape == (3, 8, 8)
    address = BeautifulSoup(widget.poster(), "html.parser").select(".vae-tile img")[1]
    data = base64.b64decode(address["src"].split(",")[1])
    shown = np.asarray(Image.open(io.BytesIO(data)))
    np.testing.assert_array_equal(shown, np.rint(255 * picture.transpose(1, 2, 0)))
    colour = f"#{''.join(f'{level:02x}' for level in shown[2, 5])}"
    assert colour == widget.palette[codes[8 * 2 + 5]]


def test_no_two_codes_have_one_colour():
    assert len(set(palette(256))) == 256


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m, _p, _a: m.pop((4, 8)), r"models must be of every K with every side"),
        (
            lambda m, _p, _a: [m.pop((kind, 8)) for kind in (4, 16)],
            r"at least two K and two sides, got \[4, 16\] and \[4\]",
        ),
        (lambda _m, p, _a: p.pop((4, 8)), r"priors must have the models' keys"),
        (lambda _m, _p, a: a.update(start=(8, 8)), r"start must be one of .* \(8, 8\)"),
        (
            lambda m, _p, _a: m.update({(4, 8): m[4, 4]}),
            r"the model of \(4, 8\) must have 4 codes on a grid of 8 x 8, got 4 on 4",
        ),
        (
            lambda _m, _p, a: a.update(examples=torch.rand(7, 3, 16, 16)),
            "at most 6 examples fit, got 7",
        ),
        (lambda _m, _p, a: a.update(examples=2 * PICTURES), r"must lie in \[0, 1\]"),
    ],
)
def test_what_does_not_fit_together_is_named(models, priors, change, message):
    models, priors = dict(models), dict(priors)
    arguments = {"examples": PICTURES, "start": (4, 4)}
    change(models, priors, arguments)
    with pytest.raises(ValueError, match=message):
        CodeSize(models, priors, **arguments)

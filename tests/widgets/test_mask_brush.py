import numpy as np
import onnxruntime
import pytest
import torch
from bs4 import BeautifulSoup

from vae_lib.data import brush_masks, quadrants, seen_part
from vae_lib.models import CVAE
from vae_lib.networks import (
    CompletionDecoder,
    ConditionalDecoder,
    ConditionalEncoder,
    ConditionalPrior,
    MLPDecoder,
    MLPEncoder,
    SignedPart,
)
from vae_lib.widgets import MaskBrush
from vae_lib.widgets.mask_brush import _complete_function
from vae_lib.widgets.onnx_export import export_onnx
from vae_lib.widgets.philox import normals

SHAPE = (1, 8, 8)


def make():
    torch.manual_seed(0)
    decoder = ConditionalDecoder(MLPDecoder(3 + 64, SHAPE, (16,)), SignedPart())
    return CVAE(
        ConditionalEncoder(MLPEncoder((128,), 3, (16,)), SignedPart()),
        CompletionDecoder(decoder),
        ConditionalPrior(MLPEncoder((64,), 3, (16,)), SignedPart()),
    ).eval()


@pytest.fixture
def pictures():
    generator = torch.Generator().manual_seed(0)
    return (torch.rand(3, *SHAPE, generator=generator) > 0.5).float()


def test_the_mask_is_read_as_the_page_paints_it(pictures):
    widget = MaskBrush(make(), pictures)
    assert not widget.seen[:, :4].any()
    assert widget.seen[:, 4:].all()
    widget.hidden = [0] * 63 + [1]  # as the view does
    assert int((~widget.seen).sum()) == 1
    assert not widget.seen[0, 7, 7]


def test_completions_are_draws_from_the_learned_prior(pictures):
    """And what is seen stays, pixel by pixel."""
    model = make()
    seen = quadrants(2, 8)
    widget = MaskBrush(model, pictures, seen=seen, draws=4, seed=7)
    y = seen_part(pictures[:1].expand(4, -1, -1, -1), seen)
    noise = torch.tensor(normals(7, 0, 12)).view(4, 3)
    with torch.no_grad():
        prior = model.prior(y)
        expected = model.decode(prior.mean + prior.stddev * noise, y).numpy()
    found = widget._program["complete"].run({"y": y.numpy(), "noise": noise.numpy()})
    np.testing.assert_allclose(found["x"], expected, atol=1e-6)
    kept = np.broadcast_to(seen.numpy(), expected.shape)
    original = np.broadcast_to(pictures[:1].numpy(), expected.shape)
    np.testing.assert_array_equal(found["x"][kept], original[kept])
    assert np.abs(np.diff(found["x"], axis=0)).max() > 1e-3


def test_the_exported_completion_answers_as_the_model_does(pictures):
    """For other masks and another batch than the export was checked on."""
    model = make()
    function = _complete_function(model, pictures, brush_masks(1, 8)[0], 3)
    data = export_onnx(function).data
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    for count in (1, 6):
        y = seen_part(torch.rand(count, *SHAPE), brush_masks(count, 8))
        noise = torch.randn(count, 3)
        (found,) = session.run(["x"], {"y": y.numpy(), "noise": noise.numpy()})
        with torch.no_grad():
            prior = model.prior(y)
            expected = model.decode(prior.mean + prior.stddev * noise, y).numpy()
        assert np.abs(found - expected).max() < 1 / 510


def test_the_poster_shows_a_covered_picture_and_its_completions(pictures):
    poster = BeautifulSoup(MaskBrush(make(), pictures, draws=5).poster(), "html.parser")
    assert len(poster.select(".vae-answers img")) == 5
    start = poster.select_one(".vae-painted img")
    assert start["alt"] == "The picture, 32 of 64 pixels hidden"
    assert len(poster.select(".vae-example")) == 3
    assert "With JavaScript" in poster.text
    assert not poster.select("[id]")
    assert not poster.select("fieldset:not([disabled])")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pictures": torch.rand(3, 8, 8)}, r"images \(N, C, H, W\), got \(3, 8, 8\)"),
        ({"pictures": torch.rand(3, 3, 8, 8)}, r"shape \(1, 8, 8\), got \(3, 8, 8\)"),
        ({"pictures": 2 * torch.ones(1, *SHAPE)}, r"lie in \[0, 1\], got \[2, 2\]"),
        ({"draws": 0}, r"draws must lie in \[1, 12\], got 0"),
        ({"draws": 13}, r"draws must lie in \[1, 12\], got 13"),
        ({"seen": torch.ones(SHAPE)}, r"bool of shape \(1, 8, 8\), got torch.float32"),
        (
            {"seen": torch.ones(1, 4, 4).bool()},
            r"bool of shape \(1, 8, 8\), got torch.bool of shape \(1, 4, 4\)",
        ),
    ],
)
def test_what_cannot_be_painted_on_is_refused(pictures, changes, message):
    options = {"pictures": pictures} | changes
    with pytest.raises(ValueError, match=message):
        MaskBrush(make(), options.pop("pictures"), **options)

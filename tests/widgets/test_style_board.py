import numpy as np
import onnxruntime
import pytest
import torch
from bs4 import BeautifulSoup

from vae_lib.models import CVAE, StandardNormal
from vae_lib.networks import (
    ConditionalDecoder,
    ConditionalEncoder,
    MLPDecoder,
    MLPEncoder,
    OneHot,
)
from vae_lib.widgets import StyleBoard
from vae_lib.widgets.onnx_export import export_onnx
from vae_lib.widgets.style_board import _decode_function

CODES = np.random.default_rng(0).normal(size=(50, 2))
LABELS = np.arange(50) % 4
NAMES = ["nought", "<one>", "two", "three"]


def make(channels=1, classes=4):
    torch.manual_seed(0)
    shape = (channels, 8, 8)
    encoder = MLPEncoder((channels * 64 + classes,), 2, (16,))
    decoder = MLPDecoder(2 + classes, shape, (16,))
    return CVAE(
        ConditionalEncoder(encoder, OneHot(classes)),
        ConditionalDecoder(decoder, OneHot(classes)),
        StandardNormal(2),
    ).eval()


def board(model=None, **changes: object):
    options = {"examples": [3, 10, 20], "names": NAMES} | changes
    codes, labels = options.pop("codes", CODES), options.pop("labels", LABELS)
    return StyleBoard(model or make(), codes, labels, **options)


def test_the_start_is_the_first_examples_style_in_every_class():
    model = make()
    widget = board(model)
    np.testing.assert_allclose(widget.z, CODES[3], atol=0.005)
    assert [one["label"] for one in widget.examples] == [3, 2, 0]
    decode = widget._program["decode"]
    every = np.eye(4, dtype=np.float32)
    z = np.tile(np.float32(widget.code), (4, 1))
    found = decode.run({"z": z, "kind": every})["x"]
    with torch.no_grad():
        expected = model.decode(torch.tensor(z), torch.arange(4))
    np.testing.assert_allclose(found, expected, atol=1e-6)
    widget.z = [1.5, -0.5]
    assert widget.code == [1.5, -0.5]


@pytest.mark.parametrize("channels", [1, 3])
def test_the_exported_decoder_answers_as_the_model_does(channels):
    """For other codes and another batch than the export was checked on."""
    model = make(channels)
    data = export_onnx(_decode_function(model, 4, 3.0)).data
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    for count in (1, 7):
        z, labels = torch.randn(count, 2), torch.randint(4, (count,))
        kind = torch.eye(4)[labels].numpy()
        (found,) = session.run(["x"], {"z": z.numpy(), "kind": kind})
        with torch.no_grad():
            expected = model.decode(z, labels).numpy()
        assert np.abs(found - expected).max() < 1 / 510


def test_the_poster_marks_the_examples_own_class_and_names_them_all():
    poster = BeautifulSoup(board().poster(), "html.parser")
    figures = poster.select(".vae-styled")
    assert [one.figcaption.text for one in figures] == NAMES
    assert ["vae-own" in one["class"] for one in figures] == [False] * 3 + [True]
    assert len(poster.select(".vae-example img")) == 3
    assert len(poster.select("svg text")) >= 4
    assert "With JavaScript" in poster.text
    assert not poster.select("[id]")
    assert not poster.select("fieldset:not([disabled])")


def test_the_posters_point_stands_where_the_style_is():
    codes = CODES.copy()
    codes[3] = [1.5, 3.0]
    poster = BeautifulSoup(board(codes=codes).poster(), "html.parser")
    style = poster.select_one(".vae-point")["style"]
    assert style.replace(" ", "") == "left:75.0%;top:0.0%"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"codes": CODES[:, :1]}, r"shape \(N, 2\), N >= 1, got \(50, 1\)"),
        ({"labels": LABELS[:9]}, r"50 integers, got int64 \(9,\)"),
        ({"labels": LABELS + 1}, r"\[0, 4\), got \[1, 4\]"),
        ({"names": ["a", "a"]}, "names must be 1 to 36 different words, got 2"),
        ({"examples": []}, "examples must be 1 to 12 row numbers, got 0"),
        ({"examples": range(13)}, "examples must be 1 to 12 row numbers, got 13"),
        ({"examples": [50]}, r"examples must lie in \[0, 50\), got 50 to 50"),
        ({"examples": [-1, 2]}, r"examples must lie in \[0, 50\), got -1 to 2"),
    ],
)
def test_bad_arguments_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        board(**changes)


def test_a_decoder_of_something_else_is_refused():
    with pytest.raises(ValueError, match=r"images \(B, 1 or 3, H, W\), got shape"):
        board(make(channels=2))

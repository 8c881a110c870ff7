"""A slider over numbers of labels shows what each model believes and writes."""

import numpy as np
import onnxruntime
import pytest
import torch
from bs4 import BeautifulSoup

from vae_lib.models import M2, StandardNormal, UniformClasses
from vae_lib.networks import (
    DiagonalGaussian,
    LabelledMLPDecoder,
    LabelledMLPEncoder,
    MLPClassifier,
)
from vae_lib.widgets import LabelSlider
from vae_lib.widgets.label_slider import writing_function
from vae_lib.widgets.onnx_export import export_onnx

COUNTS, CLASSES, DIM = (10, 100, 1_000), 4, 3
LABELS = torch.tensor([2, 0, 3, 1, 1])


def m2(seed, classes=CLASSES, styles=2):
    torch.manual_seed(seed)
    return M2(
        MLPClassifier((DIM,), classes, (8,)),
        LabelledMLPEncoder((DIM,), styles, classes, (8,)),
        LabelledMLPDecoder(styles, classes, DiagonalGaussian(8, DIM), (8,)),
        UniformClasses(classes),
        StandardNormal(styles),
    ).eval()


def codes(count=5):
    return torch.randn(count, DIM, generator=torch.manual_seed(1))


ERRORS = {
    10: {"<one>": 60.0, "two": 40.25},
    100: {"<one>": 25.0, "two": 8.0},
    1_000: {"<one>": 12.0, "two": 3.0},
}


@pytest.fixture
def slider(make_vae):
    """`slider(**changes)`: of three small models, which start at 100 labels."""

    def make(**changes: object):
        options = {
            "vae": make_vae(DIM).eval(),
            "models": {count: m2(seed) for seed, count in enumerate(COUNTS)},
            "errors": ERRORS,
            "codes": codes(),
            "labels": LABELS,
        } | changes
        given = [options.pop(name) for name in ("vae", "models", "errors")]
        return LabelSlider(
            *given, options.pop("codes"), options.pop("labels"), **options
        )

    return make


def test_beliefs_and_hands_are_the_models_own(slider):
    """Of every example under every model; a hand is read given the class believed."""
    widget = slider()
    for place in range(3):
        model = m2(place)
        believed = model.classify(codes())
        hands = model.encoder(codes(), believed.logits.argmax(1)).mean
        np.testing.assert_allclose(
            widget.beliefs[place], believed.probs.detach(), atol=5e-5
        )
        np.testing.assert_allclose(widget.hands[place], hands.detach(), atol=5e-5)


def test_the_slider_stands_at_the_start_and_can_be_moved(slider):
    widget = slider()
    assert (widget.count, widget.counts) == (100, [10, 100, 1_000])
    widget.count = 1_000
    assert widget.place == 2
    with pytest.raises(ValueError, match=r"one of \[10, 100, 1000\], got 50"):
        widget.count = 50
    assert slider(start=10).place == 0


def test_what_is_written_is_m1s_picture_of_m2s_code(make_vae):
    vae, model = make_vae(DIM).eval(), m2(0)
    z, y = torch.randn(6, 2), torch.tensor([0, 1, 2, 3, 3, 0])
    found = writing_function(vae, model, "write_0").run(
        {"z": z.numpy(), "y": y.float().numpy()}
    )["x"]
    with torch.no_grad():
        expected = vae.decode(model.decode(z, y))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_exported_function_answers_as_the_models_do(make_vae):
    """For other codes and another batch than the export was checked on."""
    function = writing_function(make_vae(DIM).eval(), m2(0), "write_0")
    data = export_onnx(function).data
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    for count in (1, 7):
        given = {
            "z": torch.randn(count, 2).numpy(),
            "y": torch.randint(CLASSES, (count,)).float().numpy(),
        }
        (found,) = session.run(["x"], given)
        assert np.abs(found - function.run(given)["x"]).max() < 1 / 510


def test_the_poster_shows_the_start(slider):
    widget = slider()
    poster = BeautifulSoup(widget.poster(), "html.parser")
    assert poster.select_one(".vae-price b").text == "100"
    bars = {p.span.text: p.b.text for p in poster.select(".vae-error")}
    assert bars == {"<one>": "25.0%", "two": "8.0%"}
    figures = poster.select(".vae-styled")
    assert [int(one.figcaption.text.split()[0]) for one in figures] == [0, 1, 2, 3]
    assert ["vae-own" in one["class"] for one in figures] == [False, False, True, False]
    said = np.argmax(widget.beliefs[1], axis=1)
    for example, guess, label in zip(
        poster.select(".vae-example span"), said, LABELS.tolist(), strict=True
    ):
        assert example.text == f"{guess} {'✓' if guess == label else '✗'}"
    assert "With JavaScript" in poster.text
    assert not poster.select("[id]")
    assert not poster.select("fieldset:not([disabled])")


def models(**changes: object):
    return {count: m2(seed) for seed, count in enumerate(COUNTS)} | {
        int(name[1:]): one for name, one in changes.items()
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"models": {100: m2(0)}}, "a slider needs at least 2 models, got 1"),
        ({"start": 7}, r"start must be one of \[10, 100, 1000\], got 7"),
        ({"errors": {10: {"a": 1.0}}}, r"errors must be given for \[10, 100, 1000\]"),
        (
            {"errors": ERRORS | {10: {"two": 1.0}}},
            "errors must be of the same methods, got",
        ),
        (
            {"models": models(n10=m2(0, styles=3))},
            r"agree in classes and latents, got \[\(4, 2\), \(4, 3\)\]",
        ),
        (
            {"models": models(n10=m2(0, classes=5))},
            r"agree in classes and latents, got \[\(4, 2\), \(5, 2\)\]",
        ),
        ({"codes": codes()[:, :2]}, r"1 to 12 codes \(N, 3\), got \(5, 2\)"),
        ({"codes": codes(13)}, r"1 to 12 codes \(N, 3\), got \(13, 3\)"),
        ({"labels": LABELS[:4]}, r"labels must be torch.int64 of shape \(5,\)"),
        ({"labels": LABELS.float()}, "labels must be torch.int64 of shape"),
    ],
)
def test_bad_arguments_are_named(slider, changes, message):
    with pytest.raises(ValueError, match=message):
        slider(**changes)

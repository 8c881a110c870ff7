import html
import re

import numpy as np
import pytest
import torch

from vae_lib.widgets import Traversal

IMAGES = torch.rand(4, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def test_sliders_come_in_the_order_of_their_rates(make_vae):
    widget = Traversal(make_vae(3), IMAGES, rates=[0.5, 0.001, 2.0])
    assert [slider.description for slider in widget.sliders] == [
        "z₃ · 2.00 nats",
        "z₁ · 0.50 nats",
        "z₂ · collapsed",
    ]
    assert widget.latents == [2, 0, 1]


def test_rates_are_measured_on_the_examples_if_not_given(make_vae):
    """An encoder whose second latent ignores the image has one collapsed latent."""
    model = make_vae(2)
    with torch.no_grad():
        for row in (1, 3):  # the second latent's mean and log scale
            model.encoder.head.linear.weight[row] = 0
            model.encoder.head.linear.bias[row] = 0
    widget = Traversal(model, IMAGES)
    assert widget.sliders[1].description == "z₂ · collapsed"
    assert re.fullmatch(r"z₁ · \d\.\d\d nats", widget.sliders[0].description)


def test_without_examples_it_starts_at_zero_in_the_models_order(make_vae):
    widget = Traversal(make_vae(12))
    np.testing.assert_array_equal(widget.z, np.zeros(12))
    assert widget.sliders[9].description == "z₁₀"
    assert widget.examples == []


def test_it_starts_at_the_first_examples_code(make_vae):
    model = make_vae(3)
    widget = Traversal(model, IMAGES)
    with torch.no_grad():
        mean = model.encode(IMAGES[:1]).mean[0].numpy()
    assert np.abs(widget.z - mean).max() <= 0.025 + 1e-9  # half a slider's step
    assert widget.examples[0]["code"] == widget.z.tolist()


def test_z_is_read_and_written_latent_by_latent(make_vae):
    widget = Traversal(make_vae(3), IMAGES, rates=[0.5, 0.001, 2.0])
    widget.z = [1.0, -2.0, 0.5]
    assert [slider.value for slider in widget.sliders] == [0.5, 1.0, -2.0]
    widget.sliders[0].value = -1.5  # what the page's slider does
    np.testing.assert_array_equal(widget.z, [1.0, -2.0, -1.5])


def test_sliders_reach_every_example(make_vae):
    model = make_vae(2)
    with torch.no_grad():
        model.encoder.head.linear.bias[0] = 7.2
    widget = Traversal(model, IMAGES)
    assert widget.span >= 7.2
    assert widget.z[0] > 6


def test_named_latents_stand_in_the_given_order_and_the_others_are_hidden(make_vae):
    """Hidden, not left out: an example's whole code reaches the decoder."""
    widget = Traversal(make_vae(4), IMAGES, names=["smile", "hair_length"])
    assert [slider.description for slider in widget.sliders] == [
        "smile",
        "hair_length",
        "",
        "",
    ]
    hidden = [slider.layout.display == "none" for slider in widget.sliders]
    assert hidden == [False, False, True, True]
    assert widget.latents == [0, 1, 2, 3]
    assert widget.shares == []
    assert widget.z[2:].any()
    poster = widget.poster()
    assert poster.count("vae-row") - poster.count("vae-rows") == 2
    assert "along smile, from −3 to 3" in poster
    assert "nats" not in poster


def test_poster_shows_the_start_in_words_and_pictures(make_vae):
    widget = Traversal(make_vae(3), IMAGES, title="A <b>title</b>", rates=[1, 2, 0])
    bundle, _ = widget._repr_mimebundle_()
    poster = bundle["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert html.escape("A <b>title</b>") in poster
    assert "<b>title" not in poster
    assert poster.count("<img") == 1 + 4 + 1  # the frame, the examples, the strip
    assert all(alt.strip() for alt in re.findall(r'alt="([^"]*)"', poster))
    assert " id=" not in poster
    assert "z₃ · collapsed" in poster
    assert "With JavaScript" in poster


def test_notebook_carries_the_code_and_exports_nothing(make_vae):
    widget = Traversal(make_vae(2), IMAGES)
    assert widget.functions == {}
    assert "export default { render };" in widget._esm
    assert ".vae-widget" in widget._css


def test_build_exports_the_model_and_points_to_the_runtime(
    make_vae, tmp_path, monkeypatch
):
    monkeypatch.setenv("VAE_LIB_ASSETS", str(tmp_path))
    widget = Traversal(make_vae(2), IMAGES)
    name = widget.functions["decode"]["file"]
    assert (tmp_path / name).stat().st_size == widget.functions["decode"]["bytes"]
    assert len(widget._esm) < 100
    assert widget._css == ""


def test_kernel_answers_a_call(make_vae):
    """As the page sends it: names and shapes in the message, floats in the buffers."""
    model = make_vae(3)
    widget = Traversal(model, IMAGES)
    z = np.array([[1, 2, 3], [0, 0, 0]], np.float32)
    message = {"function": "decode", "inputs": [{"name": "z", "shape": [2, 3]}]}
    reply, buffers = widget._run(message, [memoryview(z.tobytes())])
    assert reply == {"outputs": [{"name": "x", "shape": [2, 1, 8, 8]}]}
    found = np.frombuffer(buffers[0], np.float32).reshape(2, 1, 8, 8)
    with torch.no_grad():
        np.testing.assert_array_equal(found, model.decode(torch.tensor(z)).numpy())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"span": 0}, "span must be positive and finite, got 0"),
        ({"span": float("nan")}, "span must be positive and finite, got nan"),
        ({"examples": np.zeros((1, 1, 8, 8))}, r"images \(N, C, H, W\), got \(1, 1, 8"),
        ({"examples": torch.zeros(1, 8, 8)}, r"\(N, C, H, W\), got \(1, 8, 8\)"),
        ({"examples": torch.zeros(0, 1, 8, 8)}, r"\(N, C, H, W\), got \(0, 1, 8, 8\)"),
        ({"examples": torch.zeros(1, 1, 9, 8)}, r"shape \(1, 8, 8\), got \(1, 9, 8\)"),
        ({"examples": torch.zeros(13, 1, 8, 8)}, "at most 12 examples fit, got 13"),
        ({"examples": IMAGES * 2}, r"must lie in \[0, 1\], got \["),
        ({"examples": IMAGES * torch.nan}, r"must lie in \[0, 1\], got \[nan, nan\]"),
        ({"rates": [1, 2]}, r"rates must be 3 numbers, got shape \(2,\)"),
        ({"rates": [1, 2, np.inf]}, "rates must be finite, got"),
        (
            {"names": ["a", "b", "c", "d"]},
            "names must be 1 to 3 .*, got 4",
        ),
        ({"names": ["a", "a"]}, "names must be 1 to 3 different words, got 2: a, a"),
        ({"names": []}, "names must be 1 to 3 different words, got 0"),
        ({"names": ["a", " "]}, r"names must be words, got \['a', ' '\]"),
        ({"names": ["a"], "rates": [1, 2, 3]}, "show names or rates, got both"),
    ],
)
def test_bad_arguments_are_named(make_vae, arguments, message):
    with pytest.raises(ValueError, match=message):
        Traversal(make_vae(3), **arguments)


@pytest.mark.parametrize("z", [[1, 2], [1, 2, np.nan], [[1, 2, 3]]])
def test_bad_codes_are_refused(make_vae, z):
    widget = Traversal(make_vae(3))
    with pytest.raises(ValueError, match="z must be"):
        widget.z = z

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup

from vae_lib.evaluation import rate_per_dimension
from vae_lib.widgets import BetaSweep, Traversal
from vae_lib.widgets.onnx_export import export_onnx

IMAGES = torch.rand(4, 1, 8, 8, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def models(make_vae):
    """Three untrained models; at 4 the second latent ignores the image."""
    found = {0.5: make_vae(3), 4: make_vae(3), 16: make_vae(3)}
    with torch.no_grad():
        next(found[16].decoder.parameters()).mul_(-1)
        for row in (1, 4):  # the second latent's mean and log scale
            found[4].encoder.head.linear.weight[row] = 0
            found[4].encoder.head.linear.bias[row] = 0
    return found


def poster_of(widget):
    return BeautifulSoup(widget.poster(), "html.parser")


def test_it_starts_in_the_middle_and_python_moves_it(models):
    widget = BetaSweep(dict(reversed(models.items())), IMAGES)
    assert widget.betas == [0.5, 4, 16]
    assert widget.beta == 4
    widget.beta = 16
    assert widget.place == 2
    widget.place = 0  # what the page's slider does
    assert widget.beta == 0.5
    with pytest.raises(ValueError, match=r"one of \[0.5, 4.0, 16.0\], got 3"):
        widget.beta = 3


def test_rates_are_measured_on_the_examples_if_not_given(models):
    widget = BetaSweep(models, IMAGES)
    for beta, rates in zip(widget.betas, widget.rates, strict=True):
        expected = rate_per_dimension(models[beta], IMAGES)
        np.testing.assert_allclose(rates, expected, atol=5e-5)  # four decimals
    assert widget.longest == pytest.approx(np.max(widget.rates), abs=5e-5)


def test_answers_are_each_models_reconstructions(models):
    """At codes that sliders can show: no pixel moves by more than a half step does."""
    widget = BetaSweep(models, IMAGES)
    for k, beta in enumerate(widget.betas):
        with torch.no_grad():
            mean = models[beta].encode(IMAGES).mean
            decoded = models[beta].decode(torch.tensor(widget.codes[k]).float())
        assert np.abs(np.array(widget.codes[k]) - mean.numpy()).max() <= 0.025 + 1e-6
        twin = Traversal(models[beta], IMAGES[:1])
        assert widget.answers[k][0] == twin.frame
        assert len(set(widget.answers[k])) == len(IMAGES)
        assert decoded.shape == IMAGES.shape
    assert widget.answers[0] != widget.answers[2]


def test_poster_shows_the_start_in_words_and_pictures(models):
    widget = BetaSweep(models, IMAGES, title="A <b>title</b>", start=4)
    soup = poster_of(widget)
    assert soup.find(class_="vae-title").text == "A <b>title</b>"
    assert len(soup.find_all("img")) == 2 * 4 + 2  # the sprites, the frame, the strip
    assert soup.find(class_="vae-frame").img["src"] == widget.answers[1][0]
    assert soup.find(class_="vae-strip").img["src"] == widget.strip
    assert all(fieldset.has_attr("disabled") for fieldset in soup.find_all("fieldset"))
    names = [bar.span.text for bar in soup.find_all(class_="vae-latent")]
    assert sorted(names) == ["z₁", "z₂", "z₃"]
    assert names[-1] == "z₂"
    closed = soup.find_all(class_="vae-closed")
    assert [bar.b.text for bar in closed] == ["closed"]
    total = np.sum(widget.rates[1])
    assert soup.find(class_="vae-count").text == f"{total:.1f} nats in 2 of 3 latents"
    assert not soup.find_all(id=True)
    assert "With JavaScript" in widget.poster()


def test_bars_are_shares_of_the_longest_of_all_models(models):
    rates = {0.5: [4.0, 1, 0], 4: [1.0, 2, 0.5], 16: [0.1, 0, 0]}
    soup = poster_of(BetaSweep(models, IMAGES, rates=rates))
    bars = soup.find_all(class_="vae-latent")
    shares = [float(re.search(r"[\d.]+$", bar.i["style"])[0]) for bar in bars]
    assert shares == [0.5, 0.25, 0.125]
    assert [bar.b.text for bar in bars] == ["2.00", "1.00", "0.50"]


def test_strip_follows_the_busiest_latent_of_the_start(models):
    """Its middle picture is that of Traversal, which goes the same way."""
    rates = {beta: [0.1, 0.2, 3.0] for beta in models}
    widget = BetaSweep(models, IMAGES, rates=rates, start=16)
    twin = Traversal(models[16], IMAGES, rates=rates[16])
    assert widget.strip == twin.strip
    assert "along z₃, from −3 to 3" in widget.poster()


def test_sliders_reach_every_code_of_every_model(models):
    with torch.no_grad():
        models[16].encoder.head.linear.bias[0] = 7.2
    widget = BetaSweep(models, IMAGES)
    assert widget.span >= 7.2
    assert 'max="8"' in widget.poster()


def test_build_exports_a_decoder_for_each_model_the_same_as_traversals(
    models, tmp_path, monkeypatch
):
    """A page that shows both fetches one file."""
    monkeypatch.setenv("VAE_LIB_ASSETS", str(tmp_path))
    widget = BetaSweep(models, IMAGES)
    assert list(widget.functions) == ["decode_0", "decode_1", "decode_2"]
    twin = Traversal(models[4], IMAGES)
    assert widget.functions["decode_1"] == twin.functions["decode"]
    function = widget._program["decode_1"]
    assert export_onnx(function).data == export_onnx(replace(function, name="x")).data


def test_kernel_answers_for_the_model_asked(models):
    widget = BetaSweep(models, IMAGES)
    z = np.array([[1, 2, 3]], np.float32)
    message = {"function": "decode_2", "inputs": [{"name": "z", "shape": [1, 3]}]}
    _, buffers = widget._run(message, [memoryview(z.tobytes())])
    found = np.frombuffer(buffers[0], np.float32).reshape(1, 1, 8, 8)
    with torch.no_grad():
        np.testing.assert_array_equal(found, models[16].decode(torch.tensor(z)))


def test_notebook_carries_the_code_and_exports_nothing(models):
    widget = BetaSweep(models, IMAGES)
    assert widget.functions == {}
    assert "export default { render };" in widget._esm
    assert ".vae-sweep" in widget._css


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"models": {}}, "needs at least 2 models, got 0"),
        ({"start": 3}, r"start must be one of \[0.5, 4, 16\], got 3"),
        ({"rates": {4: [1, 2, 3]}}, r"given for \[0.5, 4, 16\], got \[4\]"),
        (
            {"rates": {0.5: [1], 4: [1], 16: [1]}},
            r"rates\[0.5\] must be 3 numbers, got shape \(1,\)",
        ),
        ({"examples": IMAGES[:, :, :7]}, r"decoder's shape \(1, 8, 8\)"),
        ({"examples": IMAGES * 2}, r"must lie in \[0, 1\], got \["),
        ({"span": 0}, "span must be positive and finite, got 0"),
    ],
)
def test_bad_arguments_are_named(models, change, message):
    arguments = {"models": models, "examples": IMAGES, **change}
    if "examples" in change:
        arguments["rates"] = {beta: [1, 2, 3] for beta in models}
    with pytest.raises(ValueError, match=message):
        BetaSweep(**arguments)


@pytest.mark.parametrize(
    ("latents", "channels", "message"),
    [(2, 1, r", 2 and \(1, 8, 8\) at 1, 3 and"), (3, 3, r", 3 and \(3, 8, 8\) at 1,")],
)
def test_models_must_agree(make_vae, models, latents, channels, message):
    with pytest.raises(ValueError, match=message):
        BetaSweep(
            models | {1: make_vae(latents, channels)},
            IMAGES,
            rates={beta: [1, 2, 3] for beta in [*models, 1]},
        )

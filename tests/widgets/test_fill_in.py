"""FillIn asks the model itself, and its poster shows the start."""

import numpy as np
import onnxruntime
import pytest
import torch
from bs4 import BeautifulSoup
from torch.distributions import kl_divergence

from vae_lib.models import MultimodalVAE, StandardNormal
from vae_lib.networks import (
    ClassDecoder,
    ClassEncoder,
    Gaussian,
    MLPDecoder,
    MLPEncoder,
    mixture_of_experts,
    product_of_experts,
)
from vae_lib.widgets import FillIn
from vae_lib.widgets.fill_functions import fill_function
from vae_lib.widgets.onnx_export import export_onnx
from vae_lib.widgets.philox import normals

SHAPE = (3, 8, 8)
NUMBERS = ("age", "beard", "skin")
LATENTS = 4
IMAGES = torch.rand(3, *SHAPE, generator=torch.Generator().manual_seed(0))


def model_of(numbers=NUMBERS, combine=product_of_experts):
    torch.manual_seed(1)
    encoders = {"image": MLPEncoder(SHAPE, LATENTS, (16,))}
    decoders = {"image": MLPDecoder(LATENTS, SHAPE, (16,))}
    for name in numbers:
        encoders[name] = MLPEncoder((1,), LATENTS, (8,))
        decoders[name] = MLPDecoder(LATENTS, (1,), (8,), likelihood=Gaussian(0.1))
    prior = StandardNormal(LATENTS)
    return MultimodalVAE(encoders, decoders, prior, combine).eval()


@pytest.fixture
def model():
    return model_of()


@pytest.fixture
def widget(model):
    return FillIn(model, IMAGES, known={"beard": 0.8}, seed=3)


def asked(known, expert=None, seed=3, turn=0, draws=6):
    """The inputs that the page sends, as numpy."""
    none = np.zeros(LATENTS)

    def rows(values):
        return np.tile(np.asarray(values, np.float32), (draws, 1))

    return {
        "known": rows([name in known for name in NUMBERS]),
        "values": rows([known.get(name, 0.5) for name in NUMBERS]),
        "mean": rows(none if expert is None else expert["mean"]),
        "precision": rows(none if expert is None else expert["precision"]),
        "noise": normals(seed, turn, draws * LATENTS).reshape(draws, LATENTS),
    }


def posterior_of(model, known, picture=None):
    views = {name: torch.tensor([[value]]) for name, value in known.items()}
    if picture is not None:
        views["image"] = IMAGES[picture : picture + 1]
    with torch.no_grad():
        return model.posterior(views)


@pytest.mark.parametrize(
    ("known", "picture"),
    [
        ({"beard": 0.8}, None),
        ({"age": 0.1, "skin": 0.9}, None),
        ({}, 1),
        ({"age": 1.0, "beard": 0.0, "skin": 0.3}, 2),
    ],
)
def test_function_is_the_models_own_posterior(widget, model, known, picture):
    """A view that is not known is one that is left out of the product."""
    expert = None if picture is None else widget.experts[picture]
    found = widget._program["fill"].run(asked(known, expert))
    posterior = posterior_of(model, known, picture)
    np.testing.assert_allclose(found["centre"][0], posterior.mean[0], atol=1e-5)
    np.testing.assert_allclose(found["scale"][0], posterior.stddev[0], atol=1e-5)
    z = torch.from_numpy(found["centre"] + found["scale"] * asked(known)["noise"])
    with torch.no_grad():
        drawn = model.likelihoods(z, ["image"])["image"].mean
        guesses = model.likelihoods(posterior.mean, NUMBERS)
    np.testing.assert_allclose(found["x"], drawn.clamp(0, 1), atol=1e-5)
    expected = torch.cat([one.mean for one in guesses.values()], 1)
    np.testing.assert_allclose(found["guess"][:1], expected, atol=1e-5)


def test_with_nothing_known_draws_are_those_of_the_prior(widget):
    found = widget._program["fill"].run(asked({}))
    assert not found["centre"].any()
    assert (found["scale"] == 1).all()


def test_exported_function_answers_as_pytorch_does(widget):
    """On inputs that the export was not checked on."""
    function = widget._program["fill"]
    inputs = asked({"age": 0.7}, widget.experts[0], seed=9)
    session = onnxruntime.InferenceSession(
        export_onnx(function).data, providers=["CPUExecutionProvider"]
    )
    found = session.run(list(function.outputs), inputs)
    for name, one in zip(function.outputs, found, strict=True):
        np.testing.assert_allclose(one, function.run(inputs)[name], atol=1 / 510)


def test_poster_shows_what_is_known_and_guesses_the_rest(widget, model):
    soup = BeautifulSoup(widget.poster(), "html.parser")
    rows = soup.find_all(class_="vae-view")
    assert [row.input["name"] for row in rows] == [*NUMBERS]
    assert [row.input.has_attr("checked") for row in rows] == [False, True, False]
    assert rows[1].b.text == "0.80"
    guess = widget._program["fill"].run(asked({"beard": 0.8}))["guess"][0]
    for k in (0, 2):
        expected = f"guess {guess[k]:.2f}".replace("-", "−")
        assert rows[k].b.text == expected
        assert "vae-guessed" in rows[k]["class"]
    assert len(soup.select(".vae-draws img")) == 6
    assert len(soup.select(".vae-seen")) == 3
    assert all(field.has_attr("disabled") for field in soup.find_all("fieldset"))
    posterior = posterior_of(model, {"beard": 0.8})
    rate = float(kl_divergence(posterior, model.prior()))
    told = soup.find(class_="vae-told").text
    assert told.startswith(f"1 number known: {rate:.1f} nats, width 0.")
    assert "With JavaScript" in widget.poster()
    assert not soup.find_all(id=True)


def test_labels_are_written_and_escaped(model):
    widget = FillIn(model, IMAGES, labels={"age": "age, <young> to old"})
    soup = BeautifulSoup(widget.poster(), "html.parser")
    words = [label.text for label in soup.find_all(class_="vae-known")]
    assert words == ["age, <young> to old", "beard", "skin"]
    assert "Nothing known: 0.0 nats, width 1.00 of the prior." in soup.text


def test_a_seed_draws_the_same_pictures_and_another_one_others(model):
    bodies = [FillIn(model, IMAGES, seed=seed).body for seed in (3, 3, 4)]
    assert bodies[0] == bodies[1]
    assert bodies[0] != bodies[2]


def test_python_reads_and_sets_what_is_known(widget):
    assert widget.known == {"beard": 0.8}
    widget.known = {"age": 0.25, "skin": 1.0}
    assert widget.known == {"age": 0.25, "skin": 1.0}
    with pytest.raises(ValueError, match=r"age must lie in \[0, 1\], got 2"):
        widget.known = {"age": 2.0}
    with pytest.raises(ValueError, match="known must name views among age, beard"):
        widget.known = {"nose": 0.5}


def test_kernel_answers_as_the_function_does(widget):
    inputs = asked({"age": 0.5})
    message = {
        "function": "fill",
        "inputs": [{"name": k, "shape": list(v.shape)} for k, v in inputs.items()],
    }
    data = [memoryview(np.ascontiguousarray(v).tobytes()) for v in inputs.values()]
    _, buffers = widget._run(message, data)
    found = np.frombuffer(buffers[0], np.float32).reshape(6, *SHAPE)
    expected = widget._program["fill"].run(inputs)["x"]
    np.testing.assert_array_equal(found, expected)


def test_build_exports_one_file_without_the_images_encoder(
    model, tmp_path, monkeypatch
):
    monkeypatch.setenv("VAE_LIB_ASSETS", str(tmp_path))
    widget = FillIn(model, IMAGES)
    assert list(widget.functions) == ["fill"]
    kept = sum(w.numel() for w in fill_function(model, "image").module.parameters())
    encoder = sum(w.numel() for w in model.encoders["image"].parameters())
    assert kept == sum(w.numel() for w in model.parameters()) - encoder


def test_notebook_carries_the_code_and_exports_nothing(widget):
    assert widget.functions == {}
    assert "export default { render };" in widget._esm
    assert ".vae-fill" in widget._css


def test_making_one_leaves_the_readers_random_numbers_alone(model):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    FillIn(model, IMAGES)
    torch.testing.assert_close(torch.rand(3), expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"image": "sound"}, "image must be one of image, age, beard, skin, got 'soun"),
        ({"model": model_of(())}, r"must be one number each, got \{\}"),
        (
            {"model": model_of(combine=mixture_of_experts)},
            "must combine experts by product_of_experts, got UniformMixture",
        ),
        ({"labels": {"nose": "nose"}}, "labels must name views among .*, got nose"),
        ({"known": {"nose": 0.5}}, "known must name views among .*, got nose"),
        ({"known": {"age": -0.1}}, r"age must lie in \[0, 1\], got -0.1"),
        ({"examples": IMAGES[:, :2]}, r"decoder's shape \(3, 8, 8\)"),
        ({"examples": IMAGES * 2}, r"must lie in \[0, 1\], got \["),
        ({"seed": -1}, r"seed must lie in \[0, 2\*\*32\), got -1"),
    ],
)
def test_bad_arguments_are_named(model, change, message):
    arguments = {"model": model, "examples": IMAGES, **change}
    with pytest.raises(ValueError, match=message):
        FillIn(**arguments)


def test_classes_are_no_numbers():
    torch.manual_seed(0)
    model = MultimodalVAE(
        {"image": MLPEncoder(SHAPE, 2), "label": ClassEncoder(3, 2)},
        {"image": MLPDecoder(2, SHAPE), "label": ClassDecoder(2, 3)},
        StandardNormal(2),
    )
    with pytest.raises(ValueError, match=r"one number each, got \{'label': \(\)\}"):
        FillIn(model, IMAGES)

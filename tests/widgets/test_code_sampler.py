"""The code sampler draws what the prior says, and shows what the decoder draws."""

import math

import numpy as np
import onnxruntime
import pytest
import torch
from bs4 import BeautifulSoup

from vae_lib.models import VQVAE, CodePrior
from vae_lib.networks import CodeTransformer, GridDecoder, GridEncoder, VectorQuantizer
from vae_lib.widgets import CodeSampler
from vae_lib.widgets.onnx_export import export_onnx
from vae_lib.widgets.sampler_body import TEMPERATURES, patch_atlas, veiled
from vae_lib.widgets.sampler_functions import draw_code

GRID = (4, 4)
CODES = 40
NAMES = ("ant", "bee", "cat")


@pytest.fixture
def model():
    torch.manual_seed(0)
    decoder = GridDecoder(3, 1, 1, 8)
    quantizer = VectorQuantizer(CODES, 3)
    return VQVAE(GridEncoder(1, 3, 1, 8), quantizer, decoder).eval()


def prior_of(classes=None, grid=GRID, codes=CODES):
    torch.manual_seed(1)
    network = CodeTransformer(codes, grid, classes, width=8, layers=1, heads=2)
    with torch.no_grad():
        for weight in network.parameters():
            weight.normal_(std=0.5)
    return CodePrior(network, codes, grid, classes).eval()


@pytest.fixture
def widget(model):
    return CodeSampler(prior_of(3), model, classes=NAMES, kind=1, start=6, seed=5)


def asked(codes, kind=1, temperature=1.0):
    return {
        "codes": np.reshape(codes, (-1, *GRID)).astype(np.float32),
        "temperature": np.array([[temperature]], np.float32),
        "kind": np.eye(3, dtype=np.float32)[[kind]],
    }


def padded(codes):
    return [*codes, *(16 - len(codes)) * [0]]


def test_chances_are_the_priors_own(widget):
    """At every place, for the class and the temperature asked for."""
    codes = torch.randint(CODES, (1, *GRID))
    found = widget._program["chances"].run(
        asked(codes.numpy(), kind=2, temperature=0.7)
    )
    with torch.no_grad():
        logits = prior_of(3)(codes, torch.tensor([2])).base_dist.logits[0].flatten(0, 1)
    expected = (logits / 0.7).softmax(-1)
    np.testing.assert_allclose(found["chances"][0], expected, atol=1e-6)


def test_picture_is_the_models_own(widget, model):
    codes = torch.randint(CODES, (2, *GRID))
    found = widget._program["picture"].run({"codes": codes.float().numpy()})["x"]
    with torch.no_grad():
        expected = model.decode(codes).clamp(0, 1)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("classes", [None, 3])
def test_exported_functions_answer_as_pytorch_does(model, classes):
    """On codes that the export was not checked on."""
    names = NAMES if classes else ()
    widget = CodeSampler(prior_of(classes), model, classes=names)
    given = asked(torch.randint(CODES, (1, *GRID)).numpy(), kind=2, temperature=1.5)
    for function in widget._program.values():
        inputs = {name: given[name] for name in function.inputs}
        data = export_onnx(function).data
        session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
        (found,) = session.run(list(function.outputs), inputs)
        expected = function.run(inputs)[function.outputs[0]]
        # Half a grey level, or half a per cent of a chance: the weights are halved.
        np.testing.assert_allclose(found, expected, atol=1 / 510)


def test_what_is_drawn_at_the_start_follows_the_chain(widget):
    """Each code by its place's own number, given those before it."""
    codes = widget.codes
    assert len(codes) == 6
    for place in range(6):
        answer = widget._program["chances"].run(asked(padded(codes[:place])))
        assert codes[place] == draw_code(answer["chances"][0, place], 5, place)


def test_a_seed_draws_the_same_codes_and_another_one_others(model):
    def drawn(seed):
        return CodeSampler(prior_of(), model, start=16, seed=seed).codes

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def test_draws_come_as_often_as_they_are_probable():
    """Over 4,000 seeds; four standard errors of the rarest share are 0.02."""
    chances = np.array([0.1, 0.6, 0.3], np.float32)
    drawn = np.bincount([draw_code(chances, seed, 7) for seed in range(4_000)])
    np.testing.assert_allclose(drawn / 4_000, chances, atol=0.03)


def test_poster_says_what_comes_next(widget):
    """The eight likeliest codes, the rest's share, and what it took so far."""
    poster = BeautifulSoup(widget.poster(), "html.parser")
    answer = widget._program["chances"].run(asked(padded(widget.codes)))["chances"][0]
    order = np.argsort(-answer[6])[:8]
    shown = [row.select_one(".vae-which").text for row in poster.select(".vae-choice")]
    assert shown == [f"code {code}" for code in order]
    percent = poster.select_one(".vae-choice b").text
    assert percent == f"{100 * answer[6].max():.1f} %"
    rest = 100 * (1 - answer[6][order].sum())
    assert f"The other 32: {rest:.1f} %" in poster.select_one(".vae-rest").text
    bits = -sum(math.log2(answer[k, code]) for k, code in enumerate(widget.codes))
    uniform = 6 * math.log2(CODES)
    expected = f"Codes so far: {bits:.0f} bits, uniformly {uniform:.0f}."
    assert poster.select_one(".vae-bits").text == expected
    assert "Next: row 2, column 3" in poster.text


def test_poster_is_disabled_and_names_every_cell(widget):
    poster = BeautifulSoup(widget.poster(), "html.parser")
    cells = [cell["aria-label"] for cell in poster.select(".vae-cell")]
    assert len(cells) == 16
    assert cells[0] == f"Row 1, column 1: code {widget.codes[0]}"
    assert cells[6] == "Row 2, column 3: next"
    assert cells[15] == "Row 4, column 4: empty"
    assert all("disabled" in field.attrs for field in poster.select("fieldset"))
    assert poster.select_one("option[selected]").text == "bee"
    assert "With JavaScript" in poster.text
    assert not poster.select("[id]")


def test_a_full_grid_has_nothing_next(model):
    widget = CodeSampler(prior_of(), model, start=16)
    assert "All codes are drawn" in widget.poster()
    assert len(widget.codes) == 16
    assert not BeautifulSoup(widget.poster(), "html.parser").select("select")


def test_veil_covers_the_places_without_a_code():
    picture = np.ones((3, 4, 6))
    shown = veiled(picture, 2, (2, 3))
    assert (shown[:, :2, :4] == 1).all()
    assert (shown[:, :2, 4:] == 0.625).all()
    assert (shown[:, 2:] == 0.625).all()


def test_atlas_holds_each_codes_middle_patch():
    """Code k alone makes a picture of level k / 50 in the middle, 1 elsewhere."""
    pictures = np.ones((40, 1, 8, 8))
    pictures[:, :, 4:6, 4:6] = np.arange(40)[:, None, None, None] / 50
    address, rows = patch_atlas(pictures, (4, 4))
    assert rows == 2
    assert address.startswith("data:image/png")


def test_making_one_leaves_the_readers_random_numbers_alone(model):
    prior = prior_of()
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    CodeSampler(prior, model)
    torch.testing.assert_close(torch.rand(3), expected)


def test_temperature_starts_at_one():
    assert 1.0 in TEMPERATURES
    assert list(TEMPERATURES) == sorted(TEMPERATURES)


@pytest.mark.parametrize(
    ("prior", "arguments", "message"),
    [
        (prior_of(codes=30), {}, "the prior has 30 codes, the model 40"),
        (prior_of(grid=(17, 16)), {}, "at most 256 places fit, got 272"),
        (prior_of(), {"classes": NAMES}, "name the prior's 0 classes, got 3 names"),
        (prior_of(3), {}, "name the prior's 3 classes, got 0 names"),
        (prior_of(3), {"classes": ("a", "a", "b")}, "3 different words"),
        (prior_of(), {"start": 17}, r"start must lie in \[0, 16\], got 17"),
        (prior_of(), {"kind": 1}, r"kind must lie in \[0, 1\), got 1"),
        (prior_of(3), {"classes": NAMES, "kind": 3}, r"\[0, 3\), got 3"),
        (prior_of(), {"seed": -1}, r"seed must lie in \[0, 2\*\*32\), got -1"),
    ],
)
def test_bad_arguments_are_named(model, prior, arguments, message):
    with pytest.raises(ValueError, match=message):
        CodeSampler(prior, model, **arguments)


def test_few_codes_make_no_list(model):
    torch.manual_seed(0)
    few = VQVAE(model.encoder, VectorQuantizer(8, 3), model.decoder)
    with pytest.raises(ValueError, match="more than 8 codes are needed, got 8"):
        CodeSampler(prior_of(codes=8), few)

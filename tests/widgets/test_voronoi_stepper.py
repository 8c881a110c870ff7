import numpy as np
import onnxruntime
import pytest
import torch
from bs4 import BeautifulSoup

from vae_lib.evaluation import perplexity
from vae_lib.networks import VectorQuantizer
from vae_lib.networks.codebook import k_means
from vae_lib.widgets import VoronoiStepper
from vae_lib.widgets.onnx_export import export_onnx
from vae_lib.widgets.voronoi_functions import (
    CODE_SPEED,
    DECAY,
    LATENT_SPEED,
    LEAST_USES,
    MOVERS,
)

MANY, SIZE = 40, 5
POINTS = np.random.default_rng(0).normal(size=(MANY, 2)).round(3)
CODES = np.array([[-1.0, 0.0], [1.0, 0.5], [0.0, -1.0], [0.3, 1.2], [3.0, 3.0]])
LABELS = np.arange(MANY) % 3
FUNCTIONS = [*MOVERS, "restart", "follow", "look"]


@pytest.fixture
def widget():
    return VoronoiStepper(POINTS, CODES, LABELS)


@pytest.fixture
def inputs():
    """Name -> tensor: latents that have left their points, codes and their uses."""
    generator = torch.Generator().manual_seed(1)
    points = torch.tensor(POINTS, dtype=torch.float32)
    return {
        "points": points,
        "latents": points + 0.3 * torch.randn(MANY, 2, generator=generator),
        "codebook": torch.tensor(CODES, dtype=torch.float32),
        "uses": 0.5 + 9 * torch.rand(SIZE, generator=generator),
        "commitment": torch.tensor([0.7]),
        "chosen": torch.tensor([3.0, 1.0, 4.0, 1.0, 5.0]),
    }


def call(widget, name, inputs):
    """What the kernel answers the view."""
    function = widget._program[name]
    found = function.run({key: inputs[key].numpy() for key in function.inputs})
    return {key: torch.from_numpy(value) for key, value in found.items()}


def nearest(inputs):
    """The definition: all distances, and the least."""
    return torch.cdist(inputs["latents"], inputs["codebook"]).argmin(1)


def test_latents_step_down_distortion_as_copied_and_commitment(inputs, widget):
    """Straight-through by the identity z + stop(e - z), and autograd on the rest."""
    latents = inputs["latents"].clone().requires_grad_()
    codes = inputs["codebook"][nearest(inputs)]
    passed = latents + (codes - latents).detach()
    distortion = (passed - inputs["points"]).square().sum()
    commitment = inputs["commitment"] * (latents - codes).square().sum()
    (distortion + commitment).backward()
    found = call(widget, "follow", inputs)["moved"]
    expected = latents.detach() - LATENT_SPEED * latents.grad
    torch.testing.assert_close(found, expected)


def test_slopes_are_of_one_term_each(inputs, widget):
    found = call(widget, "look", inputs)
    codes = inputs["codebook"][nearest(inputs)]
    away = inputs["latents"] - codes
    torch.testing.assert_close(found["decoder"], 2 * (inputs["points"] - codes))
    torch.testing.assert_close(found["held"], -2 * 0.7 * away)
    torch.testing.assert_close(found["taught"], 2 * away)


def test_gradient_step_is_autograds_on_the_mean_codebook_loss(inputs, widget):
    codebook = inputs["codebook"].clone().requires_grad_()
    indices = nearest(inputs)
    loss = (codebook[indices] - inputs["latents"]).square().sum(1).mean()
    loss.backward()
    found = call(widget, "gradient", inputs)
    expected = codebook.detach() - CODE_SPEED * codebook.grad
    torch.testing.assert_close(found["moved"], expected)
    counts = indices.bincount(minlength=SIZE)
    uses = DECAY * inputs["uses"] + (1 - DECAY) * counts
    torch.testing.assert_close(found["used"], uses)


def test_moving_average_is_the_quantizers(inputs, widget):
    quantizer = VectorQuantizer(SIZE, 2, decay=DECAY)
    quantizer.codebook.copy_(inputs["codebook"])
    quantizer.uses.copy_(inputs["uses"])
    quantizer(inputs["latents"][:, :, None, None])
    found = call(widget, "average", inputs)
    torch.testing.assert_close(found["moved"], quantizer.codebook)
    torch.testing.assert_close(found["used"], quantizer.uses)


def test_round_of_k_means_puts_codes_on_the_means_of_their_latents(inputs, widget):
    indices = nearest(inputs)
    found = call(widget, "k_means", inputs)["moved"]
    for k in range(SIZE):
        mine = inputs["latents"][indices == k]
        expected = mine.mean(0) if len(mine) else inputs["codebook"][k]
        torch.testing.assert_close(found[k], expected)


def test_rounds_of_k_means_end_where_k_means_ends(widget, inputs):
    """A codebook of Lloyd's algorithm stays where it is."""
    torch.manual_seed(0)
    codebook, counts = k_means(inputs["latents"], SIZE, 50)
    assert counts.min() > 0
    found = call(widget, "k_means", inputs | {"codebook": codebook})
    torch.testing.assert_close(found["moved"], codebook)
    torch.testing.assert_close(found["used"], counts)


def test_restart_moves_the_codes_used_too_rarely_to_the_latents_chosen(widget, inputs):
    uses = torch.tensor([9.0, 0.2, LEAST_USES, 0.0, 4.0])
    found = call(widget, "restart", inputs | {"uses": uses})
    rows = {1: 1, 3: 1}  # the code, and the latent chosen for it
    for k in range(SIZE):
        source = inputs["latents"][rows[k]] if k in rows else inputs["codebook"][k]
        assert torch.equal(found["moved"][k], source)
    assert found["used"].tolist() == [9.0, LEAST_USES, LEAST_USES, LEAST_USES, 4.0]


def test_look_measures_what_the_library_measures(widget, inputs):
    found = call(widget, "look", inputs)
    indices = nearest(inputs)
    assert torch.equal(found["indices"], indices.float())
    assert torch.equal(found["counts"], indices.bincount(minlength=SIZE).float())
    codes = inputs["codebook"][indices]
    error = (codes - inputs["points"]).square().sum(1).mean()
    gap = (codes - inputs["latents"]).square().sum(1).mean()
    expected = [error, gap, perplexity(indices, SIZE)]
    torch.testing.assert_close(found["measures"], torch.tensor(expected))


def test_latent_rests_beyond_its_code_by_one_over_the_commitment(widget, inputs):
    """The two pulls cancel at e + (x - e) / commitment."""
    code = torch.zeros(2)
    codebook = torch.cat([code[None], torch.full((SIZE - 1, 2), 99.0)])
    latents = inputs["points"]
    given = inputs | {"codebook": codebook, "commitment": torch.tensor([0.8])}
    for _ in range(200):
        latents = call(widget, "follow", given | {"latents": latents})["moved"]
    torch.testing.assert_close(latents, inputs["points"] / 0.8)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_exported_function_answers_as_pytorch_does(widget, inputs, name):
    """On inputs that the export was not checked on, an empty cell among them."""
    function = widget._program[name]
    data = export_onnx(function).data
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    asked = {key: inputs[key].numpy() for key in function.inputs}
    found = session.run(list(function.outputs), asked)
    expected = function.run(asked)
    for value, wanted in zip(found, expected.values(), strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-5, atol=1e-6)


def test_making_one_leaves_the_readers_random_numbers_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    VoronoiStepper(POINTS, CODES)
    torch.testing.assert_close(torch.rand(3), expected)


def test_poster_shows_cells_codes_and_latents_and_is_disabled(widget):
    poster = BeautifulSoup(widget.poster(), "html.parser")
    assert len(poster.select(".vae-regions polygon")) == SIZE
    codes = poster.select(".vae-code")
    assert [code.text for code in codes] == list("abcde")
    (empty,) = poster.select(".vae-code.vae-empty")
    assert empty.text == "e"
    assert len(poster.select_one(".vae-crowd").text) == MANY
    assert all("disabled" in field.attrs for field in poster.select("fieldset"))
    assert poster.select_one(".vae-of-used b").text == "4 of 5"
    assert "With JavaScript" in poster.text
    assert not poster.select("[id]")


def test_start_is_what_the_view_looks_at(widget, inputs):
    given = {
        "latents": inputs["points"],
        "points": inputs["points"],
        "codebook": inputs["codebook"],
        "commitment": torch.tensor([0.25]),
    }
    for name, values in call(widget, "look", given).items():
        found = torch.tensor(widget.start[name])
        # Rounded to three digits.
        torch.testing.assert_close(found, values.flatten(), atol=6e-4, rtol=0)


def test_labels_may_be_missing():
    poster = BeautifulSoup(VoronoiStepper(POINTS, CODES).poster(), "html.parser")
    assert poster.select_one(".vae-crowd").text == MANY * "•"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"points": POINTS[:, 0]}, r"shape \(N, 2\), N >= 1, got \(40,\)"),
        ({"points": POINTS * np.nan}, "codes must be finite"),
        ({"points": POINTS[:1]}, "2 to 400 points fit, got 1"),
        ({"points": np.ones((401, 2))}, "2 to 400 points fit, got 401"),
        ({"points": 0 * POINTS}, "points must not all lie at the origin"),
        ({"codebook": CODES[:1]}, "2 to 10 codes fit, got 1"),
        ({"codebook": np.ones((11, 2))}, "2 to 10 codes fit, got 11"),
        ({"labels": LABELS[:9]}, r"40 integers, got int64 \(9,\)"),
        ({"commitment": 2.5}, r"commitment must lie in \[0, 2\], got 2.5"),
        ({"commitment": -1}, r"commitment must lie in \[0, 2\], got -1"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        VoronoiStepper(**{"points": POINTS, "codebook": CODES} | arguments)

import numpy as np
import onnxruntime
import pytest
import torch
from bs4 import BeautifulSoup

from vae_lib.evaluation import codebook_usage, perplexity
from vae_lib.networks import VectorQuantizer
from vae_lib.networks.codebook import k_means, nearest_codes
from vae_lib.widgets import CodebookHealth, philox
from vae_lib.widgets.health_body import SIZES
from vae_lib.widgets.health_functions import BATCH, CODES, FAR, health_functions
from vae_lib.widgets.onnx_export import export_onnx

MOMENTS, MANY, DIM = 3, 300, 4


def cloud(seed=0):
    generator = torch.Generator().manual_seed(seed)
    steps = 0.5 * torch.randn(MOMENTS, MANY, DIM, generator=generator)
    return steps.cumsum(0).half().float()


@pytest.fixture(scope="module")
def functions():
    return {function.name: function for function in health_functions(cloud())}


@pytest.fixture
def inputs():
    """Name -> tensor, of a step that no example is of."""
    generator = torch.Generator().manual_seed(1)
    codebook = torch.randn(CODES, DIM, generator=generator)
    return {
        "codebook": codebook,
        "uses": torch.linspace(0.01, 3, CODES),
        "chosen": torch.randint(BATCH, (CODES,), generator=generator).float(),
        "first": 0.1 * torch.randn(CODES, DIM, generator=generator),
        "second": torch.rand(CODES, DIM, generator=generator),
        "latents": cloud()[-1, :BATCH],
        "decay": torch.tensor([0.8]),
        "least": torch.zeros(CODES),
        "done": torch.tensor([1.0]),
        "learning_rate": torch.tensor([0.05]),
    }


def answer(function, inputs):
    """What the kernel answers the view."""
    found = function.run({key: inputs[key].numpy() for key in function.inputs})
    return {key: torch.from_numpy(value) for key, value in found.items()}


def test_codes_follow_as_the_quantisers_do(functions, inputs):
    """One call of `VectorQuantizer` in training mode moves codebook and uses alike."""
    quantizer = VectorQuantizer(CODES, DIM, decay=0.8)
    quantizer.codebook.copy_(inputs["codebook"])
    quantizer.uses.copy_(inputs["uses"])
    quantizer(inputs["latents"][:, :, None, None])
    found = answer(functions["follow"], inputs)
    torch.testing.assert_close(found["codes"], quantizer.codebook)
    torch.testing.assert_close(found["used"], quantizer.uses)


def test_codes_descend_as_adam_moves_the_quantisers(functions, inputs):
    """Three steps of `torch.optim.Adam` on the codebook loss, on the same latents."""
    quantizer = VectorQuantizer(CODES, DIM)
    quantizer.codebook.data.copy_(inputs["codebook"])
    optimizer = torch.optim.Adam([quantizer.codebook], lr=0.05, eps=1e-6)
    nothing = torch.zeros(CODES, DIM)
    given = inputs | {"first": nothing, "second": nothing}
    for step in range(3):
        optimizer.zero_grad()
        quantizer(given["latents"][:, :, None, None]).codebook_loss.sum().backward()
        optimizer.step()
        found = answer(
            functions["descend"], given | {"done": torch.tensor([step + 1.0])}
        )
        given |= {"codebook": found["codes"], "uses": found["used"]}
        given |= {"first": found["first_after"], "second": found["second_after"]}
    torch.testing.assert_close(given["codebook"], quantizer.codebook.detach())


@pytest.mark.parametrize("mover", ["follow", "descend"])
def test_code_used_too_rarely_restarts_where_it_was_told(functions, inputs, mover):
    inputs |= {"uses": torch.full((CODES,), 5.0), "least": torch.full((CODES,), 0.5)}
    inputs["uses"][7] = 0.01
    far = inputs["codebook"].clone()
    far[7] = 100.0  # nobody chooses it
    found = answer(functions[mover], inputs | {"codebook": far})
    expected = inputs["latents"][int(inputs["chosen"][7])]
    torch.testing.assert_close(found["codes"][7], expected)
    assert float(found["used"][7]) == 0.5
    assert int((found["codes"] == expected).all(1).sum()) == 1


@pytest.mark.parametrize("mover", ["follow", "descend"])
def test_smaller_codebook_is_one_whose_other_rows_are_out_of_reach(
    functions, inputs, mover
):
    """They are not chosen, do not move, do not restart, and count for nothing."""
    inputs["codebook"][40:] = FAR
    inputs["least"][:40] = 0.5
    inputs["first"].zero_()
    found = answer(functions[mover], inputs)
    assert (found["codes"][40:] == FAR).all()
    assert not found["counts"][40:].any()
    assert int(found["counts"].sum()) == BATCH
    indices = nearest_codes(inputs["latents"], inputs["codebook"][:40])
    assert float(found["entropy"].exp()) == pytest.approx(perplexity(indices, 40), 1e-5)


def test_round_of_k_means_is_k_means(functions):
    """From codes that are latents no cluster is empty, so nothing is drawn."""
    latents, first = cloud()[-1], torch.arange(CODES)
    expected, _ = k_means(latents, CODES, 1, first=first)
    given = {"codebook": latents[first], "latents": latents}
    found = answer(functions["centre"], given)["codes"]
    torch.testing.assert_close(found, expected)


def test_what_is_measured_is_what_evaluation_measures(functions, inputs):
    latents = cloud()[-1]
    indices = nearest_codes(latents, inputs["codebook"])
    found = answer(functions["measure"], inputs | {"latents": latents})
    assert float(found["entropy"].exp()) == pytest.approx(
        perplexity(indices, CODES), 1e-5
    )
    share = int((found["counts"] > 0).sum()) / CODES
    assert share == pytest.approx(codebook_usage(indices, CODES))
    gap = (latents - inputs["codebook"][indices]).square().sum()
    spread = (latents - latents.mean(0)).square().sum()
    assert float(found["error"]) == pytest.approx(float(gap / spread), rel=1e-5)


def test_encoder_goes_straight_from_moment_to_moment(functions):
    places = torch.tensor([5.0, 299.0, 5.0])
    given = {"places": places, "shares": torch.tensor([0.0, 0.25, 0.75])}
    found = answer(functions["encode"], given)["latents"]
    expected = torch.lerp(cloud()[1], cloud()[2], 0.75)[[5, 299, 5]]
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("name", ["encode", "follow", "descend", "centre", "measure"])
def test_exported_function_answers_as_pytorch_does(functions, inputs, name):
    """On inputs that the export was not checked on."""
    function = functions[name]
    data = export_onnx(function).data
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    if name in ("centre", "measure"):
        inputs["latents"] = cloud()[-1]
    given = inputs | {
        "places": torch.arange(9.0),
        "shares": torch.tensor([0, 0.5, 0.5]),
    }
    asked = {key: given[key].numpy() for key in function.inputs}
    found = session.run(list(function.outputs), asked)
    for value, wanted in zip(found, function.run(asked).values(), strict=True):
        # The latents are stored in half precision, and were rounded to it before.
        np.testing.assert_allclose(value, wanted, rtol=1e-4, atol=1e-5)


def test_start_is_the_pages_own_draw():
    """The poster's numbers are those of the codebook that the page draws first."""
    widget = CodebookHealth(cloud(), codes=64)
    codebook = torch.from_numpy(philox.normals(0, 0, 64 * DIM)).view(64, DIM) / 2
    indices = nearest_codes(cloud()[0], codebook)
    assert widget.start["counts"] == torch.bincount(indices, minlength=64).tolist()
    assert widget.start["perplexity"] == pytest.approx(perplexity(indices, 64), 1e-5)


def test_encoder_that_has_learned_starts_at_its_end():
    codebook = torch.from_numpy(philox.normals(0, 0, 64 * DIM)).view(64, DIM) / 2
    indices = nearest_codes(cloud()[-1], codebook)
    widget = CodebookHealth(cloud(), codes=64, steps=0)
    assert widget.start["counts"] == torch.bincount(indices, minlength=64).tolist()


def test_making_one_leaves_the_readers_random_numbers_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    CodebookHealth(cloud())
    torch.testing.assert_close(torch.rand(3), expected)


def test_map_holds_every_moment_and_the_origin():
    """Nearly all latents lie within the map's borders, and so do random codes."""
    latents = cloud().numpy() + 3
    widget = CodebookHealth(latents)
    axes = np.array(widget.view["axes"]).reshape(DIM, 2)
    places = latents.reshape(-1, DIM) @ axes - widget.view["middle"]
    assert (np.abs(places) < 1).mean() > 0.97
    assert (np.abs(widget.view["middle"]) < 1).all()


@pytest.mark.parametrize("codes", SIZES)
def test_poster_shows_every_code_and_is_disabled(codes):
    widget = CodebookHealth(cloud(), codes=codes)
    poster = BeautifulSoup(widget.poster(), "html.parser")
    dots = poster.select_one(".vae-alive")["d"].count("M")
    crosses = poster.select_one(".vae-dead")["d"].count("l6 6m0")
    assert (dots, dots + crosses) == (sum(n > 0 for n in widget.start["counts"]), codes)
    assert poster.select_one(".vae-bar")["d"].count("M") == dots
    assert f"{dots} of {codes}" in poster.text
    assert all("disabled" in field.attrs for field in poster.select("fieldset"))
    assert "With JavaScript" in poster.text
    assert not poster.select("[id]")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"latents": cloud()[0]}, r"shape \(T, N, D\), .* got \(300, 4\)"),
        ({"latents": cloud()[:, :255]}, r"N in \[256, 4096\], .* got \(3, 255, 4\)"),
        ({"latents": cloud()[..., :1]}, r"D in \[2, 64\], got \(3, 300, 1\)"),
        ({"latents": cloud().repeat(6, 1, 1)}, r"T at most 16, .* got \(18, 300, 4\)"),
        ({"latents": cloud() * np.inf}, "latents must be finite"),
        ({"latents": cloud(), "codes": 100}, r"one of \(32, 64, 128, 256\), got 100"),
        ({"latents": cloud(), "steps": 50}, r"one of \(0, 600, 300, 100\), got 50"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        CodebookHealth(**arguments)

import math

import numpy as np
import onnxruntime
import pytest
import torch
from bs4 import BeautifulSoup

from vae_lib.objectives import GaussianCode
from vae_lib.widgets import RatePrices
from vae_lib.widgets.onnx_export import export_onnx
from vae_lib.widgets.rate_prices import FREE, NARROW, relax_function

CODE = GaussianCode(((5.5, 3.5), (3.5, 3.0)), noise=0.125)
BEST = CODE.best(1.0).numpy()
# What one pixel alone tells of both, as a direction of that variance would.
LEFT = (5.5**2 + 3.5**2) / 5.5


def descend(prices, free=FREE, start=None, calls=200):
    """Call the widget's function as its view does."""
    relax = relax_function(CODE, CODE.best(1.0))
    knobs = np.asarray(BEST if start is None else start, np.float32)
    for _ in range(calls):
        answer = relax.run(
            {"knobs": knobs, "prices": np.array(prices), "free": np.array(free)}
        )
        knobs = answer["rest"]
    return answer


def test_prices_are_read_and_written():
    widget = RatePrices(CODE)
    assert widget.prices.tolist() == [1, 0, 0]
    widget.prices = [2, 4, 0.5]
    assert [slider.value for slider in widget.sliders] == [2, 4, 0.5]
    widget.sliders[1].value = 8  # what the page's slider does
    assert widget.prices.tolist() == [2, 8, 0.5]


def test_information_cannot_be_free():
    """More of it would always be better, and the code would grow for ever."""
    widget = RatePrices(CODE)
    widget.prices = [0, 0, 0]
    assert widget.prices.tolist() == [0.25, 0, 0]


def test_start_is_the_best_code_that_nobody_turns():
    widget = RatePrices(CODE, widths=(2.0, 0.5))
    expected = CODE.best(1.0)
    expected[4:] = torch.tensor([2.0, 0.5]).log()
    np.testing.assert_allclose(widget.knobs, expected.numpy())


def test_price_of_correlation_uprights_the_ellipse_for_nothing():
    before, after = descend([1, 0, 0], calls=1), descend([1, 4, 0], calls=700)
    assert before["parts"][2] > 0.3 > 1e-3 > after["parts"][2]
    np.testing.assert_allclose(after["parts"][:2], before["parts"][:2], rtol=0.01)
    assert abs(after["root"][1, 0]) < 0.05


def test_narrow_code_pays_for_independence_with_information():
    """It has no turn: all it can do is to let a latent go."""
    start = BEST * NARROW
    before = descend([1, 0, 0], NARROW, start)["parts"]
    after = descend([1, 8, 0], NARROW, start, calls=700)["parts"]
    assert after[2] < 0.01
    assert after[1] < before[1] - 0.5
    assert after[0] > before[0] + 1
    # Held awake, the lost latent must not push the other: ½ log(v / (alpha noise)).
    assert after[1] == pytest.approx(math.log(LEFT / CODE.noise) / 2, abs=0.01)


def test_latent_that_was_given_up_comes_back_when_it_is_cheap():
    start = BEST * NARROW
    gone = descend([1, 8, 0], NARROW, start)["rest"]
    back = descend([1, 0, 0], NARROW, gone)["parts"]
    assert back[1] > descend([1, 8, 0], NARROW, start)["parts"][1] + 0.4


def test_gamma_sets_the_widths_to_one():
    after = descend([1, 0, 4])
    np.testing.assert_allclose(np.linalg.norm(after["root"], axis=1), 1, atol=1e-3)
    assert after["parts"][3] < 1e-4


def test_root_means_and_scales_are_those_of_the_code():
    answer = descend([1, 2, 0.5], calls=3)
    knobs = torch.from_numpy(answer["rest"])
    root = answer["root"]
    aggregate = CODE.aggregate(knobs).numpy()
    np.testing.assert_allclose(root @ root.T, aggregate, rtol=1e-4, atol=1e-5)
    assert root[0, 1] == 0
    weights, scales = CODE.encoder(knobs)
    np.testing.assert_allclose(answer["scales"], scales.numpy(), rtol=1e-5)
    # The examples of one ring lie on one ellipse of the data's own shape.
    x = np.linalg.solve(weights.numpy(), answer["means"].T).T
    radii = np.einsum("ei,ij,ej->e", x, np.linalg.inv(CODE.covariance), x) ** 0.5
    np.testing.assert_allclose(radii, [0.6, 1.4] * 5, rtol=1e-3)


def test_exported_function_answers_as_pytorch_does():
    relax = relax_function(CODE, CODE.best(1.0))
    exported = export_onnx(relax)
    providers = ["CPUExecutionProvider"]
    session = onnxruntime.InferenceSession(exported.data, providers=providers)
    inputs = {
        "knobs": np.array([2.0, -0.3, 1.1, 0.4, 0.2, -0.7], np.float32),
        "prices": np.array([0.5, 8.0, 3.0], np.float32),
        "free": np.array(NARROW, np.float32),
    }
    found = session.run(list(relax.outputs), inputs)
    for name, expected in zip(relax.outputs, found, strict=True):
        np.testing.assert_allclose(relax.run(inputs)[name], expected, atol=1e-5)


def test_poster_shows_the_start_in_words_and_pictures():
    bundle, _ = RatePrices(CODE, title="A <b>title</b>")._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    poster = BeautifulSoup(bundle["text/html"], "html.parser")
    assert "<b>title" not in bundle["text/html"]
    parts = CODE.parts(CODE.best(1.0))
    numbers = [float(row.b.text) for row in poster.select(".vae-nats")]
    assert numbers[:3] == [round(float(part), 2) for part in parts[:3]]
    assert numbers[3] == round(
        0.5 * (1.5**2 + 0.6**2 - 2) - math.log(1.5) - math.log(0.6), 2
    )
    assert len(poster.select(".vae-row")) == 3
    assert len(poster.select("circle.vae-posterior")) == 10
    assert all(box.has_attr("disabled") for box in poster.select("input, button"))
    assert "With JavaScript" in poster.select_one(".vae-status").text
    assert " id=" not in bundle["text/html"]


@pytest.mark.parametrize(
    ("widths", "message"),
    [
        ((1.0, 0.0), r"widths must be positive, got \[1.0, 0.0\]"),
        ((1.0, math.nan), "widths must be finite"),
        ((1.0,), r"widths must be 2 numbers, got shape \(1,\)"),
    ],
)
def test_bad_widths_are_named(widths, message):
    with pytest.raises(ValueError, match=message):
        RatePrices(CODE, widths=widths)


def test_bad_prices_are_named():
    with pytest.raises(ValueError, match=r"prices must be 3 numbers, got shape \(2,\)"):
        RatePrices(CODE).prices = [1, 2]

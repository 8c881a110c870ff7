"""The codes' controls in one real notebook: its kernel answers all four.

What the kernel must have answered is computed here, from the same models.
"""

import numpy as np
import pytest
import torch

from lab_cells import run, show, shown, told
from vae_lib.data import Digits
from vae_lib.networks.codebook import moving_average, nearest_codes, tally
from vae_lib.zoo import load_model
from vae_lib.zoo.images import drawn_faces

pytestmark = pytest.mark.lab

MODELS = """
import torch
from vae_lib.data import Digits
from vae_lib.models import CodePrior
from vae_lib.networks import IndependentCodes
from vae_lib.widgets import CodebookHealth, CodeSampler, CodeSize, VoronoiStepper
from vae_lib.zoo import load_model
from vae_lib.zoo.images import drawn_faces

digits = load_model("vq_vae_digits")
points = torch.randn(60, 2, generator=torch.Generator().manual_seed(0))
latents = digits.encoder(Digits("test").images(torch.arange(100)))
latents = latents.permute(0, 2, 3, 1).reshape(1, -1, 8)
keys = [(kinds, side) for kinds in (4, 32) for side in (4, 8)]
family = {(k, g): load_model(f"vq_vae_faces32_k{k}_g{g}") for k, g in keys}
apart = {(k, g): CodePrior(IndependentCodes(k, (g, g)), k, (g, g)) for k, g in keys}
"""
STEPPER = "VoronoiStepper(points, [[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])"
HEALTH = "CodebookHealth(latents, codes=32, steps=0)"
SAMPLER = """
classes = [str(digit) for digit in range(10)]
widget = CodeSampler(load_model("code_prior_digits"), digits, classes=classes, kind=3)
widget
"""
SIZE = "CodeSize(family, apart, drawn_faces(1, 0, 32).images([0]), start=(4, 4))"
READ = "print('drawn', widget.codes)"


def test_kernel_answers_for_codes(notebook):
    """Press, choose and slide, by mouse and by keyboard; each answer is PyTorch's."""
    page = notebook(MODELS, STEPPER, HEALTH, SAMPLER, SIZE, READ)
    run(page, 0)
    check_stepper(show(page, 1, "vae-stepper", "vae:voronoi"))
    check_health(show(page, 2, "vae-health", "vae:health"))
    codes = check_sampler(show(page, 3, "vae-sampler", "vae:codes"))
    check_size(show(page, 4, "vae-sizes", "vae:frame"))
    run(page, 5)
    page.locator(".jp-OutputArea-output", has_text=f"drawn {codes}").wait_for()


def rows(numbers, width):
    return torch.tensor(numbers, dtype=torch.float32).view(-1, width)


def check_stepper(widget):
    """A round of k-means puts each code at the mean of the points that chose it."""
    points = torch.randn(60, 2, generator=torch.Generator().manual_seed(0))
    points = (1000 * points).round() / 1000
    codes = torch.tensor([[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    counts, sums = tally(points, nearest_codes(points, codes), 3)
    expected, _ = moving_average(codes, torch.ones(3), counts, sums, decay=0.0)
    widget.locator("[name=mover]").select_option("k_means")
    widget.get_by_role("button", name="Step", exact=True).click()
    found = told(widget, "told.step === 1")
    torch.testing.assert_close(rows(found["codebook"], 2), expected)
    widget.get_by_text("Step 1. Squared error").wait_for()


def check_health(widget):
    """The codes that a moving average has moved count what chooses them."""
    latents = load_model("vq_vae_digits").encoder(Digits("test").images(range(100)))
    latents = latents.permute(0, 2, 3, 1).reshape(-1, 8).half().float()
    widget.get_by_role("button", name="Step", exact=True).press("Enter")
    found = told(widget, "told.step === 1")
    counts, _ = tally(latents, nearest_codes(latents, rows(found["codebook"], 8)), 32)
    # Where two codes are nearly as near, sums in another order may choose the other.
    assert np.abs(counts.numpy() - found["counts"]).sum() <= 4
    assert sum(found["counts"]) == 1600


def check_sampler(widget):
    """Two codes more, the second by hand; what may follow is as the prior says."""
    widget.get_by_role("button", name="Step", exact=True).click()
    first = told(widget, "told.codes.length === 9")
    widget.locator(".vae-choice").nth(1).press("Enter")
    found = told(widget, "told.codes.length === 10")
    assert found["codes"][9] == np.argsort(first["chances"])[-2]
    grid = torch.zeros(16, dtype=torch.int64)
    grid[:10] = torch.tensor(found["codes"])
    prior, label = load_model("code_prior_digits"), torch.tensor([3])
    expected = prior(grid.view(1, 4, 4), label).base_dist.probs[0].flatten(0, 1)[10]
    torch.testing.assert_close(torch.tensor(found["chances"]), expected)
    return found["codes"]


def check_size(widget):
    """A step of the slider, and another model's codes are decoded."""
    widget.get_by_role("slider").first.press("ArrowRight")
    told(widget, "told[0] === 32")
    picture = drawn_faces(1, 0, 32).images([0])
    model = load_model("vq_vae_faces32_k32_g4")
    expected = model.decode(model.encode(picture))[0].clamp(0, 1)
    levels = (255 * expected).round().permute(1, 2, 0).flatten()
    found = torch.tensor(shown(widget.locator("canvas").nth(1), channels=3))
    assert (found - levels).abs().max() <= 1

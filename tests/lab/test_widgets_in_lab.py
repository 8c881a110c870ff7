"""The book's controls in a real JupyterLab, where the kernel answers."""

import re

import pytest
from playwright.sync_api import Page

from lab_cells import run, shown

pytestmark = pytest.mark.lab

TRAIN = """
import torch
from vae_lib.data import Digits
from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import MLPDecoder, MLPEncoder
from vae_lib.objectives import NegativeELBO
from vae_lib.training import fit

digits, shape = Digits(), (1, 8, 8)
model = VAE(MLPEncoder(shape, 2, (32,)), MLPDecoder(2, shape, (32,)), StandardNormal(2))
history = fit(model, NegativeELBO(), digits, steps=100, progress=False)
"""
TRAVERSE = """
from vae_lib.widgets import Traversal
widget = Traversal(model, digits.images(range(4)))
start = widget.z
widget
"""
PLANE = """
from vae_lib.widgets import LatentPlane
with torch.no_grad():
    codes = model.encode(digits.images(range(300))).mean
widget = LatentPlane(model, codes, digits.labels(range(300)))
start = widget.z
widget
"""
SQUARE = """
import numpy as np
from vae_lib.widgets import RotationPlane
square = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
"""
ROTATE = """
widget = RotationPlane(
    square, {"left": square[:2]}, degrees=[0, 45, 90], scores={"MIG": [1.0, 0.25, 1.0]}
)
widget
"""
PRICES = """
from vae_lib.objectives import GaussianCode
from vae_lib.widgets import RatePrices
widget = RatePrices(GaussianCode(((5.5, 3.5), (3.5, 3.0)), noise=0.125))
widget
"""
READ_PRICES = "print('prices', widget.prices)"
SWEEP = """
from vae_lib.objectives import BetaVAE
from vae_lib.widgets import BetaSweep
dear = VAE(MLPEncoder(shape, 2, (32,)), MLPDecoder(2, shape, (32,)), StandardNormal(2))
history = fit(dear, BetaVAE(4.0), digits, steps=100, progress=False)
widget = BetaSweep({1: model, 4: dear}, digits.images(range(4)), start=1)
widget
"""
READ_SWEEP = """
code = torch.tensor([widget.codes[1][0]], dtype=torch.float32)
levels = (255 * dear.decode(code)[0, 0]).round().int().flatten().tolist()
print("price", widget.beta, "levels", levels)
"""

LAB = """
from vae_lib.widgets import BetaLab
widget = BetaLab(data=("digits",), latents=(2,))
widget
"""
UNTRAINED = """
import torch
from vae_lib.objectives import NegativeELBO
from vae_lib.widgets.lab_data import lab_data
from vae_lib.widgets.lab_functions import lab_model

untrained = lab_model(lab_data("digits"), 2).eval()
images = lab_data("digits").images(torch.arange(300))
loss = lambda model: float(NegativeELBO()(model, images).value)
"""
READ_LOSSES = """
print("nats an image", loss(untrained), "then", loss(widget.model()))
"""
VQ_LAB = """
from vae_lib.widgets import VQLab
widget = VQLab(data=("digits",), dims=(2,))
widget
"""
READ_ERROR = """
import torch
from vae_lib.widgets.lab_data import lab_data
images = lab_data("digits").images(torch.arange(1437))
error = float((widget.model()(images).likelihood.mean - images).square().mean())
print(f"in Python it is {error:.4f}")
"""
READ_ANGLE = "print('turned by', widget.angle)"
READ = """
moved = widget.z
with torch.no_grad():
    answer = model.decode(torch.tensor(moved[None], dtype=torch.float32))[0, 0]
levels = (255 * answer).round().int().flatten().tolist()
print("moved by", abs(moved - start).sum().round(3), "levels", levels)
"""


def read_in_python(page: Page, cell: int) -> tuple[float, list[int]]:
    """How far the code moved, and the picture's levels, as the kernel prints them."""
    run(page, cell)
    output = page.locator(".jp-OutputArea-output", has_text="moved by")
    output.wait_for()
    moved, levels = re.match(
        r"moved by (\S+) levels \[(.*)\]", output.inner_text()
    ).groups()
    return float(moved), [int(level) for level in levels.split(",")]


def open_and_run(notebook, *cells: str) -> Page:
    """Open a notebook, train in its first cell and show the second's widget."""
    page = notebook(*cells)
    run(page, 0)
    run(page, 1)
    page.locator(".vae-widget").wait_for()
    page.evaluate(
        """document.querySelector(".vae-widget").addEventListener(
          "vae:frame", ({ detail, target }) => { target.shown = detail; })"""
    )
    return page


def settle(page: Page) -> None:
    """Wait until the picture is that of the code, and stays it."""
    page.wait_for_function("document.querySelector('.vae-widget').shown")
    page.wait_for_timeout(1500)


def check_picture(page: Page, cell: int) -> None:
    """The canvas shows what PyTorch answers in Python, to one level."""
    levels_shown = shown(page.locator(".vae-frame canvas"))
    moved, levels = read_in_python(page, cell)
    assert moved > 0
    assert max(abs(a - b) for a, b in zip(levels_shown, levels, strict=True)) <= 1


def test_model_just_trained_is_traversed_and_read_in_python(notebook):
    page = open_and_run(notebook, TRAIN, TRAVERSE, READ)
    handle = page.locator(".vae-widget").get_by_role("slider").first
    handle.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    settle(page)
    check_picture(page, 2)


def test_plane_is_dragged_and_read_in_python(notebook):
    page = open_and_run(notebook, TRAIN, PLANE, READ)
    point = page.get_by_role("slider", name="Point in the latent plane")
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    page.mouse.move(box["x"] + 12, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 72, box["y"] - 28, steps=20)
    page.mouse.up()
    settle(page)
    check_picture(page, 2)


def test_python_moves_the_sliders(notebook):
    """Assigning to widget.z is a move like any other: the picture follows."""
    page = open_and_run(notebook, TRAIN, TRAVERSE, "widget.z = [1.5, -1.5]", READ)
    run(page, 2)
    page.wait_for_function(
        "document.querySelector('.vae-widget').shown?.join() === '1.5,-1.5'"
    )
    check_picture(page, 3)


def test_code_is_turned_and_read_in_python(notebook):
    """It needs no answer of the kernel, which knows the angle all the same."""
    page = open_and_run(notebook, SQUARE, ROTATE, READ_ANGLE)
    page.locator(".vae-widget").get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    page.locator(".vae-score b", has_text="0.25").wait_for()
    run(page, 2)
    page.locator(".jp-OutputArea-output", has_text="turned by 45.0").wait_for()


def test_prices_are_answered_by_the_kernel_and_read_in_python(notebook):
    """Correlation has a price: the code turns until none is left."""
    page = open_and_run(notebook, "0", PRICES, READ_PRICES)
    page.locator(".vae-widget").get_by_role("slider").nth(1).focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "document.querySelectorAll('.vae-nats b')[2].textContent === '0.00'"
    )
    run(page, 2)
    output = page.locator(".jp-OutputArea-output", has_text="prices [")
    output.wait_for()
    assert "prices [1. 1. 0.]" in output.inner_text()


def test_price_crosses_models_and_is_read_in_python(notebook):
    page = open_and_run(notebook, TRAIN, SWEEP, READ_SWEEP)
    page.locator(".vae-widget [name=beta]").press("ArrowRight")
    page.wait_for_function("document.querySelector('.vae-widget').shown?.beta === 4")
    run(page, 2)
    output = page.locator(".jp-OutputArea-output", has_text="price 4.0")
    output.wait_for()
    levels = output.inner_text().split("[")[1].split("]")[0].split(",")
    pairs = zip(shown(page.locator(".vae-frame canvas")), map(int, levels), strict=True)
    assert max(abs(a - b) for a, b in pairs) <= 1


def test_kernel_trains_what_the_lab_shows_and_python_reads(notebook):
    """Press Train and Pause; the model in Python is the one that was trained."""
    page = open_and_run(notebook, UNTRAINED, LAB, READ_LOSSES)
    widget = page.locator(".vae-lab")
    widget.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_function(
        """() => Number(document.querySelector(".vae-lab .vae-count")
          .textContent.replace(/\\D/g, "")) >= 100""",
        timeout=60_000,
    )
    widget.get_by_role("button", name="Pause").click()
    widget.get_by_role("button", name="Train", exact=True).wait_for(timeout=60_000)
    assert "MIG" in widget.locator(".vae-status").inner_text()
    run(page, 2)
    output = page.locator(".jp-OutputArea-output", has_text="nats an image")
    output.wait_for()
    numbers = re.match(r"nats an image (\S+) then (\S+)", output.inner_text())
    before, after = map(float, numbers.groups())
    assert after < before - 5


def test_kernel_trains_a_codebook_and_decodes_changed_codes(notebook):
    """Train, pause, change a code; Python has the model and its error."""
    page = open_and_run(notebook, "0", VQ_LAB, READ_ERROR)
    widget = page.locator(".vae-lab")
    widget.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_function(
        """() => Number(document.querySelector(".vae-lab .vae-count")
          .textContent.replace(/\\D/g, "")) >= 50""",
        timeout=60_000,
    )
    widget.get_by_role("button", name="Pause").click()
    page.wait_for_function(
        "!document.querySelector('.vae-lab .vae-editor').disabled", timeout=60_000
    )
    said = widget.locator(".vae-error").inner_text()
    widget.locator(".vae-frame button").nth(5).click()
    for code in range(3):
        widget.locator(".vae-palette button").nth(code).click()
    widget.get_by_text("1 of 16 codes changed").first.wait_for()
    run(page, 2)
    output = page.locator(".jp-OutputArea-output", has_text="in Python it is")
    output.wait_for()
    assert output.inner_text().split()[-1] == said.split()[-1]

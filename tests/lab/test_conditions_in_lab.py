"""The conditional models' controls in one real notebook: its kernel answers both."""

import json

import numpy as np
import pytest

from lab_cells import run, show, shown, told

pytestmark = pytest.mark.lab

MODELS = """
import torch
from vae_lib.data import Digits, quadrants, seen_part
from vae_lib.models import CVAE, StandardNormal
from vae_lib.networks import (CompletionDecoder, ConditionalDecoder,
    ConditionalEncoder, ConditionalPrior, MLPDecoder, MLPEncoder, OneHot, SignedPart)
from vae_lib.widgets import MaskBrush, StyleBoard

_ = torch.manual_seed(0)
digits, shape = Digits("test"), (1, 8, 8)
x, y = digits.images(range(40)), digits.labels(range(40))
writer = CVAE(
    ConditionalEncoder(MLPEncoder((74,), 2, (16,)), OneHot(10)),
    ConditionalDecoder(MLPDecoder(12, shape, (16,)), OneHot(10)), StandardNormal(2),
).eval().requires_grad_(False)
codes = writer.encode(x, y).mean
decoder = ConditionalDecoder(MLPDecoder(2 + 64, shape, (16,)), SignedPart())
filler = CVAE(
    ConditionalEncoder(MLPEncoder((128,), 2, (16,)), SignedPart()),
    CompletionDecoder(decoder),
    ConditionalPrior(MLPEncoder((64,), 2, (16,)), SignedPart()),
).eval().requires_grad_(False)
"""
STYLES = """
names = [str(k) for k in range(10)]
board = StyleBoard(writer, codes, y, examples=[0, 1, 2], names=names)
board
"""
BRUSH = """
brush = MaskBrush(filler, x[:3].round(), draws=2)
brush
"""
READ_STYLE = """
z = torch.tensor(board.code).repeat(10, 1)
levels = (255 * writer.decode(z, torch.arange(10))).round().int()
print("style", board.code, "levels", levels[7].flatten().tolist())
"""
READ_MASK = """
print("hidden", int((~brush.seen).sum()))
"""


def test_kernel_answers_for_styles_and_completions(notebook):
    """Choose an example; paint by keyboard and complete: each answer is PyTorch's."""
    page = notebook(MODELS, STYLES, BRUSH, READ_STYLE, READ_MASK)
    run(page, 0)
    board = show(page, 1, "vae-styles", "vae:frame")
    board.get_by_role("button", name="Style of example 2").click()
    code = told(board, "true")
    seven = shown(board.locator(".vae-styled canvas").nth(7))
    run(page, 3)
    output = page.locator(".jp-OutputArea-output", has_text="style [")
    output.wait_for()
    written, levels = output.inner_text().removeprefix("style ").split(" levels ")
    assert np.allclose(json.loads(written), code, atol=1e-6)
    assert np.abs(np.array(json.loads(levels)) - seven).max() <= 1

    brush = show(page, 2, "vae-brush", "vae:frame")
    brush.get_by_role("button", name="Show everything").click()
    brush.get_by_role("application").press("Space")
    brush.get_by_role("button", name="Complete", exact=True).click()
    hidden = sum(told(brush, "true")["hidden"])
    assert 0 < hidden < 64
    run(page, 4)
    page.locator(".jp-OutputArea-output", has_text=f"hidden {hidden}").wait_for()

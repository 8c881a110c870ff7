"""Two levels of codes in a real notebook: its kernel decodes the mixture."""

import json

import numpy as np
import pytest

from lab_cells import run, show, shown, told

pytestmark = pytest.mark.lab

MODEL = """
import torch
from torch import nn
from vae_lib.models import VQVAE2
from vae_lib.networks import GridDecoder, GridEncoder, VectorQuantizer
from vae_lib.widgets import CodeSwap

_ = torch.manual_seed(0)
model = VQVAE2(
    encoder=GridEncoder(1, 4, 1, width=8), top_encoder=GridEncoder(4, 4, 1, width=8),
    top_quantizer=VectorQuantizer(12, 4),
    top_decoder=GridDecoder(4, 4, 1, width=8, likelihood=nn.Identity()),
    bottom_encoder=nn.Conv2d(8, 4, 1), bottom_quantizer=VectorQuantizer(20, 4),
    decoder=GridDecoder(8, 1, 1, width=8),
).eval().requires_grad_(False)
x = torch.rand(3, 1, 8, 8)
"""
SWAP = """
swap = CodeSwap(model, x)
swap
"""
READ = """
top, bottom = swap.mixture
levels = (255 * model.decode(top[None], bottom[None]).clamp(0, 1)).round().int()
print("top", top.flatten().tolist(), "levels", levels.flatten().tolist())
"""


def test_kernel_decodes_the_mixture_and_python_has_its_codes(notebook):
    """Exchange a cell by keyboard, then all bottoms: the picture is PyTorch's."""
    page = notebook(MODEL, SWAP, READ)
    run(page, 0)
    swap = show(page, 1, "vae-codes-swapped", "vae:frame")
    swap.locator(".vae-frame button").nth(1).press("Enter")
    swap.get_by_role("button", name="All bottom codes").click()
    swap.get_by_role("status").get_by_text("bottom codes of 4 of 4 are B's").wait_for()
    mixture = told(swap, "true")
    picture = shown(swap.locator(".vae-frame canvas"))
    run(page, 2)
    output = page.locator(".jp-OutputArea-output", has_text="top [")
    output.wait_for()
    top, levels = output.inner_text().removeprefix("top ").split(" levels ")
    assert json.loads(top) == mixture["top"]
    assert np.abs(np.array(json.loads(levels)) - picture).max() <= 1

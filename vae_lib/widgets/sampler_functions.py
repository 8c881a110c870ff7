"""A prior's chances and a decoder's picture as functions of codes, for a page."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_lib.models import VQVAE, CodePrior
from vae_lib.widgets.philox import NEXT_CODE, uniforms
from vae_lib.widgets.program import TensorFunction

__all__ = ["chances_function", "draw_code", "picture_function"]

EXAMPLES = 8


def chances_function(prior: CodePrior) -> TensorFunction:
    """A prior as "chances": every place's probabilities given the codes before it.

    Its inputs are floats, as a page has no others: codes (B, H, W), temperature (B, 1)
    and, with classes, kind (B, Y), one-hot. Its output is (B, H W, K).
    """
    generator = torch.Generator().manual_seed(0)
    shape = (EXAMPLES, *prior.grid)
    codes = torch.randint(prior.num_codes, shape, generator=generator).float()
    inputs = {"codes": codes, "temperature": torch.linspace(0.5, 2, EXAMPLES)[:, None]}
    if prior.num_classes is not None:
        kinds = torch.arange(EXAMPLES) % prior.num_classes
        inputs["kind"] = F.one_hot(kinds, prior.num_classes).float()
    return TensorFunction("chances", prior.network, _chances, inputs, ("chances",))


def _chances(
    network: nn.Module, codes: Tensor, temperature: Tensor, kind: Tensor | None = None
) -> Tensor:
    labels = None if kind is None else kind.argmax(1)
    logits = network(codes.long(), labels).flatten(2).transpose(1, 2)
    return (logits / temperature[:, :, None]).softmax(-1)


def picture_function(model: VQVAE, grid: tuple[int, int]) -> TensorFunction:
    """A decoder as "picture": the mean image (B, C, H', W') of codes (B, H, W).

    Args:
        model: whose codebook and decoder.
        grid: height H and width W.

    Raises:
        ValueError: if the images are not (B, 1 or 3, H', W') in whole patches.
    """
    generator = torch.Generator().manual_seed(0)
    shape = (EXAMPLES, *grid)
    codes = torch.randint(model.num_codes, shape, generator=generator).float()
    drawing = _Drawing(model)
    function = TensorFunction("picture", drawing, _picture, {"codes": codes}, ("x",))
    found = function.run({"codes": codes[:1].numpy()})["x"].shape
    whole = len(found) == 4 and not (found[2] % grid[0] or found[3] % grid[1])
    if not whole or found[1] not in (1, 3):
        raise ValueError(
            f"a decoder of {grid[0]} x {grid[1]} codes must return images (B, 1 or 3, "
            f"H, W) that they divide evenly, got shape {found}"
        )
    return function


class _Drawing(nn.Module):
    """The decoder and its codebook as a table: a look-up that asks nothing.

    `VQVAE.decode` first looks at its indices, and a function that looks cannot be
    exported.
    """

    def __init__(self, model: VQVAE) -> None:
        super().__init__()
        self.decoder = model.decoder
        every = torch.arange(model.num_codes)[:, None, None]
        with torch.no_grad():
            table = model.quantizer.lookup(every).flatten(1)  # (K, D)
        self.register_buffer("table", table)


def _picture(drawing: _Drawing, codes: Tensor) -> Tensor:
    latents = drawing.table[codes.long()].permute(0, 3, 1, 2)
    return drawing.decoder(latents).mean.clamp(0, 1)


def draw_code(chances: np.ndarray, seed: int, place: int) -> int:
    """The code that a widget draws at a place, of its chances (K,).

    The same number decides at a place, whatever was drawn before it: two runs of a
    seed differ only by what was changed by hand.
    """
    (uniform,) = uniforms(seed, NEXT_CODE, place, 1)
    sums = np.cumsum(chances.astype(np.float64))
    return int(np.searchsorted(sums, uniform * sums[-1], side="right"))

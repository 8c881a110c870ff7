"""A ladder as a function of what its levels add, for a page."""

import numpy as np
import torch
from torch import Tensor

from vae_lib.models import LadderVAE
from vae_lib.widgets.philox import normals
from vae_lib.widgets.program import TensorFunction

__all__ = ["level_noise", "levels_function"]

EXAMPLES = 12


def levels_function(model: LadderVAE) -> TensorFunction:
    """A ladder as "draw": innovations level_1 .. level_L -> mean image x (B, C, H, W).

    Raises:
        ValueError: if the images are not (B, 1 or 3, H, W).
    """
    # A generator of its own leaves the reader's random numbers untouched.
    generator = torch.Generator().manual_seed(0)
    shapes = [one.shape[1:] for one in model.sample(1, generator)]
    inputs = {
        f"level_{level}": torch.randn(EXAMPLES, *shape, generator=generator)
        for level, shape in enumerate(shapes, start=1)
    }
    function = TensorFunction("draw", model, _draw, inputs, ("x",))
    first = {name: value[:1].numpy() for name, value in inputs.items()}
    shape = function.run(first)["x"].shape
    if len(shape) != 4 or shape[1] not in (1, 3):
        raise ValueError(
            f"a ladder must decode images (B, 1 or 3, H, W), got shape {shape}"
        )
    return function


def _draw(model: LadderVAE, *innovations: Tensor) -> Tensor:
    return model.decode(model.compose(innovations)).clamp(0, 1)


def level_noise(
    seed: int, draw: int, count: int, shapes: list[tuple[int, ...]]
) -> dict[str, np.ndarray]:
    """Standard normal innovations of `count` pictures, the page's for this draw.

    Args:
        seed: in [0, 2**32).
        draw: how often was drawn before.
        count: of pictures.
        shapes: of each level, level 1 first.

    Returns:
        level_1 .. level_L, each (count, *shape), float32. They are cut from one row
        of numbers, level after level.
    """
    sizes = [count * int(np.prod(shape)) for shape in shapes]
    row = normals(seed, draw, sum(sizes))
    parts = np.split(row, np.cumsum(sizes)[:-1])
    return {
        f"level_{level}": part.reshape(count, *shape)
        for level, (part, shape) in enumerate(zip(parts, shapes, strict=True), start=1)
    }

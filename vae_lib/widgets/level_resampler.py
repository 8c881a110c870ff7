"""LevelResampler: freeze some levels of a ladder and draw the others anew."""

from collections.abc import Collection, Sequence

import numpy as np
import torch
import traitlets
from torch import Tensor

from vae_lib.models import LadderVAE
from vae_lib.widgets import poster
from vae_lib.widgets.checks import check_examples, check_names
from vae_lib.widgets.level_functions import level_noise, levels_function
from vae_lib.widgets.resampler_body import SHOWN, resampler_body, spread_in_words
from vae_lib.widgets.view import EngineView

__all__ = ["LevelResampler"]


class LevelResampler(EngineView):
    """Choose which levels of a picture stay, press a button, and see what that leaves.

    Each level is known by its innovation, what it adds to the levels above: a frozen
    level keeps its own, the others get standard normal ones. Freezing or releasing a
    level leaves the draw as it is, so that all that changes comes from that level.

    Args:
        model: a ladder of pictures.
        examples: images (N, C, H, W) in [0, 1], N <= 6; the first is shown at first.
        names: of the levels in words, level 1 first; by default their numbers.
        frozen: numbers of the levels that are frozen at first; by default the top.
        seed: of the draws, in [0, 2**32).
        title: the widget's heading.

    Raises:
        ValueError: if the model decodes no images, the examples are not such or too
            many, there is not one name a level, or a frozen level does not exist.

    In a notebook `widget.frozen` are the frozen levels; assign to it to choose.
    """

    title = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)
    frozen = traitlets.List().tag(sync=True)
    chosen = traitlets.Int().tag(sync=True)
    draw = traitlets.Int().tag(sync=True)
    codes = traitlets.List().tag(sync=True)
    shapes = traitlets.List().tag(sync=True)
    names = traitlets.List().tag(sync=True)
    setup = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        model: LadderVAE,
        examples: Tensor,
        *,
        names: Sequence[str] | None = None,
        frozen: Collection[int] | None = None,
        seed: int = 0,
        title: str = "What does each level know?",
    ) -> None:
        function = levels_function(model)
        shapes = [tuple(one.shape[1:]) for one in function.inputs.values()]
        levels = len(shapes)
        words = [f"level {k}" for k in range(1, levels + 1)] if names is None else names
        frozen = (levels,) if frozen is None else frozen
        _check(words, frozen, levels)
        codes = _innovations(model, examples, function)
        drawn = level_noise(seed, 0, SHOWN, shapes)
        for level in frozen:
            own = codes[level - 1][:1]
            drawn[f"level_{level}"] = np.repeat(own, SHOWN, axis=0)
        own = {f"level_{k}": code for k, code in enumerate(codes, start=1)}
        whole = function.run(own)["x"]
        redrawn = function.run(drawn)["x"]
        super().__init__(
            "level_resampler",
            [function],
            title=title,
            body=resampler_body(
                whole[0],
                redrawn,
                examples.float().numpy(),
                names=list(words),
                frozen=frozen,
                written=spread_in_words(whole[0], redrawn),
            ),
            frozen=sorted(frozen),
            codes=[
                [np.round(code[k], 3).reshape(-1).tolist() for code in codes]
                for k in range(len(examples))
            ],
            shapes=[list(shape) for shape in shapes],
            names=list(words),
            setup={"seed": seed, "shown": SHOWN},
        )

    @traitlets.validate("frozen")
    def _frozen_levels_exist(self, proposal: dict) -> list[int]:
        levels = len(self.names) or max(proposal["value"], default=0)
        _check_frozen(proposal["value"], levels)
        return sorted(set(proposal["value"]))

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        return poster.figure(
            "vae-resampler",
            self.title,
            [self.body],
            "A picture, and eight others that share its frozen levels. With JavaScript "
            "the buttons work; in a notebook the kernel draws.",
        )


def _innovations(
    model: LadderVAE, examples: Tensor, function: object
) -> list[np.ndarray]:
    """What each level adds in each example, level 1 first."""
    first = {name: value[:1].numpy() for name, value in function.inputs.items()}
    check_examples(examples, function.run(first)["x"].shape[1:])
    if len(examples) > 6:
        raise ValueError(f"at most 6 examples fit, got {len(examples)}")
    like = next(model.parameters())
    with torch.no_grad():
        code = model.encode(examples.to(like.device, like.dtype))
        parts = model.innovations(code.z)
    # Rounded as the page is told them, so that both draw the same pictures.
    return [np.round(part.float().cpu().numpy(), 3) for part in parts]


def _check(names: Sequence[str], frozen: Collection[int], levels: int) -> None:
    check_names(names, levels)
    if len(names) != levels:
        raise ValueError(f"names must name the {levels} levels, got {len(names)}")
    _check_frozen(frozen, levels)


def _check_frozen(frozen: Collection[int], levels: int) -> None:
    wrong = sorted(set(frozen) - set(range(1, levels + 1)))
    if wrong:
        raise ValueError(f"frozen must hold levels 1 to {levels}, got {wrong}")

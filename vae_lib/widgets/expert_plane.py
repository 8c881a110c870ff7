"""ExpertPlane: move two Gaussian experts, and see their product with the prior."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
import traitlets
from torch.distributions import Independent, Normal

from vae_lib.networks import product_of_experts
from vae_lib.widgets import poster
from vae_lib.widgets.checks import finite_numbers
from vae_lib.widgets.expert_board import KNOBS, NAMES, REACH, expert_board
from vae_lib.widgets.view import EngineView

__all__ = ["ExpertPlane", "plane_product"]

Pair = Sequence[Sequence[float]]

PRESETS: Mapping[str, Pair] = {
    "agree": [[1.0, 1.0, 0.8, 0.8], [1.4, 0.6, 0.8, 0.8]],
    "contradict": [[-2.0, 0.0, 0.8, 0.8], [2.0, 0.0, 0.8, 0.8]],
    "share the work": [[1.0, 0.0, 0.3, 4.0], [0.0, -1.5, 4.0, 0.3]],
    "differ in nerve": [[-1.5, 1.0, 0.2, 0.2], [1.5, -1.0, 1.0, 1.0]],
}


class ExpertPlane(EngineView):
    """Two experts in a plane, to be dragged, stretched or silenced.

    The product of the experts that speak and the prior N(0, I) is drawn filled, with
    how far it lies from each of them in their own widths.

    Args:
        experts: of A and of B: mean to the right and up in [-3, 3], scale across and up
            in [0.2, 4]; the first of `presets` if not given.
        presets: name -> two experts, for the buttons.
        title: the widget's heading.

    Raises:
        ValueError: if experts are not two of four numbers in these ranges, or there is
            no preset.

    In a notebook `widget.experts` are the two as they stand; assign to move them.
    """

    title = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)
    experts = traitlets.List().tag(sync=True)
    presets = traitlets.Dict().tag(sync=True)
    reach = traitlets.Float(REACH).tag(sync=True)

    def __init__(
        self,
        experts: Pair | None = None,
        *,
        presets: Mapping[str, Pair] = PRESETS,
        title: str = "Two opinions and their product",
    ) -> None:
        if not presets:
            raise ValueError("presets must hold at least one pair of experts, got none")
        known = {name: _checked(pair) for name, pair in presets.items()}
        pair = next(iter(known.values())) if experts is None else _checked(experts)
        super().__init__(
            "expert_plane",
            [],
            title=title,
            body=expert_board(pair, plane_product(pair), known),
            experts=pair,
            presets=known,
        )

    @traitlets.validate("experts")
    def _experts_fit(self, proposal: dict) -> list[list[float]]:
        return _checked(proposal["value"])

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        return poster.figure(
            "vae-lab vae-experts",
            self.title,
            [self.body],
            "Two Gaussian experts, the prior and their product. With JavaScript, or in "
            "a notebook, the experts can be moved.",
        )


def plane_product(experts: Pair) -> tuple[np.ndarray, np.ndarray]:
    """Mean and scale, (2,) each, of the product of experts with the prior N(0, I).

    >>> mean, scale = plane_product([[2.0, 0.0, 1.0, 1.0]])
    >>> mean.tolist(), (scale**2).round(6).tolist()
    ([1.0, 0.0], [0.5, 0.5])
    """
    zero = torch.zeros(2, dtype=torch.float64)
    prior = Independent(Normal(zero, torch.ones_like(zero)), 1)
    found = product_of_experts(
        [
            Independent(Normal(*torch.tensor(one, dtype=torch.float64).view(2, 2)), 1)
            for one in experts
        ],
        prior,
    )
    return found.mean.numpy(), found.stddev.numpy()


def _checked(experts: Pair) -> list[list[float]]:
    if len(experts) != len(NAMES):
        raise ValueError(f"experts must be two, got {len(experts)}")
    found = []
    for name, one in zip(NAMES, experts, strict=True):
        values = finite_numbers(f"expert {name}", one, len(KNOBS)).tolist()
        for (knob, low, high, _), value in zip(KNOBS, values, strict=True):
            if not low <= value <= high:
                raise ValueError(
                    f"{knob} of expert {name} must lie in [{low:g}, {high:g}], "
                    f"got {value:g}"
                )
        found.append(values)
    return found

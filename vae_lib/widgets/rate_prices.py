"""RatePrices: a price for each part of the rate, and the code that they lead to."""

import math
from collections.abc import Sequence

import ipywidgets
import numpy as np
import torch
import traitlets
from torch import Tensor, nn

from vae_lib.objectives import GaussianCode
from vae_lib.widgets import poster
from vae_lib.widgets.checks import finite_numbers
from vae_lib.widgets.price_board import LONGEST, code_map, nat_rows, price_options
from vae_lib.widgets.program import TensorFunction
from vae_lib.widgets.view import EngineView

__all__ = ["RatePrices", "relax_function"]

NAMES = ("distortion", "information", "total correlation", "dimension-wise KL")
DIALS = ("α, information", "β, correlation", "γ, each latent")
# Free information has no best code: more is always better.
LEAST, MOST, STEP = (0.25, 0.0, 0.0), 8.0, 0.25
STEPS = 1  # of gradient descent in one call; a longer graph is slow to export
NUDGE = 1e-3  # of the sharpness
SMALL = 1e-6  # against a division by zero
EXAMPLES = 10
# One pixel a latent: P is diagonal, and there is no turn.
FREE, NARROW = (1.0,) * 6, (1.0, 0.0, 1.0, 0.0, 1.0, 1.0)


class RatePrices(EngineView):
    """Set three prices and watch a Gaussian code descend to where they lead it.

    The code starts as the best one at alpha = 1, beta = gamma = 0: as sharp as it pays,
    neither upright nor as wide as the prior, for nobody pays for that.

    Args:
        code: what is coded, and how its parts are counted.
        widths: standard deviations of the two latents at the start, positive.
        title: the widget's heading.

    Raises:
        ValueError: if the widths are not two positive numbers.

    In a notebook `widget.prices` are the prices as they stand, and `widget.knobs` the
    code where it last came to rest.
    """

    title = traitlets.Unicode().tag(sync=True)
    sliders = traitlets.List().tag(sync=True, **ipywidgets.widget_serialization)
    least = traitlets.List().tag(sync=True)
    start = traitlets.List().tag(sync=True)
    rest = traitlets.List().tag(sync=True)
    free = traitlets.List().tag(sync=True)
    names = traitlets.List().tag(sync=True)
    longest = traitlets.Float().tag(sync=True)
    board = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        code: GaussianCode,
        *,
        widths: Sequence[float] = (1.5, 0.6),
        title: str = "Three prices",
    ) -> None:
        widths = finite_numbers("widths", widths, 2)
        if not (widths > 0).all():
            raise ValueError(f"widths must be positive, got {widths.tolist()}")
        knobs = code.best(1.0)
        knobs[4:] = torch.from_numpy(widths).log()
        relax = relax_function(code, knobs)
        x = _examples(code)
        shown = dict(zip(relax.outputs, _picture(code, knobs.float(), x), strict=True))
        drawn = {name: value.numpy() for name, value in shown.items()}
        nats = dict(zip(NAMES, drawn["parts"].tolist(), strict=True))
        prices = (1.0, 0.0, 0.0)
        super().__init__(
            "rate_prices",
            [relax],
            title=title,
            sliders=[
                ipywidgets.FloatSlider(
                    value=price, min=least, max=MOST, step=STEP, description=name
                )
                for price, least, name in zip(prices, LEAST, DIALS, strict=True)
            ],
            least=list(LEAST),
            start=knobs.tolist(),
            rest=knobs.tolist(),
            free=[FREE, NARROW],
            names=list(NAMES),
            longest=LONGEST,
            board={
                "map": code_map(drawn["root"], drawn["means"], drawn["scales"]),
                "rows": nat_rows(nats),
                "options": price_options(),
            },
        )

    @property
    def prices(self) -> np.ndarray:
        """Alpha, beta and gamma as they stand, (3,); assign to move the code."""
        return np.array([slider.value for slider in self.sliders])

    @prices.setter
    def prices(self, values: Sequence[float]) -> None:
        numbers = finite_numbers("prices", values, 3)
        for slider, value in zip(self.sliders, numbers, strict=True):
            slider.value = float(value)

    @property
    def knobs(self) -> np.ndarray:
        """The six knobs of `GaussianCode` where the code last rested, (6,)."""
        return np.array(self.rest)

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        rows = [
            poster.row(
                slider.description,
                slider.value - (slider.min + slider.max) / 2,
                (slider.max - slider.min) / 2,
                share=0,
                quiet=False,
                readout=f"{slider.value:.2f}",
            )
            for slider in self.sliders
        ]
        return poster.figure(
            "vae-prices",
            self.title,
            [
                poster.part("ellipses", self.board["map"]),
                poster.part("dials", *rows),
                poster.part("amounts", self.board["rows"]),
                poster.part("options", self.board["options"]),
            ],
            "Here only what the code knows has a price. With JavaScript, or in a "
            "notebook, the rows become sliders, and the code follows the prices.",
        )


def relax_function(code: GaussianCode, knobs: Tensor) -> TensorFunction:
    """Some steps down the slope as a function "relax", and the code that they end at.

    Args:
        code: whose slope.
        knobs: typical ones, (6,).
    """
    inputs = {
        "knobs": knobs.float(),
        "prices": torch.tensor([1.0, 2.0, 0.5]),
        "free": torch.tensor(FREE),
    }

    x = _examples(code)

    def call(_: nn.Module, knobs: Tensor, prices: Tensor, free: Tensor) -> tuple:
        end = code.relax(_awake(knobs), prices, free, STEPS)
        return _picture(code, end, x)

    outputs = ("rest", "parts", "root", "means", "scales")
    return TensorFunction("relax", nn.Identity(), call, inputs, outputs, tuple(inputs))


def _awake(knobs: Tensor) -> Tensor:
    """No direction of the sharpness left at zero: no slope leads away from there."""
    first, mixed, second = knobs[:3].unbind()
    trace = first + second
    size = first.abs() + second.abs()
    asleep = ((first * second - mixed * mixed).abs() < NUDGE * size).to(knobs.dtype)
    # I - P / trace: of a P with one direction left this is the other one.
    across = knobs * (trace / (trace * trace + SMALL))
    other = knobs.new_tensor([1, 0, 1, 0, 0, 0]) - across
    sharpness = knobs.new_tensor([1, 1, 1, 0, 0, 0])
    return knobs + NUDGE * asleep * sharpness * other


def _picture(code: GaussianCode, knobs: Tensor, x: Tensor) -> tuple[Tensor, ...]:
    """What a view draws: knobs, parts, root of the covariance, posteriors of x."""
    weights, scales = code.encoder(knobs)
    covariance = code.aggregate(knobs)
    first = covariance[0, 0].sqrt()
    across = covariance[0, 1] / first
    rest = (covariance[1, 1] - across * across).sqrt()
    root = torch.stack([first, 0 * first, across, rest]).view(2, 2)
    return knobs, code.parts(knobs), root, x @ weights.T, scales


def _examples(code: GaussianCode) -> Tensor:
    """Ten x (10, 2) on two rings of equal density, five a ring."""
    angle = torch.arange(EXAMPLES) * (2 * math.pi / EXAMPLES)
    ring = 0.6 + 0.8 * (torch.arange(EXAMPLES) % 2)
    points = torch.stack([ring * angle.cos(), ring * angle.sin()], 1)
    root = torch.linalg.cholesky(torch.tensor(code.covariance, dtype=torch.float64))
    return points @ root.T.float()

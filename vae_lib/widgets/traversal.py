"""Traversal: a slider for each latent, and the decoder's answer."""

import math
from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np
import traitlets
from torch import Tensor

from vae_lib.evaluation import rate_per_dimension
from vae_lib.widgets import poster
from vae_lib.widgets.checks import (
    check_examples,
    check_names,
    check_span,
    finite_numbers,
)
from vae_lib.widgets.program import decode_function
from vae_lib.widgets.slider_codes import COLLAPSED, STEP, latent_name, slider_codes
from vae_lib.widgets.view import EngineView

__all__ = ["Traversal"]

PICTURES = 9  # in the strip
QUIET = "vae-quiet"
HIDDEN = "none"


class Traversal(EngineView):
    """Move a model's latents one by one and watch the decoded picture.

    Args:
        model: with `latent_dim`, `encode` and `decode`, e.g. a `vae_lib.models.VAE`.
        examples: images (N, C, H, W) in [0, 1] that the reader may encode, N <= 12; the
            first is where the widget starts. Without them it starts at z = 0.
        rates: nats that each latent carries, (D,); measured on the examples if not
            given. The sliders are ordered by it and the collapsed ones (below 0.01
            nats) are marked.
        names: of the first latents, in place of numbers and rates, in this order. Those
            without a name get no slider to look at; examples and buttons move them.
        title: the widget's heading.
        span: sliders reach from -span to span, in prior standard deviations; wider if
            an example's code lies beyond.

    Raises:
        ValueError: if the decoder's output or the examples are not images, shapes do
            not agree, values are not finite, span is not positive, or names repeat, are
            empty, are more than the latents, or come together with rates.

    In a notebook `widget.z` is the code as it stands, after any move of a slider.
    """

    title = traitlets.Unicode().tag(sync=True)
    shares = traitlets.List().tag(sync=True)
    shape = traitlets.List().tag(sync=True)
    span = traitlets.Float().tag(sync=True)
    step = traitlets.Float(STEP).tag(sync=True)
    steps = traitlets.Int(PICTURES).tag(sync=True)
    gap = traitlets.Int().tag(sync=True)
    latents = traitlets.List().tag(sync=True)
    names = traitlets.List().tag(sync=True)
    sliders = traitlets.List().tag(sync=True, **ipywidgets.widget_serialization)
    examples = traitlets.List().tag(sync=True)
    frame = traitlets.Unicode().tag(sync=True)
    strip = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        model: Any,
        examples: Tensor | None = None,
        *,
        rates: Sequence[float] | Tensor | None = None,
        names: Sequence[str] | None = None,
        title: str = "Latent traversal",
        span: float = 3.0,
    ) -> None:
        check_span(span)
        if names is not None:
            check_names(names, model.latent_dim)
            if rates is not None:
                raise ValueError("sliders show names or rates, got both")
        decode = decode_function(model, span)
        codes = np.zeros((1, model.latent_dim))
        pictures: list[str] = []
        if examples is not None:
            check_examples(examples, decode.run({"z": codes})["x"].shape[1:])
            pictures = [poster.picture_address(x) for x in examples.float().numpy()]
            codes = slider_codes(model, examples)
            span = max(span, math.ceil(np.abs(codes).max()))
            if rates is None and names is None:
                rates = rate_per_dimension(model, examples)
        order, shares = list(range(model.latent_dim)), []
        if rates is not None:
            rates = finite_numbers("rates", rates, model.latent_dim)
            order = np.argsort(-rates, kind="stable").tolist()
            shares = (rates[order] / max(rates.max(), COLLAPSED)).tolist()
        labels = _labels(model.latent_dim, rates, names)
        quiet = np.zeros(model.latent_dim) if rates is None else rates < COLLAPSED
        sliders = [_slider(labels[d], codes[0, d], span, quiet[d]) for d in order]
        line = np.repeat(codes[:1], PICTURES, axis=0)
        line[:, order[0]] = np.linspace(-span, span, PICTURES)
        decoded = decode.run({"z": np.concatenate([codes[:1], line])})["x"]
        gap = max(1, decoded.shape[-1] // 32)
        super().__init__(
            "traversal",
            [decode],
            title=title,
            shares=shares,
            shape=list(decoded.shape[1:]),
            span=span,
            gap=gap,
            latents=order,
            names=list(names or []),
            sliders=sliders,
            examples=[
                {"picture": picture, "code": code.tolist()}
                for picture, code in zip(pictures, codes, strict=False)
            ],
            frame=poster.picture_address(decoded[0]),
            strip=poster.picture_address(poster.side_by_side(decoded[1:], gap)),
        )

    @property
    def z(self) -> np.ndarray:
        """The code as it stands, (D,) float64; assign to it to move the sliders."""
        code = np.empty(len(self.latents))
        code[self.latents] = [slider.value for slider in self.sliders]
        return code

    @z.setter
    def z(self, code: Sequence[float]) -> None:
        values = finite_numbers("z", code, len(self.latents))
        for latent, slider in zip(self.latents, self.sliders, strict=True):
            slider.value = float(values[latent])

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        _, height, width = self.shape
        rows = [
            poster.row(
                slider.description,
                slider.value,
                self.span,
                share=share,
                quiet=QUIET in slider._dom_classes,
            )
            for slider, share in zip(
                self.sliders, self.shares or [0.0] * len(self.sliders), strict=True
            )
            if slider.layout.display != HIDDEN
        ]
        examples = [
            poster.image(example["picture"], f"Example {number}", width, height)
            for number, example in enumerate(self.examples, 1)
        ]
        first = self.sliders[0].description
        strip = poster.image(
            self.strip,
            f"Strip along {first}",
            PICTURES * (width + self.gap) - self.gap,
            height,
        )
        latent = self.names[0] if self.names else first.split()[0]
        ends = f"along {latent}, from −{self.span:g} to {self.span:g}"
        return poster.figure(
            "vae-traversal",
            self.title,
            [
                poster.part(
                    "frame", poster.image(self.frame, "Decoded picture", width, height)
                ),
                poster.part("rows", *rows),
                poster.part(
                    "actions",
                    poster.part(
                        "examples", *(poster.part("example", it) for it in examples)
                    ),
                    poster.part("buttons"),
                ),
                poster.part(
                    "strip", poster.part("film", strip), poster.part("caption", ends)
                ),
            ],
            "The decoder's picture of this code. With JavaScript the rows become "
            "sliders; in a notebook the kernel answers them.",
        )


def _labels(
    count: int, rates: np.ndarray | None, names: Sequence[str] | None
) -> list[str]:
    """What is written beside each latent's slider; nothing where none is to be seen."""
    if names is not None:
        return [*names, *[""] * (count - len(names))]
    labels = [latent_name(latent) for latent in range(count)]
    if rates is None:
        return labels
    return [
        f"{label} · " + (f"{rate:.2f} nats" if rate >= COLLAPSED else "collapsed")
        for label, rate in zip(labels, rates, strict=True)
    ]


def _slider(
    label: str, value: float, span: float, quiet: bool
) -> ipywidgets.FloatSlider:
    slider = ipywidgets.FloatSlider(
        value=float(value), min=-span, max=span, step=STEP, description=label
    )
    if quiet:
        slider.add_class(QUIET)
    if not label:
        slider.layout.display = HIDDEN
    return slider

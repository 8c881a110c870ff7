"""BetaSweep: one slider over models trained at different prices of a nat."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import traitlets
from torch import Tensor

from vae_lib.evaluation import rate_per_dimension
from vae_lib.widgets import poster
from vae_lib.widgets.checks import check_examples, check_span, finite_numbers
from vae_lib.widgets.program import decode_function
from vae_lib.widgets.slider_codes import COLLAPSED, STEP, slider_codes
from vae_lib.widgets.sweep_body import sweep_body
from vae_lib.widgets.view import EngineView

__all__ = ["BetaSweep"]

PICTURES = 9  # in the strip


class BetaSweep(EngineView):
    """Cross models that differ in beta: what comes back, who carries it, and how.

    Every model's reconstructions and rates are part of the view, so that its slider
    answers at once. Only to move a latent takes a decoder, which a page fetches for the
    model at hand and no other.

    Args:
        models: beta -> model with `latent_dim`, `encode` and `decode`; two or more,
            with one number of latents and one shape of pictures.
        examples: images (N, C, H, W) in [0, 1], 1 to 12; the first is moved at first.
        rates: beta -> nats that each latent carries, (D,); measured on the examples if
            not given.
        start: beta of the model to start at; the one in the middle if not given.
        title: the widget's heading.
        span: latents are moved from -span to span, in prior standard deviations; wider
            if an example's code lies beyond.

    Raises:
        ValueError: if there are fewer than two models, they differ in latents or
            pictures, start or the keys of rates are not those of models, or the
            examples, rates or span are not as above.

    In a notebook `widget.beta` is the price as it stands; assign to it to move the
    slider.
    """

    title = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)
    betas = traitlets.List().tag(sync=True)
    place = traitlets.Int().tag(sync=True)
    rates = traitlets.List().tag(sync=True)
    longest = traitlets.Float().tag(sync=True)
    collapsed = traitlets.Float(COLLAPSED).tag(sync=True)
    codes = traitlets.List().tag(sync=True)
    answers = traitlets.List().tag(sync=True)
    shape = traitlets.List().tag(sync=True)
    span = traitlets.Float().tag(sync=True)
    step = traitlets.Float(STEP).tag(sync=True)
    steps = traitlets.Int(PICTURES).tag(sync=True)
    gap = traitlets.Int().tag(sync=True)
    strip = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        models: Mapping[float, Any],
        examples: Tensor,
        *,
        rates: Mapping[float, Sequence[float] | Tensor] | None = None,
        start: float | None = None,
        title: str = "What each beta buys",
        span: float = 3.0,
    ) -> None:
        check_span(span)
        if len(models) < 2:
            raise ValueError(f"a sweep needs at least 2 models, got {len(models)}")
        betas = sorted(models)
        start = betas[len(betas) // 2] if start is None else start
        if start not in models:
            raise ValueError(f"start must be one of {betas}, got {start}")
        if rates is None:
            rates = {beta: rate_per_dimension(models[beta], examples) for beta in betas}
        if sorted(rates) != betas:
            raise ValueError(f"rates must be given for {betas}, got {sorted(rates)}")
        decoders = [
            replace(decode_function(models[beta], span), name=f"decode_{k}")
            for k, beta in enumerate(betas)
        ]
        shape = _common_shape(betas, [models[beta] for beta in betas], decoders)
        check_examples(examples, shape)
        latents = models[start].latent_dim
        # As the page is told them, so that it puts latents into the same order.
        nats = np.stack(
            [finite_numbers(f"rates[{b:g}]", rates[b], latents) for b in betas]
        ).round(4)
        codes = np.stack([slider_codes(models[beta], examples) for beta in betas])
        span = max(span, math.ceil(np.abs(codes).max()))
        answers = [
            [poster.picture_address(x) for x in decoder.run({"z": z})["x"]]
            for decoder, z in zip(decoders, codes, strict=True)
        ]
        place = betas.index(start)
        busiest = int(nats[place].argmax())
        line = np.repeat(codes[place, :1], PICTURES, axis=0)
        line[:, busiest] = np.linspace(-span, span, PICTURES)
        gap = max(1, shape[-1] // 32)
        film = poster.side_by_side(decoders[place].run({"z": line})["x"], gap)
        originals = [poster.picture_address(x) for x in examples.float().numpy()]
        longest = float(max(nats.max(), COLLAPSED))
        strip = poster.picture_address(film)
        super().__init__(
            "beta_sweep",
            decoders,
            title=title,
            body=sweep_body(
                [f"{beta:g}" for beta in betas],
                place,
                nats[place],
                longest,
                list(zip(originals, answers[place], strict=True)),
                value=float(codes[place, 0, busiest]),
                span=span,
                size=(shape[-2], shape[-1]),
                strip=strip,
                strip_width=film.shape[-1],
            ),
            betas=[float(beta) for beta in betas],
            place=place,
            rates=nats.tolist(),
            longest=longest,
            codes=codes.tolist(),
            answers=answers,
            shape=list(shape),
            span=span,
            gap=gap,
            strip=strip,
        )

    @property
    def beta(self) -> float:
        """The price at which the slider stands; assign one of the models' to move it.

        Raises:
            ValueError: if no model has it.
        """
        return self.betas[self.place]

    @beta.setter
    def beta(self, value: float) -> None:
        if value not in self.betas:
            raise ValueError(f"beta must be one of {self.betas}, got {value}")
        self.place = self.betas.index(value)

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        return poster.figure(
            "vae-lab vae-sweep",
            self.title,
            [self.body],
            "One of several models that differ in β only. With JavaScript, or in a "
            "notebook, the slider crosses them, and each latent can be moved.",
        )


def _common_shape(
    betas: Sequence[float], models: Sequence[Any], decoders: Sequence[Any]
) -> tuple[int, ...]:
    """The picture's shape (C, H, W), or ValueError if models differ in it or in D."""
    found = []
    for model, decoder in zip(models, decoders, strict=True):
        z = decoder.inputs["z"][:1].numpy()
        found.append((model.latent_dim, decoder.run({"z": z})["x"].shape[1:]))
    if len(set(found)) > 1:
        listed = ", ".join(
            f"{latents} and {shape} at {beta:g}"
            for beta, (latents, shape) in zip(betas, found, strict=True)
        )
        raise ValueError(
            f"models must agree in latents and shape of pictures, got {listed}"
        )
    return found[0][1]

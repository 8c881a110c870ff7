"""DivergenceFlow: choose what pulls a cloud of codes to the prior, and watch it go."""

from typing import Any

import numpy as np
import torch
import traitlets
from torch import Tensor

from vae_lib.widgets import poster
from vae_lib.widgets.checks import check_codes, check_labels
from vae_lib.widgets.flow_body import PULLS, SCALES, flow_body
from vae_lib.widgets.flow_functions import NEIGHBOURS, codes_of, flow_functions
from vae_lib.widgets.scatter import GLYPHS
from vae_lib.widgets.view import EngineView

__all__ = ["DivergenceFlow"]

FEWEST, MOST = NEIGHBOURS + 1, 400  # a step compares each code with every other
DIGITS = 3  # of what the page is told; the engine computes with just these numbers


class DivergenceFlow(EngineView):
    """A cloud of codes, pulled towards the prior by the reader's choice of divergence.

    Each image has a Gaussian posterior; the codes shown are one draw of each. A step is
    a gradient step of the book's own objective on means (and, for the rate, widths):
    the page runs it exported, a notebook's kernel as it is. The prior's draws come from
    a generator of the page that starts anew at Reset, so that a run repeats.

    Args:
        codes: posterior means, (N, 2), 11 to 400 of them.
        labels: class of each, (N,), integers in [0, 36); drawn as characters.
        width: standard deviation of every posterior at the start, above 0.
        scale: of the kernel at the start, in standard deviations of the prior: 0.2,
            0.3, 0.5, 0.7, 1, 1.5, 2, 3 or 5.
        title: the widget's heading.

    Raises:
        ValueError: if codes and labels are not as above, there are too few codes or too
            many, the width is not positive and finite, or the scale is not on the
            slider.
    """

    title = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)
    reach = traitlets.Float().tag(sync=True)
    pulls = traitlets.Dict().tag(sync=True)
    scales = traitlets.List().tag(sync=True)
    start = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        codes: np.ndarray | Tensor,
        labels: np.ndarray | Tensor | None = None,
        *,
        width: float = 0.1,
        scale: float = 1,
        title: str = "What pulls the codes?",
    ) -> None:
        codes = check_codes(codes)
        if not FEWEST <= len(codes) <= MOST:
            raise ValueError(f"{FEWEST} to {MOST} codes can flow, got {len(codes)}")
        if labels is not None:
            labels = check_labels(labels, len(codes), len(GLYPHS), None)
            # The map's characters stand class by class.
            order = np.argsort(labels, kind="stable")
            codes, labels = codes[order], labels[order]
        if not 0 < width < np.inf:
            raise ValueError(f"width must be positive and finite, got {width}")
        if scale not in SCALES:
            raise ValueError(f"scale must be one of {SCALES}, got {scale}")
        noise = np.random.default_rng(0).normal(size=codes.shape)
        state = np.concatenate([codes, np.full_like(codes, width)], axis=1)
        kinds = np.zeros(len(codes)) if labels is None else labels
        given = {"state": state, "noise": noise, "labels": kinds}
        tensors = {
            name: torch.tensor(np.round(values, DIGITS), dtype=torch.float32)
            for name, values in given.items()
        }
        functions, weights = flow_functions(**tensors)
        start = codes_of(tensors["state"], tensors["noise"]).numpy()
        reach = float(np.ceil(np.abs(start).max() + 0.25))
        self._functions = {function.name: function for function in functions}
        measured = self._answer("measure", tensors)["measures"]
        rate = float(self._answer("rate", tensors)["value"][0])
        super().__init__(
            "divergence_flow",
            functions,
            title=title,
            body=flow_body(
                start,
                labels,
                reach,
                scale=scale,
                rate=rate,
                measures=measured,
            ),
            reach=reach,
            pulls={
                name: {
                    "measure": measure,
                    "full": rate if full is None else full,
                    "inputs": list(self._functions[name].inputs),
                }
                for name, (_, measure, full) in PULLS.items()
            },
            scales=list(SCALES),
            start={
                name: np.round(values.flatten().tolist(), DIGITS).tolist()
                for name, values in (tensors | {"weights": weights}).items()
            }
            | {"rate": rate, "measures": measured.tolist()},
        )

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        return poster.figure(
            "vae-lab vae-flow",
            self.title,
            [self.body],
            "A cloud of codes that can be pulled to the prior. With JavaScript the "
            "buttons work; in a notebook the kernel computes the steps.",
        )

    def _answer(self, name: str, tensors: dict[str, Tensor]) -> dict[str, Any]:
        function = self._functions[name]
        return function.run({key: tensors[key].numpy() for key in function.inputs})

"""FillIn: say which views are known, and see what the model makes of the others."""

from collections.abc import Mapping, Sequence

import numpy as np
import traitlets
from torch import Tensor

from vae_lib.models import MultimodalVAE
from vae_lib.widgets import poster
from vae_lib.widgets.checks import check_examples
from vae_lib.widgets.fill_body import STEP, fill_body, in_words
from vae_lib.widgets.fill_functions import expert_of, fill_function, number_views
from vae_lib.widgets.philox import normals
from vae_lib.widgets.program import TensorFunction
from vae_lib.widgets.view import EngineView

__all__ = ["FillIn"]

DRAWS = 6


class FillIn(EngineView):
    """Tick the views that are known; the code follows, and the rest is drawn from it.

    Experts and decoders run exported in the page, or as they are in a notebook's
    kernel. The image's encoder is asked beforehand: its answers for the examples are
    part of the view. A draw's noise is a function of the seed and of how often
    "Draw again" was pressed, so that what changes a picture is what was made known.

    Args:
        model: whose views are one image and numbers in [0, 1], combined by a product.
        examples: images (N, C, H, W) in [0, 1] that may be known, 1 to 12.
        image: the name of the view that is an image.
        labels: view -> what it is called; its name if not given.
        known: view -> value of those that are known at the start.
        seed: of the draws, in [0, 2**32).
        title: the widget's heading.

    Raises:
        ValueError: if the model's views are not as above, or the examples, labels or
            known values do not fit them.

    In a notebook `widget.known` says which numbers are known; assign to it to change
    them.
    """

    title = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)
    names = traitlets.List().tag(sync=True)
    known = traitlets.Dict().tag(sync=True)
    experts = traitlets.List().tag(sync=True)
    draws = traitlets.Int(DRAWS).tag(sync=True)
    seed = traitlets.Int().tag(sync=True)
    step = traitlets.Float(STEP).tag(sync=True)

    def __init__(
        self,
        model: MultimodalVAE,
        examples: Tensor,
        *,
        image: str = "image",
        labels: Mapping[str, str] | None = None,
        known: Mapping[str, float] | None = None,
        seed: int = 0,
        title: str = "Fill in what is missing",
    ) -> None:
        names = number_views(model, image)
        labels = {name: name for name in names} | dict(labels or {})
        known = {name: float(value) for name, value in (known or {}).items()}
        _check(names, labels, known)
        function = fill_function(model, image)
        answer = _answer(function, names, known, seed)
        check_examples(examples, answer["x"].shape[1:])
        means, precisions = expert_of(model, image, examples)
        belief = _nats_and_width(answer["centre"][0], answer["scale"][0])
        super().__init__(
            "fill_in",
            [function],
            title=title,
            body=fill_body(
                names,
                labels,
                known,
                answer["guess"][0],
                examples.float().numpy(),
                answer["x"],
                in_words(len(known), False, *belief),
            ),
            names=list(names),
            known=known,
            experts=[
                {"mean": m.tolist(), "precision": p.tolist()}
                for m, p in zip(means, precisions, strict=True)
            ],
            seed=seed,
        )

    @traitlets.validate("known")
    def _known_fits(self, proposal: dict) -> dict:
        known = dict(proposal["value"])
        if self.names:
            _check(self.names, {name: name for name in self.names}, known)
        return known

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        return poster.figure(
            "vae-lab vae-fill",
            self.title,
            [self.body],
            "What is known, and draws of what is not. With JavaScript, or in a "
            "notebook, every view can be made known or forgotten.",
        )


def _answer(
    function: TensorFunction,
    names: Sequence[str],
    known: Mapping[str, float],
    seed: int,
) -> dict[str, np.ndarray]:
    """What the page asks first: no picture, the start's numbers, the first draws."""
    width = function.inputs["noise"].shape[1]
    none = np.zeros((DRAWS, width), np.float32)
    table = {
        "known": [name in known for name in names],
        "values": [known.get(name, 0.5) for name in names],
    }
    rows = {
        key: np.tile(np.array(row, np.float32), (DRAWS, 1))
        for key, row in table.items()
    }
    noise = normals(seed, 0, DRAWS * width).reshape(DRAWS, width)
    return function.run({**rows, "mean": none, "precision": none, "noise": noise})


def _nats_and_width(mean: np.ndarray, scale: np.ndarray) -> tuple[float, float]:
    """KL(N(mean, scale^2) || N(0, I)) in nats, and the geometric mean of the scales.

    >>> [float(x) for x in _nats_and_width(np.zeros(2), np.ones(2))]
    [0.0, 1.0]
    """
    mean, scale = mean.astype(float), scale.astype(float)
    rate = (mean**2 + scale**2 - 1).sum() / 2 - np.log(scale).sum()
    return rate, np.exp(np.log(scale).mean())


def _check(
    names: Sequence[str], labels: Mapping[str, str], known: Mapping[str, float]
) -> None:
    for what, given in (("labels", labels), ("known", known)):
        unknown = [name for name in given if name not in names]
        if unknown:
            raise ValueError(
                f"{what} must name views among {', '.join(names)}, "
                f"got {', '.join(unknown)}"
            )
    for name, value in known.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{name} must lie in [0, 1], got {value}")

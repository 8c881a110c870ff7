"""StyleBoard: one code of a conditional model, drawn as every class."""

from collections.abc import Sequence
from html import escape

import numpy as np
import torch
import traitlets
from torch import Tensor, nn
from torch.nn import functional as F

from vae_lib.models import CVAE
from vae_lib.widgets import poster
from vae_lib.widgets.checks import (
    MOST_EXAMPLES,
    check_codes,
    check_labels,
    check_names,
    finite_numbers,
)
from vae_lib.widgets.lab_parts import example_buttons
from vae_lib.widgets.program import TensorFunction
from vae_lib.widgets.scatter import GLYPHS, scatter
from vae_lib.widgets.view import EngineView

__all__ = ["StyleBoard"]


class StyleBoard(EngineView):
    """Choose a style, by an example or in the plane, and see every class drawn in it.

    Args:
        model: a `CVAE` of classes with two latents, whose decoder takes labels (B,).
        codes: posterior means of data, (N, 2); the cloud under the point.
        labels: class of each code, (N,), integers from 0.
        examples: which of the codes are offered as examples, 1 to 12 row numbers; the
            first is chosen at the start.
        names: what the classes are called, one for each; 36 at most.
        title: the widget's heading.

    Raises:
        ValueError: if codes, labels, examples and names do not fit together, or the
            decoder's answer is no image (B, 1 or 3, H, W).

    In a notebook `widget.z` is the style as it stands.
    """

    title = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)
    reach = traitlets.Float().tag(sync=True)
    code = traitlets.List().tag(sync=True)
    names = traitlets.List().tag(sync=True)
    examples = traitlets.List().tag(sync=True)

    def __init__(
        self,
        model: CVAE,
        codes: np.ndarray | Tensor,
        labels: np.ndarray | Tensor,
        *,
        examples: Sequence[int],
        names: Sequence[str],
        title: str = "One style, every class",
    ) -> None:
        codes = check_codes(codes)
        check_names(names, len(GLYPHS))
        labels = check_labels(labels, len(codes), len(names), names)
        _check_examples(examples, len(codes))
        farthest = np.quantile(np.abs(codes).max(axis=1), 0.99)
        reach = max(3.0, float(np.ceil(2 * farthest) / 2))
        decode = _decode_function(model, len(names), reach)
        chosen = [
            {"code": codes[k].round(2).tolist(), "label": int(labels[k])}
            for k in examples
        ]
        every = np.eye(len(names), dtype=np.float32)
        own = decode.run(
            {
                "z": np.array([one["code"] for one in chosen], np.float32),
                "kind": every[[one["label"] for one in chosen]],
            }
        )["x"]
        start = np.tile(np.float32(chosen[0]["code"]), (len(names), 1))
        pictures = decode.run({"z": start, "kind": every})["x"]
        super().__init__(
            "style_board",
            [decode],
            title=title,
            body=_body(
                scatter(codes, labels, reach), own, chosen, pictures, names, reach
            ),
            reach=reach,
            code=chosen[0]["code"],
            names=list(names),
            examples=chosen,
        )

    @property
    def z(self) -> np.ndarray:
        """The style as it stands, (2,) float64; assign to it to move the point."""
        return np.array(self.code)

    @z.setter
    def z(self, code: Sequence[float]) -> None:
        self.code = finite_numbers("z", code, 2).tolist()

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        return poster.figure(
            "vae-styles",
            self.title,
            [self.body],
            "Every class in the first example's style. With JavaScript another example "
            "or point can be chosen; in a notebook the kernel answers.",
        )


def _check_examples(examples: Sequence[int], count: int) -> None:
    if not 1 <= len(examples) <= MOST_EXAMPLES:
        raise ValueError(
            f"examples must be 1 to {MOST_EXAMPLES} row numbers, got {len(examples)}"
        )
    if min(examples) < 0 or max(examples) >= count:
        raise ValueError(
            f"examples must lie in [0, {count}), got {min(examples)} to {max(examples)}"
        )


def _decode_function(model: CVAE, classes: int, span: float) -> TensorFunction:
    """The mean image as "decode" of z (B, 2) and kind (B, Y), one-hot, as floats."""
    generator = torch.Generator().manual_seed(0)
    z = span * (2 * torch.rand(4 * classes, 2, generator=generator) - 1)
    kind = F.one_hot(torch.arange(4 * classes) % classes, classes).float()
    inputs = {"z": z, "kind": kind}
    function = TensorFunction("decode", model, _decode, inputs, ("x",))
    shape = function.run({name: one.numpy() for name, one in inputs.items()})["x"].shape
    if len(shape) != 4 or shape[1] not in (1, 3):
        raise ValueError(
            f"a decoder must return images (B, 1 or 3, H, W), got shape {shape}"
        )
    return function


def _decode(model: nn.Module, z: Tensor, kind: Tensor) -> Tensor:
    return model.decode(z, kind.argmax(1))


def _body(
    cloud: str,
    own: np.ndarray,
    chosen: Sequence[dict],
    pictures: np.ndarray,
    names: Sequence[str],
    reach: float,
) -> str:
    """The parts below the title, in reading order."""
    across, up = chosen[0]["code"]
    left, top = 50 * (1 + across / reach), 50 * (1 - up / reach)
    _, _, height, width = pictures.shape
    addresses = [poster.picture_address(picture) for picture in own]
    figures = "".join(
        f'<figure class="vae-styled{" vae-own" * (k == chosen[0]["label"])}">'
        f"{poster.image(poster.picture_address(picture), name, width, height)}"
        f"<figcaption>{escape(name)}</figcaption></figure>"
        for k, (picture, name) in enumerate(zip(pictures, names, strict=True))
    )
    return f"""
<fieldset class="vae-samples" disabled><legend>Whose style?</legend>
<div class="vae-examples">{example_buttons(addresses, "Style of example", width)}</div>
</fieldset>
<div class="vae-board"><div class="vae-map">{cloud}
<span class="vae-point" style="left:{left:.1f}%;top:{top:.1f}%"></span></div>
<div class="vae-everyone">{figures}</div></div>"""

"""CodeSwap: two pictures, each two grids of codes, exchanged cell by cell."""

import torch
import traitlets
from torch import Tensor

from vae_lib.models import VQVAE2
from vae_lib.networks import VectorQuantizer
from vae_lib.widgets import poster
from vae_lib.widgets.checks import check_examples
from vae_lib.widgets.lab_parts import example_buttons
from vae_lib.widgets.program import TensorFunction
from vae_lib.widgets.view import EngineView

__all__ = ["CodeSwap", "decode_levels"]

KINDS = {"top": "its top code", "bottom": "the bottom codes below", "both": "both"}


class CodeSwap(EngineView):
    """Give a picture another one's top codes, bottom codes, or some of either.

    Args:
        model: a `VQVAE2`, each of whose quantisers is a `VectorQuantizer`.
        images: pictures to choose from, (N, C, H, W) in [0, 1], 2 <= N <= 12. The first
            two stand at the start.
        title: the widget's heading.

    Raises:
        ValueError: if a quantiser is another, or the images are fewer than two, do not
            fit the decoder or are no images.

    In a notebook `widget.mixture` are the codes as they stand.
    """

    title = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)
    pictures = traitlets.List().tag(sync=True)
    tops = traitlets.List().tag(sync=True)
    bottoms = traitlets.List().tag(sync=True)
    sides = traitlets.List().tag(sync=True)
    top = traitlets.List().tag(sync=True)
    bottom = traitlets.List().tag(sync=True)

    def __init__(
        self,
        model: VQVAE2,
        images: Tensor,
        *,
        title: str = "Swap the codes of two pictures",
    ) -> None:
        for quantizer in (model.top_quantizer, model.bottom_quantizer):
            if not isinstance(quantizer, VectorQuantizer):
                raise ValueError(
                    "the quantisers must be VectorQuantizers, got "
                    f"{type(quantizer).__name__}"
                )
        shape = images.shape[1:] if isinstance(images, Tensor) else ()
        check_examples(images, shape)
        if len(images) < 2:
            raise ValueError(f"images must be at least 2, got {len(images)}")
        with torch.no_grad():
            top, bottom = model.encode(images.float())
        function = decode_levels(model, top, bottom)
        decoded = function.run({"top": top.numpy(), "bottom": bottom.numpy()})["x"]
        pictures = [poster.picture_address(x) for x in decoded]
        tops, bottoms = top.flatten(1).tolist(), bottom.flatten(1).tolist()
        super().__init__(
            "code_swap",
            [function],
            title=title,
            body=_body(pictures, images.shape[-1]),
            pictures=pictures,
            tops=tops,
            bottoms=bottoms,
            sides=[top.shape[-1], bottom.shape[-1]],
            top=tops[0],
            bottom=bottoms[0],
        )

    @property
    def mixture(self) -> tuple[Tensor, Tensor]:
        """The top (H', W') and bottom (H, W) codes as they stand, int64."""
        grids = zip((self.top, self.bottom), self.sides, strict=True)
        top, bottom = (torch.tensor(codes).view(side, side) for codes, side in grids)
        return top, bottom

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        return poster.figure(
            "vae-codes-swapped",
            self.title,
            [self.body],
            "Two pictures, decoded from their codes. With JavaScript the codes of one "
            "can be given to the other; in a notebook the kernel decodes.",
        )


def decode_levels(model: VQVAE2, top: Tensor, bottom: Tensor) -> TensorFunction:
    """The decoder as a function "decode" of top and bottom -> x (B, C, H, W).

    Args:
        model: whose quantisers have codebooks.
        top: typical indices (B, H', W'); an export is checked on them.
        bottom: the same, (B, H, W).
    """
    given = {"top": top.float(), "bottom": bottom.float()}
    return TensorFunction("decode", model, _decode, given, ("x",))


def _decode(model: VQVAE2, top: Tensor, bottom: Tensor) -> Tensor:
    # As `model.decode`, which looks at the indices' values first; a graph cannot.
    coarse, fine = (
        quantizer.codebook[indices.long()].permute(0, 3, 1, 2)
        for quantizer, indices in (
            (model.top_quantizer, top),
            (model.bottom_quantizer, bottom),
        )
    )
    return model.decoder(torch.cat([model.top_decoder(coarse), fine], 1)).mean


def _body(pictures: list[str], side: int) -> str:
    faces = [
        f'<div class="vae-face vae-face-{name}"><p class="vae-caption">'
        f"Picture {name.upper()}</p>{poster.image(pictures[k], names, side, side)}"
        f'<div class="vae-examples">{example_buttons(pictures, choose, side)}</div>'
        "</div>"
        for k, (name, names, choose) in enumerate(
            (
                ("a", "Picture A, decoded", "Picture A: example"),
                ("b", "Picture B, decoded", "Picture B: example"),
            )
        )
    ]
    kinds = "".join(
        f'<label><input type="radio" name="kind" value="{kind}"'
        f"{' checked' * (kind == 'top')}> {words}</label>"
        for kind, words in KINDS.items()
    )
    mixture = poster.image(pictures[0], "The mixture, decoded", side, side)
    return f"""<fieldset class="vae-editor vae-swap" disabled>
<legend>Codes of two pictures</legend>{faces[0]}
<div class="vae-mixture"><p class="vae-caption">A, with codes of B where marked</p>
<div class="vae-frame">{mixture}<div class="vae-cells"></div></div></div>{faces[1]}
<div class="vae-edits"><div class="vae-kinds" role="radiogroup"
 aria-label="What a cell exchanges"><span>A cell exchanges</span>{kinds}</div>
<button type="button" class="vae-button vae-all-top">All top codes</button>
<button type="button" class="vae-button vae-all-bottom">All bottom codes</button>
<button type="button" class="vae-button vae-none">Back to A</button></div></fieldset>"""

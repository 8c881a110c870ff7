"""CodebookEditor: a picture as a grid of codes, which can be exchanged one by one."""

from typing import Any

import numpy as np
import torch
import traitlets
from torch import Tensor

from vae_lib.models import VQVAE
from vae_lib.networks import VectorQuantizer
from vae_lib.widgets import poster
from vae_lib.widgets.checks import check_examples
from vae_lib.widgets.code_parts import code_editor
from vae_lib.widgets.lab_parts import example_buttons
from vae_lib.widgets.program import TensorFunction
from vae_lib.widgets.view import EngineView

__all__ = ["CodebookEditor", "code_tiles", "decode_codes"]

COLUMNS = 12  # of the palette: a finger can meet each tile on a phone
GAP = 1  # pixels between its tiles
BATCH = 64


class CodebookEditor(EngineView):
    """Choose a cell of a picture's grid, give it another code, and see what changes.

    Args:
        model: a `VQVAE` whose quantiser is a `VectorQuantizer`.
        images: pictures to choose from, (N, C, H, W) in [0, 1], N <= 12.
        usage: indices of any shape, int64: which codes the model uses for its data. The
            palette is ordered by them; those of the images if not given.
        palette: how many codes are offered at most, the most used first.
        title: the widget's heading.

    Raises:
        ValueError: if the quantiser is another, the images do not fit the decoder or
            are no images, usage is not int64 or outside, or the palette is below 1.

    In a notebook `widget.indices` are the codes as they stand.
    """

    title = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)
    pictures = traitlets.List().tag(sync=True)
    grids = traitlets.List().tag(sync=True)
    order = traitlets.List().tag(sync=True)
    counts = traitlets.List().tag(sync=True)
    columns = traitlets.Int().tag(sync=True)
    codes = traitlets.List().tag(sync=True)

    def __init__(
        self,
        model: VQVAE,
        images: Tensor,
        *,
        usage: Tensor | None = None,
        palette: int = 64,
        title: str = "Change the codes",
    ) -> None:
        if not isinstance(model.quantizer, VectorQuantizer):
            raise ValueError(
                "the quantiser must be a VectorQuantizer, got "
                f"{type(model.quantizer).__name__}"
            )
        if palette < 1:
            raise ValueError(f"palette must be at least 1, got {palette}")
        shape = images.shape[1:] if isinstance(images, Tensor) else ()
        check_examples(images, shape)
        with torch.no_grad():
            indices = model.encode(images.float())
        counts = _counts(indices if usage is None else usage, model.num_codes)
        order = np.argsort(-counts, kind="stable")[:palette]
        function = decode_codes(model, indices)
        side = images.shape[-1]
        decoded = function.run({"indices": indices[:1].numpy()})["x"][0]
        if decoded.shape != tuple(shape):
            raise ValueError(
                f"images must have the decoder's shape {decoded.shape}, "
                f"got {tuple(shape)}"
            )
        tiles = code_tiles(function, order)
        pictures = [poster.picture_address(x) for x in images.float().numpy()]
        start = poster.picture_address(decoded), pictures[0]
        offered = poster.picture_address(tiles), tiles.shape[2], tiles.shape[1]
        examples = example_buttons(pictures, "Edit example", side)
        grids = indices.flatten(1).tolist()
        super().__init__(
            "codebook_editor",
            [function],
            title=title,
            body=code_editor(
                "Codes of a picture", examples, side, start=start, palette=offered
            ),
            pictures=pictures,
            grids=grids,
            order=order.tolist(),
            counts=counts.tolist(),
            columns=min(COLUMNS, len(order)),
            codes=grids[0],
        )
        self._shape = tuple(indices.shape[1:])

    @property
    def indices(self) -> Tensor:
        """The codes as they stand, (H', W'), int64."""
        return torch.tensor(self.codes).view(self._shape)

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        return poster.figure(
            "vae-codes-edited",
            self.title,
            [self.body],
            "A picture, decoded from its codes. With JavaScript each code can be "
            "exchanged; in a notebook the kernel decodes.",
        )


def decode_codes(model: VQVAE, indices: Tensor) -> TensorFunction:
    """The decoder as a function "decode" of indices (B, H', W') -> x (B, C, H, W).

    Args:
        model: whose quantiser has a codebook.
        indices: typical ones; an export is checked on them.
    """
    given = {"indices": indices.float()}
    return TensorFunction("decode", model, _decode, given, ("x",))


def _decode(model: VQVAE, indices: Tensor) -> Tensor:
    # As `model.decode`, which looks at the indices' values first; a graph cannot.
    latents = model.quantizer.codebook[indices.long()].permute(0, 3, 1, 2)
    return model.decoder(latents).mean


def code_tiles(function: TensorFunction, order: np.ndarray) -> np.ndarray:
    """What codes draw by themselves, side by side: a picture (C, H, W).

    Each tile is the middle of a picture all of whose codes are the same.

    Args:
        function: "decode", of `decode_codes`.
        order: which codes, (K,).
    """
    height, width = function.inputs["indices"].shape[1:]
    alone = np.broadcast_to(order[:, None, None], (len(order), height, width))
    batches = [alone[k : k + BATCH].copy() for k in range(0, len(order), BATCH)]
    x = np.concatenate([function.run({"indices": b})["x"] for b in batches])
    tile = x.shape[2] // height
    top, left = height // 2 * tile, width // 2 * tile
    middle = x[:, :, top : top + tile, left : left + tile]
    columns = min(COLUMNS, len(order))
    middle = np.pad(middle, ((0, -len(order) % columns), (0, 0), (0, GAP), (0, GAP)))
    rows = middle.reshape(-1, columns, *middle.shape[1:])
    return rows.transpose(2, 0, 3, 1, 4).reshape(x.shape[1], -1, columns * (tile + GAP))


def _counts(usage: Any, num_codes: int) -> np.ndarray:
    if not isinstance(usage, Tensor) or usage.dtype != torch.int64 or not len(usage):
        kind = usage.dtype if isinstance(usage, Tensor) else type(usage).__name__
        raise ValueError(f"usage must be indices, int64, got {kind}")
    least, most = int(usage.min()), int(usage.max())
    if least < 0 or most >= num_codes:
        raise ValueError(f"usage must lie in [0, {num_codes}), got {least} to {most}")
    return torch.bincount(usage.flatten(), minlength=num_codes).numpy()

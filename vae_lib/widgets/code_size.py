"""CodeSize: one picture as codes of a chosen number and kind, and what they cost."""

from collections.abc import Mapping
from typing import Any

import ipywidgets
import torch
import traitlets
from torch import Tensor

from vae_lib.codec import (
    GridPrior,
    encode_grids,
    from_jpeg,
    jpeg_at_most,
    scan_bytes,
    to_jpeg,
)
from vae_lib.evaluation import psnr
from vae_lib.models import VQVAE
from vae_lib.widgets import poster
from vae_lib.widgets.checks import check_examples
from vae_lib.widgets.program import TensorFunction
from vae_lib.widgets.size_board import (
    code_picture,
    file_address,
    palette,
    size_rows,
    size_table,
)
from vae_lib.widgets.view import EngineView

__all__ = ["CodeSize", "codes_function"]

MOST_EXAMPLES = 6
TILES = {
    "original": "the picture",
    "codes": "its codes",
    "decoded": "from the codes",
    "rival": "JPEG",
}

Family = Mapping[tuple[int, int], Any]


class CodeSize(EngineView):
    """Choose how many codes and how many kinds, and watch picture and bytes.

    Every model answers for the same pictures: their codes, what a file of them holds,
    and the best JPEG picture whose scan is no longer than the entropy-coded codes.

    Args:
        models: (number of codes K, codes along a side) -> a trained VQ-VAE with square
            grids; every K with every side, at least two of each.
        priors: the same keys -> a prior of that model's codes.
        examples: pictures (N, 3, H, W) in [0, 1], N <= 6; the first is shown at first.
        start: the (K, side) that is shown at first.
        title: the widget's heading.

    Raises:
        ValueError: if models and priors have other keys, not every K comes with every
            side, there is but one of either, the start is none of them, a model's grid
            is another one, or examples are not pictures.

    In a notebook `widget.choice` is the (K, side) as it stands.
    """

    title = traitlets.Unicode().tag(sync=True)
    sliders = traitlets.List().tag(sync=True, **ipywidgets.widget_serialization)
    kinds = traitlets.List().tag(sync=True)
    sides = traitlets.List().tag(sync=True)
    examples = traitlets.List().tag(sync=True)
    shown = traitlets.Int().tag(sync=True)
    sizes = traitlets.Dict().tag(sync=True)
    palette = traitlets.List().tag(sync=True)
    shape = traitlets.List().tag(sync=True)
    frame = traitlets.Unicode().tag(sync=True)
    table = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        models: Family,
        priors: Family,
        examples: Tensor,
        *,
        start: tuple[int, int],
        title: str = "How large is a picture?",
    ) -> None:
        kinds, sides = _axes(models, priors, start)
        check_examples(examples, examples.shape[1:])
        if len(examples) > MOST_EXAMPLES:
            raise ValueError(
                f"at most {MOST_EXAMPLES} examples fit, got {len(examples)}"
            )
        sizes, program = {}, {}
        for key, model in models.items():
            codes = _codes(model, key, examples)
            program[key] = codes_function(model, _name(*key), (key[1],) * 2)
            decoded = program[key].run({"codes": codes.float().numpy()})["x"]
            sizes[_name(*key)] = [
                _picture(examples[k], codes[k], torch.from_numpy(x), priors[key])
                for k, x in enumerate(decoded)
            ]
            if key == start:
                frame = poster.picture_address(decoded[0])
        super().__init__(
            "code_size",
            list(program.values()),
            title=title,
            sliders=[
                ipywidgets.SelectionSlider(
                    options=[(str(kind), kind) for kind in kinds],
                    value=start[0],
                    description="kinds of code",
                ),
                ipywidgets.SelectionSlider(
                    options=[(f"{side} × {side}", side) for side in sides],
                    value=start[1],
                    description="codes",
                ),
            ],
            kinds=kinds,
            sides=sides,
            examples=[poster.picture_address(x) for x in examples.float().numpy()],
            shown=0,
            sizes=sizes,
            palette=palette(max(kinds)),
            shape=list(examples.shape[1:]),
            frame=frame,
            table=size_table(sizes[_name(*start)][0]["rows"]),
        )

    @property
    def choice(self) -> tuple[int, int]:
        """Number of kinds of code K and codes along a side; assign to choose."""
        kind, side = (slider.value for slider in self.sliders)
        return kind, side

    @choice.setter
    def choice(self, value: tuple[int, int]) -> None:
        if value not in {(kind, side) for kind in self.kinds for side in self.sides}:
            raise ValueError(
                f"choice must be one of {self.kinds} and one of {self.sides}, "
                f"got {value}"
            )
        for slider, number in zip(self.sliders, value, strict=True):
            slider.value = number

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        _, height, width = self.shape
        kind, side = self.choice
        known = self.sizes[_name(kind, side)][0]
        pictures = {
            "original": self.examples[0],
            "codes": poster.picture_address(
                code_picture(known["codes"], side, self.palette)
            ),
            "decoded": self.frame,
            "rival": known["jpeg"],
        }
        tiles = [
            poster.part(
                "tile",
                poster.image(pictures[name], words, width, height),
                f'<span class="vae-caption">{words}</span>',
            )
            for name, words in TILES.items()
        ]
        rows = [
            poster.row(
                slider.description,
                2 * slider.index - (len(slider.options) - 1),
                len(slider.options) - 1,
                share=0,
                quiet=False,
                readout=slider.options[slider.index][0],
            )
            for slider in self.sliders
        ]
        examples = [
            poster.part("example", poster.image(it, f"Picture {number}", width, height))
            for number, it in enumerate(self.examples, 1)
        ]
        return poster.figure(
            "vae-sizes",
            self.title,
            [
                poster.part("tiles", *tiles),
                poster.part("dials", *rows),
                poster.part("examples", *examples),
                poster.part("amounts", size_table(known["rows"])),
            ],
            "Bytes of this picture, and what they are worth. With JavaScript, or in a "
            "notebook, the rows become sliders.",
        )


def codes_function(model: VQVAE, name: str, grid: tuple[int, int]) -> TensorFunction:
    """The mean image of a grid of codes, as a function of codes (B, H, W) -> x.

    Args:
        model: of the codes.
        name: what the view calls it.
        grid: height and width of the grids.
    """
    # Any codes are a grid; a generator of its own leaves the reader's numbers alone.
    generator = torch.Generator().manual_seed(0)
    codes = torch.randint(model.num_codes, (16, *grid), generator=generator)
    return TensorFunction(name, model, _decode, {"codes": codes.float()}, ("x",))


def _decode(model: VQVAE, codes: Tensor) -> Tensor:
    # As `VQVAE.decode`, whose look at the largest index cannot be exported.
    rows = model.quantizer.codebook[codes.long()]
    return model.decoder(rows.permute(0, 3, 1, 2)).mean.clamp(0, 1)


def _name(kind: int, side: int) -> str:
    return f"decode_{kind}_{side}"


def _axes(
    models: Family, priors: Family, start: tuple[int, int]
) -> tuple[list[int], list[int]]:
    kinds = sorted({kind for kind, _ in models})
    sides = sorted({side for _, side in models})
    if set(models) != {(kind, side) for kind in kinds for side in sides}:
        raise ValueError(
            f"models must be of every K with every side, got {sorted(models)}"
        )
    if min(len(kinds), len(sides)) < 2:
        # A slider with one choice has no two ends.
        raise ValueError(
            f"models must be of at least two K and two sides, got {kinds} and {sides}"
        )
    if set(priors) != set(models):
        raise ValueError(
            f"priors must have the models' keys {sorted(models)}, got {sorted(priors)}"
        )
    if start not in models:
        raise ValueError(f"start must be one of {sorted(models)}, got {start}")
    return kinds, sides


@torch.no_grad()
def _codes(model: VQVAE, key: tuple[int, int], examples: Tensor) -> Tensor:
    codes = model.encode(examples.float())
    found = (model.num_codes, *codes.shape[1:])
    if found != (key[0], key[1], key[1]):
        raise ValueError(
            f"the model of {key} must have {key[0]} codes on a grid of {key[1]} x "
            f"{key[1]}, got {found[0]} on {found[1]} x {found[2]}"
        )
    return codes


def _picture(
    picture: Tensor, codes: Tensor, decoded: Tensor, prior: GridPrior
) -> dict[str, Any]:
    """What the view says of one picture under one model."""
    coded = len(encode_grids(codes[None], prior))
    fits = jpeg_at_most(picture, coded, headers=False)
    file = to_jpeg(picture, 1) if fits is None else fits
    rows = size_rows(
        len(codes),
        (prior.num_codes - 1).bit_length(),
        coded,
        _decibels(decoded, picture),
        (scan_bytes(file), _decibels(from_jpeg(file), picture)),
        fits is not None,
    )
    return {"codes": codes.flatten().tolist(), "jpeg": file_address(file), "rows": rows}


def _decibels(shown: Tensor, picture: Tensor) -> float:
    return float(psnr(shown[None], picture[None].float()))

"""CodeSampler: a prior over codes draws an image, code by code, before one's eyes."""

import math
from collections.abc import Sequence

import numpy as np
import traitlets

from vae_lib.models import VQVAE, CodePrior
from vae_lib.widgets import poster
from vae_lib.widgets.checks import check_names
from vae_lib.widgets.program import TensorFunction
from vae_lib.widgets.sampler_body import (
    COLUMNS,
    SHOWN,
    TEMPERATURES,
    patch_atlas,
    sampler_body,
)
from vae_lib.widgets.sampler_functions import (
    chances_function,
    draw_code,
    picture_function,
)
from vae_lib.widgets.view import EngineView

__all__ = ["CodeSampler"]

MOST_PLACES = 256  # a cell must stay big enough for a finger
CHUNK = 64


class CodeSampler(EngineView):
    """Draw a grid of codes one by one, see what comes next, and change what came.

    The prior's and the decoder's own functions run exported in the page, or as they are
    in a notebook's kernel. What decides at a place is one uniform number, a function of
    the seed and the place alone: a run repeats, and after a change by hand all that
    differs comes from the change.

    Args:
        prior: over grids of at most 256 places.
        model: whose decoder draws them; its codebook is the prior's.
        classes: names of the prior's classes, if it has any.
        start: how many codes are drawn at the start; by default half of them.
        kind: the class at the start.
        seed: of the draws, in [0, 2**32).
        title: the widget's heading.

    Raises:
        ValueError: if prior and model have other codebooks, the grid is too large,
            classes do not fit the prior, start or kind is out of range, or the images
            are no whole number of patches.

    In a notebook `widget.codes` are the codes drawn so far.
    """

    title = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)
    codes = traitlets.List().tag(sync=True)
    grid = traitlets.List().tag(sync=True)
    setup = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        prior: CodePrior,
        model: VQVAE,
        *,
        classes: Sequence[str] = (),
        start: int | None = None,
        kind: int = 0,
        seed: int = 0,
        title: str = "Draw an image, code by code",
    ) -> None:
        start = prior.places // 2 if start is None else start
        _check(prior, model, classes, start, kind)
        chances = chances_function(prior)
        picture = picture_function(model, prior.grid)
        codes = np.zeros((1, *prior.grid), np.float32)
        asked = {"codes": codes, "temperature": np.ones((1, 1), np.float32)}
        if classes:
            asked["kind"] = np.eye(len(classes), dtype=np.float32)[[kind]]
        bits = 0.0
        for place in range(start):
            now = chances.run(asked)["chances"][0, place]
            code = draw_code(now, seed, place)
            codes.reshape(-1)[place] = code
            bits -= math.log2(now[code])
        found = chances.run(asked)["chances"][0]
        drawn = codes.reshape(-1)[:start].astype(int).tolist()
        # A decoder wants all codes: those to come are the likeliest first one.
        blank = int(found[0].argmax())
        codes.reshape(-1)[start:] = blank
        atlas = patch_atlas(_alone(picture, prior), prior.grid)
        super().__init__(
            "code_sampler",
            [chances, picture],
            title=title,
            body=sampler_body(
                drawn,
                prior.grid,
                found[min(start, prior.places - 1)],
                picture.run({"codes": codes})["x"][0],
                atlas=atlas,
                classes=classes,
                chosen=kind,
                written=_written(drawn, prior, found, bits),
            ),
            codes=drawn,
            grid=list(prior.grid),
            setup={
                "codes": prior.num_codes,
                "classes": len(classes),
                "blank": blank,
                "seed": seed,
                "shown": SHOWN,
                "temperatures": list(TEMPERATURES),
                "columns": COLUMNS,
                "rows": atlas[1],
            },
        )

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        return poster.figure(
            "vae-lab vae-sampler",
            self.title,
            [self.body],
            "A half-drawn grid of codes and what may come next. With JavaScript the "
            "buttons work; in a notebook the kernel computes the chances.",
        )


def _alone(picture: TensorFunction, prior: CodePrior) -> np.ndarray:
    """The picture of a grid of one code alone, for each code, (K, C, H', W')."""
    codes = np.arange(prior.num_codes, dtype=np.float32)
    parts = np.split(codes, range(CHUNK, len(codes), CHUNK))
    grids = (np.tile(k[:, None, None], (1, *prior.grid)) for k in parts)
    return np.concatenate([picture.run({"codes": g})["x"] for g in grids])


def _written(
    codes: list[int], prior: CodePrior, chances: np.ndarray, bits: float
) -> dict[str, str]:
    """The measures in words, as the script writes them."""
    place, width = len(codes), prior.grid[1]
    uniform = len(codes) * math.log2(prior.num_codes)
    so_far = f"Codes so far: {bits:.0f} bits, uniformly {uniform:.0f}."
    if place == prior.places:
        return {"where": "All codes are drawn", "rest": "", "bits": so_far}
    now = chances[place].astype(np.float64)
    others = prior.num_codes - SHOWN
    rest = 100 * (1 - np.sort(now)[-SHOWN:].sum())
    unsure = -(now[now > 0] * np.log2(now[now > 0])).sum()
    return {
        "where": f"Next: row {place // width + 1}, column {place % width + 1}",
        "rest": f"The other {others}: {rest:.1f} %. Uncertainty: {unsure:.1f} bits.",
        "bits": so_far,
    }


def _check(
    prior: CodePrior, model: VQVAE, classes: Sequence[str], start: int, kind: int
) -> None:
    if model.num_codes != prior.num_codes:
        raise ValueError(
            f"the prior has {prior.num_codes} codes, the model {model.num_codes}"
        )
    if prior.places > MOST_PLACES:
        raise ValueError(f"at most {MOST_PLACES} places fit, got {prior.places}")
    if prior.num_codes <= SHOWN:
        raise ValueError(f"more than {SHOWN} codes are needed, got {prior.num_codes}")
    if len(classes) != (prior.num_classes or 0):
        raise ValueError(
            f"classes must name the prior's {prior.num_classes or 0} classes, "
            f"got {len(classes)} names"
        )
    if classes:
        check_names(classes, len(classes))
    if not 0 <= start <= prior.places:
        raise ValueError(f"start must lie in [0, {prior.places}], got {start}")
    if not 0 <= kind < max(1, len(classes)):
        raise ValueError(f"kind must lie in [0, {max(1, len(classes))}), got {kind}")

"""The code sampler's parts as HTML: a poster that the script brings alive.

Every control is disabled here; the script enables what a reader may use.
"""

from collections.abc import Sequence
from html import escape

import numpy as np

from vae_lib.widgets.poster import image, part, picture_address

__all__ = [
    "COLUMNS",
    "SHOWN",
    "TEMPERATURES",
    "patch_atlas",
    "sampler_body",
    "veiled",
]

COLUMNS = 32  # of the picture that holds every code's patch
SHOWN = 8  # of the likeliest codes are listed
TEMPERATURES = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0)


def patch_atlas(pictures: np.ndarray, grid: tuple[int, int]) -> tuple[str, int]:
    """Every code's patch in one picture, 32 in a row.

    Args:
        pictures: of a grid of one code alone, for each code, (K, C, H', W').
        grid: height and width of that grid.

    Returns:
        A data address, and the number of rows.
    """
    count, channels, height, width = pictures.shape
    tall, wide = height // grid[0], width // grid[1]
    top, left = tall * (grid[0] // 2), wide * (grid[1] // 2)
    patches = pictures[:, :, top : top + tall, left : left + wide]
    rows = -(-count // COLUMNS)
    atlas = np.zeros((rows * COLUMNS, channels, tall, wide), pictures.dtype)
    atlas[:count] = patches
    atlas = atlas.reshape(rows, COLUMNS, channels, tall, wide)
    whole = atlas.transpose(2, 0, 3, 1, 4).reshape(channels, rows * tall, -1)
    return picture_address(whole), rows


def veiled(picture: np.ndarray, drawn: int, grid: tuple[int, int]) -> np.ndarray:
    """A picture (C, H', W') whose places without a code yet show through grey.

    >>> veiled(np.ones((1, 1, 2)), 1, (1, 2))
    array([[[1.   , 0.625]]])
    """
    tall, wide = picture.shape[1] // grid[0], picture.shape[2] // grid[1]
    has_code = (np.arange(grid[0] * grid[1]) < drawn).reshape(grid)
    shown = has_code.repeat(tall, 0).repeat(wide, 1)
    return np.where(shown, picture, 0.375 + 0.25 * picture)


def sampler_body(
    codes: Sequence[int],
    grid: tuple[int, int],
    chances: np.ndarray,
    picture: np.ndarray,
    *,
    atlas: tuple[str, int],
    classes: Sequence[str],
    chosen: int,
    written: dict[str, str],
) -> str:
    """The parts below the title, in reading order.

    Args:
        codes: drawn so far, place by place.
        grid: height H and width W.
        chances: of the next place's codes, (K,).
        picture: decoded, (C, H', W') in [0, 1].
        atlas: every code's patch, and the rows of that picture.
        classes: names of the classes, if there are any.
        chosen: the class at the start.
        written: the measures' words by name.
    """
    height, width = grid
    address, rows = atlas
    cells = "".join(_cell(place, codes, width, rows) for place in range(height * width))
    shown = "".join(
        _choice(code, chances[code], chances.max(), rows)
        for code in np.argsort(-chances, kind="stable")[:SHOWN]
    )
    options = "".join(
        f'<option value="{k}"{" selected" * (k == chosen)}>{escape(name)}</option>'
        for k, name in enumerate(classes)
    )
    kind = (
        f'<label><span>Draw a</span><select name="kind">{options}</select></label>'
        if classes
        else ""
    )
    middle = TEMPERATURES.index(1.0)
    return f"""
<div class="vae-sampling" style="--vae-atlas:url({address});--vae-columns:{width};
 --vae-across:{COLUMNS};--vae-atlas-rows:{rows}">
<div class="vae-panels">
<fieldset class="vae-written" disabled><legend>Codes</legend>
<div class="vae-cells">{cells}</div></fieldset>
<div class="vae-drawn"><p class="vae-caption">Decoded so far</p>
{
        part(
            "frame",
            image(
                picture_address(veiled(picture, len(codes), grid)),
                "The picture decoded from the codes so far",
                picture.shape[2],
                picture.shape[1],
            ),
        )
    }</div></div>
<div class="vae-hand"><fieldset class="vae-run" disabled><legend>Run</legend>
<button type="button" class="vae-button vae-train">Play</button>
<button type="button" class="vae-button vae-once">Step</button>
<button type="button" class="vae-button vae-again">Start over</button>
<button type="button" class="vae-button vae-other">New draws</button></fieldset>
<fieldset class="vae-settings" disabled><legend>Settings</legend>{kind}
<label class="vae-warmth"><span>Temperature <b>1</b></span>
<input type="range" name="temperature" min="0" max="{len(TEMPERATURES) - 1}" step="1"
 value="{middle}" aria-valuetext="1"></label></fieldset>
</div><fieldset class="vae-next" disabled><legend>{written["where"]}</legend>
<div class="vae-choices">{shown}</div>
<p class="vae-rest">{written["rest"]}</p>
<p class="vae-bits">{written["bits"]}</p></fieldset></div>
"""


def patch_style(code: int, rows: int) -> str:
    """Where a code's patch lies in the atlas, as CSS percentages."""
    across = 100 * (code % COLUMNS) / (COLUMNS - 1)
    down = 100 * (code // COLUMNS) / max(1, rows - 1)
    return f"--vae-patch:{across:.3f}% {down:.3f}%"


def _cell(place: int, codes: Sequence[int], width: int, rows: int) -> str:
    row, column = place // width + 1, place % width + 1
    where = f"Row {row}, column {column}"
    if place < len(codes):
        code = codes[place]
        return (
            f'<button type="button" class="vae-cell vae-patch" tabindex="-1" '
            f'aria-label="{where}: code {code}" style="{patch_style(code, rows)}">'
            "</button>"
        )
    state = "next" if place == len(codes) else "empty"
    return (
        f'<button type="button" class="vae-cell vae-is-{state}" tabindex="-1" '
        f'aria-label="{where}: {state}"></button>'
    )


def _choice(code: int, chance: float, most: float, rows: int) -> str:
    # A full bar is the likeliest: of 512 codes it may have a chance of 3 %.
    return (
        f'<button type="button" class="vae-choice" '
        f'style="{patch_style(int(code), rows)};--vae-share:{chance / most:.4f}">'
        f'<span class="vae-patch"></span><span class="vae-which">code {code}</span>'
        f"<i></i><b>{100 * chance:.1f} %</b></button>"
    )

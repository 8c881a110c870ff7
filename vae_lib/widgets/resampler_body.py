"""The level resampler's parts as HTML: a poster that the script brings alive.

Every control is disabled here; the script enables what a reader may use.
"""

from collections.abc import Collection, Sequence
from html import escape

import numpy as np

from vae_lib.widgets.poster import image, part, picture_address

__all__ = ["SHOWN", "resampler_body", "spread_in_words"]

SHOWN = 8  # pictures drawn at a time


def spread_in_words(whole: np.ndarray, redrawn: np.ndarray) -> str:
    """How far pictures (N, C, H, W) are from one (C, H, W), as the script writes it.

    >>> spread_in_words(np.zeros((1, 2, 2)), np.full((8, 1, 2, 2), 0.123))
    'A pixel differs by 12.3 % of the range on average.'
    """
    share = 100 * np.abs(redrawn - whole).mean()
    return f"A pixel differs by {share:.1f} % of the range on average."


def resampler_body(
    whole: np.ndarray,
    redrawn: np.ndarray,
    examples: np.ndarray,
    *,
    names: Sequence[str],
    frozen: Collection[int],
    written: str,
) -> str:
    """The parts below the title, in reading order.

    Args:
        whole: the picture as its own levels decode it, (C, H, W) in [0, 1].
        redrawn: others, (SHOWN, C, H, W) in [0, 1].
        examples: pictures (N, C, H, W) to start from.
        names: of the levels, level 1 first.
        frozen: numbers of the levels that are frozen.
        written: how far the others are from it.
    """
    _, height, width = whole.shape
    toggles = "".join(
        f'<button type="button" class="vae-level" data-level="{level}" '
        f'aria-pressed="{str(level in frozen).lower()}"><b>{escape(names[level - 1])}'
        f"</b><span>{'frozen' if level in frozen else 'drawn anew'}</span></button>"
        for level in range(len(names), 0, -1)
    )
    tiles = "".join(
        part("tile", image(picture_address(x), f"Drawn anew {k}", width, height))
        for k, x in enumerate(redrawn, start=1)
    )
    choices = "".join(
        f'<button type="button" class="vae-example" '
        f'aria-label="Start from picture {k}" '
        f'aria-pressed="{str(k == 1).lower()}">'
        f"{image(picture_address(x), f'Picture {k}', width, height)}</button>"
        for k, x in enumerate(examples, start=1)
    )
    own = image(picture_address(whole), "The picture", width, height)
    return f"""
<div class="vae-resampling">
<div class="vae-whole"><p class="vae-caption">The picture</p>
{part("frame", own)}</div>
<div class="vae-others"><p class="vae-caption">Drawn anew</p>
<div class="vae-tiles">{tiles}</div></div>
<fieldset class="vae-levels" disabled><legend>Levels, top first: press to freeze or
 release</legend>{toggles}</fieldset>
<fieldset class="vae-start" disabled><legend>Start from</legend>
<div class="vae-examples">{choices}</div></fieldset>
<div class="vae-hand"><button type="button" class="vae-button vae-again" disabled>
Resample</button><p class="vae-spread">{written}</p></div></div>
"""

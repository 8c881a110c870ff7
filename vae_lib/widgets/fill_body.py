"""FillIn's parts as HTML: a poster that the script brings alive.

Every control is disabled here; the script enables what a reader may use.
"""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from vae_lib.widgets.poster import image, picture_address

__all__ = ["STEP", "fill_body", "in_words"]

STEP = 0.05  # of a view's slider


def fill_body(
    names: Sequence[str],
    labels: Mapping[str, str],
    known: Mapping[str, float],
    guess: np.ndarray,
    examples: np.ndarray,
    drawn: np.ndarray,
    written: str,
) -> str:
    """The parts below the title, in reading order.

    Args:
        names: of the views of one number.
        labels: what a reader is told they are.
        known: those that are known at the start, and their values.
        guess: the model's for each of them, (V,).
        examples: pictures that may be known, (N, C, H, W).
        drawn: pictures drawn at the start, (K, C, H, W).
        written: how much is known, in words.
    """
    rows = "".join(
        _view(name, labels[name], known.get(name), guess[k])
        for k, name in enumerate(names)
    )
    height, width = drawn.shape[2:]
    choices = "".join(
        f'<button type="button" class="vae-example vae-seen" aria-pressed="false" '
        f'aria-label="Picture {k}">'
        f"{image(picture_address(x), f'Picture {k}', width, height)}</button>"
        for k, x in enumerate(examples, 1)
    )
    pictures = "".join(
        f"<div>{image(picture_address(x), f'Draw {k}', width, height)}</div>"
        for k, x in enumerate(drawn, 1)
    )
    return f"""
<fieldset class="vae-views" disabled><legend>Known numbers</legend>{rows}</fieldset>
<div class="vae-filled"><fieldset class="vae-image-known" disabled>
<legend>Known picture</legend>
<button type="button" class="vae-button vae-unseen" aria-pressed="true">None</button>
{choices}</fieldset>
<p class="vae-caption">What the code allows: {len(drawn)} draws</p>
<div class="vae-draws">{pictures}</div>
<fieldset class="vae-run" disabled><legend>Run</legend>
<button type="button" class="vae-button vae-more">Draw again</button>
<button type="button" class="vae-button vae-clear">Forget all</button></fieldset>
<p class="vae-told">{escape(written)}</p></div>
"""


def in_words(count: int, picture: bool, rate: float, width: float) -> str:
    """How much is known: how many views, the rate in nats, and the code's width.

    >>> in_words(1, False, 2.04, 0.91)
    '1 number known: 2.0 nats, width 0.91 of the prior.'
    >>> in_words(0, True, 40.0, 0.2)
    'Picture known: 40.0 nats, width 0.20 of the prior.'
    """
    parts = ["picture"] * picture
    if count:
        parts.append(f"{count} number{'s' * (count > 1)}")
    what = " and ".join(parts) or "nothing"
    return (
        f"{what[0].upper()}{what[1:]} known: {rate:.1f} nats, "
        f"width {width:.2f} of the prior."
    )


def _view(name: str, label: str, value: float | None, guess: float) -> str:
    shown = guess if value is None else value
    checked = "" if value is None else " checked"
    written = f"{'guess ' if value is None else ''}{shown:.2f}".replace("-", "−")
    return (
        f'<div class="vae-view{"" if checked else " vae-guessed"}">'
        f'<label class="vae-known"><input type="checkbox" name="{escape(name)}"'
        f"{checked}><span>{escape(label)}</span></label>"
        f'<input type="range" min="0" max="1" step="{STEP}" value="{shown:.2f}" '
        f'aria-label="{escape(label)}" aria-valuetext="{written}">'
        f"<b>{written}</b></div>"
    )

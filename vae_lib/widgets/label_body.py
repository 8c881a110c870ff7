"""The label slider's parts as HTML: a poster that the script brings alive."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from vae_lib.widgets.poster import image, picture_address

__all__ = ["label_body"]


def label_body(
    counts: Sequence[int],
    place: int,
    errors: Mapping[str, float],
    pictures: Sequence[str],
    labels: Sequence[int],
    beliefs: np.ndarray,
    written: np.ndarray,
) -> str:
    """The parts below the title, in reading order.

    Args:
        counts: numbers of labels, in order.
        place: which of them the widget starts at.
        errors: method -> percent wrong, at that number.
        pictures: addresses of the examples; the first is chosen.
        labels: the class of each example.
        beliefs: what the model believes of each example, (N, K).
        written: every class in the first example's hand, (K, C, H, W).
    """
    count = f"{counts[place]:,}"
    ticks = "".join(f"<span>{number:,}</span>" for number in counts)
    height, width = written.shape[-2:]
    said = beliefs.argmax(1)
    examples = "".join(
        f'<button type="button" class="vae-example" aria-pressed="'
        f'{str(k == 0).lower()}">{image(picture, f"Digit {k + 1}", width, height)}'
        f"<span>{verdict(int(guess), label)}</span></button>"
        for k, (picture, guess, label) in enumerate(
            zip(pictures, said, labels, strict=True)
        )
    )
    figures = "".join(
        f'<figure class="vae-styled{" vae-own" * (k == labels[0])}">'
        f"{image(picture_address(picture), f'As a {k}', width, height)}"
        f'<figcaption>{k} <span class="vae-belief">{percent(belief)}</span>'
        "</figcaption></figure>"
        for k, (picture, belief) in enumerate(zip(written, beliefs[0], strict=True))
    )
    return f"""
<fieldset class="vae-price" disabled><legend>Labels</legend>
<label><span><b>{count}</b> labels</span>
<input type="range" name="count" min="0" max="{len(counts) - 1}" step="1"
 value="{place}" aria-valuetext="{count} labels" tabindex="0"></label>
<p class="vae-ticks" aria-hidden="true">{ticks}</p></fieldset>
<div class="vae-wrong"><p>Unseen digits that each gets wrong</p>
{error_bars(errors)}</div>
<fieldset class="vae-samples" disabled>
<legend>What M1+M2 reads in some of them</legend>
<div class="vae-examples">{examples}</div></fieldset>
<div class="vae-written"><p>The chosen digit rewritten as each class, and how likely
 each is thought to be</p><div class="vae-everyone">{figures}</div></div>
"""


def error_bars(errors: Mapping[str, float]) -> str:
    """A bar for each method: its share of mistakes, in words and in length."""
    return "".join(
        f'<p class="vae-error"><span>{escape(name)}</span>'
        f'<i style="--vae-share:{error / 100:.4f}"></i><b>{error:.1f}%</b></p>'
        for name, error in errors.items()
    )


def verdict(guess: int, label: int) -> str:
    """What the model reads, and whether it is right, in a sign and not in colour.

    >>> verdict(4, 4), verdict(9, 4)
    ('4 ✓', '9 ✗')
    """
    return f"{guess} {'✓' if guess == label else '✗'}"


def percent(share: float) -> str:
    """A probability in percent; small ones are small and not nothing.

    >>> percent(0.314), percent(0.002), percent(0.9999)
    ('31%', '<1%', '>99%')
    """
    whole = round(100 * share)
    if whole < 1:
        return "<1%"
    return f"{whole}%" if whole < 100 else ">99%"

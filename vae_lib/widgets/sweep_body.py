"""The beta sweep's parts as HTML: a poster that the script brings alive.

Every control is disabled here; the script enables what a reader may use.
"""

from collections.abc import Sequence

import numpy as np

from vae_lib.widgets.poster import image, part
from vae_lib.widgets.slider_codes import COLLAPSED, STEP, latent_name

__all__ = ["sweep_body"]


def sweep_body(
    betas: Sequence[str],
    place: int,
    rates: np.ndarray,
    longest: float,
    columns: Sequence[tuple[str, str]],
    value: float,
    span: float,
    size: tuple[int, int],
    strip: str,
    strip_width: int,
) -> str:
    """The parts below the title, in reading order.

    Args:
        betas: as written, in order.
        place: which of them the widget starts at.
        rates: nats of each latent of that model, (D,).
        longest: nats of a full bar.
        columns: addresses of each example's picture and its reconstruction; the first
            is the one whose code is moved.
        value: of the busiest latent at the first example.
        span: half the length of that latent's slider.
        size: height and width of a picture in pixels.
        strip: address of the strip along the busiest latent.
        strip_width: in pixels.
    """
    height, width = size
    order = np.argsort(-rates, kind="stable")
    first = latent_name(order[0])
    ticks = "".join(f"<span>{beta}</span>" for beta in betas)
    pictures = "".join(
        f'<button type="button" class="vae-example vae-pair-of" aria-label="'
        f'Sprite {k}" aria-pressed="{str(k == 1).lower()}">'
        f"{image(original, 'sprite', width, height)}"
        f"{image(answer, 'what comes back', width, height)}"
        "</button>"
        for k, (original, answer) in enumerate(columns, 1)
    )
    bars = "".join(
        _bar(latent, rates[latent], longest, chosen=latent == order[0])
        for latent in order
    )
    written = f"{value:.2f}".replace("-", "−")
    film = image(strip, f"Strip of pictures along {first}", strip_width, height)
    return f"""
<fieldset class="vae-price" disabled><legend>Price of a nat</legend>
<label><span>β = <b>{betas[place]}</b></span>
<input type="range" name="beta" min="0" max="{len(betas) - 1}" step="1"
 value="{place}" aria-valuetext="{betas[place]}" tabindex="0"></label>
<p class="vae-ticks" aria-hidden="true">{ticks}</p></fieldset>
<fieldset class="vae-pictures" style="--vae-columns:{len(columns)}" disabled>
<legend>Sprites, and what comes back of them</legend>{pictures}</fieldset>
<fieldset class="vae-latents" disabled><legend>Nats in each latent</legend>{bars}
<p class="vae-count">{in_words(rates)}</p></fieldset>
<div class="vae-look">
{part("frame", image(columns[0][1], "Decoded picture", width, height))}
<fieldset class="vae-value" disabled><legend>The chosen latent</legend>
<label><span>{first} = <b>{written}</b></span>
<input type="range" name="value" min="-{span:g}" max="{span:g}" step="{STEP}"
 value="{value:g}" aria-valuetext="{written}"></label></fieldset></div>
<div class="vae-strip">{part("film", film)}
<span class="vae-caption">along {first}, from −{span:g} to {span:g}</span></div>
"""


def in_words(rates: np.ndarray) -> str:
    """How many nats a code has, and how many latents carry them.

    >>> in_words(np.array([2.0, 0.001, 1.25]))
    '3.3 nats in 2 of 3 latents'
    """
    alive = int((rates >= COLLAPSED).sum())
    return f"{rates.sum():.1f} nats in {alive} of {len(rates)} latents"


def _bar(latent: int, rate: float, longest: float, *, chosen: bool) -> str:
    closed = bool(rate < COLLAPSED)
    return (
        f'<button type="button" class="vae-latent{" vae-closed" * closed}" '
        f'aria-pressed="{str(chosen).lower()}"><span>{latent_name(latent)}</span>'
        f'<i style="--vae-share:{rate / longest:.3f}"></i>'
        f"<b>{'closed' if closed else f'{rate:.2f}'}</b></button>"
    )

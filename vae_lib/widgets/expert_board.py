"""The expert plane's parts as HTML: a poster that the script brings alive.

Every control is disabled here; the script enables what a reader may use.
"""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

__all__ = ["KNOBS", "NAMES", "REACH", "expert_board", "told"]

SIDE = 400  # the map's own units; it scales with the page
REACH = 3.5  # prior standard deviations from the middle to the edge
NAMES = ("A", "B")
# What a slider moves: its name, its least and greatest value, its step.
KNOBS = (
    ("right", -3.0, 3.0, 0.1),
    ("up", -3.0, 3.0, 0.1),
    ("width across", 0.2, 4.0, 0.1),
    ("width up", 0.2, 4.0, 0.1),
)


def expert_board(
    experts: Sequence[Sequence[float]],
    product: tuple[np.ndarray, np.ndarray],
    presets: Mapping[str, object],
) -> str:
    """The parts below the title, in reading order.

    Args:
        experts: of each, mean to the right and up, and scale across and up.
        product: mean and scale of their product with the prior, (2,) each.
        presets: whose names stand on the buttons.
    """
    buttons = "".join(
        f'<button type="button" class="vae-button vae-preset">{escape(name)}</button>'
        for name in presets
    )
    fields = "".join(
        _expert(name, one) for name, one in zip(NAMES, experts, strict=True)
    )
    return f"""
<div class="vae-opinions">{_map(experts, product)}
<p class="vae-caption">Dotted: the prior. Filled: the product. One standard deviation
each. Drag a letter, or use the sliders.</p></div>
<div class="vae-hands"><fieldset class="vae-presets" disabled>
<legend>Two experts that</legend>{buttons}</fieldset>{fields}</div>
<p class="vae-told">{escape(told(experts, product))}</p>
"""


def told(
    experts: Sequence[Sequence[float] | None], product: tuple[np.ndarray, np.ndarray]
) -> str:
    """The product in words: its place, its widths, its distance from each expert.

    Args:
        experts: as above; None for one that is missing.
        product: mean and scale, (2,) each.

    >>> centre, scale = np.zeros(2), np.ones(2)
    >>> told([[2, 0, 1, 1], None], (centre, scale))
    'The product: at (0.0, 0.0), widths 1.00 and 1.00; 2.0 widths from A.'
    """
    mean, scale = product
    from_each = [
        f"{distance(one, mean):.1f} widths from {name}"
        for name, one in zip(NAMES, experts, strict=True)
        if one is not None
    ]
    place = f"at ({_signed(mean[0])}, {_signed(mean[1])})"
    widths = f"widths {scale[0]:.2f} and {scale[1]:.2f}"
    return "; ".join([f"The product: {place}, {widths}", *from_each]) + "."


def distance(expert: Sequence[float], point: np.ndarray) -> float:
    """How far a point lies from an expert's mean, in that expert's own widths.

    >>> distance([1, 0, 0.5, 2], np.array([2, 0]))
    2.0
    """
    right, up, across, high = expert
    return float(np.hypot((point[0] - right) / across, (point[1] - up) / high))


def _signed(value: float) -> str:
    # Adding nought makes of a negative zero a zero.
    return f"{round(float(value), 1) + 0:.1f}".replace("-", "−")


def _map(
    experts: Sequence[Sequence[float]], product: tuple[np.ndarray, np.ndarray]
) -> str:
    half, unit = SIDE / 2, SIDE / 2 / REACH
    mean, scale = product
    shapes = _ellipse("vae-prior", (0, 0), (1, 1))
    shapes += _ellipse("vae-product", mean, scale)
    letters = ""
    for name, (right, up, across, high) in zip(NAMES, experts, strict=True):
        shapes += _ellipse(f"vae-expert vae-of-{name}", (right, up), (across, high))
        letters += (
            f'<g class="vae-letter vae-of-{name}" transform="translate('
            f'{half + unit * right:.2f} {half - unit * up:.2f})"><circle r="14"/>'
            f"<text>{name}</text></g>"
        )
    return (
        f'<svg viewBox="0 0 {SIDE} {SIDE}" role="img" aria-label="Two experts as '
        'ellipses, the prior as a circle, and their product, filled">'
        f'<path class="vae-cross" d="M0 {half:g}H{SIDE}M{half:g} 0V{SIDE}"/>'
        f'<g transform="translate({half:g} {half:g}) scale({unit:g} -{unit:g})">'
        f"{shapes}</g>{letters}</svg>"
    )


def _ellipse(name: str, mean: Sequence[float], scale: Sequence[float]) -> str:
    return (
        f'<ellipse class="{name}" cx="{mean[0]:.4f}" cy="{mean[1]:.4f}" '
        f'rx="{scale[0]:.4f}" ry="{scale[1]:.4f}" vector-effect="non-scaling-stroke"/>'
    )


def _expert(name: str, values: Sequence[float]) -> str:
    sliders = "".join(
        f"<label><span>{knob} <b>{_signed(value)}</b></span>"
        f'<input type="range" min="{low:g}" max="{high:g}" step="{step:g}" '
        f'value="{value:g}" aria-label="Expert {name}, {knob}" '
        f'aria-valuetext="{_signed(value)}"></label>'
        for (knob, low, high, step), value in zip(KNOBS, values, strict=True)
    )
    return (
        f'<fieldset class="vae-opinion vae-of-{name}" disabled>'
        f'<legend>Expert {name}</legend><label class="vae-here">'
        f'<input type="checkbox" checked> <span>speaks</span></label>{sliders}'
        "</fieldset>"
    )

"""The drawings of a code under prices: its ellipses, and a bar for each kind of nat."""

from collections.abc import Mapping
from html import escape

import numpy as np

__all__ = ["LONGEST", "code_map", "nat_rows", "price_options"]

SIDE = 400  # the map's own units; it scales with the page
UNIT = 60  # of one standard deviation of the prior
REACH = 2  # everything is drawn at so many standard deviations
LONGEST = 7.0  # nats of a full bar
CHOICES = {
    "together": "Move all three together: a β-VAE",
    "narrow": "Let each latent see one pixel only",
}


def code_map(root: np.ndarray, means: np.ndarray, scales: np.ndarray) -> str:
    """Draw the aggregate posterior's ellipse over the prior's circle, and posteriors.

    Args:
        root: L (2, 2), with L Lᵀ the covariance of z over the data.
        means: of the posteriors of a few examples, (E, 2).
        scales: standard deviations that all posteriors share, (2,).

    Returns:
        An SVG element. A script moves the circles by their transforms: unit circles,
        mapped by `matrix(a b c d e f)` as SVG has it.
    """
    half = SIDE / 2
    posteriors = "".join(
        _circle("vae-posterior", scales[0], 0, 0, scales[1], *mean) for mean in means
    )
    prior = _circle("vae-prior", 1, 0, 0, 1, 0, 0)
    aggregate = _circle("vae-aggregate", *root.T.ravel(), 0, 0)
    return (
        f'<svg viewBox="0 0 {SIDE} {SIDE}" role="img" aria-label="The prior as a '
        'circle, the aggregate posterior as an ellipse, posteriors of examples">'
        f'<g class="vae-circles"><path d="M0 {half:g}H{SIDE}M{half:g} 0V{SIDE}"/></g>'
        f'<g transform="translate({half:g} {half:g}) scale({UNIT} -{UNIT})">'
        f"{posteriors}{prior}{aggregate}</g>"
        f'<g class="vae-axes"><text x="{SIDE - 14}" y="{half - 14:g}">z₁</text>'
        f'<text x="{half + 16:g}" y="12">z₂</text></g></svg>'
        '<p class="vae-caption">Dashed: the prior. Thick: all codes together. '
        "Small: the codes of ten examples. At two standard deviations each.</p>"
    )


def nat_rows(nats: Mapping[str, float]) -> str:
    """A row for each quantity: its name, a bar and the number.

    Args:
        nats: name -> non-negative nats; a bar is full at LONGEST.

    Returns:
        HTML elements, whose bars `i` and numbers `b` a script changes; a line in each
        bar stays where it was at the start.
    """
    return "".join(
        f'<div class="vae-class-{k} vae-nats"><span>{escape(name)}</span>'
        f'<i style="--vae-nats:{share:.4f};--vae-then:{share:.4f}"></i>'
        f"<b>{value:.2f}</b></div>"
        for k, (name, value) in enumerate(nats.items())
        for share in [min(1, value / LONGEST)]
    )


def price_options() -> str:
    """Two boxes to tick and a button, disabled until a script takes them."""
    boxes = "".join(
        f'<label><input type="checkbox" name="{name}" disabled> {label}</label>'
        for name, label in CHOICES.items()
    )
    return (
        f'{boxes}<button type="button" class="vae-button" disabled>Start again</button>'
    )


def _circle(name: str, *matrix: float) -> str:
    numbers = " ".join(f"{value:.4f}" for value in matrix)
    return (
        f'<circle class="{name}" r="{REACH}" transform="matrix({numbers})" '
        'vector-effect="non-scaling-stroke"/>'
    )

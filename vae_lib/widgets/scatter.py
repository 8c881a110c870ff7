"""A cloud of labelled codes as an SVG that follows the page's colours."""

import numpy as np

__all__ = ["GLYPHS", "PALETTE", "scatter"]

SIDE = 400  # the drawing's own units; it scales with the page
MOST_POINTS = 1500
# Colour is never the only sign: each class is drawn with a character of its own.
GLYPHS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PALETTE = 10


def scatter(
    codes: np.ndarray,
    labels: np.ndarray | None,
    reach: float,
    *,
    circles: int | None = None,
) -> str:
    """Draw codes (N, 2) in the square [-reach, reach]^2, z_2 upwards.

    Args:
        codes: points; evenly thinned to 1,500, those beyond reach left out.
        labels: class of each point, integers in [0, 36), or None for plain dots.
        reach: half the square's side, in prior standard deviations; the circles are
            drawn at 1, 2, 3, ... of them.
        circles: how many to draw; as many as fit if not given.

    Returns:
        An SVG element, with one text for each class in ascending order.
    """
    every = np.arange(0, len(codes), -(-len(codes) // MOST_POINTS))
    keep = every[(np.abs(codes[every]) < reach).all(axis=1)]
    across = SIDE * (0.5 + codes[keep, 0] / (2 * reach))
    down = SIDE * (0.5 - codes[keep, 1] / (2 * reach))
    classes = np.full(len(keep), -1) if labels is None else labels[keep]
    half = SIDE / 2
    rings = "".join(
        f'<circle cx="{half:g}" cy="{half:g}" r="{half * radius / reach:.1f}"/>'
        for radius in range(1, (int(reach) if circles is None else circles) + 1)
    )
    groups = [
        _glyphs(k, across[classes == k], down[classes == k]) for k in np.unique(classes)
    ]
    return (
        f'<svg viewBox="0 0 {SIDE} {SIDE}" role="img" aria-label="{len(keep)} codes">'
        f'<g class="vae-circles">{rings}'
        f'<path d="M0 {half:g}H{SIDE}M{half:g} 0V{SIDE}"/></g>'
        f"{''.join(groups)}"
        f'<g class="vae-axes"><text x="{SIDE - 12}" y="{half - 10:g}">z₁</text>'
        f'<text x="{half + 12:g}" y="12">z₂</text></g></svg>'
    )


def _glyphs(label: int, across: np.ndarray, down: np.ndarray) -> str:
    """All points of one class as one text, each character at its own place."""
    glyph = "•" if label < 0 else GLYPHS[label]
    colour = "plain" if label < 0 else str(label % PALETTE)
    x = " ".join(f"{value:.0f}" for value in across)
    y = " ".join(f"{value:.0f}" for value in down)
    return (
        f'<text class="vae-class-{colour}" x="{x}" y="{y}">{glyph * len(across)}</text>'
    )

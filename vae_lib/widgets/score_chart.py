"""The drawings of a rotation: codes that can be turned, and curves over the angle."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

__all__ = ["DASHES", "curve_chart", "score_rows", "turning_map"]

SIDE = 400  # the map's own units; it scales with the page
SHADOW = 12  # height of a column's shadow, with the gap below it
DASHES = ("", "7 3", "2 3", "9 3 2 3", "13 4", "1 4")
# The chart: its size, and the rectangle between its axes.
WIDTH, HEIGHT = 400, 220
LEFT, RIGHT, TOP, BOTTOM = 38, 382, 12, 184


def turning_map(
    codes: np.ndarray, columns: Mapping[str, np.ndarray], reach: float
) -> str:
    """Draw codes (N, 2) as dots, some of them as lines, in a group that a script turns.

    Below the square lies, for each column, its shadow: the part of z_1 that it covers.

    Args:
        codes: points, those beyond reach included: a turn may bring them in.
        columns: name -> codes (M, 2) on a line, drawn from the first to the last.
        reach: half the square's side.

    Returns:
        An SVG element.
    """
    half = SIDE / 2
    dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in _place(codes, reach))
    lines, shadows = [], []
    for k, points in enumerate(columns.values()):
        (x0, y0), (x1, y1) = _place(points[[0, -1]], reach)
        lines.append(
            f'<path class="vae-class-{k}" d="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"/>'
        )
        left, right = _place(points, reach)[:, 0][[0, -1]]
        low, width = min(left, right) - 2, abs(left - right) + 4
        shadows.append(
            f'<rect class="vae-class-{k}" x="{low:.1f}" y="{SIDE + 6 + SHADOW * k}" '
            f'width="{width:.1f}" height="{SHADOW - 4}"/>'
        )
    names = escape(", ".join(columns))
    return (
        f'<svg viewBox="0 0 {SIDE} {SIDE + 8 + SHADOW * len(columns)}" role="img" '
        f'aria-label="{len(codes)} codes; lines and shadows: {names}">'
        f'<g class="vae-circles"><path d="M0 {half:g}H{SIDE}M{half:g} 0V{SIDE}"/></g>'
        f'<g class="vae-turning"><path class="vae-dots" d="{dots}"/>'
        f'{"".join(lines)}</g><g class="vae-shadows">{"".join(shadows)}</g>'
        f'<g class="vae-axes"><text x="{SIDE - 14}" y="{half - 14:g}">z₁</text>'
        f'<text x="{half + 16:g}" y="12">z₂</text></g></svg>'
    )


def curve_chart(degrees: Sequence[float], scores: Mapping[str, Sequence[float]]) -> str:
    """Draw scores in [0, 1] over an angle, with a line that a script moves.

    Args:
        degrees: angles, (A,), ascending.
        scores: name -> a value for each angle, (A,).

    Returns:
        An SVG element; the line `.vae-now` stands at the first angle.
    """
    share = (np.asarray(degrees) - degrees[0]) / (degrees[-1] - degrees[0])
    across = LEFT + (RIGHT - LEFT) * share
    curves = [
        f'<path class="vae-class-{k}" stroke-dasharray="{DASHES[k]}" d="M'
        + "L".join(
            f"{x:.1f} {BOTTOM - (BOTTOM - TOP) * y:.1f}"
            for x, y in zip(across, values, strict=True)
        )
        + '"/>'
        for k, values in enumerate(scores.values())
    ]
    levels = [(value, BOTTOM - (BOTTOM - TOP) * value) for value in (0, 0.5, 1)]
    grid = "".join(f"M{LEFT} {y:g}H{RIGHT}" for _, y in levels)
    heights = "".join(
        f'<text x="{LEFT - 20}" y="{y:g}">{value:g}</text>' for value, y in levels
    )
    stops = [degrees[0], (degrees[0] + degrees[-1]) / 2, degrees[-1]]
    angles = "".join(
        f'<text x="{x:g}" y="{BOTTOM + 20}">{stop:g}°</text>'
        for x, stop in zip((LEFT, (LEFT + RIGHT) / 2, RIGHT), stops, strict=True)
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="Scores over the angle: {escape(", ".join(scores))}">'
        f'<g class="vae-circles"><path d="{grid}"/></g>'
        f'<g class="vae-axes">{heights}{angles}</g>{"".join(curves)}'
        f'<path class="vae-now" data-length="{RIGHT - LEFT}" '
        f'd="M{LEFT} {TOP - 4}V{BOTTOM + 4}"/></svg>'
    )


def score_rows(scores: Mapping[str, float]) -> str:
    """A row for each score: the line of its curve, its name, a bar and the number.

    Args:
        scores: name -> score in [0, 1].

    Returns:
        HTML elements, whose bars `i` and numbers `b` a script changes.
    """
    return "".join(
        f'<div class="vae-class-{k} vae-score">'
        f'<svg viewBox="0 0 30 8" aria-hidden="true"><path class="vae-class-{k}" '
        f'stroke-dasharray="{DASHES[k]}" d="M0 4H30"/></svg>'
        f'<span>{escape(name)}</span><i style="--vae-score:{score:.4f}"></i>'
        f"<b>{score:.2f}</b></div>"
        for k, (name, score) in enumerate(scores.items())
    )


def _place(codes: np.ndarray, reach: float) -> np.ndarray:
    """Where codes (N, 2) lie on the map, (N, 2), z_2 upwards."""
    return SIDE * (0.5 + codes * [1, -1] / (2 * reach))

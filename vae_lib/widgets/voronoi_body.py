"""The Voronoi stepper's parts as HTML: a poster that the script brings alive.

Every control is disabled here; the script enables what a reader may use.
"""

from html import escape

import numpy as np

from vae_lib.plots import voronoi_cells
from vae_lib.widgets.flow_body import measure_row
from vae_lib.widgets.scatter import GLYPHS

__all__ = ["LETTERS", "MOST_COMMITMENT", "voronoi_body"]

SIDE = 400  # the drawing's own units; it scales with the page
LETTERS = "abcdefghij"  # a code's name; a digit names a class
MOST_COMMITMENT = 2.0
MOVERS = {
    "gradient": "A gradient step",
    "average": "A moving average (EMA)",
    "k_means": "A round of k-means",
}
ARROWS = {
    "says": "decoder's gradient, at the code",
    "copied": "the same, copied to the latent",
    "held": "commitment, at the latent",
    "taught": "codebook loss, at the code",
}


def voronoi_body(
    points: np.ndarray,
    labels: np.ndarray | None,
    codebook: np.ndarray,
    reach: float,
    *,
    commitment: float,
    counts: np.ndarray,
    measures: np.ndarray,
) -> str:
    """The parts below the title, in reading order.

    Args:
        points: where the latents start, (N, 2).
        labels: class of each, (N,), or None.
        codebook: (K, 2).
        reach: half the map's side.
        commitment: at the start.
        counts: uses of each code, (K,).
        measures: mean squared error, mean squared distance of a latent, perplexity.
    """
    error, gap, perplexity = measures
    many, used = len(codebook), int((counts > 0).sum())
    rows = [
        measure_row("error", "Squared error, point to code", f"{error:.3f}", 1.0),
        measure_row("gap", "Squared distance, latent to code", f"{gap:.3f}", 1.0),
        measure_row("used", "Codes in use", f"{used} of {many}", used / many),
        measure_row("perplexity", "Perplexity", f"{perplexity:.2f}", perplexity / many),
    ]
    options = "".join(
        f'<option value="{name}">{escape(label)}</option>'
        for name, label in MOVERS.items()
    )
    legend = "".join(
        f'<span><svg viewBox="0 0 24 8" aria-hidden="true"><path class="vae-{name}" '
        f'd="M1 4H22M17 1L22 4L17 7"/></svg>{escape(words)}</span>'
        for name, words in ARROWS.items()
    )
    return f"""
<div class="vae-plan"><div class="vae-map">{_drawing(points, labels, codebook, reach)}
{_handles(codebook, counts, reach)}</div>
<p class="vae-arrow-key">{legend}</p>
{_uses(counts)}</div>
<div class="vae-side">
<fieldset class="vae-settings" disabled><legend>Settings</legend>
<label><span>The codes move by</span><select name="mover">{options}</select></label>
<label class="vae-tick"><input type="checkbox" name="restart">
<span>Restart codes that nobody uses</span></label>
<label class="vae-tick"><input type="checkbox" name="follow">
<span>The latents move too</span></label>
<label class="vae-commitment"><span>Commitment <b>{commitment:.2f}</b></span>
<input type="range" name="commitment" min="0" max="{MOST_COMMITMENT:g}" step="0.05"
 value="{commitment:g}" disabled></label>
<label class="vae-pick"><span>Arrows at latent <b>1</b></span>
<input type="range" name="latent" min="1" max="{len(points)}" step="1" value="1">
</label>
</fieldset>
<fieldset class="vae-run" disabled><legend>Run</legend>
<button type="button" class="vae-button vae-train">Play</button>
<button type="button" class="vae-button vae-once">Step</button>
<button type="button" class="vae-button vae-again">Reset</button>
<p class="vae-count">Step 0</p></fieldset>
<div class="vae-measures">{"".join(rows)}</div></div>
"""


def _drawing(
    points: np.ndarray, labels: np.ndarray | None, codebook: np.ndarray, reach: float
) -> str:
    cells = "".join(
        f'<polygon class="vae-class-{place}" points="{_corners(cell, reach)}"/>'
        for place, cell in enumerate(voronoi_cells(codebook, reach))
    )
    glyphs = "•" * len(points)
    if labels is not None:
        glyphs = "".join(GLYPHS[label] for label in labels)
    x, y = (" ".join(f"{v:.1f}" for v in side) for side in _places(points, reach).T)
    arrows = "".join(f'<path class="vae-{name}"/>' for name in ARROWS)
    return (
        f'<svg viewBox="0 0 {SIDE} {SIDE}" role="img" aria-label="{len(points)} '
        f'latents among {len(codebook)} codes"><g class="vae-regions">{cells}</g>'
        f'<text class="vae-crowd" x="{x}" y="{y}">{glyphs}</text>'
        f'<g class="vae-arrows"><circle class="vae-target" r="6"/>{arrows}</g></svg>'
    )


def _handles(codebook: np.ndarray, counts: np.ndarray, reach: float) -> str:
    return "".join(
        f'<div class="vae-code{" vae-empty" * int(count == 0)}" '
        f'style="left:{100 * x / SIDE:.2f}%;top:{100 * y / SIDE:.2f}%">{letter}</div>'
        for letter, count, (x, y) in zip(
            LETTERS, counts, _places(codebook, reach), strict=False
        )
    )


def _uses(counts: np.ndarray) -> str:
    most = max(counts.max(), 1)
    columns = "".join(
        f'<div class="vae-tally-bar{" vae-empty" * int(count == 0)}"><b>{count:.0f}</b>'
        f'<i style="--vae-share:{count / most:.3f}"></i><span>{letter}</span></div>'
        for letter, count in zip(LETTERS, counts, strict=False)
    )
    return (
        '<div class="vae-tally"><p>Latents that choose each code</p>'
        '<div class="vae-tally-bars" role="img" aria-label="Uses">'
        f"{columns}</div></div>"
    )


def _places(points: np.ndarray, reach: float) -> np.ndarray:
    """Points (N, 2) in the drawing's units, the second coordinate upwards."""
    return SIDE * (0.5 + points * [1, -1] / (2 * reach))


def _corners(cell: np.ndarray, reach: float) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in _places(cell, reach))

"""The codebook dashboard's parts as HTML: a poster that the script brings alive.

Every control is disabled here; the script enables what a reader may use.
"""

import math

import numpy as np

from vae_lib.widgets.flow_body import measure_row

__all__ = ["SIZES", "SPEEDS", "health_body"]

SIZES = (32, 64, 128, 256)
# steps in which the encoder goes its way, in words; 0 is no way at all
SPEEDS = {
    0: "has learned, stands still",
    600: "learns in 600 steps",
    300: "learns in 300 steps",
    100: "learns in 100 steps",
}
SIDE = 400  # of the map, in the drawing's units
EDGE = 6  # what lies beyond stays at the edge


def health_body(
    latents: np.ndarray,
    codes: np.ndarray,
    counts: np.ndarray,
    *,
    speed: int,
    perplexity: float,
    error: float,
) -> str:
    """The parts below the title, in reading order.

    Args:
        latents: some of them on the map, (M, 2), in [-1, 1]; beyond it is outside.
        codes: all of them on the map, (K, 2).
        counts: how many of all latents chose each code, (K,).
        speed: of the encoder at the start, one of SPEEDS.
        perplexity: of all latents.
        error: as a share of the latents' variance.
    """
    size, alive, many = len(counts), int((counts > 0).sum()), int(counts.sum())
    sizes = "".join(
        f'<option value="{k}"{" selected" * (k == size)}>{k}</option>' for k in SIZES
    )
    words = f"{size} codes: {alive} in use, {size - alive} dead"
    rows = [
        measure_row("alive", "Codes in use", f"{alive} of {size}", alive / size),
        measure_row(
            "whole", "Perplexity, all latents", f"{perplexity:.1f}", perplexity / size
        ),
        measure_row("batch", "Perplexity, a batch of 256", "–", 0.0),
        measure_row("error", "Error (share of variance)", f"{error:.3g}", error),
    ]
    speeds = list(SPEEDS)
    used, dead = _dots(codes[counts > 0]), _crosses(codes[counts == 0])
    return f"""
<div class="vae-map"><svg viewBox="0 0 {SIDE} {SIDE}" role="img"
 aria-label="Map of latents and {words}">
<path class="vae-latents" d="{_dots(latents)}"/><path class="vae-dead" d="{dead}"/>
<path class="vae-halo" d="{used}"/><path class="vae-alive" d="{used}"/></svg>
<p class="vae-key"><i class="vae-key-latent"></i>latents
<i class="vae-key-alive"></i>codes in use <i class="vae-key-dead">×</i>dead codes</p>
</div>
<div class="vae-side">
<fieldset class="vae-settings" disabled><legend>Settings</legend>
<label><span>Codes</span><select name="codes">{sizes}</select></label>
<label><span>They start</span><select name="start">
<option value="random">at random</option><option value="kmeans">by k-means</option>
</select></label>
<label><span>They follow</span><select name="mover"><option value="follow">a moving
 average</option><option value="descend">the gradient</option></select></label>
<label class="vae-restarts"><input type="checkbox" name="restarts">
<span>Restart dead codes</span></label>
<label class="vae-speed"><span>The encoder <b>{SPEEDS[speed]}</b></span>
<input type="range" name="speed" min="0" max="{len(speeds) - 1}" step="1"
 value="{speeds.index(speed)}" aria-valuetext="{SPEEDS[speed]}"></label></fieldset>
<fieldset class="vae-run" disabled><legend>Run</legend>
<button type="button" class="vae-button vae-train" tabindex="0">Play</button>
<button type="button" class="vae-button vae-once">Step</button>
<button type="button" class="vae-button vae-again">Reset</button>
<p class="vae-count">Step 0</p></fieldset>
<div class="vae-measures">{"".join(rows)}</div></div>
<figure class="vae-chart vae-bars"><figcaption>How many latents each code has, sorted
 (logarithmic; dashed: all alike)</figcaption><div class="vae-plot">
<span class="vae-chart-top">{many:,}</span><span class="vae-chart-low">0</span>
<svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img"
 aria-label="Latents of each code; {words}"><path class="vae-bar" d="{_bars(counts)}"/>
<path class="vae-twin" d="{_even(size, many)}"/></svg></div></figure>
{_chart("perplexity", "Perplexity; of a batch dashed")}
{_chart("errors", "Error (share of variance)")}
"""


def _chart(name: str, title: str) -> str:
    return f"""<figure class="vae-chart vae-line-{name}">
<figcaption>{title}</figcaption>
<div class="vae-plot"><span class="vae-chart-top">&nbsp;</span>
<span class="vae-chart-low">&nbsp;</span>
<svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img"
 aria-label="{title}: no step yet"><path d=""/><path class="vae-twin" d=""/></svg></div>
<p class="vae-chart-axis"><span>0</span><span class="vae-chart-end">&nbsp;</span></p>
</figure>"""


def _places(points: np.ndarray) -> np.ndarray:
    across = SIDE * (0.5 + points[:, 0] / 2)
    down = SIDE * (0.5 - points[:, 1] / 2)
    return np.stack([across, down], 1).clip(EDGE, SIDE - EDGE)


def _dots(points: np.ndarray) -> str:
    return "".join(f"M{x:.1f} {y:.1f}h0" for x, y in _places(points))


def _crosses(points: np.ndarray) -> str:
    return "".join(f"M{x - 3:.1f} {y - 3:.1f}l6 6m0-6l-6 6" for x, y in _places(points))


def _bars(counts: np.ndarray) -> str:
    """One bar a code, the fullest first, as high as the logarithm of its count."""
    wide = 100 / len(counts)
    high = 100 * np.log1p(sorted(counts[counts > 0], reverse=True))
    high /= math.log1p(counts.sum())
    return "".join(
        f"M{k * wide:.2f} 100v-{up:.1f}h{0.8 * wide:.2f}V100z"
        for k, up in enumerate(high)
    )


def _even(size: int, many: int) -> str:
    return f"M0 {100 - 100 * math.log1p(many / size) / math.log1p(many):.1f}H100"

"""The divergence flow's parts as HTML: a poster that the script brings alive.

Every control is disabled here; the script enables what a reader may use.
"""

import math
from html import escape

import numpy as np

from vae_lib.widgets.scatter import scatter

__all__ = ["PULLS", "SCALES", "flow_body", "measure_row"]

# name of the function -> its label, its value's label, and the value of a full bar;
# None for the value at the start
PULLS = {
    "rate": ("Rate, image by image", "Rate (nats)", None),
    "gaussian": ("MMD, Gaussian kernel", "MMD², estimated", 0.3),
    "multiquadric": ("MMD, inverse multiquadric", "MMD², estimated", 0.3),
    "adversary": ("An adversary", "Its cross-entropy (nats)", math.log(2)),
}
SCALES = (0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5)
PRIOR_CIRCLES = 2


def flow_body(
    codes: np.ndarray,
    labels: np.ndarray | None,
    reach: float,
    *,
    scale: float,
    rate: float,
    measures: np.ndarray,
) -> str:
    """The parts below the title, in reading order.

    Args:
        codes: at the start, (N, 2), in the order of their labels.
        labels: class of each, (N,), or None.
        reach: half the map's side, in standard deviations of the prior.
        scale: of the kernel at the start, one of SCALES.
        rate: mean rate at the start, nats.
        measures: information (nats), misfit (nats) and share of alike neighbours.
    """
    cloud = scatter(codes, labels, reach, circles=PRIOR_CIRCLES)
    options = "".join(
        f'<option value="{name}"{" selected" * (k == 0)}>{escape(label)}</option>'
        for k, (name, (label, *_)) in enumerate(PULLS.items())
    )
    information, misfit, alike = measures
    first_value = next(iter(PULLS.values()))[1]
    rows = [
        measure_row("value", first_value, f"{rate:.2f}", 1.0),
        measure_row(
            "information",
            "Information (nats)",
            f"{information:.2f}",
            information / math.log(len(codes)),
        ),
        measure_row("misfit", "Misfit to the prior (nats)", f"{misfit:.2f}", 1.0),
    ]
    if labels is not None:
        rows.append(
            measure_row("alike", "Neighbours alike", f"{100 * alike:.0f} %", alike)
        )
    return f"""
<div class="vae-map">{cloud}<span class="vae-width" hidden></span></div>
<div class="vae-side">
<fieldset class="vae-settings" disabled><legend>Settings</legend>
<label><span>What pulls the codes</span><select name="pull">{options}</select></label>
<label class="vae-scale"><span>Kernel scale <b>{scale:g}</b></span>
<input type="range" name="scale" min="0" max="{len(SCALES) - 1}" step="1"
 value="{SCALES.index(scale)}" aria-valuetext="{scale:g}" disabled></label></fieldset>
<fieldset class="vae-run" disabled><legend>Run</legend>
<button type="button" class="vae-button vae-train" tabindex="0">Play</button>
<button type="button" class="vae-button vae-once">Step</button>
<button type="button" class="vae-button vae-again">Reset</button>
<p class="vae-count">Step 0</p></fieldset>
<div class="vae-measures">{"".join(rows)}</div></div>
"""


def measure_row(name: str, label: str, written: str, share: float) -> str:
    """A quantity's label and value, over a bar that is filled to its share."""
    share = min(1.0, max(0.0, share))
    written = written.replace("-", "−")
    return (
        f'<div class="vae-measure vae-of-{name}"><span>{escape(label)}</span>'
        f'<b>{written}</b><i style="--vae-share:{share:.3f}"></i></div>'
    )

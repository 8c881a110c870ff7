"""The beta lab's parts as HTML: a poster that the script brings alive.

Every control is disabled here; the script enables what a reader may use.
"""

from collections.abc import Mapping, Sequence

from vae_lib.widgets.lab_data import LabData
from vae_lib.widgets.lab_parts import (
    RUN,
    chart,
    choice,
    example_buttons,
    options,
    price,
    seed_field,
)

__all__ = ["ANNEALING", "BETAS", "LATENTS", "lab_body"]

BETAS = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 4, 6, 8, 12, 16)
LATENTS = (4, 10)
ANNEALING = (0, 500, 2000)


def lab_body(
    data: Mapping[str, LabData],
    latents: Sequence[int],
    start: Mapping[str, str | float],
    examples: Sequence[str],
) -> str:
    """The lab's parts below its title, in reading order.

    Args:
        data: data sets by name.
        latents: numbers of latents to choose from.
        start: the settings at first: data, latents, beta, anneal, seed.
        examples: addresses of the first data set's example pictures.
    """
    first = data[str(start["data"])]
    side = first.pixels.shape[-1]
    pictures = example_buttons(examples, "Encode example", side)
    labels = {name: one.label for name, one in data.items()}
    ramps = {n: f"over {n:,} steps" if n else "none" for n in ANNEALING}
    return f"""
<fieldset class="vae-settings" disabled><legend>Settings</legend>
{choice("data", "Data", labels, start["data"])}
{choice("latents", "Latents", {n: n for n in latents}, start["latents"])}
{choice("anneal", "Annealing of β", ramps, start["anneal"])}
{seed_field(start["seed"])}
{price("beta", "β", BETAS, start["beta"])}</fieldset>
{RUN}
<div class="vae-charts">{chart("distortion", "Distortion (nats)")}\
{chart("rate", "Rate (nats)")}{chart("gap", "MIG")}</div>
<div class="vae-pair">{_model("mine", "Yours")}{_model("twin", "Twin, β = 1")}</div>
<label class="vae-factor"><span>Maps coloured by</span>
<select name="factor" disabled>{options(dict(enumerate(first.names)), 0)}</select>
</label>
<fieldset class="vae-probe" disabled><legend>Move the latents of the model</legend>
<div class="vae-who">
<label><input type="radio" name="who" value="0" checked> yours</label>
<label><input type="radio" name="who" value="1"> the twin</label></div>
<div class="vae-frame"><canvas width="{side}" height="{side}" role="img"
 aria-label="Decoded picture"></canvas></div>
<div class="vae-dials">{_dials(int(start["latents"]))}</div>
<div class="vae-examples">{pictures}</div></fieldset>
"""


def _model(kind: str, label: str) -> str:
    return f"""<section class="vae-model vae-of-{kind}" aria-label="{label}">
<p class="vae-name">{label}</p>
<p class="vae-caption">Nats in each latent</p><ol class="vae-bars"></ol>
<p class="vae-caption">What comes back</p><canvas width="62" height="8" role="img"
 aria-label="Reconstructions of the examples"></canvas>
<p class="vae-caption">The busiest latents, moved</p><div class="vae-grid">
<div class="vae-grid-names"></div><canvas width="62" height="35" role="img"
 aria-label="Traversals"></canvas></div>
<p class="vae-caption">Where images lie</p><div class="vae-codes">
<span class="vae-codes-name vae-up">&nbsp;</span>
<svg viewBox="0 0 200 200" role="img" aria-label="Codes of the images"></svg>
<span class="vae-codes-name vae-across">&nbsp;</span></div></section>"""


def _dials(count: int) -> str:
    return "".join(
        f'<label><span>z{"₀₁₂₃₄₅₆₇₈₉"[k + 1]}</span><input type="range" min="-3" '
        'max="3" step="0.1" value="0"></label>'
        for k in range(min(count, 9))
    )

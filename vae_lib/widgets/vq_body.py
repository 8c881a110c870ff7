"""The VQ lab's parts as HTML: a poster that the script brings alive.

Every control is disabled here; the script enables what a reader may use.
"""

from collections.abc import Mapping, Sequence

from vae_lib.widgets.code_parts import code_editor
from vae_lib.widgets.lab_data import LabData
from vae_lib.widgets.lab_parts import (
    RUN,
    chart,
    choice,
    example_buttons,
    price,
    seed_field,
)

__all__ = ["CODES", "COMMITMENTS", "DECAYS", "DIMS", "vq_body"]

CODES = (8, 16, 64, 256)
DIMS = (2, 8)
COMMITMENTS = (0.05, 0.1, 0.25, 0.5, 1, 2)
DECAYS = {0: "the gradient", 0.9: "average, 0.9", 0.99: "average, 0.99"}
NO_YES = {0: "no", 1: "yes"}


def vq_body(
    data: Mapping[str, LabData],
    codes: Sequence[int],
    dims: Sequence[int],
    start: Mapping[str, str | float],
    examples: Sequence[str],
) -> str:
    """The lab's parts below its title, in reading order.

    Args:
        data: data sets by name.
        codes: sizes of the codebook to choose from.
        dims: numbers in a code to choose from.
        start: the settings at first, as in `VQSettings`.
        examples: addresses of the first data set's example pictures.
    """
    side = data[str(start["data"])].pixels.shape[-1]
    labels = {name: one.label for name, one in data.items()}
    starts = {0: "random codes", 1: "k-means"}
    return f"""
<fieldset class="vae-settings" disabled><legend>Settings</legend>
{choice("data", "Data", labels, start["data"])}
{choice("codes", "Codes", {n: n for n in codes}, start["codes"])}
{choice("dim", "Numbers in a code", {n: n for n in dims}, start["dim"])}
{choice("decay", "Codes follow", DECAYS, start["decay"])}
{choice("k_means", "Codebook starts as", starts, start["k_means"])}
{choice("restarts", "Rare codes restart", NO_YES, start["restarts"])}
{seed_field(start["seed"])}
{price("commitment", "Commitment", COMMITMENTS, start["commitment"])}</fieldset>
{RUN}
<div class="vae-charts">{chart("distortion", "Distortion (nats)")}\
{chart("distance", "Distance terms")}\
{chart("perplexity", "Perplexity of the codes")}</div>
<div class="vae-pair"><section class="vae-codebook" aria-label="Codebook">
<p class="vae-name">The codebook</p>
<p class="vae-caption">How often each code is used, most used first</p>
<svg class="vae-uses" viewBox="0 0 100 40" preserveAspectRatio="none" role="img"
 aria-label="Use of each code: nothing yet"><path class="vae-even"></path>
<path class="vae-use"></path></svg><p class="vae-used">&nbsp;</p>
<p class="vae-caption">What comes back, below what went in</p>
<canvas class="vae-back" width="62" height="17" role="img"
 aria-label="Examples and their reconstructions"></canvas>
<p class="vae-error">&nbsp;</p></section>
<section class="vae-plane-of-codes" aria-label="Latents and codes">
<p class="vae-name">Latents and codes</p>
<p class="vae-caption">Each latent goes to the code of its cell</p>
<svg class="vae-voronoi" viewBox="-100 -100 200 200" role="img"
 aria-label="Latents and codes: nothing yet"></svg>
<p class="vae-reach">&nbsp;</p></section></div>
{
        code_editor(
            "Change the codes of a picture",
            example_buttons(examples, "Edit example", side),
            side,
        )
    }
"""

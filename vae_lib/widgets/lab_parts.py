"""What every lab's body is made of, as HTML: fields, buttons, charts, examples."""

from collections.abc import Mapping, Sequence
from html import escape

from vae_lib.widgets.poster import image

__all__ = [
    "RUN",
    "chart",
    "choice",
    "example_buttons",
    "options",
    "price",
    "seed_field",
]

RUN = """<fieldset class="vae-run" disabled><legend>Training</legend>
<button type="button" class="vae-button vae-train" tabindex="0">Train</button>
<button type="button" class="vae-button vae-once">Step</button>
<button type="button" class="vae-button vae-again">Reset</button>
<p class="vae-count">Step 0</p></fieldset>"""


def options(values: Mapping, chosen: object) -> str:
    """Options of a field, value -> label."""
    return "".join(
        f'<option value="{escape(str(value))}"{" selected" * (value == chosen)}>'
        f"{escape(str(label))}</option>"
        for value, label in values.items()
    )


def choice(name: str, label: str, values: Mapping, chosen: object) -> str:
    """A field to choose from, value -> label."""
    return (
        f'<label><span>{label}</span><select name="{name}">'
        f"{options(values, chosen)}</select></label>"
    )


def chart(name: str, label: str) -> str:
    """A chart of one curve in full and one dashed, empty."""
    parts = {part: f'<span class="vae-chart-{part}">&nbsp;</span>' for part in
             ("now", "top", "low", "end")}  # fmt: skip
    return (
        f'<figure class="vae-chart vae-chart-of-{name}">'
        f"<figcaption>{label}</figcaption>"
        f'{parts["now"]}<div class="vae-plot">{parts["top"]}{parts["low"]}'
        '<svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{label}: nothing yet"><path class="vae-mine"></path>'
        '<path class="vae-twin"></path></svg></div>'
        f'<p class="vae-chart-axis"><span>0</span>{parts["end"]}</p></figure>'
    )


def seed_field(seed: int) -> str:
    """A field for the seed of a run."""
    return (
        '<label><span>Seed</span><input type="number" name="seed" min="0" max="9999" '
        f'value="{seed}"></label>'
    )


def price(name: str, label: str, values: Sequence[float], chosen: float) -> str:
    """A slider over the values of a price, which its label tells."""
    return (
        f'<label class="vae-price"><span>{label} = <b>{chosen:g}</b></span>'
        f'<input type="range" name="{name}" min="0" max="{len(values) - 1}" step="1" '
        f'value="{values.index(chosen)}" aria-valuetext="{chosen:g}"></label>'
    )


def example_buttons(addresses: Sequence[str], verb: str, side: int) -> str:
    """A button with each example's picture."""
    return "".join(
        '<button type="button" class="vae-example">'
        f"{image(address, f'{verb} {k}', side, side)}</button>"
        for k, address in enumerate(addresses, 1)
    )

"""The editor of a picture's codes as HTML, before a script brings it alive."""

from vae_lib.widgets.poster import image

__all__ = ["code_editor"]


def code_editor(
    title: str,
    examples: str,
    side: int,
    *,
    start: tuple[str, str] | None = None,
    palette: tuple[str, int, int] | None = None,
) -> str:
    """A picture under the grid of its codes, the codes to choose from, and buttons.

    Args:
        title: its heading.
        examples: buttons of the pictures to choose from, as HTML.
        side: of a picture, in pixels.
        start: addresses of the decoded picture and of the picture itself at the start;
            black if not given.
        palette: address, width and height of the codes' picture; drawn later if not
            given.
    """
    frame, itself = (
        _canvas(name, side) if start is None else image(start[k], name, side, side)
        for k, name in enumerate(("Decoded picture", "The picture itself"))
    )
    tiles = '<canvas width="8" height="4" aria-hidden="true"></canvas>'
    codes = tiles
    if palette is not None:
        codes = image(palette[0], "What each code draws by itself", *palette[1:])
    return f"""<fieldset class="vae-editor" disabled><legend>{title}</legend>
<div class="vae-examples">{examples}</div>
<div class="vae-pictures"><p class="vae-caption">Its codes, decoded</p>
<p class="vae-caption">The picture itself</p>
<div class="vae-frame">{frame}<div class="vae-cells"></div></div>
<div class="vae-itself">{itself}</div></div>
<div class="vae-codes-to-choose"><p class="vae-caption">The codes, most used first</p>
<div class="vae-palette">{codes}<div class="vae-cells"></div></div></div>
<div class="vae-edits"><label class="vae-paint"><input type="checkbox" name="paint">
 Paint with the chosen code</label>
<button type="button" class="vae-button vae-undo">Undo</button>
<button type="button" class="vae-button vae-original">Original codes</button>
<p class="vae-changed">&nbsp;</p></div></fieldset>"""


def _canvas(name: str, side: int) -> str:
    return (
        f'<canvas width="{side}" height="{side}" role="img" aria-label="{name}">'
        "</canvas>"
    )

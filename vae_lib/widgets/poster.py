"""The widget at its start: what a page shows before, and without, a script."""

import base64
import io
from collections.abc import Iterable
from html import escape

import numpy as np
from PIL import Image

__all__ = ["figure", "image", "part", "picture_address", "row", "side_by_side"]


def picture_address(picture: np.ndarray) -> str:
    """A PNG of a picture (C, H, W) in [0, 1], C 1 or 3, as a data address.

    >>> picture_address(np.zeros((1, 2, 2)))[:22]
    'data:image/png;base64,'
    """
    levels = np.rint(255 * np.clip(picture, 0, 1)).astype(np.uint8)
    made = Image.fromarray(levels[0] if len(levels) == 1 else levels.transpose(1, 2, 0))
    data = io.BytesIO()
    made.save(data, "png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(data.getvalue()).decode()


def side_by_side(pictures: np.ndarray, gap: int) -> np.ndarray:
    """Pictures (N, C, H, W) in a row (C, H, W'), `gap` pixels of grey between them.

    >>> side_by_side(np.zeros((3, 1, 4, 4)), gap=2).shape
    (1, 4, 16)
    """
    padded = np.pad(pictures, ((0, 0), (0, 0), (0, 0), (0, gap)), constant_values=0.5)
    return np.concatenate(list(padded), axis=-1)[..., :-gap]


def image(address: str, alternative: str, width: int, height: int) -> str:
    """An `img` element that keeps its place before it is decoded."""
    return (
        f'<img src="{address}" alt="{escape(alternative)}" '
        f'width="{width}" height="{height}">'
    )


def part(name: str, *contents: str) -> str:
    """One part of a widget, with the class that the live widget's part has."""
    return f'<div class="vae-{name}">{"".join(contents)}</div>'


def row(
    label: str,
    value: float,
    span: float,
    *,
    share: float,
    quiet: bool,
    readout: str | None = None,
) -> str:
    """A slider's label, place and value, drawn without a script.

    Args:
        label: what the slider moves.
        value: where it stands, in [-span, span].
        span: half its length.
        share: length of the bar under the label, in [0, 1].
        quiet: whether the latent is collapsed.
        readout: text beside it; the value with two decimals if not given.
    """
    written = escape(f"{value:.2f}" if readout is None else readout)
    place = 50 * (1 + value / span)
    return (
        f'<div class="vae-row{" vae-quiet" * quiet}" style="--vae-share:{share:.3f}">'
        f'<span class="widget-label">{escape(label)}</span>'
        f'<span class="vae-track"><i style="left:{place:.1f}%"></i></span>'
        f'<span class="widget-readout">{written}</span></div>'
    ).replace(">-", ">−")


def figure(kind: str, title: str, parts: Iterable[str], sentence: str) -> str:
    """The poster: the live widget's own layout, so that nothing moves when it comes.

    Args:
        kind: the widget's class, e.g. "vae-traversal".
        title: its heading.
        parts: HTML of its parts in reading order.
        sentence: what is seen, and how to bring it to life.
    """
    return (
        f'<div class="vae-poster vae-widget {kind}"><div class="vae-body">'
        f'<p class="vae-title">{escape(title)}</p>{"".join(parts)}'
        f'<div class="vae-line"><p class="vae-status">{escape(sentence)}</p></div>'
        "</div></div>"
    )

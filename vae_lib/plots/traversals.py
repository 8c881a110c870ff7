"""Latent traversals of several models, side by side."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from torch import Tensor

from vae_lib.plots.images import tile
from vae_lib.plots.style import INK, new_axes, style

__all__ = ["traversal_grid"]


def traversal_grid(
    panels: Mapping[str, Tensor],
    row_labels: Mapping[str, Sequence[str]] | None = None,
    *,
    width: float = 6.8,
) -> Figure:
    """Show one panel a model: a row for each latent, from its low end to its high end.

    Args:
        panels: model's label -> pictures (L, S, C, H, W) in [0, 1]: L latents, each
            decoded at S values; L, S and the picture's shape are the same for all.
        row_labels: model's label -> text beside each of its L rows.
        width: of the figure, in inches.

    Raises:
        ValueError: if there is no panel, their shapes differ, or a panel's labels are
            not L or belong to no panel.

    >>> import torch
    >>> pictures = torch.rand(3, 5, 1, 8, 8)
    >>> traversal_grid({"a": pictures, "b": pictures}, {"a": ["z1", "z2", "z3"]})
    <Figure size ...>
    """
    shapes = {tuple(pictures.shape) for pictures in panels.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 5:
        raise ValueError(
            "panels must be pictures (L, S, C, H, W) of one shape, "
            f"got {sorted(shapes) or 'none'}"
        )
    latents, steps, _, high, wide = shapes.pop()
    strangers = sorted(set(row_labels or {}) - set(panels))
    if strangers:
        raise ValueError(
            f"row_labels must name panels out of {list(panels)}, "
            f"got labels for {strangers}"
        )
    labels = {label: list((row_labels or {}).get(label, ())) for label in panels}
    for label, texts in labels.items():
        if texts and len(texts) != latents:
            raise ValueError(
                f"row_labels of {label!r} must be {latents}, got {len(texts)}"
            )
    aspect = latents * (high + 1) / (steps * (wide + 1))
    with style():
        figure, axes = new_axes(
            1, len(panels), width=width, height=width * aspect / len(panels) + 0.4
        )
        for panel, (label, pictures) in zip(axes, panels.items(), strict=True):
            canvas = tile(pictures.flatten(0, 1), columns=steps)
            panel.imshow(canvas, vmin=0, vmax=1, cmap="gray")
            panel.grid(visible=False)
            for side in panel.spines.values():
                side.set_visible(False)
            panel.tick_params(length=0, colors=INK, labelsize=8)
            panel.set_xticks([])
            rows = range(len(labels[label]))
            panel.set_yticks([k * (high + 1) + high / 2 for k in rows], labels[label])
            panel.set_title(label)
    return figure
